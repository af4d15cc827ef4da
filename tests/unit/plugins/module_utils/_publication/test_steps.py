# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of step knows its request, when it is done, when it is in effect, and what it changes."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import PrivateDnsRecord
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import Published
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.diff import options_of
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.steps import (
    AcceptConnections,
    AddLoadBalancers,
    CreateEndpointService,
    DeleteEndpointService,
    PermitPrincipals,
    Plan,
    RefreshZones,
    RejectConnections,
    RemoveLoadBalancers,
    RemovePrivateDnsName,
    RemoveTags,
    SetAcceptanceRequired,
    SetIpAddressTypes,
    SetPrivateDnsName,
    SetRegions,
    SetTags,
    Step,
    VerifyPrivateDnsName,
    WithdrawPrincipals,
)
from tests.support.publication_literals import ROOT, ZONES, arn, connection, published

WAITS = PrivateDnsRecord("pendingverification", "_abc", "TXT", "vpce:xyz")
# A step, a service before it, its request, and a service after it.
STEPS: dict[str, tuple[Step, Published, dict[str, t.Any], Published]] = {
    "acceptance": (
        SetAcceptanceRequired("orders", (), False),
        published(),
        {"AcceptanceRequired": False},
        published(acceptance_required=False),
    ),
    "a load balancer more": (
        AddLoadBalancers("orders", (), (arn("billing"),), ("us-east-1c",)),
        published(),
        {"AddNetworkLoadBalancerArns": [arn("billing")]},
        published(load_balancer_arns=(arn("billing"), arn("orders"))),
    ),
    "a load balancer less": (
        RemoveLoadBalancers("orders", (), (arn("billing"),)),
        published(load_balancer_arns=(arn("billing"), arn("orders"))),
        {"RemoveNetworkLoadBalancerArns": [arn("billing")]},
        published(),
    ),
    "address types": (
        SetIpAddressTypes("orders", (), ("ipv4",), ("ipv6",)),
        published(),
        {"AddSupportedIpAddressTypes": ["ipv6"], "RemoveSupportedIpAddressTypes": ["ipv4"]},
        published(address_types=("ipv6",)),
    ),
    "regions": (
        SetRegions("orders", (), (), ("eu-west-1",)),
        published(),
        {"AddSupportedRegions": ["eu-west-1"]},
        published(regions={"eu-west-1": "available"}),
    ),
    "a principal more": (
        PermitPrincipals("orders", (), (ROOT,)),
        published(),
        {"add": [ROOT]},
        published(principals=[ROOT]),
    ),
    "a principal less": (
        WithdrawPrincipals("orders", (), (ROOT,)),
        published(principals=[ROOT]),
        {"remove": [ROOT]},
        published(),
    ),
    "a name": (
        SetPrivateDnsName("orders", (), None, "tidb.example.com"),
        published(),
        {"PrivateDnsName": "tidb.example.com"},
        published(private_dns_name="tidb.example.com"),
    ),
    "no name": (
        RemovePrivateDnsName("orders", (), "tidb.example.com"),
        published(private_dns_name="tidb.example.com"),
        {"RemovePrivateDnsName": True},
        published(),
    ),
    "a verification": (
        VerifyPrivateDnsName("orders", (), "tidb.example.com"),
        published(record=WAITS),
        {},
        published(record=PrivateDnsRecord("verified")),
    ),
    "zones": (
        RefreshZones("orders", (), ("us-east-1c",)),
        published(),
        {},
        published(availability_zones=(*ZONES, "us-east-1c")),
    ),
    "an acceptance": (
        AcceptConnections("orders", (), ("vpce-1",)),
        published(connection()),
        {"ids": ("vpce-1",)},
        published(connection(state="available"), connection("vpce-2")),
    ),
    "a rejection": (
        RejectConnections("orders", (), ("vpce-1",)),
        published(connection(state="available")),
        {"ids": ("vpce-1",)},
        published(connection(state="rejected"), connection("vpce-2")),
    ),
    "tags": (
        SetTags("orders", (), {"team": "data"}),
        published(),
        {"tags": {"team": "data"}},
        published(tags={"team": "data", "env": "test"}),
    ),
    "no tags": (
        RemoveTags("orders", (), ("team",)),
        published(tags={"team": "data"}),
        {"keys": ("team",)},
        published(tags={}),
    ),
    "a deletion": (DeleteEndpointService("orders"), published(), {}, published(state="deleting")),
}
cases = pytest.mark.parametrize(("step", "before", "request_", "after"), STEPS.values(), ids=STEPS)


@cases
def test_a_step_requests_what_is_missing_and_is_in_effect_only_afterwards(
    step: Step, before: Published, request_: dict[str, t.Any], after: Published
) -> None:
    assert step.request == request_
    assert (step.is_in_effect(before), step.is_in_effect(after)) == (False, True)
    assert step.is_done(after)


@cases
def test_a_step_changes_the_difference(
    step: Step, before: Published, request_: dict[str, t.Any], after: Published
) -> None:
    options = options_of(before)
    assert step.changed(options) != options


@cases
def test_what_a_step_says_does_not_depend_on_the_service_that_it_finds(
    step: Step, before: Published, request_: dict[str, t.Any], after: Published
) -> None:
    said = step.returned()
    assert (said["name"], said["target"]) == (step.name, "orders")
    assert said["detail"]
    assert before.service.service_id not in str(said)


def test_aws_has_taken_an_acceptance_before_the_connection_is_available() -> None:
    step, pending = AcceptConnections("orders", (), ("vpce-1",)), published(connection(state="pending"))
    assert (step.is_done(pending), step.is_in_effect(pending)) == (True, False)


def test_aws_has_taken_a_region_before_it_is_open() -> None:
    step, pending = SetRegions("orders", (), (), ("eu-west-1",)), published(regions={"eu-west-1": "pending"})
    assert (step.is_done(pending), step.is_in_effect(pending)) == (True, False)
    assert not CreateEndpointService("orders", (), (arn("orders"),), regions=("eu-west-1",)).is_in_effect(pending)


def test_aws_has_taken_a_verification_before_the_name_is_verified() -> None:
    step = VerifyPrivateDnsName("orders", (), "tidb.example.com")
    assert step.is_done(published(record=WAITS))
    assert not step.is_done(published(record=PrivateDnsRecord("failed")))


def test_an_endpoint_that_is_gone_needs_no_decision_any_more() -> None:
    assert AcceptConnections("orders", (), ("vpce-1",)).is_in_effect(published())
    assert RejectConnections("orders", (), ("vpce-1",)).is_in_effect(published())


def test_a_plan_is_asked_for_kinds_of_steps() -> None:
    creation = CreateEndpointService("orders", (), (arn("orders"),))
    planned = Plan((creation, PermitPrincipals("orders", (), (ROOT,))))
    assert planned.first(CreateEndpointService) is creation
    assert planned.first(RefreshZones) is None
    assert planned.has(RefreshZones, PermitPrincipals)
    assert not planned.has(RefreshZones)
    assert creation.is_in_effect(published())
    assert not creation.is_in_effect(published(state="pending"))
