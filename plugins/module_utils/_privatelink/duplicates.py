# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several live interface endpoints of one service in one VPC: which one is kept, and which may be removed. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from .._aws.model import InterfaceEndpoint
from .._aws.tags import PROTECTION_TAG, is_managed, is_protected
from .._run.task import task
from .desired import Desired
from .violations import Violation

if t.TYPE_CHECKING:
    from .current import Pair

_LATE = datetime.max.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Standing:
    """What decides between two interface endpoints. `created_at` is null if AWS does not say."""

    vpc_endpoint_id: str
    active: bool = False
    private_dns: bool = False
    created_at: datetime | None = None

    @property
    def rank(self) -> tuple[bool, bool, datetime, str]:
        """The lowest is kept: an ACTIVE registration, private DNS in effect, the oldest, the lowest id."""
        return not self.active, not self.private_dns, self.created_at or _LATE, self.vpc_endpoint_id


def by_age(endpoint: InterfaceEndpoint) -> tuple[bool, bool, datetime, str]:
    """The order of twins that were made at the same time; every run arrives at the same one."""
    return Standing(endpoint.vpc_endpoint_id, created_at=endpoint.created_at).rank


def why_kept(kept: Standing, other: Standing) -> str:
    """What the one that is kept has over the other."""
    if kept.active != other.active:
        return "its registration is ACTIVE"
    if kept.private_dns != other.private_dns:
        return "its private DNS is in effect"
    if kept.created_at != other.created_at:
        return "it is the oldest"
    return "its id is the lowest"


def kept_first(pairs: t.Iterable[Pair]) -> list[Pair]:
    """The one that would be kept, then the others."""
    return sorted(pairs, key=lambda pair: standing(pair).rank)


def standing(pair: Pair) -> Standing:
    endpoint = pair.endpoint
    return Standing(
        pair.vpc_endpoint_id,
        pair.registration is not None and pair.registration.state == "ACTIVE",
        endpoint is not None and endpoint.private_dns_enabled,
        endpoint.created_at if endpoint else None,
    )


def are_duplicates(pairs: t.Sequence[Pair]) -> bool:
    """Whether they have the same service and VPC, as far as that is known."""
    return len({(pair.endpoint.service_name, pair.endpoint.vpc_id) for pair in pairs if pair.endpoint}) == 1


def hindrances(desired: Desired, ordered: t.Sequence[Pair]) -> dict[str, str]:
    """Why `remove_duplicates` leaves some of them alone, by id. `ordered`: the one that is kept comes first.

    With `state=absent` none is kept, and an ACTIVE registration protects none.
    """
    others = ordered if desired.state == "absent" else ordered[1:]
    reasons = {pair.vpc_endpoint_id: _hindrance(desired, pair.endpoint, pair, ordered[0]) for pair in others}
    return {vpc_endpoint_id: reason for vpc_endpoint_id, reason in reasons.items() if reason}


def _hindrance(desired: Desired, endpoint: InterfaceEndpoint | None, pair: Pair, first: Pair) -> str | None:
    if endpoint is None:
        return "cannot be seen"
    if is_protected(endpoint.tags):
        return f"carries the tag {PROTECTION_TAG}=true"
    if not is_managed(endpoint.tags):
        return "was not made by this collection"
    if endpoint.name != (first.endpoint.name if first.endpoint else None):
        return f"is named {endpoint.name!r}" if endpoint.name else "has no Name"
    if desired.state == "present" and standing(pair).active:
        return "has an ACTIVE registration, too"
    return None


def ambiguous(desired: Desired, pairs: t.Sequence[Pair], where: str, listed: str) -> Violation:
    """Several fit: what `remove_duplicates` would do about it, or why it cannot."""
    message = f"Several live interface endpoints of {desired.target} {where} match: {listed}."
    if not are_duplicates(pairs):
        return Violation("ambiguous_match", message, "Name the one that is meant with vpc_endpoint_id, or give vpc_id.")
    ordered = kept_first(pairs)
    reasons = hindrances(desired, ordered)
    left = ", ".join(f"{vpc_endpoint_id} ({reason})" for vpc_endpoint_id, reason in reasons.items())
    if desired.remove_duplicates:
        calls = "; ".join(_call(desired, pair) for pair in ordered if pair.vpc_endpoint_id in reasons)
        return Violation(
            "ambiguous_match",
            f"{message} remove_duplicates does not remove {left}.",
            f"Remove what is not needed, then run again: {calls}.",
        )
    remedy = "Name the one that is meant with vpc_endpoint_id, or set remove_duplicates=true, which "
    remedy += _would(desired, ordered)
    return Violation("ambiguous_match", message, f"{remedy}, but not {left}." if left else f"{remedy}.")


def _would(desired: Desired, ordered: t.Sequence[Pair]) -> str:
    if desired.state == "absent":
        return "removes all of them"
    kept, other = standing(ordered[0]), standing(ordered[1])
    return f"keeps {kept.vpc_endpoint_id} ({why_kept(kept, other)}) and removes the others"


def protected_violations(desired: Desired, pairs: t.Sequence[Pair]) -> tuple[Violation, ...]:
    """With `state=absent` deletion protection has a code of its own."""
    if desired.state == "present":
        return ()
    return tuple(
        Violation(
            "deletion_protected",
            f"Interface endpoint {pair.vpc_endpoint_id} carries the tag {PROTECTION_TAG}=true, and remove_duplicates "
            "does not remove it.",
            f"Remove that tag, then run {_call(desired, pair)}.",
        )
        for pair in pairs
        if pair.endpoint and is_protected(pair.endpoint.tags)
    )


def _call(desired: Desired, pair: Pair) -> str:
    """The task that removes it."""
    target = ("cluster_id", desired.cluster_id) if desired.cluster_id else ("service_name", desired.service_name)
    region = pair.endpoint.region if pair.endpoint else None
    return removal_call(pair.vpc_endpoint_id, region, *target, node_group_id=desired.node_group_id)


def removal_call(
    vpc_endpoint_id: str, region: str | None, target: str, target_id: str | None, node_group_id: str | None = None
) -> str:
    """The task that removes one private endpoint, to copy."""
    return task(
        state="absent",
        vpc_endpoint_id=vpc_endpoint_id,
        **{target: target_id},
        node_group_id=node_group_id,
        region=region,
    )
