# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What endpoint_info looked at and what it did not, as lines: what was not read is not healthy. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Values = t.Mapping[str, t.Any]
NOT_LOOKED_AT = "not looked at"
# What `scope.not_read` calls everything that an API key is needed for.
TIDB_CLOUD = "TiDB Cloud"
# Filters that leave out private endpoints of a service that is shown.
_OF_ENDPOINTS = ("vpc_ids", "vpc_endpoint_ids", "statuses")
# Ids in one list.
_MOST = 10


@dataclass(frozen=True)
class Scope:
    """The return value `scope`, its texts printable. `service_regions`: where the services are that were found.
    `is_empty`: neither a service nor a private endpoint was found. `has_own`: services of the user's own were.
    """

    scope: Values
    service_regions: frozenset[str | None]
    is_empty: bool
    has_own: bool = False

    @property
    def is_read(self) -> bool:
        """Everything that the filters let through was read."""
        left_out = any(self.scope[part] for part in ("not_found", "unreadable", "not_read", "not_judged"))
        return bool(self.scope["accounts"]) and not left_out and self.service_regions <= set(self.scope["regions"])

    @property
    def has_tidb_cloud(self) -> bool:
        """Whether TiDB Cloud was read: without an API key, only own services are."""
        return not any(one["what"] == TIDB_CLOUD for one in self.scope["not_read"])

    def lines(self) -> list[str]:
        return [self._looked_at(), *self._filters(), *self._not_found(), *self._unreadable(), *self._not_judged()]

    def _looked_at(self) -> str:
        projects = ", ".join(self.scope["projects"])
        tidb = f"TiDB Cloud project {projects}" if projects else "no TiDB Cloud project with a cluster on AWS"
        if not self.has_tidb_cloud:
            tidb = f"TiDB Cloud was {NOT_LOOKED_AT}"
        accounts, regions = (", ".join(self.scope[part]) for part in ("accounts", "regions"))
        aws = f"AWS account {accounts} in {regions}" if accounts else f"AWS was {NOT_LOOKED_AT}"
        return f"Looked at: {tidb}; {aws}."

    def _filters(self) -> list[str]:
        named = "; ".join(f"{option} {', '.join(values)}" for option, values in self.scope["filters"].items())
        return [f"Only: {named}."] if named else []

    def _not_found(self) -> list[str]:
        return [f"NOT FOUND: {one['id']} ({one['option']}). {one['reason']}" for one in self.scope["not_found"]]

    def _unreadable(self) -> list[str]:
        return [
            f"NOT READ: AWS {', '.join(word for word in (one['account'], one['region']) if word)}. {one['reason']}"
            for one in self.scope["unreadable"]
        ] + [f"NOT READ: {unread(one)}. {one['reason']}" for one in self.scope["not_read"]]

    def _not_judged(self) -> list[str]:
        by_reason: dict[str, list[str]] = {}
        for one in self.scope["not_judged"]:
            by_reason.setdefault(one["reason"], []).append(one["vpc_endpoint_id"] or "one without an id")
        return [f"NOT JUDGED: {some(ids)}. {reason}" for reason, ids in by_reason.items()]

    def count(self, seen: int, region: str | None) -> str:
        """How many private endpoints a service in that region has, as far as was looked at."""
        if region in self.scope["regions"]:
            is_part = any(option in self.scope["filters"] for option in _OF_ENDPOINTS)
            return f"{seen} of those looked at" if is_part else str(seen)
        of_filter = self.scope["filters"].get("regions")
        if not seen or (of_filter and region not in of_filter):
            return NOT_LOOKED_AT
        return f"{seen} registered, AWS {NOT_LOOKED_AT}"

    def no_endpoints(self) -> str:
        if not self.has_tidb_cloud:
            return f"Private endpoints of TiDB Cloud: {NOT_LOOKED_AT}."
        is_whole = self.is_read and not self.scope["filters"]
        return "There are no private endpoints." if is_whole else "No private endpoint was found in what was looked at."

    def no_findings(self) -> str:
        if self.is_read and not self.scope["filters"]:
            own = ", nor with your own endpoint services" if self.has_own else ""
            return f"Nothing is wrong between the two sides{own}."
        if self.is_empty:
            return "Nothing was found, so nothing was judged."
        if self.is_read:
            return "Nothing is wrong between the two sides of what was looked at."
        return "No finding in what was looked at. The rest was not judged."


def unread(one: Values) -> str:
    """An item of `scope.not_read` as words, such as: principals of vpce-svc-1 in 123456789012, us-east-1."""
    of = f" of {one['service_id']}" if one["service_id"] else ""
    where = ", ".join(word for word in (one["account"], one["region"]) if word)
    return f"{one['what']}{of}{f' in {where}' if where else ''}"


def some(ids: t.Sequence[str]) -> str:
    """The first of them, and how many more."""
    more = f" and {len(ids) - _MOST} more" if len(ids) > _MOST else ""
    return f"{', '.join(ids[:_MOST])}{more}"
