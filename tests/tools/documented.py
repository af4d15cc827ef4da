# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules document, read from their sources: no Ansible is needed, and no other collection."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "plugins/modules"
FRAGMENTS = ROOT / "plugins/doc_fragments"
_OURS = "tidbcloud.privatelink."
_OF_AMAZON = f"{_OURS}aws"
"""The fragment of the options that the module class of amazon.aws takes."""

Options = dict[str, dict[str, Any]]


def options_of(module: str) -> Options:
    """The options of a module, without those of amazon.aws: its own, and those of our doc fragments."""
    return merged(_texts(MODULES / f"{module}.py")["DOCUMENTATION"])


def options_in(fragment: str) -> Options:
    """The options of a doc fragment, named as modules do, without the collection: tidbcloud.wait."""
    file, _dot, part = fragment.partition(".")
    text = _texts(FRAGMENTS / f"{file}.py")[part.upper() or "DOCUMENTATION"]
    options: Options = yaml.safe_load(text)["options"]
    return options


def merged(documentation: str) -> Options:
    """The options of a DOCUMENTATION with those of our doc fragments, but the one that repeats amazon.aws.

    As Ansible does it: of an option that both have, each key that the plugin states itself counts.
    """
    document: dict[str, Any] = yaml.safe_load(documentation)
    options: Options = {}
    for name in document.get("extends_documentation_fragment", ()):
        if name.startswith(_OURS) and not name.startswith(_OF_AMAZON):
            for option, about in options_in(name[len(_OURS) :]).items():
                options[option] = {**about, **options.get(option, {})}
    for option, about in document.get("options", {}).items():
        options[option] = {**options.get(option, {}), **about}
    return options


def _texts(path: Path) -> dict[str, str]:
    """The texts that a file, or a class in it, assigns to names."""
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.update({target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)})
    return found
