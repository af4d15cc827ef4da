# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes text from outside fit for a sentence: names and messages come from APIs and servers that are not trusted."""

from __future__ import annotations

import math
import re
import shlex
import typing as t
from collections.abc import Mapping

# Characters of foreign text in one sentence.
MOST = 300
# Characters of a whole message: nobody reads one that quotes more than this.
LONGEST = 10_000
_SURROGATES = re.compile("[\ud800-\udfff]")
# Levels of nesting in what a module returns; its own shapes have five.
_DEEPEST = 20
_CUT = "…"


def printable(value: object, most: int = MOST) -> str:
    """The text of `value` on one line, without anything that a terminal would act on, cut to `most` characters.

    Control characters, line ends, escape sequences, text direction marks, zero-width characters and lone surrogates
    become spaces; runs of spaces become one.
    """
    text = str(value)[: most * 8]  # No need to look through a message of megabytes.
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return text if len(text) <= most else text[: most - 1].rstrip() + _CUT


class Foreign(str):
    """Text from outside that is not fit for a sentence. As data it is unchanged; in an f-string it is printable()."""

    __slots__ = ()

    def __format__(self, specification: str) -> str:
        return format(printable(self), specification)


def foreign(value: t.Any) -> t.Any:
    """The same value, with Foreign for texts that are not fit for a sentence, in tuples and mappings too."""
    if isinstance(value, str):
        return value if len(value) <= MOST and value.isprintable() else Foreign(value)
    if isinstance(value, (tuple, frozenset)):
        return type(value)(foreign(item) for item in value)
    if isinstance(value, Mapping):
        return {foreign(key): foreign(item) for key, item in value.items()}
    return value


class FromOutside:
    """A frozen dataclass of what a cloud returned: in an f-string each field is one printable line."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, (str, tuple, frozenset, Mapping)):
                object.__setattr__(self, name, foreign(value))


def listed(values: t.Iterable[object], between: str = ", ") -> str:
    """Texts from outside as a list in a sentence, each printable and cut."""
    return between.join(printable(value) for value in values)


def shell_word(value: object) -> str:
    """Text from outside as one word of a shell command that people paste."""
    return shlex.quote(printable(value))


def sentence(value: object) -> str:
    """A whole message, fit to be shown: printable, on one line. What it quotes is cut where it is quoted."""
    return printable(value, LONGEST)


def encodable(value: t.Any, depth: int = _DEEPEST) -> t.Any:
    """A copy in plain built-in types that JSON and UTF-8 can hold.

    Lone surrogates become U+FFFD, infinite numbers and NaN become null, and so does what is nested deeper than `depth`.
    """
    if isinstance(value, str):
        plain = str.encode(value, "utf-8", "surrogatepass").decode("utf-8", "surrogatepass")
        return _SURROGATES.sub("\ufffd", plain)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth <= 0:
        return None
    if isinstance(value, Mapping):
        return {encodable(str(key)): encodable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [encodable(item, depth - 1) for item in value]
    return encodable(str(value))


def is_encodable(value: t.Any) -> bool:
    """Whether every text in it, keys included, can be encoded in UTF-8."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, str) and _SURROGATES.search(item):
            return False
        if isinstance(item, Mapping):
            left += [*item.keys(), *item.values()]
        elif isinstance(item, (list, tuple)):
            left += item
    return True
