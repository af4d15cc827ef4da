# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong between the two sides: one finding for one cause, and none outside of what was looked at."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.findings import (
    findings,
    not_judged,
)
from tests.support.endpoint_literals import (
    CLUSTER_ID,
    CONNECTION_ID,
    GROUP_ID,
    HOST,
    OTHER_VPC,
    OTHER_VPCE,
    OWNED,
    PROJECT_ID,
    VPC,
    VPCE,
)
from tests.support.healthy_endpoint import HEALTHY, LOOKED_AT


def found(**changes: t.Any) -> dict[str, t.Any] | None:
    judged = findings([{**HEALTHY, **changes}], LOOKED_AT, {PROJECT_ID})
    assert len(judged) <= 1
    return judged[0] if judged else None


def test_a_healthy_endpoint_has_no_finding() -> None:
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
        "service_id",
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
def test_what_is_under_way_is_not_a_finding(changes: dict[str, t.Any]) -> None:
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
    (one,) = not_judged([{**HEALTHY, **changes}], LOOKED_AT, {PROJECT_ID})
    assert one["vpc_endpoint_id"] == VPCE
    assert one["reason"].endswith(".")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"status": "deleting", "aws_visible": False, "account_id": None},
        {"aws_visible": False},
        {"vpc_endpoint_state": "rejected", "project_id": "7", "endpoint_state": None},
        {"endpoint_state": "FAILED", "project_id": "7"},
    ],
)
def test_what_was_judged_is_not_listed_as_unjudged(changes: dict[str, t.Any]) -> None:
    assert not_judged([{**HEALTHY, **changes}], LOOKED_AT, {PROJECT_ID}) == []


def test_a_cause_hides_no_other_endpoints() -> None:
    both = [{**HEALTHY, "vpc_endpoint_state": "rejected"}, {**HEALTHY, "private_dns_enabled": False}]
    assert [finding["code"] for finding in findings(both, LOOKED_AT, {PROJECT_ID})] == ["leftover", "private_dns_off"]


# --- several of one service in one VPC

IN_VPC = (
    f'tidbcloud.privatelink.private_endpoint: {{vpc_id: {VPC}, cluster_id: "{CLUSTER_ID}", '
    f'node_group_id: "{GROUP_ID}", region: us-east-1, remove_duplicates: true}}'
)
OLD, NEW = (datetime(2026, 1, day, tzinfo=timezone.utc) for day in (1, 2))


def judged(
    first: dict[str, t.Any], second: dict[str, t.Any], created_at: t.Mapping[str, datetime] | None = None
) -> list[dict[str, t.Any]]:
    """The findings about two endpoints that differ in this way from a healthy one."""
    pair = [{**HEALTHY, **first}, {**HEALTHY, "vpc_endpoint_id": OTHER_VPCE, **second}]
    known = created_at or {}
    ages = {VPCE: known.get("first"), OTHER_VPCE: known.get("second")}
    return [one for one in findings(pair, LOOKED_AT, {PROJECT_ID}, ages) if one["code"] == "duplicate_endpoint"]


@pytest.mark.parametrize(
    ("first", "second", "ages", "removed", "why"),
    [
        ({"endpoint_state": "PENDING"}, {"private_dns_enabled": False}, {}, VPCE, "its registration is ACTIVE"),
        ({"private_dns_enabled": False}, {}, {"first": OLD, "second": NEW}, VPCE, "its private DNS is in effect"),
        ({}, {}, {"first": NEW, "second": OLD}, VPCE, "it is the oldest"),
        ({}, {}, {"second": OLD}, VPCE, "it is the oldest"),
        ({}, {}, {"first": OLD, "second": OLD}, OTHER_VPCE, "its id is the lowest"),
        ({}, {}, {}, OTHER_VPCE, "its id is the lowest"),
        ({}, {"endpoint_state": None}, {}, OTHER_VPCE, "its registration is ACTIVE"),
    ],
)
def test_a_duplicate_is_reported_with_the_one_that_would_be_kept_why_and_what_it_costs(
    first: dict[str, t.Any], second: dict[str, t.Any], ages: dict[str, datetime], removed: str, why: str
) -> None:
    (finding,) = judged(first, second, ages)
    kept = OTHER_VPCE if removed == VPCE else VPCE
    assert (finding["vpc_endpoint_id"], finding["severity"], finding["monthly_cost_usd"]) == (removed, "error", 7.3)
    assert (
        f"so does {kept}, which would be kept: {why}. {removed} costs 7.30 USD a month for nothing."
        in (finding["message"])
    )


@pytest.mark.parametrize(
    ("second", "remedy"),
    [
        ({"endpoint_state": None}, f"Run {IN_VPC}, or "),
        ({}, "If it is not needed, run "),
        ({"endpoint_state": None, "tags": {**OWNED, "Name": "other"}}, "If it is not needed, run "),
        (
            {"tags": {**OWNED, "deletion-protection": "True"}},
            "If it is not needed, remove its tag deletion-protection, then run ",
        ),
    ],
)
def test_the_way_out_of_a_duplicate_is_the_exact_call(second: dict[str, t.Any], remedy: str) -> None:
    (finding,) = judged({}, second)
    assert finding["remedy"] == (
        f"{remedy}tidbcloud.privatelink.private_endpoint: {{state: absent, vpc_endpoint_id: {OTHER_VPCE}, "
        f'cluster_id: "{CLUSTER_ID}", node_group_id: "{GROUP_ID}", region: us-east-1}}.'
    )


@pytest.mark.parametrize(
    "second",
    [
        {"vpc_id": OTHER_VPC},
        {"service_name": "com.amazonaws.vpce.us-east-1.vpce-svc-2"},
        {"region": "eu-central-1"},
        {"account_id": "1"},
        {"aws_visible": False},
        {"vpc_endpoint_state": "rejected"},
        {"vpc_endpoint_state": "deleting", "status": "deleting"},
        {"vpc_endpoint_state": "deleted"},
        {"tags": {}},
    ],
)
def test_what_is_elsewhere_dead_or_not_ours_is_not_a_duplicate(second: dict[str, t.Any]) -> None:
    assert judged({}, second) == []
