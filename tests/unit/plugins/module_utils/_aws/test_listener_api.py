# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every test states all calls that the function under test makes, in order, with all their parameters."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import boto3
import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import listener_api as api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.listener_model import Target
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.listener_literals import BALANCER, GROUP_ARN, LISTENER_ARN, group, listener
from tests.support.scripted_aws import Script

OTHER = GROUP_ARN.replace("/1", "/2")


@pytest.fixture
def script() -> Iterator[Script]:
    untyped: t.Any = boto3
    keys = {"aws_access_key_id": "AKIATESTTESTTESTTEST", "aws_secret_access_key": "test-secret-access-key-0123456789"}
    script = Script(untyped.client("elbv2", region_name="us-east-1", **keys))
    with script:
        yield script
    script.assert_no_pending_responses()


def add_refusal(script: Script, method: str, code: str, wanted: dict[str, t.Any]) -> None:
    meta = {"RequestId": "request-7"}
    script.add_client_error(method, code, "no", http_status_code=400, response_meta=meta, expected_params=wanted)


def test_a_listener_forwards_to_each_target_group_once(script: Script) -> None:
    shared = [{"TargetGroupArn": OTHER}, {"TargetGroupArn": GROUP_ARN}]
    actions = [{"Type": "forward", "TargetGroupArn": GROUP_ARN, "ForwardConfig": {"TargetGroups": shared}}]
    found = {"ListenerArn": LISTENER_ARN, "LoadBalancerArn": BALANCER.arn, "Port": 4000, "Protocol": "TCP"}
    answer = {"Listeners": [{**found, "DefaultActions": actions}]}
    script.add_response("describe_listeners", answer, {"LoadBalancerArn": BALANCER.arn})
    (one,) = api.describe_port_listeners(script.client, BALANCER.arn)
    assert (one.forwards, one.port, one.protocol) == ((GROUP_ARN, OTHER), 4000, "TCP")


def test_a_load_balancer_that_is_gone_has_no_listeners_and_a_target_group_that_is_gone_no_targets(
    script: Script,
) -> None:
    add_refusal(script, "describe_listeners", "LoadBalancerNotFound", {"LoadBalancerArn": BALANCER.arn})
    add_refusal(script, "describe_target_health", "TargetGroupNotFound", {"TargetGroupArn": GROUP_ARN})
    assert api.describe_port_listeners(script.client, BALANCER.arn) == []
    assert api.describe_targets(script.client, GROUP_ARN) == ()


def test_one_that_is_gone_does_not_hide_the_tags_of_the_others(script: Script) -> None:
    method = "describe_tags"
    add_refusal(script, method, "TargetGroupNotFound", {"ResourceArns": [GROUP_ARN, OTHER]})
    add_refusal(script, method, "TargetGroupNotFound", {"ResourceArns": [GROUP_ARN]})
    tagged = {"TagDescriptions": [{"ResourceArn": OTHER, "Tags": [{"Key": "team", "Value": "data"}]}]}
    script.add_response(method, tagged, {"ResourceArns": [OTHER]})
    assert api.describe_tags(script.client, [GROUP_ARN, OTHER]) == {OTHER: {"team": "data"}}


def test_a_denial_is_not_taken_for_absence(script: Script) -> None:
    add_refusal(script, "describe_tags", "AccessDenied", {"ResourceArns": [GROUP_ARN]})
    with pytest.raises(ApiError, match="elasticloadbalancing:DescribeTags"):
        api.describe_tags(script.client, [GROUP_ARN])


def test_what_is_made_has_its_tags_from_the_beginning(script: Script) -> None:
    tags = [{"Key": key, "Value": value} for key, value in group().tags.items()]
    asked = {"Name": group().name, "Protocol": "TCP", "Port": 4000, "VpcId": "vpc-1", "TargetType": "ip"}
    checked = {"HealthCheckIntervalSeconds": 10}
    script.add_response(
        "create_target_group", {"TargetGroups": [{"TargetGroupArn": GROUP_ARN}]}, {**asked, "Tags": tags, **checked}
    )
    assert api.create_target_group(script.client, group(health_check={"interval": 10})) == GROUP_ARN
    forward = [{"Type": "forward", "TargetGroupArn": GROUP_ARN}]
    settings = {"Port": 4000, "Protocol": "TCP", "DefaultActions": forward}
    tags = [{"Key": key, "Value": value} for key, value in listener().tags.items()]
    made = {"Listeners": [{"ListenerArn": LISTENER_ARN}]}
    script.add_response("create_listener", made, {"LoadBalancerArn": BALANCER.arn, "Tags": tags, **settings})
    assert api.create_listener(script.client, listener()) == LISTENER_ARN
    script.add_response("modify_listener", {}, {"ListenerArn": LISTENER_ARN, **settings})
    api.modify_listener(script.client, listener())


def test_two_hundred_targets_are_registered_in_one_call(script: Script) -> None:
    targets = [Target(f"10.7.{number // 250}.{number % 250}", 4000, "all") for number in range(201)]
    asked = [{"Id": one.id, "Port": 4000, "AvailabilityZone": "all"} for one in targets]
    for part in (asked[:200], asked[200:]):
        script.add_response("register_targets", {}, {"TargetGroupArn": GROUP_ARN, "Targets": part})
    api.register_targets(script.client, GROUP_ARN, targets)


def test_a_listener_that_is_already_gone_is_fine_and_one_that_is_in_use_is_not(script: Script) -> None:
    add_refusal(script, "delete_listener", "ListenerNotFound", {"ListenerArn": LISTENER_ARN})
    api.delete_listener(script.client, LISTENER_ARN)
    add_refusal(script, "delete_listener", "ResourceInUse", {"ListenerArn": LISTENER_ARN})
    with pytest.raises(ApiError) as caught:
        api.delete_listener(script.client, LISTENER_ARN)
    assert caught.value.code == "ResourceInUse"


@pytest.mark.parametrize("answer", [{"Listeners": []}, {"Listeners": [{}]}])
def test_an_answer_without_the_new_listener_is_unreadable(script: Script, answer: dict[str, t.Any]) -> None:
    script.add_response("create_listener", answer)
    with pytest.raises(ApiError) as caught:
        api.create_listener(script.client, listener())
    assert caught.value.ambiguous
