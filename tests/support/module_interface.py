# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module takes, read from the module itself: its `main` is begun and ends where Ansible would read options."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path
from unittest import mock

import yaml
from ansible.module_utils import basic

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
_PREFIX = "tidbcloud.privatelink."
_PACKAGE = "ansible_collections.tidbcloud.privatelink.plugins"


class _Taken(BaseException):
    """Nothing that a module catches."""


def taken(module: str) -> dict[str, t.Any]:
    """The arguments that it hands to AnsibleModule: `argument_spec`, `supports_check_mode`, …"""
    with mock.patch.object(basic.AnsibleModule, "__init__", side_effect=_Taken) as made:
        try:
            importlib.import_module(f"{_PACKAGE}.modules.{module}").main()
        except _Taken:
            return dict(made.call_args.kwargs)
    raise AssertionError(f"{module} takes no options")


def documentation(module: str) -> dict[str, t.Any]:
    """Its own DOCUMENTATION, without that of its fragments."""
    found = importlib.import_module(f"{_PACKAGE}.modules.{module}").DOCUMENTATION
    document: dict[str, t.Any] = yaml.safe_load(found)
    return document


def extending(fragment: str) -> list[str]:
    """The modules whose documentation takes a fragment of ours in: `tidbcloud.wait`."""
    return [one for one in MODULES if _PREFIX + fragment in documentation(one)["extends_documentation_fragment"]]


def fragment(name: str) -> dict[str, t.Any]:
    """The text of a fragment of ours, read."""
    file, _dot, part = name.partition(".")
    holder = importlib.import_module(f"{_PACKAGE}.doc_fragments.{file}").ModuleDocFragment
    document: dict[str, t.Any] = yaml.safe_load(getattr(holder, part.upper() or "DOCUMENTATION"))
    return document
