# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the limits are asked about: the network after the run, and what of it is new."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.situation import Situation
from tests.support.endpoint_literals import VPC, current, desired, interface_endpoint, pair, registration

LIVE = current(main=pair(interface_endpoint(ip_address_type="dualstack"), registration()))
REJECTED = current(dead=(pair(interface_endpoint(state="rejected")),))


def situation(wanted: Desired, here: Current) -> Situation:
    return Situation(wanted, here, plan(wanted, here))


@pytest.mark.parametrize(
    ("wanted", "here", "after", "new"),
    [
        (desired(), current(), ("subnet-a",), {"subnet-a"}),
        (desired(subnet_ids=("subnet-a", "subnet-b")), LIVE, ("subnet-a", "subnet-b"), {"subnet-b"}),
        (desired(subnet_ids=None), LIVE, ("subnet-a",), set()),
        (desired(recreate_failed=True), REJECTED, ("subnet-a",), {"subnet-a"}),
    ],
)
def test_subnets_are_those_after_the_run_and_new_those_that_get_a_network_interface(
    wanted: Desired, here: Current, after: tuple[str, ...], new: set[str]
) -> None:
    at = situation(wanted, here)
    assert (at.vpc_id, at.subnet_ids, at.new_subnet_ids) == (VPC, after, new)


@pytest.mark.parametrize(
    ("wanted", "here", "address_type"),
    [
        (desired(), current(), "ipv4"),
        (desired(ip_address_type="ipv6"), current(), "ipv6"),
        (desired(subnet_ids=("subnet-a", "subnet-b")), LIVE, "dualstack"),
        (desired(ip_address_type="ipv4"), LIVE, "ipv4"),
    ],
)
def test_the_address_type_is_the_one_after_the_run(wanted: Desired, here: Current, address_type: str) -> None:
    assert situation(wanted, here).address_type == address_type


def test_what_is_replaced_frees_its_addresses() -> None:
    at = situation(desired(recreate_failed=True), REJECTED)
    assert (at.freed_addresses("subnet-a"), at.freed_addresses("subnet-b")) == (1, 0)
    assert situation(desired(subnet_ids=("subnet-b",)), LIVE).freed_addresses("subnet-a") == 0
