# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every test states all calls that the function under test makes, in order, with all their parameters."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import boto3
import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import balancer_api as api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.scripted_aws import Script as Stubber

ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/{}/0123456789abcdef"
FIRST, SECOND = ARN.format("first"), ARN.format("second")


def balancer(arn: str) -> dict[str, t.Any]:
    return {"LoadBalancerArn": arn, "Type": "network", "State": {"Code": "active"}}


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    untyped: t.Any = boto3
    keys = {"aws_access_key_id": "AKIATESTTESTTESTTEST", "aws_secret_access_key": "test-secret-access-key-0123456789"}
    stubber = Stubber(untyped.client("elbv2", region_name="us-east-1", **keys))
    with stubber:
        yield stubber
    stubber.assert_no_pending_responses()


def add_refusal(stubber: Stubber, method: str, code: str, wanted: dict[str, t.Any]) -> None:
    meta = {"RequestId": "request-7"}
    stubber.add_client_error(method, code, "no", http_status_code=400, response_meta=meta, expected_params=wanted)


def test_one_that_does_not_exist_does_not_hide_the_others(stubber: Stubber) -> None:
    method = "describe_load_balancers"
    add_refusal(stubber, method, "LoadBalancerNotFound", {"LoadBalancerArns": [FIRST, SECOND]})
    add_refusal(stubber, method, "LoadBalancerNotFound", {"LoadBalancerArns": [FIRST]})
    stubber.add_response(method, {"LoadBalancers": [balancer(SECOND)]}, {"LoadBalancerArns": [SECOND]})
    assert [one.arn for one in api.describe_load_balancers(stubber.client, [FIRST, SECOND])] == [SECOND]


def test_a_missing_permission_is_named_as_iam_names_it(stubber: Stubber) -> None:
    add_refusal(stubber, "describe_load_balancers", "AccessDenied", {"LoadBalancerArns": [FIRST]})
    with pytest.raises(ApiError, match="allow elasticloadbalancing:DescribeLoadBalancers"):
        api.describe_load_balancers(stubber.client, [FIRST])


def test_those_that_carry_all_tags_are_found(stubber: Stubber) -> None:
    every = {"LoadBalancers": [balancer(FIRST), balancer(SECOND)]}
    stubber.add_response("describe_load_balancers", every, {})
    tags = [
        {"ResourceArn": FIRST, "Tags": [{"Key": "app", "Value": "tidb"}]},
        {"ResourceArn": SECOND, "Tags": [{"Key": "app", "Value": "tidb"}, {"Key": "env", "Value": "test"}]},
    ]
    stubber.add_response("describe_tags", {"TagDescriptions": tags}, {"ResourceArns": [FIRST, SECOND]})
    found = api.find_load_balancers(stubber.client, {"app": "tidb", "env": "test"})
    assert [one.arn for one in found] == [SECOND]


def test_listeners_are_read_from_all_pages(stubber: Stubber) -> None:
    method = "describe_listeners"
    first = {"Listeners": [{"Port": 4000, "Protocol": "TCP"}], "NextMarker": "2"}
    stubber.add_response(method, first, {"LoadBalancerArn": FIRST})
    second = {"Listeners": [{"Port": 53, "Protocol": "UDP"}]}
    stubber.add_response(method, second, {"LoadBalancerArn": FIRST, "Marker": "2"})
    assert [one.port for one in api.describe_listeners(stubber.client, FIRST)] == [4000, 53]


def test_whether_it_crosses_zones_is_advice(stubber: Stubber) -> None:
    method, key = "describe_load_balancer_attributes", "load_balancing.cross_zone.enabled"
    answer = {"Attributes": [{"Key": key, "Value": "false"}]}
    stubber.add_response(method, answer, {"LoadBalancerArn": FIRST})
    assert api.is_cross_zone(stubber.client, FIRST) is False
    add_refusal(stubber, method, "AccessDenied", {"LoadBalancerArn": FIRST})
    assert api.is_cross_zone(stubber.client, FIRST) is None
