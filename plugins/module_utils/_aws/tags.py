# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tags that decide what a run may do with an object of AWS. Pure."""

from __future__ import annotations

import typing as t

MANAGED_BY_TAG = "tidbcloud:managed-by"
MANAGED_BY = "tidbcloud.privatelink"
# An object that carries it as true is not deleted.
PROTECTION_TAG = "deletion-protection"
_OURS = "tidbcloud:"
_OF_AWS = "aws:"


def is_managed(tags: t.Mapping[str, str]) -> bool:
    """Whether this collection made or adopted the object."""
    return tags.get(MANAGED_BY_TAG) == MANAGED_BY


def is_protected(tags: t.Mapping[str, str]) -> bool:
    """Whether the object is not to be deleted. A boolean of YAML becomes "True" on its way to a tag."""
    return tags.get(PROTECTION_TAG, "").lower() == "true"


def purged(present: t.Iterable[str], wanted: t.Container[str]) -> tuple[str, ...]:
    """The keys that `purge_tags` removes where `wanted` are the keys of `tags`.

    Never one of this collection or of AWS, and neither a name nor deletion protection that `tags` does not name.
    """
    kept = ("Name", PROTECTION_TAG)
    return tuple(
        sorted(key for key in present if key not in wanted and key not in kept and not key.startswith((_OURS, _OF_AWS)))
    )
