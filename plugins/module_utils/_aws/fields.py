# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields of an answer from AWS, each checked before it is trusted. Pure.

A field that is absent or null gets the default of its kind; one of another type than AWS documents makes the answer
unreadable.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from ipaddress import ip_network

Json = Mapping[str, t.Any]

# Ids, ARNs, names of services, zones, states and hosts, addresses: used in sentences and commands as they are.
_NAME = re.compile(r"[A-Za-z0-9_.:/*+=@-]{1,255}")


class Unreadable(Exception):
    """An answer that AWS would not give. The text says what is wrong with it, and quotes nothing of it."""


def identifier(item: object, key: str) -> str:
    """A required name. Raises Unreadable."""
    found = name(item, key)
    if found is None:
        raise Unreadable(f"{key} is missing")
    return found


def name(item: object, key: str) -> str | None:
    """A name, null if it is absent or empty. Raises Unreadable."""
    found = text(item, key)
    if found and not _NAME.fullmatch(found):
        raise Unreadable(f"{key} is not a name")
    return found or None


def names(item: object, key: str) -> tuple[str, ...]:
    """A list of names. Raises Unreadable."""
    return tuple(identifier({key: one}, key) for one in _listed(item, key))


def text(item: object, key: str) -> str | None:
    """Any text, with question marks for what cannot be encoded (lone surrogates). Raises Unreadable."""
    found = _mapping(item, key).get(key)
    if found is None:
        return None
    if not isinstance(found, str):
        raise Unreadable(f"{key} is not a text")
    return found if found.isascii() else found.encode("utf-8", "replace").decode("utf-8")


def flag(item: object, key: str) -> bool:
    """True or false, false if it is absent. Raises Unreadable."""
    found = _mapping(item, key).get(key)
    if found is not None and not isinstance(found, bool):
        raise Unreadable(f"{key} is neither true nor false")
    return bool(found)


def whole(item: object, key: str, lowest: int, highest: int) -> int | None:
    """A whole number within these bounds, null if it is absent. Raises Unreadable."""
    found = _mapping(item, key).get(key)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not lowest <= found <= highest:
        raise Unreadable(f"{key} is not a number from {lowest} to {highest}")
    if found != int(found):
        raise Unreadable(f"{key} is not a whole number")
    return int(found)


def cidr(item: object, key: str) -> str | None:
    """A range of addresses, null if it is absent. Raises Unreadable."""
    found = name(item, key)
    try:
        return str(ip_network(found, strict=False)) if found else None
    except ValueError:
        raise Unreadable(f"{key} is not a range of addresses") from None


def inner(item: object, key: str) -> Json:
    """An object within the object, an empty one where it is absent. Raises Unreadable."""
    found = _mapping(item, key).get(key)
    return {} if found is None else _mapping(found, key)


def items(item: object, key: str) -> list[Json]:
    """A list of objects. Raises Unreadable."""
    return [_mapping(one, key) for one in _listed(item, key)]


def _listed(item: object, key: str) -> t.Sequence[t.Any]:
    found = _mapping(item, key).get(key)
    if found is None:
        return ()
    if not isinstance(found, (list, tuple)):
        raise Unreadable(f"{key} is not a list")
    return found


def _mapping(item: object, key: str) -> Json:
    if not isinstance(item, Mapping):
        raise Unreadable(f"what should hold {key} is not an object")
    return item
