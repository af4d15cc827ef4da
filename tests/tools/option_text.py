# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options as the YAML of this collection's documentation: two spaces, one key a line, at most 150 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

_WIDTH = 150


def option_lines(name: str, about: Mapping[str, Any], indent: int, anchor: str = "") -> list[str]:
    """An option with its description, a list of paragraphs, and its other keys; the anchor is for later aliases."""
    pad = " " * (indent + 2)
    head = f"{' ' * indent}{name}:" + (f" &{anchor}" if anchor else "")
    lines = [head, *_description(about["description"], indent + 2)]
    for key, value in about.items():
        if key == "description":
            continue
        flow = f"{pad}{key}: {_flow(value)}"
        if isinstance(value, list) and len(flow) > _WIDTH:
            lines += [f"{pad}{key}:", *(f"{pad}  - {_flow(item)}" for item in value)]
        else:
            lines.append(flow)
    return lines


def one_of(values: Sequence[str]) -> str:
    """The values in Ansible's markup, separated by commas, with "or" before the last."""
    *others, last = (f"V({value})" for value in values)
    return f"{', '.join(others)} or {last}" if others else last


def _description(paragraphs: Sequence[str], indent: int) -> list[str]:
    pad = " " * indent
    whole = f"{pad}description: {paragraphs[0]}"
    if len(paragraphs) == 1 and len(whole) <= _WIDTH and _is_plain(paragraphs[0]):
        return [whole]
    return [f"{pad}description:", *(line for text in paragraphs for line in _paragraph(text, indent + 2))]


def _is_plain(text: str) -> bool:
    """Whether YAML reads the text as it is, and not something else in it."""
    try:
        return bool(yaml.safe_load(f"- {text}") == [text])
    except yaml.YAMLError:
        return False


def _paragraph(text: str, indent: int) -> list[str]:
    folded = [] if _is_plain(text) else [f"{' ' * indent}- >-"]
    first = " " * (indent + 2) if folded else f"{' ' * indent}- "
    wrapped = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=" " * (indent + 2),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [*folded, *wrapped]


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10_000)
    return text.removesuffix("\n...\n").strip()
