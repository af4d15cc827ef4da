# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project's promises about itself that are cheap to prove. The tree decides what is checked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").glob("*/"))
# Spelled in two halves, so that this file passes its own tests.
LICENCE = re.compile("SPDX-License-" + r"Identifier: ([\w.+-]+)( -->)?$", re.MULTILINE)
COPYRIGHT = re.compile("SPDX-FileCopyright" + r"Text: \S")
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb.debian" + ".org"]


def committed() -> list[Path]:
    """Every existing file that git tracks or would track."""
    listing = ["git", "ls-files", "-coz", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def module_options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The documented options of each module, doc fragments included, as ansible-doc shows them."""
    if not MODULES:
        return {}
    tree = tmp_path_factory.mktemp("tree")
    (tree / "ansible_collections/tidbcloud").mkdir(parents=True)
    (tree / "ansible_collections/tidbcloud/privatelink").symlink_to(ROOT)
    run = subprocess.run(
        [sys.executable, "-m", "ansible.cli.doc", "--json", *(f"tidbcloud.privatelink.{name}" for name in MODULES)],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(tree), "ANSIBLE_COLLECTIONS_PATH": str(tree)},
        check=True,
        capture_output=True,
        text=True,
    )
    documents: dict[str, Any] = json.loads(run.stdout)
    return {name.rpartition(".")[2]: document["doc"]["options"] for name, document in documents.items()}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_an_integration_target(module: str) -> None:
    assert (ROOT / f"tests/integration/targets/{module}/tasks/main.yml").is_file()


def test_a_module_takes_aws_options_exactly_when_it_is_in_the_action_group(
    module_options: dict[str, dict[str, Any]],
) -> None:
    group = load("meta/runtime.yml")["action_groups"]["all"]
    with_aws_options = {name for name, options in module_options.items() if "assume_role_arn" in options}
    assert with_aws_options == set(group)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_documents_every_default_and_every_documented_default_is_the_real_one(role: str) -> None:
    defaults = load(f"roles/{role}/defaults/main.yml") or {}
    entries = load(f"roles/{role}/meta/argument_specs.yml")["argument_specs"].values()
    documented = {name: option for entry in entries for name, option in entry["options"].items()}
    assert set(defaults) <= set(documented)
    assert all(name.startswith(f"{role}_") for name in documented)
    stated = {name: option["default"] for name, option in documented.items() if "default" in option}
    assert {name: defaults.get(name) for name in stated} == stated


@pytest.mark.skipif("private_connection" not in ROLES or "private_endpoint" not in MODULES, reason="not both here yet")
def test_the_role_takes_every_option_of_the_module(module_options: dict[str, dict[str, Any]]) -> None:
    documented = load("roles/private_connection/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    missing = {name for name in module_options["private_endpoint"] if f"private_connection_{name}" not in documented}
    # The role decides itself when the network may be missing; logging is for debugging a module.
    assert missing == {"allow_missing_network", "planned_subnets", "debug_botocore_endpoint_logs"}


def test_the_plugins_and_the_package_tell_the_same_version() -> None:
    source = (ROOT / "plugins/module_utils/_run/version.py").read_text(encoding="utf-8")
    assert f'VERSION = "{load("galaxy.yml")["version"]}"' in source


def statements(use: str) -> list[dict[str, Any]]:
    """Of a policy in docs, with lists as lists."""
    path = ROOT / ("docs/iam-policy.json" if use == "combined" else f"docs/iam/{use}.json")
    found = json.loads(path.read_text(encoding="utf-8"))["Statement"]
    listed = ("Action", "Resource")
    return [{**one, **{key: [one[key]] if isinstance(one[key], str) else one[key] for key in listed}} for one in found]


def test_the_iam_policies_of_the_modules_allow_every_call_to_aws_and_no_other() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "plugins/module_utils/_aws").glob("*.py"))
    calls = set(
        re.findall(
            r'"((?:accept|add|create|delete|deregister|describe|get|modify|register|reject|remove|start)_[a-z_]+)"',
            source,
        )
    )
    uses = ("endpoints", "reachability", "costs", "quotas", "publication")
    allowed = {action.partition(":")[2] for use in uses for one in statements(use) for action in one["Action"]}
    # AWS itself makes the first call on the caller's behalf, for private DNS; the second is a right and no call; the
    # other needs no permission.
    called = {call.title().replace("_", "") for call in calls}
    assert allowed - {"AssociateVPCWithHostedZone", "AllowMultiRegion"} == called - {"GetCallerIdentity"}


def test_the_policy_for_all_uses_has_what_each_of_them_has_and_no_more() -> None:
    parts: dict[str, dict[str, set[str]]] = {}
    for use in ("info", "endpoints", "network", "reachability", "costs", "quotas", "publication"):
        for one in statements(use):
            for key in ("Action", "Resource"):
                parts.setdefault(one["Sid"], {}).setdefault(key, set()).update(one[key])
    combined = {one["Sid"]: {key: set(one[key]) for key in ("Action", "Resource")} for one in statements("combined")}
    assert combined == parts


def test_no_sanity_test_is_ignored() -> None:
    assert not list((ROOT / "tests").glob("sanity/ignore*"))


def annotated() -> re.Pattern[str]:
    """The paths that REUSE.toml speaks for. There, a lone asterisk stays within a directory, two do not."""
    bulk = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    patterns = [re.escape(pattern) for annotation in bulk for pattern in annotation["path"]]
    return re.compile("|".join(one.replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for one in patterns))


def test_every_file_says_whose_it_is_and_under_which_licence() -> None:
    """As REUSE has it: copyright and licence, in the file or by REUSE.toml."""
    texts = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in committed()
        if path.parent.name != "LICENSES"
    }
    itself = [name for name in texts if not annotated().fullmatch(name)]
    assert [name for name in itself if not COPYRIGHT.search(texts[name][:600])] == []
    assert [name for name in itself if not LICENCE.search(texts[name][:600])] == []
    assert {found[1] for text in texts.values() for found in LICENCE.finditer(text)} == {
        path.stem for path in (ROOT / "LICENSES").iterdir()
    }


def test_no_file_depends_on_this_machine_but_the_contract_tests_which_skip_elsewhere() -> None:
    strange = [f"{ROOT}/", "../sha" + "red", *REGISTRIES]
    found = [
        (str(path.relative_to(ROOT)), word)
        for path in committed()
        for word in strange
        if path.parent.name != "contract" and word in path.read_text(encoding="utf-8")
    ]
    assert not found


def test_the_readme_names_the_two_commands_and_links_only_to_whole_addresses() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme
    targets = re.findall(r"\]\(([^)]*)\)", readme)
    assert all(target.startswith(("https://", "#")) for target in targets)


def test_python_requirements_have_lower_bounds_only() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    requirements = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9]+>=[0-9.]+", requirement) for requirement in requirements)


PINNED = ("requirements-dev", "tests/tools/older-python", "tests/tools/older-libraries")


@pytest.mark.parametrize("name", PINNED)
def test_all_that_is_installed_for_development_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    # A requirement continues over the lines that end with a backslash.
    requirements = [
        line for line in text.replace("\\\n", " ").splitlines() if line and not line.lstrip().startswith("#")
    ]
    assert requirements
    assert [
        line for line in requirements if not re.match(r"[\w.\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ] == []


@pytest.mark.parametrize("name", PINNED)
def test_what_is_asked_for_by_itself_is_what_is_pinned(name: str) -> None:
    """Fails if one was changed without "make pins"."""
    pinned = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    for line in (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines():
        asked = re.match(r"([\w.-]+)(?:\[.*\])?==([\w.]+)", line)
        if asked:
            assert re.search(rf"(?im)^{re.escape(asked[1])}=={re.escape(asked[2])}\s", pinned), line


def test_the_oldest_libraries_that_are_tested_are_the_lower_bounds() -> None:
    tested = (ROOT / "tests" / "tools" / "older-libraries.in").read_text(encoding="utf-8")
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, _bound, version = line.partition(">=")
        if version:
            assert re.search(rf"(?m)^{name}=={re.escape(version)}(\.0)?$", tested), line


def test_every_file_that_the_contributors_guide_names_exists() -> None:
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = {name for found in re.findall(r"`([\w./-]+)`|\]\(([\w./-]+)\)", guide) for name in found}
    # Paths with these beginnings are made by a command of the repository.
    paths = {name for name in named if "/" in name and not name.startswith((".cache", ".venv"))}
    assert len(paths) > 30
    assert {name for name in paths if not (ROOT / name).exists()} == set()


def test_a_new_option_touches_no_more_files_than_its_recipe_says() -> None:
    """Each of them mentions the option that is the example, but the rules of AWS, which has none about it."""
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = guide.partition("### A new option of a private endpoint")[2].partition("\n### ")[0]
    named = set(re.findall(r"`([a-z]+/[\w./]+\.(?:py|yml))`", recipe)) - {"tests/sandbox/aws/rules.py"}
    assert len(named) == 25
    assert {path for path in named if "ip_address_type" not in (ROOT / path).read_text(encoding="utf-8")} == set()
