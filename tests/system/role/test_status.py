# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook "status" calls nothing healthy that it did not look at, and errors name the role's own variables."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.operator import Operator

UNKNOWN = "1379661944646419999"
HEALTHY = "Nothing is wrong"


@pytest.fixture
def one_zone(operator: Operator) -> dict[str, Any]:
    return {"vpc_cidr": "10.42.0.0/16", "availability_zone_ids": operator.zone_ids()[0], "check": False}


def test_a_cluster_that_is_not_there_is_named_and_nothing_is_called_healthy(operator: Operator) -> None:
    run = operator.play("status", cluster_id=UNKNOWN)
    assert run.status != 0, run.output
    assert f"Nothing was found of what was asked for: {UNKNOWN}." in run.output
    assert f"NOT FOUND: {UNKNOWN} (cluster_ids)." in run.output
    assert "Nothing was found, so nothing was judged." in run.output
    assert HEALTHY not in run.output
    run = operator.play("status", cluster_id=UNKNOWN, fail_on="failed")
    assert run.status != 0
    assert f"could not be looked for everywhere: not_found ({UNKNOWN})." in run.output


def test_one_that_is_there_beside_one_that_is_not_is_shown_and_the_other_named(operator: Operator) -> None:
    run = operator.play("status", cluster_ids=[operator.cluster_id(), UNKNOWN])
    assert run.status == 0, run.output
    assert f"NOT FOUND: {UNKNOWN} (cluster_ids)." in run.output
    assert HEALTHY not in run.output


def test_a_word_that_can_never_be_met_ends_the_run_before_anything_is_asked(operator: Operator) -> None:
    run = operator.play("status", statuses="active,pending", fail_on="leftover,failed")
    assert run.status != 0
    assert "fail_on names failed, leftover, which private_connection_statuses leaves out" in run.output
    assert run.requests == ()


def test_what_a_region_filter_leaves_out_is_no_number_and_not_healthy(operator: Operator) -> None:
    run = operator.play("status", regions="eu-west-1")
    assert run.status == 0, run.output
    (service,) = [line for line in run.output.splitlines() if "main-cluster" in line]
    assert service.rstrip('",').endswith("not looked at")
    assert "in eu-west-1" in run.output
    assert HEALTHY not in run.output


@pytest.mark.exhaustive
def test_what_was_looked_at_is_said_and_what_is_healthy_in_it(operator: Operator, one_zone: dict[str, Any]) -> None:
    assert operator.play("connect", **one_zone).status == 0
    run = operator.play("status")
    assert run.status == 0, run.output
    assert "Looked at: TiDB Cloud project" in run.output
    assert f"Only: cluster_ids {operator.cluster_id()}." in run.output
    assert f"{HEALTHY} between the two sides of what was looked at." in run.output


@pytest.mark.exhaustive
def test_an_error_names_the_variables_of_the_role(operator: Operator, one_zone: dict[str, Any]) -> None:
    assert operator.play("connect", **one_zone).status == 0
    (vpce,) = [one.vpc_endpoint_id for one in operator.sandbox.aws.endpoints()]
    operator.sandbox.aws.reject(vpce)
    run = operator.play("connect", **one_zone)
    assert run.status != 0
    assert "private_connection_recreate_failed=true" in run.output
    assert " recreate_failed=true" not in run.output
    run = operator.play("connect", **one_zone, wait_timeout=-1)
    assert run.status != 0
    assert "private_connection_wait_timeout must be from 0" in run.output
