# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the nouns of a provider answer themselves."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import (
    Connection,
    LoadBalancer,
    OwnService,
    account_of,
    region_of,
)

ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef"


@pytest.mark.parametrize(
    ("arn", "region", "account"),
    [
        (ARN, "us-east-1", "123456789012"),
        ("arn:aws:iam::123456789012:root", None, "123456789012"),
        ("AROA1234567890EXAMPLE", None, None),
        ("*", None, None),
        ("arn:aws:iam", None, None),
    ],
)
def test_an_arn_has_a_region_and_an_account_and_other_texts_have_none(
    arn: str, region: str | None, account: str | None
) -> None:
    assert (region_of(arn), account_of(arn)) == (region, account)


@pytest.mark.parametrize("state", ["pendingacceptance", "pending", "available"])
def test_a_connection_in_use_is_live(state: str) -> None:
    assert Connection("vpce-1", state).is_live


@pytest.mark.parametrize("state", ["rejected", "deleting", "deleted", "failed", "expired"])
def test_one_that_blocks_nothing_is_not(state: str) -> None:
    assert not Connection("vpce-1", state).is_live


def test_a_service_that_failed_is_still_there_and_one_that_is_being_deleted_is_not() -> None:
    states = ("pending", "available", "failed", "deleting", "deleted")
    gone = [OwnService("vpce-svc-1", "com", state, "us-east-1").is_gone for state in states]
    assert gone == [False, False, False, True, True]


def test_a_load_balancer_is_called_as_its_owner_called_it() -> None:
    assert LoadBalancer(ARN, "network", "active").name == "orders"
    assert LoadBalancer("odd", "network", "provisioning").name == "odd"
    assert LoadBalancer("odd", "network", "provisioning").is_provisioning
