# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The return value `diff`: what a plan changes of the user's options and of the monthly cost. Pure."""

from __future__ import annotations

from .._aws.model import InterfaceEndpoint
from .._costs.costs import monthly_cost_usd
from .current import Current
from .desired import attributes_of
from .steps import CreateVpcEndpoint, DeleteVpcEndpoint, Options, Plan


def difference(planned: Plan, current: Current, planned_subnets: int | None = None) -> dict[str, Options]:
    """`before` and `after`: the user's options and `monthly_cost_usd` (USD, by the dated table).

    From the planned steps and the state they were planned for, so that check mode and run agree, that a run without
    steps has no difference, and that one with wait=false shows only what it does. `planned_subnets`: how many the
    private endpoint will have once a play has made them. The cost of a creation without known subnets is null.
    """
    live = current.found.main.endpoint if current.found.main else None
    options: Options = options_of(live) if live else {"state": "absent"}
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
            options = step.changed(options)
        if isinstance(step, DeleteVpcEndpoint):
            zones.pop(step.vpc_endpoint_id, None)
        elif "subnet_ids" in options and step.vpc_endpoint_id not in others:
            zones[step.vpc_endpoint_id] = len(options["subnet_ids"])
    if planned_subnets is not None and options["state"] == "present":
        zones[live.vpc_endpoint_id if live and live.vpc_endpoint_id in zones else None] = planned_subnets
    creation = planned.first(CreateVpcEndpoint)
    is_known = creation is None or bool(creation.subnet_ids) or planned_subnets is not None
    after = monthly_cost_usd(current.provider.region, sum(zones.values())) if is_known else None
    return {"before": before, "after": {**options, "monthly_cost_usd": after}}


def options_of(endpoint: InterfaceEndpoint) -> Options:
    """The user's options that an interface endpoint has."""
    return {"state": "present", **attributes_of(endpoint)}
