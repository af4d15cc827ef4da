# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which service is meant, which tags a run sets, and which it removes. Pure."""

from __future__ import annotations

import typing as t

from .._aws.provider_model import OwnService
from .._aws.tags import purged, settable
from .._run.text import listed
from .._run.violations import LimitsViolated, Violation
from .desired import NAME_TAG, Desired


def wanted_tags(desired: Desired) -> dict[str, str]:
    """The tags that a published service carries: the ownership tags and the user's."""
    return {**settable(desired.tags or {}), **desired.ownership}


def unwanted_tags(desired: Desired, service: OwnService) -> tuple[str, ...]:
    """Keys to purge if `tags` is set."""
    if desired.tags is None or not desired.purge_tags:
        return ()
    return tuple(key for key in purged(service.tags, desired.tags) if key not in desired.removed_tags)


def is_of_name(desired: Desired, service: OwnService) -> bool:
    return desired.ownership.items() <= service.tags.items()


def identify(desired: Desired, named: t.Sequence[OwnService], adopted: OwnService | None) -> OwnService | None:
    """The one that is meant, null if there is none. `named`: the live ones that carry the name; `adopted`: the one
    that `service_id` names.

    Raises LimitsViolated (`ambiguous_match`, `immutable_change`) if that is in doubt.
    """
    others = [one for one in named if adopted is None or one.service_id != adopted.service_id]
    if adopted is None:
        if len(named) > 1:
            raise LimitsViolated([_several(desired, named)])
        return named[0] if named else None
    if others and desired.state == "present":
        raise LimitsViolated([_several(desired, [adopted, *others])])
    other_name = adopted.tags.get(NAME_TAG)
    if other_name is not None and other_name != desired.name:
        message = f"Endpoint service {adopted.service_id} is published as {other_name!r}, not as {desired.name!r}."
        remedy = f"Give its own name in self_hosted_name, or remove its tag {NAME_TAG} to have it renamed."
        raise LimitsViolated([Violation("immutable_change", message, remedy)])
    return adopted


def not_found(service_id: str, region: str) -> Violation:
    message = f"These credentials have no endpoint service {service_id} in {region}."
    remedy = "Check service_id, the AWS account and the region, or omit service_id to make one."
    return Violation("service_not_visible", message, remedy)


def _several(desired: Desired, services: t.Sequence[OwnService]) -> Violation:
    shown = listed(sorted(f"{one.service_id} ({one.state})" for one in services))
    message = f"Several endpoint services are published as {desired.name!r}: {shown}."
    remedy = (
        f"Keep one: remove the tag {NAME_TAG} of the others, or delete them, each with service_id and state=absent."
    )
    return Violation("ambiguous_match", message, remedy)
