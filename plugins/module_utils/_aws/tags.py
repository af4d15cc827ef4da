# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tags that decide what a run may do with an object of AWS. Pure."""

from __future__ import annotations

import typing as t

from .._run.text import listed

MANAGED_BY_TAG = "tidbcloud:managed-by"
MANAGED_BY = "tidbcloud.privatelink"
# An object that carries it as true is not deleted.
PROTECTION_TAG = "deletion-protection"
_OURS = "tidbcloud:"
RESERVED_PREFIX = "aws:"


def is_managed(tags: t.Mapping[str, str]) -> bool:
    """Whether this collection made or adopted the object."""
    return tags.get(MANAGED_BY_TAG) == MANAGED_BY


def is_protected(tags: t.Mapping[str, str]) -> bool:
    """Whether the object is not to be deleted. A boolean of YAML becomes "True" on its way to a tag."""
    return tags.get(PROTECTION_TAG, "").lower() == "true"


def is_reserved(key: str) -> bool:
    """Whether only AWS sets tags with this key: no combination of upper and lower case makes the prefix free.

    Source: AWS General Reference, "Tag naming limits and requirements".
    """
    return key.lower().startswith(RESERVED_PREFIX)


def settable(tags: t.Mapping[str, str]) -> dict[str, str]:
    """Those that a user can set: AWS reserves some keys, and refuses a request that has one of them."""
    return {key: value for key, value in tags.items() if not is_reserved(key)}


def reserved_warnings(tags: t.Mapping[str, str] | None) -> list[str]:
    """That the option `tags` names some that only AWS sets, which are therefore ignored."""
    reserved = sorted(key for key in tags or {} if is_reserved(key))
    if not reserved:
        return []
    return [
        f'AWS alone sets tags that begin with "{RESERVED_PREFIX}", in upper or lower case. Ignored in tags: '
        f"{listed(reserved)}."
    ]


def purged(present: t.Iterable[str], wanted: t.Container[str]) -> tuple[str, ...]:
    """The keys that `purge_tags` removes where `wanted` are the keys of `tags`.

    Never one of this collection or of AWS, and neither a name nor deletion protection that `tags` does not name.
    """
    return tuple(sorted(key for key in present if key not in wanted and not _is_kept(key)))


def _is_kept(key: str) -> bool:
    return key in ("Name", PROTECTION_TAG) or key.startswith(_OURS) or is_reserved(key)
