# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the documentation that several places share, between the lines "# BEGIN kind what" and "# END" of each.

python -m tests.tools.documentation [--check]

- return_values PATH...: the return values at these paths of return_values.yml. Doc fragments cannot hold them.
- items FRAGMENT: the options of the doc fragment as suboptions of an item, which have no defaults of their own.
- role_options MODULE [FRAGMENT]: the options of the module, or of that one of its fragments, as variables of the role.
  What the role describes by hand in the same entry point is left to it.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.tools.documented import ROOT, Options, options_in, options_of
from tests.tools.option_text import one_of, option_lines

RETURN_VALUES = ROOT / "tests/tools/return_values.yml"
ROLE = "private_connection_"
# The role decides itself when the network may be missing, and reads one account.
NOT_OF_THE_ROLE = frozenset({"allow_missing_network", "planned_subnets", "accounts"})
_BEGIN = re.compile(r"( *)# BEGIN (return_values|items|role_options) (.+)")
_END = re.compile(r" *# END")


@dataclass(frozen=True)
class Marker:
    """Where something is to be written. The section is the last key with two spaces before it: an entry point."""

    kind: str
    arguments: tuple[str, ...]
    indent: int
    section: str


def files() -> list[Path]:
    """All that may have something written into it."""
    return [*sorted(ROOT.glob("plugins/modules/*.py")), *sorted(ROOT.glob("roles/*/meta/argument_specs.yml"))]


def rewritten(text: str) -> str:
    """The text with all that stands between its markers as the sources have it. Raises ValueError for a lone marker."""
    kept = _without_written(text)
    blocks = iter(_blocks(_markers(kept), "\n".join(kept)))
    lines = [line for kept_line in kept for line in [kept_line, *(next(blocks) if _BEGIN.fullmatch(kept_line) else [])]]
    return "\n".join([*lines, ""])


def _without_written(text: str) -> list[str]:
    kept, inside = [], False
    for line in text.splitlines():
        begins, ends = bool(_BEGIN.fullmatch(line)), bool(_END.fullmatch(line))
        if (begins and inside) or (ends and not inside):
            raise ValueError(f"BEGIN and END do not go in pairs at: {line.strip()}")
        if not inside or ends:
            kept.append(line)
        inside = begins or (inside and not ends)
    if inside:
        raise ValueError("The last BEGIN has no END.")
    return kept


def _markers(lines: Sequence[str]) -> list[Marker]:
    found, section = [], ""
    for line in lines:
        if key := re.fullmatch(r"  (\w+):", line):
            section = key[1]
        if begin := _BEGIN.fullmatch(line):
            found.append(Marker(begin[2], tuple(begin[3].split()), len(begin[1]), section))
    return found


def _blocks(markers: Sequence[Marker], kept: str) -> list[list[str]]:
    if any(marker.kind == "role_options" for marker in markers):
        return _variables(markers, yaml.safe_load(kept)["argument_specs"])
    return [_returned(marker) if marker.kind == "return_values" else _items(marker) for marker in markers]


def _returned(marker: Marker) -> list[str]:
    return [line for path in marker.arguments for line in _part(path, marker.indent)]


def _part(path: str, indent: int) -> list[str]:
    """The lines of RETURN_VALUES that hold the key at the path, such as steps.contains, moved to the indent."""
    text = RETURN_VALUES.read_text(encoding="utf-8")
    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for name in path.split("."):
        key, node = next((key, value) for key, value in node.value if key.value == name)
    lines = text.splitlines()[key.start_mark.line : node.end_mark.line]
    return [f"{' ' * indent}{line[key.start_mark.column :]}".rstrip() for line in lines if not _comment(line)]


def _comment(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _items(marker: Marker) -> list[str]:
    lines = []
    for name, about in options_in(marker.arguments[0]).items():
        if name != "wait_timeout":  # the run has one
            own = {key: value for key, value in about.items() if key not in ("default", "required")}
            lines += option_lines(name, {**own, "description": [f"As O({name}), for this item."]}, marker.indent)
    return lines


def _variables(markers: Sequence[Marker], entries: dict[str, dict[str, Options]]) -> list[list[str]]:
    """What several entry points share is written once, and is an alias in the others."""
    by_hand = {section: set(entry["options"]) for section, entry in entries.items()}
    blocks = _role_options(markers, by_hand)
    shared = Counter(json.dumps(option) for block in blocks for option in block.items())
    written: set[str] = set()
    texts = []
    for marker, block in zip(markers, blocks, strict=True):
        lines = []
        for name, about in block.items():
            same = json.dumps((name, about))
            anchor = name[len(ROLE) :] if shared[same] > 1 else ""
            if same in written:
                lines.append(f"{' ' * marker.indent}{name}: *{anchor}")
            else:
                lines += option_lines(name, about, marker.indent, anchor)
            written.add(same)
        texts.append(lines)
    return texts


def _role_options(markers: Sequence[Marker], by_hand: dict[str, set[str]]) -> list[Options]:
    """What each marker of a role stands for. An option may refer to every variable of its entry point."""
    variables = {section: set(names) for section, names in by_hand.items()}
    for marker in markers:
        variables[marker.section] |= {f"{ROLE}{name}" for name in _wanted(marker)}
    return [
        {
            f"{ROLE}{name}": _variable(about, marker.arguments[0], variables[marker.section])
            for name, about in _wanted(marker).items()
            if f"{ROLE}{name}" not in by_hand[marker.section]
        }
        for marker in markers
    ]


def _wanted(marker: Marker) -> Options:
    module, *fragments = marker.arguments
    options = options_of(module)
    names = options_in(fragments[0]) if fragments else options
    return {name: options[name] for name in names if name not in NOT_OF_THE_ROLE}


def _variable(about: dict[str, Any], module: str, variables: set[str]) -> dict[str, Any]:
    """An option as a variable of the role. The module has the default, and checks the choices once lists are lists."""
    given = about["description"]
    description = [_for_role(text, module, variables) for text in ([given] if isinstance(given, str) else given)]
    if "choices" in about:
        description.append(f"{'Each is one' if 'elements' in about else 'One'} of {one_of(about['choices'])}.")
    # The module expands paths. In a variable they are text. What a survey leaves empty has no type but text.
    shape = {"type": {"path": "str", "str": "str", "list": "list"}.get(about["type"], "raw")}
    return {"description": description, **shape, **({"elements": about["elements"]} if "elements" in about else {})}


def _for_role(text: str, module: str, variables: set[str]) -> str:
    """References to options become references to variables; what the role does not have stays the module's."""

    def option(match: re.Match[str]) -> str:
        name = match[1]
        return f"O({ROLE}{name}" if f"{ROLE}{name}" in variables else f"O(tidbcloud.privatelink.{module}#module:{name}"

    text = re.sub(r"\bRV\((?=\w+\b[^#]*?\))", f"RV(tidbcloud.privatelink.{module}#module:", text)
    return re.sub(r"\bO\((\w+)(?=[=)\[])", option, text)


def main(arguments: Sequence[str]) -> int:
    """Writes, or with --check shows what differs. Returns the exit status."""
    changed = 0
    for path in files():
        before = path.read_text(encoding="utf-8")
        after = rewritten(before)
        if after == before:
            continue
        changed += 1
        name = str(path.relative_to(ROOT))
        if "--check" in arguments:
            sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, name))
        else:
            path.write_text(after, encoding="utf-8")
            print(f"written: {name}")
    if changed and "--check" in arguments:
        print(f"{changed} files do not have what the sources say. Run: python -m tests.tools.documentation")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
