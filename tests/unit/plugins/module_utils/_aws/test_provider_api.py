# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every test states all calls that the function under test makes, in order, with all their parameters."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import boto3
import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import provider_api as aws
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.scripted_aws import Script as Stubber

ID = "vpce-svc-0123456789abcdef0"
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef"
SERVICE = {"ServiceId": ID, "ServiceName": "com.example", "ServiceState": "Available", "AcceptanceRequired": True}
LISTED = "describe_vpc_endpoint_service_configurations"


@pytest.fixture
def stubber() -> Iterator[Stubber]:
    untyped: t.Any = boto3
    keys = {"aws_access_key_id": "AKIATESTTESTTESTTEST", "aws_secret_access_key": "test-secret-access-key-0123456789"}
    stubber = Stubber(untyped.client("ec2", region_name="us-east-1", **keys))
    with stubber:
        yield stubber
    stubber.assert_no_pending_responses()


def add_refusal(stubber: Stubber, method: str, code: str, message: str = "no") -> None:
    meta = {"RequestId": "request-7"}
    stubber.add_client_error(method, code, message, http_status_code=400, response_meta=meta)


def unsuccessful(code: str) -> dict[str, t.Any]:
    return {"Unsuccessful": [{"Error": {"Code": code, "Message": "no"}, "ResourceId": "vpce-1"}]}


def test_services_are_found_by_tags_on_all_pages(stubber: Stubber) -> None:
    where = [{"Name": "tag:a", "Values": ["b"]}]
    stubber.add_response(LISTED, {"ServiceConfigurations": [SERVICE], "NextToken": "2"}, {"Filters": where})
    second = {**SERVICE, "ServiceId": "vpce-svc-2"}
    stubber.add_response(LISTED, {"ServiceConfigurations": [second]}, {"Filters": where, "NextToken": "2"})
    found = aws.describe_own_services(stubber.client, filters={"tag:a": ["b"]})
    assert [one.service_id for one in found] == [ID, "vpce-svc-2"]


@pytest.mark.parametrize("code", sorted(aws.SERVICE_NOT_FOUND | aws.SERVICE_MALFORMED))
def test_a_service_that_aws_does_not_know_is_left_out(stubber: Stubber, code: str) -> None:
    add_refusal(stubber, LISTED, code)
    assert aws.describe_own_services(stubber.client, ids=[ID]) == []


def test_any_other_refusal_is_raised(stubber: Stubber) -> None:
    add_refusal(stubber, LISTED, "UnauthorizedOperation")
    with pytest.raises(ApiError, match="ec2:DescribeVpcEndpointServiceConfigurations"):
        aws.describe_own_services(stubber.client, ids=[ID])


def test_a_list_that_is_missing_is_not_an_empty_one(stubber: Stubber) -> None:
    stubber.add_response(LISTED, {}, {})
    with pytest.raises(ApiError, match="ServiceConfigurations is missing"):
        aws.describe_own_services(stubber.client)


def test_a_service_is_made_with_its_tags_in_one_call(stubber: Stubber) -> None:
    operation: t.Any = stubber.client.meta.service_model.operation_model("CreateVpcEndpointServiceConfiguration")
    # The oldest botocore that is supported does not know them.
    regions = ["eu-west-1"] if "SupportedRegions" in operation.input_shape.members else []
    stubber.add_response(
        "create_vpc_endpoint_service_configuration",
        {"ServiceConfiguration": SERVICE},
        {
            "NetworkLoadBalancerArns": [ARN],
            "AcceptanceRequired": False,
            "ClientToken": "token",
            "TagSpecifications": [{"ResourceType": "vpc-endpoint-service", "Tags": [{"Key": "a", "Value": "b"}]}],
            "PrivateDnsName": "tidb.example.com",
            **({"SupportedRegions": regions} if regions else {}),
        },
    )
    made = aws.create_own_service(
        stubber.client,
        client_token="token",
        load_balancer_arns=[ARN],
        acceptance_required=False,
        tags={"a": "b"},
        regions=regions,
        private_dns_name="tidb.example.com",
    )
    assert made.service_id == ID


def test_a_change_of_nothing_names_the_service_alone(stubber: Stubber) -> None:
    stubber.add_response("modify_vpc_endpoint_service_configuration", {"Return": True}, {"ServiceId": ID})
    aws.modify_own_service(stubber.client, ID)


