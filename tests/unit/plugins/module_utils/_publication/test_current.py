# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a published service answers for itself."""

from __future__ import annotations

from tests.support.publication_literals import ACCOUNT, OTHER, ROOT, arn, balancer, connection, current, published


def test_the_account_of_a_service_is_that_of_its_load_balancers_and_always_permitted() -> None:
    found = published(connection("vpce-1"), connection("vpce-2", account_id=ACCOUNT))
    assert found.own_account == ACCOUNT
    assert [found.permitted(one) for one in found.connections] == [False, True]
    assert [found.permitted(one, [ROOT]) for one in found.connections] == [True, True]
    assert published(load_balancer_arns=()).own_account is None


def test_a_rejected_connection_stays_listed_and_is_not_live() -> None:
    found = published(connection("vpce-1", "rejected", OTHER), connection("vpce-2", "available", OTHER))
    assert [one.vpc_endpoint_id for one in found.live] == ["vpce-2"]


def test_a_load_balancer_is_found_by_its_arn() -> None:
    now = current(published())
    assert now.balancer(arn("orders")) == balancer()
    assert now.balancer(arn("billing")) is None
    assert now.service is not None
    assert current().service is None
