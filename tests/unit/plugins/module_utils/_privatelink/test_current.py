# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The questions that the current state answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import (
    Found,
    Pair,
    Provider,
    pair_up,
    unverified_name,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from tests.support.endpoint_literals import (
    AWS_SERVICE,
    GROUP,
    HOST,
    OTHER_VPCE,
    SERVICE,
    SERVICE_NAME,
    desired,
    interface_endpoint,
    pair,
    registration,
)


def test_both_halves_are_joined_by_the_id() -> None:
    pairs = pair_up(
        [interface_endpoint(), interface_endpoint("vpce-lonely")], [registration(OTHER_VPCE), registration()]
    )
    assert pairs == [
        Pair(interface_endpoint(), registration()),
        Pair(interface_endpoint("vpce-lonely"), None),
        Pair(None, registration(OTHER_VPCE), visible=False),
    ]


def test_a_discovered_row_is_not_a_registration() -> None:
    assert not Pair(interface_endpoint(), registration(state="DISCOVERED")).registered
    assert Pair(interface_endpoint(), registration(state=None)).registered


def test_private_dns_is_wanted_for_a_cluster_unless_it_is_switched_off() -> None:
    assert Provider().private_dns_wanted(desired())
    assert not Provider().private_dns_wanted(desired(private_dns_enabled=False))


@pytest.mark.parametrize("available", [True, False])
def test_private_dns_is_wanted_for_another_service_where_it_has_a_verified_name(available: bool) -> None:
    here = Provider(other=replace(AWS_SERVICE, private_dns_verified=available))
    assert here.private_dns_wanted(Desired(service_name=SERVICE_NAME)) is available
    assert here.private_dns_wanted(Desired(service_name=SERVICE_NAME, private_dns_enabled=True))


def test_of_several_the_live_one_is_described_and_of_dead_ones_the_first() -> None:
    live, first, second = (pair(interface_endpoint(vpce)) for vpce in ("vpce-0", "vpce-1", "vpce-2"))
    assert Found(live, dead=(first, second)).described == live
    assert Found(dead=(first, second)).described == first
    assert Found().described is None


def test_a_service_has_its_name_and_host_from_the_source_that_knows_them() -> None:
    silent = replace(SERVICE, host=None)
    assert Provider(node_group=GROUP, service=replace(SERVICE, host="its-own")).host == "its-own"
    assert Provider(node_group=GROUP, service=silent).host == HOST
    assert (Provider(service=silent).service_name, Provider(service=silent).host) == (SERVICE_NAME, None)
    assert (Provider(other=AWS_SERVICE).service_name, Provider(other=AWS_SERVICE).host) == (SERVICE_NAME, HOST)
    assert (Provider().service_name, Provider().host) == (None, None)


def test_an_unverified_name_is_said_with_its_state_and_who_can_change_that() -> None:
    said = unverified_name(replace(AWS_SERVICE, private_dns_verified=False, unverified="pendingVerification"))
    for word in (AWS_SERVICE.service_name, str(AWS_SERVICE.private_dns_name), "pendingVerification", "TXT record"):
        assert word in said
