# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as trees of dict, list and scalars: JSON as it is, and XML as the services that speak it mean it.

XML is read by the conventions of EC2 and STS: children that are all item or member are a list, an empty ...Set is
an empty one, other children are fields, and everything else is text.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.sandbox.answer import Answer

Tree = Any
ITEMS = ("item", "member")
DEEP = "@@sandbox-deep@@"
"""A text that is written as LEVELS levels, which no serializer would accept."""
DIGITS = "@@sandbox-digits@@"
"""A text that is written as a number that Python's own parser rejects (more than 4,300 digits)."""
LEVELS = 100_000
MANY_DIGITS = "9" * 5000


@dataclasses.dataclass(frozen=True)
class Parsed:
    """write makes the body again from a changed tree."""

    tree: Tree
    write: Callable[[Tree], bytes]
    is_xml: bool


def read(answer: Answer) -> Parsed | None:
    """Null if the body is neither."""
    body = answer.body.strip()
    try:
        if body.startswith(b"<"):
            return _read_xml(ElementTree.fromstring(body))
        return Parsed(json.loads(body), _write_json, False)
    except (ValueError, ElementTree.ParseError):
        return None


def _write_json(tree: Tree) -> bytes:
    text = json.dumps(tree)
    return text.replace(f'"{DEEP}"', "[" * LEVELS + "]" * LEVELS).replace(f'"{DIGITS}"', MANY_DIGITS).encode()


def _read_xml(root: ElementTree.Element) -> Parsed:
    namespace, name = _split(root.tag)
    item = next((_split(one.tag)[1] for one in root.iter() if _split(one.tag)[1] in ITEMS), ITEMS[0])

    def write(tree: Tree) -> bytes:
        opening = f'{name} xmlns="{namespace}"' if namespace else name
        text = f"<?xml version='1.0' encoding='UTF-8'?><{opening}>{_inner(tree, item)}</{name}>"
        deep = "<a>" * LEVELS + "</a>" * LEVELS
        return text.replace(DEEP, deep).replace(DIGITS, MANY_DIGITS).encode("utf-8", "replace")

    return Parsed(_from_element(root), write, True)


def _from_element(element: ElementTree.Element) -> Tree:
    children = list(element)
    name = _split(element.tag)[1]
    if not children:
        return [] if name.endswith("Set") and not (element.text or "").strip() else element.text
    if all(_split(child.tag)[1] in ITEMS for child in children):
        return [_from_element(child) for child in children]
    return {_split(child.tag)[1]: _from_element(child) for child in children}


def _inner(tree: Tree, item: str) -> str:
    if isinstance(tree, dict):
        return "".join(f"<{name}>{_inner(value, item)}</{name}>" for name, value in tree.items())
    if isinstance(tree, list):
        return "".join(f"<{item}>{_inner(value, item)}</{item}>" for value in tree)
    if isinstance(tree, bool):
        return str(tree).lower()
    return "" if tree is None else escape("".join(filter(_may_be_in_xml, str(tree))), {"\r": "&#13;"})


def _may_be_in_xml(character: str) -> bool:
    """XML 1.0, 2.2: neither most control characters nor surrogates, not even as references."""
    return (
        character in "\t\n\r"
        or ("\x20" <= character < "\ud800")
        or (character >= "\ue000" and character not in "\ufffe\uffff")
    )


def _split(tag: str) -> tuple[str, str]:
    namespace, brace, name = tag.rpartition("}")
    return (namespace.lstrip("{"), name) if brace else ("", tag)