def test_an_answer_that_nothing_was_done_is_no_success(stubber: Stubber) -> None:
    stubber.add_response("modify_vpc_endpoint_service_configuration", {"Return": False}, {"ServiceId": ID})
    with pytest.raises(ApiError, match="nothing was done"):
        aws.modify_own_service(stubber.client, ID)
    stubber.add_response("modify_vpc_endpoint_service_permissions", {"ReturnValue": False})
    with pytest.raises(ApiError, match="nothing was done"):
        aws.modify_principals(stubber.client, ID, add=["*"])


def test_a_refusal_to_delete_comes_in_a_list(stubber: Stubber) -> None:
    method = "delete_vpc_endpoint_service_configurations"
    stubber.add_response(method, unsuccessful("ExistingVpcEndpointConnections"), {"ServiceIds": [ID]})
    with pytest.raises(ApiError) as refused:
        aws.delete_own_service(stubber.client, ID)
    assert refused.value.code == aws.CONNECTIONS_EXIST
    stubber.add_response(method, unsuccessful("InvalidVpcEndpointService.NotFound"), {"ServiceIds": [ID]})
    aws.delete_own_service(stubber.client, ID)
    stubber.add_response(method, {}, {"ServiceIds": [ID]})
    with pytest.raises(ApiError, match="Unsuccessful is missing"):
        aws.delete_own_service(stubber.client, ID)


def test_principals_are_listed_permitted_and_withdrawn(stubber: Stubber) -> None:
    found = [{"Principal": "arn:aws:iam::2:root"}, {"Principal": "*"}]
    stubber.add_response("describe_vpc_endpoint_service_permissions", {"AllowedPrincipals": found}, {"ServiceId": ID})
    assert aws.describe_principals(stubber.client, ID) == ("*", "arn:aws:iam::2:root")
    wanted = {"ServiceId": ID, "AddAllowedPrincipals": ["*"]}
    stubber.add_response("modify_vpc_endpoint_service_permissions", {"ReturnValue": True}, wanted)
    aws.modify_principals(stubber.client, ID, add=["*"])
    wanted = {"ServiceId": ID, "RemoveAllowedPrincipals": ["*"]}
    stubber.add_response("modify_vpc_endpoint_service_permissions", {"ReturnValue": True}, wanted)
    aws.modify_principals(stubber.client, ID, remove=["*"])


def test_connections_are_selected_by_their_service(stubber: Stubber) -> None:
    item = {"VpcEndpointId": "vpce-1", "VpcEndpointState": "available", "ServiceId": ID}
    where = {"Filters": [{"Name": "service-id", "Values": [ID]}]}
    stubber.add_response("describe_vpc_endpoint_connections", {"VpcEndpointConnections": [item]}, where)
    assert [one.vpc_endpoint_id for one in aws.describe_connections(stubber.client, ID)] == ["vpce-1"]


@pytest.mark.parametrize("verb", ["accept", "reject"])
def test_a_decision_that_aws_did_not_take_is_an_error(stubber: Stubber, verb: str) -> None:
    decide: t.Any = getattr(aws, f"{verb}_connections")
    method, wanted = f"{verb}_vpc_endpoint_connections", {"ServiceId": ID, "VpcEndpointIds": ["vpce-1"]}
    stubber.add_response(method, {"Unsuccessful": []}, wanted)
    decide(stubber.client, ID, ["vpce-1"])
    stubber.add_response(method, unsuccessful("InvalidState"), wanted)
    with pytest.raises(ApiError) as refused:
        decide(stubber.client, ID, ["vpce-1"])
    assert refused.value.code == "InvalidState"


def test_more_than_a_hundred_decisions_take_several_calls(stubber: Stubber) -> None:
    ids = [f"vpce-{number}" for number in range(150)]
    for part in (ids[:100], ids[100:]):
        wanted = {"ServiceId": ID, "VpcEndpointIds": part}
        stubber.add_response("accept_vpc_endpoint_connections", {"Unsuccessful": []}, wanted)
    aws.accept_connections(stubber.client, ID, ids)


def test_a_verification_is_started(stubber: Stubber) -> None:
    method = "start_vpc_endpoint_service_private_dns_verification"
    stubber.add_response(method, {"ReturnValue": True}, {"ServiceId": ID})
    aws.verify_private_dns_name(stubber.client, ID)


def test_zone_ids_are_asked_for_only_where_there_are_zones(stubber: Stubber) -> None:
    assert aws.describe_zone_ids(stubber.client, []) == {}
    where = {"Filters": [{"Name": "zone-name", "Values": ["us-east-1a"]}]}
    zones = [{"ZoneName": "us-east-1a", "ZoneId": "use1-az1"}]
    stubber.add_response("describe_availability_zones", {"AvailabilityZones": zones}, where)
    assert aws.describe_zone_ids(stubber.client, ["us-east-1a"]) == {"us-east-1a": "use1-az1"}
