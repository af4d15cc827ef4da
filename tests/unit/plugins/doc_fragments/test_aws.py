# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of amazon.aws are documented here, as amazon.aws takes them, also where amazon.aws is not."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.support import module_interface
from tests.support.module_documents import Json, shapes

ROOT = Path(__file__).resolve().parents[4]
SHARED = module_interface.fragment("aws")["options"]
OF_MODULES = module_interface.fragment("aws.modules")["options"]
OF_PLUGINS = module_interface.fragment("aws.plugins")["options"]


def taken_by_amazon() -> dict[str, Json]:
    modules = importlib.import_module("ansible_collections.amazon.aws.plugins.module_utils.modules")
    spec: dict[str, Json] = modules.aws_argument_spec()
    return {name: {"type": "str", **about} for name, about in spec.items()}


def fragment_of_amazon(name: str, part: str) -> t.Any:
    holder = importlib.import_module(f"ansible_collections.amazon.aws.plugins.doc_fragments.{name}").ModuleDocFragment
    return yaml.safe_load(getattr(holder, part))["options"]


def test_every_option_is_documented_as_the_module_class_of_amazon_aws_takes_it() -> None:
    assert shapes({**SHARED, **OF_MODULES}) == shapes(taken_by_amazon())


def test_the_environment_variable_of_each_is_named() -> None:
    for name, about in taken_by_amazon().items():
        text = " ".join({**SHARED, **OF_MODULES}[name]["description"])
        variables = about["fallback"][1] if "fallback" in about else []
        assert [variable for variable in variables if f"E({variable})" not in text] == [], name


def test_plugins_read_the_environment_variables_that_those_of_amazon_aws_read() -> None:
    theirs = {**fragment_of_amazon("common", "PLUGINS"), **fragment_of_amazon("region", "PLUGINS")}
    assert {name: about["env"] for name, about in OF_PLUGINS.items()} == {
        name: about["env"] for name, about in theirs.items()
    }
    assert set(OF_PLUGINS) == set(SHARED)


@pytest.mark.parametrize("module", module_interface.extending("aws"))
def test_a_module_that_documents_what_all_share_documents_what_modules_take_besides(module: str) -> None:
    assert module in module_interface.extending("aws.modules")


def test_exactly_the_modules_of_the_action_group_document_it() -> None:
    assert module_interface.extending("aws") == module_interface.extending("attributes.actiongroup")


@pytest.mark.parametrize("kind", ["module", "inventory"])
def test_documentation_is_there_without_amazon_aws(tmp_path: Path, kind: str) -> None:
    """Python's own directories, where amazon.aws is, are not searched."""
    tree = tmp_path / "ansible_collections" / "tidbcloud"
    tree.mkdir(parents=True)
    (tree / "privatelink").symlink_to(ROOT)
    names = module_interface.MODULES if kind == "module" else ["endpoints"]
    run = subprocess.run(
        [sys.executable, "-m", "ansible.cli.doc", "-t", kind, "--json", *(f"tidbcloud.privatelink.{n}" for n in names)],
        env={
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(tmp_path),
            "ANSIBLE_COLLECTIONS_PATH": str(tmp_path),
            "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    documents = json.loads(run.stdout)
    assert len(documents) == len(names)
    for name in module_interface.extending("aws") if kind == "module" else names:
        assert set(SHARED) <= set(documents[f"tidbcloud.privatelink.{name}"]["doc"]["options"]), name
