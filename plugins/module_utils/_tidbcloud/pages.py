# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of a list. Pure: what counts as a page, and what follows it.

What is missing from a list counts as gone, so a missing answer must not look like an empty list.
"""

from __future__ import annotations

from collections.abc import Mapping

from .transport import Json

# The most that the API returns at once.
PAGE_SIZE = 100
# A hundred thousand objects: more than any project has, to end a list that never ends.
MOST_PAGES = 1000
_MOST_IN_TOKEN = 4096
_PAGING = frozenset({"totalSize", "nextPageToken"})


def is_page(json: Json, key: str) -> bool:
    """Whether it is a page of the list `key`: a list of objects, or an empty one that JSON omits."""
    items, token = json.get(key), json.get("nextPageToken")
    if token is not None and not _is_token(token):
        return False
    if items is None:
        return _leaves_out(json, key)
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)


def items_of(page: Json, key: str) -> list[Json]:
    """The objects of a page."""
    return list(page.get(key) or ())


def next_page(page: Json) -> str | None:
    """The token of the next page, null at the end. A page may be empty and have a next one."""
    return page.get("nextPageToken") or None


def _leaves_out(json: Mapping[str, object], key: str) -> bool:
    """An empty list may be omitted, or null, where the rest is only paging, or a total of 0."""
    total = json.get("totalSize")
    if total is not None:
        return total == 0 and not isinstance(total, bool)
    return json.get("nextPageToken") is not None and set(json) <= {key, *_PAGING}


def _is_token(token: object) -> bool:
    """It is sent back in an address."""
    return isinstance(token, str) and len(token) <= _MOST_IN_TOKEN and token.isprintable()
