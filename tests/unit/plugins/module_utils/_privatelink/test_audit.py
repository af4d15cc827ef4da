# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong between the two sides: one finding for one cause, and none outside of what was looked at."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.audit import findings
from tests.unit.plugins.module_utils._privatelink.literals import CLUSTER_ID, CONNECTION_ID, HOST, PROJECT_ID, VPC, VPCE

ACCOUNT = "210987654321"
LOOKED_AT = {(ACCOUNT, "us-east-1")}
HEALTHY: dict[str, t.Any] = {
    "status": "active",
    "vpc_endpoint_id": VPCE,
    "vpc_endpoint_state": "available",
    "aws_visible": True,
    "account_id": ACCOUNT,
    "region": "us-east-1",
    "vpc_id": VPC,
    "private_dns_enabled": True,
    "private_endpoint_connection_id": CONNECTION_ID,
    "endpoint_state": "ACTIVE",
    "endpoint_message": None,
    "cluster_id": CLUSTER_ID,
    "project_id": PROJECT_ID,
    "host": HOST,
    "monthly_cost_usd": 7.3,
}


def found(**changes: t.Any) -> dict[str, t.Any] | None:
    judged = findings([{**HEALTHY, **changes}], LOOKED_AT, {PROJECT_ID})
    assert len(judged) <= 1
    return judged[0] if judged else None


def test_what_is_as_it_should_be_is_no_finding() -> None:
    assert found() is None


@pytest.mark.parametrize(
    ("changes", "code", "severity", "said"),
    [
        ({"endpoint_state": None}, "not_registered", "error", "not registered with TiDB Cloud"),
        ({"endpoint_state": "DISCOVERED"}, "not_registered", "error", "not registered with TiDB Cloud"),
        ({"vpc_endpoint_state": "rejected"}, "leftover", "error", "is rejected"),
        ({"vpc_endpoint_state": "failed"}, "leftover", "error", "is failed"),
        ({"vpc_endpoint_state": "expired"}, "leftover", "error", "is expired"),
        ({"endpoint_state": "FAILED", "endpoint_message": "full"}, "registration_failed", "error", "has failed: full"),
        ({"endpoint_state": "FAILED"}, "registration_failed", "error", "gave no reason"),
        ({"vpc_endpoint_state": "pending"}, "drift", "warning", "AWS has it pending"),
        ({"private_dns_enabled": False}, "private_dns_off", "warning", f"{HOST} does not resolve in {VPC}"),
        ({"vpc_endpoint_state": "deleted"}, "interface_endpoint_missing", "error", "endpoint is gone"),
        ({"aws_visible": False, "vpc_endpoint_state": None}, "interface_endpoint_missing", "error", "endpoint is gone"),
    ],
)
def test_each_cause_is_one_finding_with_its_remedy_and_cost(
    changes: dict[str, t.Any], code: str, severity: str, said: str
) -> None:
    finding = found(**changes)
    assert finding is not None
    assert (finding["code"], finding["severity"]) == (code, severity)
    assert VPCE in finding["message"]
    assert said in finding["message"]
    assert "private_endpoint" in finding["remedy"]
    assert set(finding) == {
        "code",
        "severity",
        "vpc_endpoint_id",
        "private_endpoint_connection_id",
        "message",
        "remedy",
        "monthly_cost_usd",
    }
    assert (finding["vpc_endpoint_id"], finding["monthly_cost_usd"]) == (VPCE, 7.3)
    assert finding["private_endpoint_connection_id"] == CONNECTION_ID


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "deleting", "vpc_endpoint_state": "deleting"},
        {"endpoint_state": "PENDING", "vpc_endpoint_state": "pendingAcceptance", "status": "pending"},
        {"endpoint_state": "PENDING", "status": "pending", "private_dns_enabled": False},
    ],
)
def test_what_is_under_way_is_no_finding(changes: dict[str, t.Any]) -> None:
    assert found(**changes) is None


@pytest.mark.parametrize(
    "changes",
    [
        # Another account, a region that was not looked at, an account that TiDB Cloud does not name.
        {"aws_visible": False, "account_id": "310987654322"},
        {"aws_visible": False, "region": "us-west-2"},
        {"aws_visible": False, "account_id": None},
        # Another project's endpoint: whether it is registered was not read.
        {"endpoint_state": None, "project_id": "7"},
        {"endpoint_state": None, "project_id": None},
    ],
)
def test_what_was_not_looked_at_is_not_judged(changes: dict[str, t.Any]) -> None:
    assert found(**changes) is None


def test_a_cause_hides_no_other_endpoints() -> None:
    both = [{**HEALTHY, "vpc_endpoint_state": "rejected"}, {**HEALTHY, "private_dns_enabled": False}]
    assert [finding["code"] for finding in findings(both, LOOKED_AT, {PROJECT_ID})] == ["leftover", "private_dns_off"]
