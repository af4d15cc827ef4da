# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people copy from the documentation is whole, and what the documentation names exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.vars.reserved import is_reserved_name
from jinja2 import Environment, nodes

from tests.support.written import PAGES, ROOT, Block, examples, tasks
from tests.tools.documented import MODULES, options_in, options_of

EXAMPLES = examples()
FROM_ANSIBLE = {"hostvars", "inventory_hostname", "item", "lookup", "omit", "query"}
# By page: what the text around the block says where it comes from.
FROM_ELSEWHERE = {
    "docs/awx.md: Keys": {"public_key", "private_key"},
    "docs/fleets.md: The inventory": {"private_endpoint"},
    "docs/fleets.md: Taking over what exists": {"endpoints"},
}
ROLE = "private_connection_"
HANDED_ON = {f"{ROLE}{name}" for name in ("result", "host", "port", "status")}
PUBLISHER = "service_publication_"
PUBLISHED = ("result", "service_name", "host")
REPOSITORY = "https://github.com/tidbcloud-privatelink/tidbcloud.privatelink/blob/main/"
# Keywords whose value is an expression without braces.
BARE = ("when", "until", "failed_when", "changed_when", "that")


def names(block: Block) -> set[str]:
    """Every variable that it sets: what is registered, variables, facts."""
    found = set()
    for one in walk(block.documents()):
        if "register" in one:
            found.add(str(one["register"]))
        for key in ("vars", "ansible.builtin.set_fact", "ansible.builtin.set_stats"):
            held = one.get(key)
            found |= set(held) if isinstance(held, Mapping) else set()
    return found


def walk(node: object) -> Iterator[Mapping[str, Any]]:
    """Every mapping in it."""
    if isinstance(node, Mapping):
        yield node
        for one in node.values():
            yield from walk(one)
    elif isinstance(node, list):
        for one in node:
            yield from walk(one)


def expressions(node: object) -> Iterator[str]:
    for one in walk(node):
        for key, value in one.items():
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str) and "{{" in text:
                    yield text
                elif key in BARE and isinstance(text, str):
                    yield f"{{{{ {text} }}}}"


def used(block: Block) -> set[str]:
    parsed = [Environment().parse(text) for text in expressions(block.documents())]
    return {found.name for one in parsed for found in one.find_all(nodes.Name) if found.ctx == "load"}


def test_there_are_examples_of_every_kind() -> None:
    assert {block.path.name for block in EXAMPLES} >= {"README.md", "awx.md", "private_endpoint.py", "endpoints.py"}
    assert sum(len(list(tasks(block.documents()))) for block in EXAMPLES) > 30


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_no_variable_has_a_name_that_ansible_keeps_for_itself(block: Block) -> None:
    """Ansible warns of each."""
    assert [name for name in sorted(names(block)) if is_reserved_name(name)] == []


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_every_variable_that_is_used_is_set_before_in_the_same_example(block: Block) -> None:
    known = names(block) | FROM_ANSIBLE | FROM_ELSEWHERE.get(str(block), set())
    assert {name for name in used(block) - known if not name.startswith("ansible_")} == set()


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_what_looks_at_a_failure_runs_after_one(block: Block) -> None:
    looks = re.compile(r"selectattr\('failed'\)|\bis failed\b|\.failed\b|failed_stage")
    unreachable = [
        task["name"]
        for task, is_after_failure in tasks(block.documents())
        if not is_after_failure and looks.search(str(task))
    ]
    assert unreachable == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_variable_of_the_role_that_a_page_names_exists(path: Path) -> None:
    specs = yaml.safe_load((ROOT / "roles/private_connection/meta/argument_specs.yml").read_text(encoding="utf-8"))
    known = {name for entry in specs["argument_specs"].values() for name in entry["options"]} | HANDED_ON
    named = set(re.findall(rf"\b{ROLE}\w+", path.read_text(encoding="utf-8")))
    # What ends with an underscore stands for several.
    assert {name for name in named - known if not name.endswith("_")} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_variable_of_the_role_that_publishes_that_a_page_names_exists(path: Path) -> None:
    specs = yaml.safe_load((ROOT / "roles/service_publication/meta/argument_specs.yml").read_text(encoding="utf-8"))
    known = {*specs["argument_specs"]["main"]["options"], *(f"{PUBLISHER}{name}" for name in PUBLISHED)}
    named = set(re.findall(rf"\b{PUBLISHER}\w+", path.read_text(encoding="utf-8")))
    assert {name for name in named - known if not name.endswith("_")} == set()


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_every_option_of_a_module_exists(block: Block) -> None:
    for task, _reached in tasks(block.documents()):
        for action in [key for key in task if key.startswith("tidbcloud.privatelink.")]:
            module = action.rpartition(".")[2]
            takes_aws = "assume_role_arn" in options_of(module)
            options = {**options_of(module), **(options_in("aws") | options_in("aws.modules") if takes_aws else {})}
            aliases = {alias for about in options.values() for alias in about.get("aliases", ())}
            assert set(task[action] or {}) - set(options) - aliases == set(), action


def test_every_module_is_in_an_example() -> None:
    used = {key for block in EXAMPLES for task, _reached in tasks(block.documents()) for key in task}
    assert {f"tidbcloud.privatelink.{path.stem}" for path in MODULES.glob("*.py")} <= used


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(path: Path) -> None:
    named = re.findall(
        r"`((?:docs|extensions|playbooks|plugins|roles|tests)/[\w./-]+)`", path.read_text(encoding="utf-8")
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


def sections(path: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them of its headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_to_something(path: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        if not target.startswith("https://") or target.startswith(REPOSITORY):
            file, _sharp, anchor = target.removeprefix(REPOSITORY).partition("#")
            base = ROOT if target.startswith(REPOSITORY) else path.parent
            linked = base / file if file else path
            assert linked.exists(), target
            assert not anchor or anchor in sections(linked), target
