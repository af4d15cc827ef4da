# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of both sides: the same in check mode, where neither service nor private endpoint has an ID."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.connection_steps import (
    connect_table,
    disconnect_table,
)
from tests.support.role_runs import ENDPOINT, Values, changed, wanted

NEW, REAL = "com.amazonaws.vpce.us-east-1.vpce-svc-0", "com.amazonaws.vpce.us-east-1.vpce-svc-7"
WANTED = wanted(cluster_id="", self_hosted_name="orders", vpc_id="vpc-1", subnet_ids=("subnet-1",))
MADE = [{"name": "create_endpoint_service", "detail": "acceptance required", "target": "orders"}]
ACCEPTED = [{"name": "accept_connections", "detail": "vpce-7", "target": "orders"}]


def step(name: str, target: str) -> Values:
    return {"name": name, "detail": "its detail", "target": target}


def known(*steps: Values, state: str | None = None, **provider: t.Any) -> Values:
    costs = {"before": {"monthly_cost_usd": 0.0}, "after": {"monthly_cost_usd": 7.3}}
    made = {"changed": True, "steps": list(steps), "diff": costs, "unchecked_limits": []}
    look = {"private_endpoint": {**ENDPOINT, "vpc_endpoint_state": state}, "is_settled": False, "is_live": False}
    of_provider = {
        "service_names": [NEW, None],
        "requires_acceptance": True,
        "made": {"steps": MADE},
        **{name: {} for name in ("accepted", "begun", "withdrawn")},
        **provider,
    }
    check_mode = not of_provider["accepted"]
    return {**changed(wanted=WANTED, look=look, made=made, provider=of_provider), "check_mode": check_mode}


def text(lines: list[str]) -> list[str]:
    return [line[lines[0].index("STEPS") :] for line in lines[1:]]


def test_check_mode_and_run_show_the_same_steps_in_the_order_in_which_they_are_done() -> None:
    planned = known(step("create_vpc_endpoint", NEW), step("enable_private_dns", NEW))
    run = known(
        step("create_vpc_endpoint", REAL),
        step("enable_private_dns", "vpce-7"),
        accepted={"steps": ACCEPTED},
        begun={"private_endpoint": {"vpc_endpoint_id": "vpce-7"}},
        service_names=[NEW, REAL],
    )
    assert connect_table(planned) == connect_table(run)
    assert text(connect_table(run)) == [
        "create_endpoint_service: acceptance required (orders)",
        "create_vpc_endpoint: its detail (orders)",
        "accept_connections: the private endpoint of this connection (orders)",
        "enable_private_dns: its detail (orders)",
    ]


def test_one_that_takes_the_place_of_a_rejected_one_is_accepted_once_it_is_there() -> None:
    planned = known(
        step("delete_vpc_endpoint", "vpce-1"), step("create_vpc_endpoint", NEW), state="rejected", made={"steps": []}
    )
    assert [line.split(":")[0] for line in text(connect_table(planned))] == [
        "delete_vpc_endpoint",
        "create_vpc_endpoint",
        "accept_connections",
    ]


def test_one_that_waits_is_accepted_and_one_that_needs_no_acceptance_is_not() -> None:
    waits = known(state="pendingAcceptance", made={"steps": []})
    assert text(connect_table(waits)) == ["accept_connections: the private endpoint of this connection (orders)"]
    free = known(step("create_vpc_endpoint", NEW), requires_acceptance=False, made={"steps": []})
    assert text(connect_table(free)) == ["create_vpc_endpoint: its detail (orders)"]


def test_the_end_of_this_connection_is_said_once() -> None:
    ends = [step("reject_connections", "orders"), step("delete_endpoint_service", "orders")]
    removed = {"steps": [step("delete_vpc_endpoint", "vpce-1")], "diff": {}}
    kinds: Values = {"security_groups": [], "subnets": [], "vpcs": []}
    planned = {**known(withdrawn={"steps": ends}), "removed": removed, "removed_network": kinds}
    done = {**planned, "provider": {**planned["provider"], "withdrawn": {"steps": ends[1:]}}, "check_mode": False}
    assert disconnect_table(planned) == disconnect_table(done)
    assert [line.split(":")[0] for line in text(disconnect_table(done))] == [
        "delete_vpc_endpoint",
        "delete_endpoint_service",
    ]
