# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The return value C(diff): what a plan changes of the user's options and of the monthly cost. Pure."""

from __future__ import annotations

import typing as t

from .._aws.model import InterfaceEndpoint
from .._costs.costs import monthly_cost_usd
from .current import Current
from .steps import Plan, Step

Options = dict[str, t.Any]

_LISTS = {
    "add_subnets": ("subnet_ids", "add_subnet_ids", frozenset.union),
    "remove_subnets": ("subnet_ids", "remove_subnet_ids", frozenset.difference),
    "add_security_groups": ("security_group_ids", "add_security_group_ids", frozenset.union),
    "remove_security_groups": ("security_group_ids", "remove_security_group_ids", frozenset.difference),
}


def difference(planned: Plan, current: Current) -> dict[str, Options]:
    """C(before) and C(after): the user's options and C(monthly_cost_usd) (USD, by the dated table).

    From the planned steps and the state they were planned for, so that check mode and run agree, that a run without
    steps has no difference, and that one with wait=false shows only what it does.
    """
    live = current.found.main.endpoint if current.found.main else None
    options: Options = _options(live) if live else {"state": "absent"}
    # The interface endpoint that the run creates has no id yet.
    zones: dict[str | None, int] = {
        pair.vpc_endpoint_id: len(pair.endpoint.subnet_ids)
        for pair in current.found.pairs
        if pair.endpoint and pair.listed
    }
    before = {**options, "monthly_cost_usd": monthly_cost_usd(current.provider.region, sum(zones.values()))}
    others = {pair.vpc_endpoint_id for pair in current.found.pairs if pair is not current.found.main}
    for step in planned.steps:
        if step.vpc_endpoint_id not in others:
            options = _after(step, options)
        if step.name == "delete_vpc_endpoint":
            zones.pop(step.vpc_endpoint_id, None)
        elif "subnet_ids" in options and step.vpc_endpoint_id not in others:
            zones[step.vpc_endpoint_id] = len(options["subnet_ids"])
    return {
        "before": before,
        "after": {**options, "monthly_cost_usd": monthly_cost_usd(current.provider.region, sum(zones.values()))},
    }


def _options(endpoint: InterfaceEndpoint) -> Options:
    return {
        "state": "present",
        "vpc_id": endpoint.vpc_id,
        "subnet_ids": sorted(endpoint.subnet_ids),
        "security_group_ids": sorted(endpoint.security_group_ids),
        "private_dns_enabled": endpoint.private_dns_enabled,
        "ip_address_type": endpoint.ip_address_type,
        "tags": dict(sorted(endpoint.tags.items())),
    }


def _after(step: Step, options: Options) -> Options:
    """The options once the step is done. A registration is no option."""
    arguments = step.arguments
    if step.name == "create_vpc_endpoint":
        return _created(arguments)
    if step.name == "delete_vpc_endpoint":
        return {"state": "absent"}
    if step.name == "terminate_registration":
        return {**options, "state": "absent"}
    if step.name in _LISTS:
        option, argument, combine = _LISTS[step.name]
        return {**options, option: sorted(combine(frozenset(options[option]), arguments[argument]))}
    if step.name == "set_tags":
        return {**options, "tags": dict(sorted({**options["tags"], **arguments["tags"]}.items()))}
    if step.name == "remove_tags":
        return {**options, "tags": {key: tag for key, tag in options["tags"].items() if key not in arguments["keys"]}}
    return {**options, **arguments}


def _created(arguments: t.Mapping[str, t.Any]) -> Options:
    """What is not known yet is left out."""
    given = {
        "vpc_id": arguments["vpc_id"],
        "subnet_ids": sorted(arguments["subnet_ids"]),
        "security_group_ids": sorted(arguments["security_group_ids"]),
        "ip_address_type": arguments["ip_address_type"],
    }
    return {
        "state": "present",
        **{option: value for option, value in given.items() if value},
        "private_dns_enabled": False,
        "tags": dict(sorted(arguments["tags"].items())),
    }
