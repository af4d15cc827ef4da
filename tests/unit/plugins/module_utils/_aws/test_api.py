# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every test states all calls that the function under test makes, in order, with all their parameters."""

from __future__ import annotations

import typing as t

import boto3
import botocore
import pytest
from botocore.config import Config
from botocore.exceptions import ParamValidationError
from moto import mock_aws

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import (
    InterfaceEndpoint,
    NetworkInterface,
    Subnet,
    Vpc,
    VpcEndpointService,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.scripted_aws import Script as Stubber

REGION = "us-east-1"
SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
ENDPOINT = "vpce-0a1b2c3d4e5f60718"
OTHER = "vpce-0a1b2c3d4e5f60719"
INTERFACE = {"Name": "vpc-endpoint-type", "Values": ["Interface"]}


class Script:
    """A client that answers as scripted and rejects any other call."""

    def __init__(self, service: str) -> None:
        untyped: t.Any = boto3
        self.client = untyped.client(
            service,
            region_name=REGION,
            aws_access_key_id="AKIATESTTESTTESTTEST",
            aws_secret_access_key="test-secret-access-key-0123456789",
            config=Config(retries={"total_max_attempts": 1}),
        )
        self._stubber = Stubber(self.client)
        self._stubber.activate()

    def answer(self, method: str, response: t.Mapping[str, t.Any], **expected: t.Any) -> None:
        try:
            self._stubber.add_response(method, response, expected)
        except ParamValidationError as unfit:
            if "Unknown parameter" in str(unfit):
                pytest.skip(f"botocore {botocore.__version__} does not know this field yet: {unfit}")
            raise

    def reject(self, method: str, code: str, *, status: int = 400, message: str = "no", **expected: t.Any) -> None:
        self._stubber.add_client_error(
            method, code, message, status, expected_params=expected, response_meta={"RequestId": "request-7"}
        )

    def done(self) -> None:
        self._stubber.assert_no_pending_responses()


@pytest.fixture
def ec2() -> t.Iterator[Script]:
    script = Script("ec2")
    yield script
    script.done()


@pytest.fixture
def quotas() -> t.Iterator[Script]:
    script = Script("service-quotas")
    yield script
    script.done()


# describe_vpc_endpoints


def listed(vpc_endpoint_id: str) -> dict[str, str]:
    return {"VpcEndpointId": vpc_endpoint_id, "State": "available", "ServiceName": SERVICE, "VpcId": "vpc-1"}


def test_an_endpoint_with_all_its_fields(ec2: Script) -> None:
    item = {
        "VpcEndpointId": ENDPOINT,
        "VpcEndpointType": "Interface",
        "VpcId": "vpc-1",
        "ServiceName": SERVICE,
        "State": "pendingAcceptance",
        "SubnetIds": ["subnet-1", "subnet-2"],
        "Groups": [{"GroupId": "sg-1", "GroupName": "tidb"}],
        "IpAddressType": "ipv4",
        "PrivateDnsEnabled": True,
        "NetworkInterfaceIds": ["eni-1", "eni-2"],
        "DnsEntries": [{"DnsName": "vpce-1.example.com", "HostedZoneId": "Z1"}, {"HostedZoneId": "Z2"}],
        "Tags": [{"Key": "Name", "Value": "orders"}, {"Key": "empty"}],
        "OwnerId": "210987654321",
        "LastError": {"Code": "SomeCode", "Message": "It went wrong."},
        "FailureReason": "The quota is used up.",
    }
    ec2.answer("describe_vpc_endpoints", {"VpcEndpoints": [item]}, VpcEndpointIds=[ENDPOINT])
    assert api.describe_vpc_endpoints(ec2.client, ids=[ENDPOINT]) == [
        InterfaceEndpoint(
            vpc_endpoint_id=ENDPOINT,
            state="pendingacceptance",
            service_name=SERVICE,
            vpc_id="vpc-1",
            region=REGION,
            account_id="210987654321",
            subnet_ids=("subnet-1", "subnet-2"),
            security_group_ids=("sg-1",),
            network_interface_ids=("eni-1", "eni-2"),
            private_dns_enabled=True,
            dns_names=("vpce-1.example.com",),
            ip_address_type="ipv4",
            tags={"Name": "orders", "empty": ""},
            last_error="It went wrong. The quota is used up.",
        )
    ]


def test_an_endpoint_may_lack_what_it_need_not_have(ec2: Script) -> None:
    ec2.answer("describe_vpc_endpoints", {"VpcEndpoints": [listed(ENDPOINT)]}, VpcEndpointIds=[ENDPOINT])
    found = api.describe_vpc_endpoints(ec2.client, ids=[ENDPOINT])
    assert found == [InterfaceEndpoint(ENDPOINT, "available", SERVICE, "vpc-1", REGION)]


@pytest.mark.parametrize("missing", ["VpcEndpointId", "State", "ServiceName", "VpcId"])
def test_an_endpoint_that_could_pass_for_another_or_for_none_is_unreadable(ec2: Script, missing: str) -> None:
    item = {key: value for key, value in listed(ENDPOINT).items() if key != missing}
    ec2.answer("describe_vpc_endpoints", {"VpcEndpoints": [item]}, VpcEndpointIds=[ENDPOINT])
    with pytest.raises(ApiError, match=rf"not a valid AWS answer: {missing} is missing\. Check endpoint_url"):
        api.describe_vpc_endpoints(ec2.client, ids=[ENDPOINT])


def test_an_endpoint_of_another_type_may_have_no_service(ec2: Script) -> None:
    item = {**listed(ENDPOINT), "VpcEndpointType": "Resource"}
    del item["ServiceName"]
    ec2.answer("describe_vpc_endpoints", {"VpcEndpoints": [item]}, VpcEndpointIds=[ENDPOINT])
    assert [found.service_name for found in api.describe_vpc_endpoints(ec2.client, ids=[ENDPOINT])] == [""]


def test_filters_select_interface_endpoints_only_on_all_pages(ec2: Script) -> None:
    filters = [{"Name": "vpc-id", "Values": ["vpc-1"]}, {"Name": "service-name", "Values": [SERVICE]}, INTERFACE]
    first = {"VpcEndpoints": [listed(ENDPOINT)], "NextToken": "page-2"}
    ec2.answer("describe_vpc_endpoints", first, Filters=filters)
    ec2.answer("describe_vpc_endpoints", {"VpcEndpoints": [listed(OTHER)]}, Filters=filters, NextToken="page-2")
    found = api.describe_vpc_endpoints(ec2.client, filters={"vpc-id": ["vpc-1"], "service-name": [SERVICE]})
    assert [endpoint.vpc_endpoint_id for endpoint in found] == [ENDPOINT, OTHER]


def test_without_ids_and_filters_all_interface_endpoints_are_listed(ec2: Script) -> None:
    ec2.answer("describe_vpc_endpoints", {"VpcEndpoints": []}, Filters=[INTERFACE])
    assert api.describe_vpc_endpoints(ec2.client) == []


@pytest.mark.parametrize(
    "code", ["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound", "InvalidVpcEndpointId.Malformed"]
)
def test_an_unknown_id_is_an_empty_list(ec2: Script, code: str) -> None:
    ec2.reject("describe_vpc_endpoints", code, VpcEndpointIds=[ENDPOINT])
    assert api.describe_vpc_endpoints(ec2.client, ids=[ENDPOINT]) == []


def test_an_unknown_id_does_not_hide_the_others(ec2: Script) -> None:
    ec2.reject("describe_vpc_endpoints", "InvalidVpcEndpointId.NotFound", VpcEndpointIds=[ENDPOINT, OTHER])
    ec2.reject("describe_vpc_endpoints", "InvalidVpcEndpointId.NotFound", VpcEndpointIds=[ENDPOINT])
    ec2.answer("describe_vpc_endpoints", {"VpcEndpoints": [listed(OTHER)]}, VpcEndpointIds=[OTHER])
    found = api.describe_vpc_endpoints(ec2.client, ids=[ENDPOINT, OTHER])
    assert [endpoint.vpc_endpoint_id for endpoint in found] == [OTHER]


def test_who_is_asked_for_an_id_has_it_or_says_that_it_does_not_exist(ec2: Script) -> None:
    ec2.answer("describe_vpc_endpoints", {"VpcEndpoints": [listed(ENDPOINT)]}, VpcEndpointIds=[ENDPOINT])
    ec2.reject("describe_vpc_endpoints", "InvalidVpcEndpointId.NotFound", VpcEndpointIds=[ENDPOINT])
    api.require_answer(ec2.client, ENDPOINT)
    api.require_answer(ec2.client, ENDPOINT)


@pytest.mark.parametrize("found", [[], [OTHER]])
def test_an_answer_about_an_id_that_says_nothing_of_it_is_not_of_aws(ec2: Script, found: list[str]) -> None:
    answer = {"VpcEndpoints": [listed(one) for one in found]}
    ec2.answer("describe_vpc_endpoints", answer, VpcEndpointIds=[ENDPOINT])
    with pytest.raises(ApiError, match=f"neither has {ENDPOINT} nor says that it does not exist"):
        api.require_answer(ec2.client, ENDPOINT)


def test_a_refusal_is_not_an_empty_list(ec2: Script) -> None:
    ec2.reject("describe_vpc_endpoints", "UnauthorizedOperation", status=403, VpcEndpointIds=[ENDPOINT])
    with pytest.raises(ApiError, match="ec2:DescribeVpcEndpoints"):
        api.describe_vpc_endpoints(ec2.client, ids=[ENDPOINT])


# create_vpc_endpoint


def test_an_endpoint_is_made_in_one_call_with_its_tags_and_token_and_explicitly_without_private_dns(
    ec2: Script,
) -> None:
    ec2.answer(
        "create_vpc_endpoint",
        {"VpcEndpoint": {"VpcEndpointId": ENDPOINT, "State": "pending"}},
        VpcEndpointType="Interface",
        VpcId="vpc-1",
        ServiceName=SERVICE,
        SubnetIds=["subnet-1", "subnet-2"],
        SecurityGroupIds=["sg-1"],
        PrivateDnsEnabled=False,
        ClientToken="token-1",
        IpAddressType="dualstack",
        TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "orders"}]}],
    )
    made, _age = api.create_vpc_endpoint(
        ec2.client,
        vpc_id="vpc-1",
        service_name=SERVICE,
        subnet_ids=("subnet-1", "subnet-2"),
        security_group_ids=("sg-1",),
        ip_address_type="dualstack",
        tags={"Name": "orders"},
        client_token="token-1",
    )
    assert (made.vpc_endpoint_id, made.state, made.region) == (ENDPOINT, "pending", REGION)


def test_what_is_not_given_is_not_sent(ec2: Script) -> None:
    ec2.answer(
        "create_vpc_endpoint",
        {"VpcEndpoint": {"VpcEndpointId": ENDPOINT}},
        VpcEndpointType="Interface",
        VpcId="vpc-1",
        ServiceName=SERVICE,
        SubnetIds=["subnet-1"],
        SecurityGroupIds=["sg-1"],
        PrivateDnsEnabled=False,
        ClientToken="token-1",
    )
    api.create_vpc_endpoint(
        ec2.client,
        vpc_id="vpc-1",
        service_name=SERVICE,
        subnet_ids=["subnet-1"],
        security_group_ids=["sg-1"],
        ip_address_type=None,
        tags={},
        client_token="token-1",
    )


# modify_vpc_endpoint


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ({"add_subnet_ids": ("subnet-2",)}, {"AddSubnetIds": ["subnet-2"]}),
        ({"remove_subnet_ids": ["subnet-1"]}, {"RemoveSubnetIds": ["subnet-1"]}),
        ({"add_security_group_ids": ["sg-2"]}, {"AddSecurityGroupIds": ["sg-2"]}),
        ({"remove_security_group_ids": ["sg-1"]}, {"RemoveSecurityGroupIds": ["sg-1"]}),
        ({"private_dns_enabled": True}, {"PrivateDnsEnabled": True}),
        ({"private_dns_enabled": False}, {"PrivateDnsEnabled": False}),
        ({"ip_address_type": "ipv4"}, {"IpAddressType": "ipv4"}),
    ],
)
def test_a_modification_sends_what_changes_and_nothing_else(
    ec2: Script, change: dict[str, t.Any], sent: dict[str, t.Any]
) -> None:
    ec2.answer("modify_vpc_endpoint", {"Return": True}, VpcEndpointId=ENDPOINT, **sent)
    api.modify_vpc_endpoint(ec2.client, ENDPOINT, **change)


def test_a_modification_while_another_is_under_way_is_an_error_with_its_code(ec2: Script) -> None:
    ec2.reject("modify_vpc_endpoint", "OperationInProgress", VpcEndpointId=ENDPOINT, PrivateDnsEnabled=True)
    with pytest.raises(ApiError) as caught:
        api.modify_vpc_endpoint(ec2.client, ENDPOINT, private_dns_enabled=True)
    assert (caught.value.code, caught.value.status, caught.value.ambiguous) == ("OperationInProgress", 400, False)


# delete_vpc_endpoint


def test_deleting_is_one_call(ec2: Script) -> None:
    ec2.answer("delete_vpc_endpoints", {"Unsuccessful": []}, VpcEndpointIds=[ENDPOINT])
    api.delete_vpc_endpoint(ec2.client, ENDPOINT)


def unsuccessful(code: str) -> dict[str, t.Any]:
    return {"Unsuccessful": [{"ResourceId": ENDPOINT, "Error": {"Code": code, "Message": "so it is"}}]}


@pytest.mark.parametrize("code", ["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"])
def test_deleting_what_is_gone_is_fine_however_aws_says_it(ec2: Script, code: str) -> None:
    ec2.answer("delete_vpc_endpoints", unsuccessful(code), VpcEndpointIds=[ENDPOINT])
    ec2.reject("delete_vpc_endpoints", code, VpcEndpointIds=[ENDPOINT])
    api.delete_vpc_endpoint(ec2.client, ENDPOINT)
    api.delete_vpc_endpoint(ec2.client, ENDPOINT)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("UnauthorizedOperation", "allow ec2:DeleteVpcEndpoints in the IAM policy"),
        ("InvalidParameter", "AWS refused DeleteVpcEndpoints in us-east-1: so it is"),
    ],
)
def test_a_deletion_that_aws_lists_as_unsuccessful_is_an_error(ec2: Script, code: str, sentence: str) -> None:
    ec2.answer("delete_vpc_endpoints", unsuccessful(code), VpcEndpointIds=[ENDPOINT])
    with pytest.raises(ApiError, match=sentence) as caught:
        api.delete_vpc_endpoint(ec2.client, ENDPOINT)
    assert caught.value.code == code


# Tags


def test_a_deletion_that_aws_refuses_is_an_error(ec2: Script) -> None:
    ec2.reject("delete_vpc_endpoints", "UnauthorizedOperation", status=403, VpcEndpointIds=[ENDPOINT])
    with pytest.raises(ApiError, match="allow ec2:DeleteVpcEndpoints in the IAM policy"):
        api.delete_vpc_endpoint(ec2.client, ENDPOINT)


def test_tags_are_set_and_removed_by_key(ec2: Script) -> None:
    ec2.answer("create_tags", {}, Resources=[ENDPOINT], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    ec2.answer("delete_tags", {}, Resources=[ENDPOINT], Tags=[{"Key": "a"}, {"Key": "b"}])
    api.create_tags(ec2.client, ENDPOINT, {"a": "1", "b": ""})
    api.delete_tags(ec2.client, ENDPOINT, ["a", "b"])


# Subnets, security groups, network interfaces


def test_subnets_are_selected_by_filter_so_that_an_unknown_one_hides_no_other(ec2: Script) -> None:
    item = {
        "SubnetId": "subnet-1",
        "VpcId": "vpc-1",
        "AvailabilityZoneId": "use1-az1",
        "AvailabilityZone": "us-east-1a",
        "OwnerId": "210987654321",
    }
    filters = [{"Name": "subnet-id", "Values": ["subnet-1", "subnet-9"]}]
    ec2.answer("describe_subnets", {"Subnets": [item]}, Filters=filters)
    found = api.describe_subnets(ec2.client, ["subnet-1", "subnet-9"])
    assert found == [Subnet("subnet-1", "vpc-1", "use1-az1", "us-east-1a", "210987654321")]


def test_security_groups_are_given_with_their_vpc(ec2: Script) -> None:
    ec2.answer(
        "describe_security_groups",
        {"SecurityGroups": [{"GroupId": "sg-1", "VpcId": "vpc-1"}]},
        Filters=[{"Name": "group-id", "Values": ["sg-1", "sg-9"]}],
    )
    assert api.describe_security_groups(ec2.client, ["sg-1", "sg-9"]) == {"sg-1": "vpc-1"}


def test_a_subnet_says_how_many_addresses_are_left_or_does_not(ec2: Script) -> None:
    filters = [{"Name": "subnet-id", "Values": ["subnet-1", "subnet-2"]}]
    items = [{"SubnetId": "subnet-1", "AvailableIpAddressCount": 0}, {"SubnetId": "subnet-2"}]
    ec2.answer("describe_subnets", {"Subnets": items}, Filters=filters)
    found = api.describe_subnets(ec2.client, ["subnet-1", "subnet-2"])
    assert [subnet.free_addresses for subnet in found] == [0, None]


ASSOCIATIONS = "describe_security_group_vpc_associations"
OF_TWO_GROUPS = [{"Name": "group-id", "Values": ["sg-1", "sg-2"]}, {"Name": "vpc-id", "Values": ["vpc-1"]}]


def require_associations(ec2: Script) -> None:
    if ASSOCIATIONS not in ec2.client.meta.method_to_api_mapping:
        pytest.skip("this botocore is from before there were associations")


def test_only_a_group_whose_association_is_complete_may_be_used(ec2: Script) -> None:
    require_associations(ec2)
    items = [
        {"GroupId": "sg-1", "VpcId": "vpc-1", "State": "associated"},
        {"GroupId": "sg-2", "VpcId": "vpc-1", "State": "associating"},
        {"GroupId": "sg-2", "VpcId": "vpc-2", "State": "associated"},
    ]
    ec2.answer(ASSOCIATIONS, {"SecurityGroupVpcAssociations": items}, Filters=OF_TWO_GROUPS)
    assert api.describe_associated_groups(ec2.client, "vpc-1", ["sg-1", "sg-2"]) == frozenset({"sg-1"})


def test_associations_that_cannot_be_read_are_not_known(ec2: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    require_associations(ec2)
    ec2.reject(ASSOCIATIONS, "UnauthorizedOperation", Filters=OF_TWO_GROUPS)
    assert api.describe_associated_groups(ec2.client, "vpc-1", ["sg-1", "sg-2"]) is None
    # As in SDKs from before there were any.
    monkeypatch.delitem(ec2.client.meta.method_to_api_mapping, ASSOCIATIONS)
    assert api.describe_associated_groups(ec2.client, "vpc-1", ["sg-1"]) is None


def test_a_network_interface_has_addresses_of_both_families(ec2: Script) -> None:
    item = {"NetworkInterfaceId": "eni-1", "Ipv6Addresses": [{"Ipv6Address": "2600:1f18::a"}, {}]}
    filters = [{"Name": "network-interface-id", "Values": ["eni-1"]}]
    ec2.answer("describe_network_interfaces", {"NetworkInterfaces": [item]}, Filters=filters)
    (found,) = api.describe_network_interfaces(ec2.client, ["eni-1"])
    assert found.ipv6_addresses == ("2600:1f18::a",)


def test_network_interfaces_may_be_gone(ec2: Script) -> None:
    item = {
        "NetworkInterfaceId": "eni-1",
        "SubnetId": "subnet-1",
        "PrivateIpAddress": "10.0.1.7",
        "AvailabilityZone": "us-east-1a",
    }
    filters = [{"Name": "network-interface-id", "Values": ["eni-1", "eni-9"]}]
    ec2.answer("describe_network_interfaces", {"NetworkInterfaces": [item]}, Filters=filters)
    found = api.describe_network_interfaces(ec2.client, ["eni-1", "eni-9"])
    assert found == [NetworkInterface("eni-1", "subnet-1", "10.0.1.7", "us-east-1a")]


def test_without_ids_there_is_no_call(ec2: Script) -> None:
    assert api.describe_subnets(ec2.client, []) == []
    assert api.describe_security_groups(ec2.client, []) == {}
    assert api.describe_network_interfaces(ec2.client, []) == []


def test_more_ids_than_a_filter_takes_are_asked_for_in_parts(ec2: Script) -> None:
    ids = [f"subnet-{number}" for number in range(401)]
    for part in (ids[:200], ids[200:400], ids[400:]):
        items = [{"SubnetId": one} for one in part]
        ec2.answer("describe_subnets", {"Subnets": items}, Filters=[{"Name": "subnet-id", "Values": part}])
    assert [subnet.subnet_id for subnet in api.describe_subnets(ec2.client, ids)] == ids


def test_more_network_interfaces_than_a_filter_takes_are_chosen_from_one_list(ec2: Script) -> None:
    ids = [f"eni-{number}" for number in range(201)]
    items = [{"NetworkInterfaceId": one} for one in [*ids[1:], "eni-of-somebody-else"]]
    filters = [{"Name": "interface-type", "Values": ["vpc_endpoint"]}]
    ec2.answer("describe_network_interfaces", {"NetworkInterfaces": items}, Filters=filters)
    found = api.describe_network_interfaces(ec2.client, ids)
    assert [interface.network_interface_id for interface in found] == ids[1:]


# VPC and service


@pytest.mark.parametrize(("support", "hostnames"), [(True, True), (True, False), (False, False)])
def test_a_vpc_is_given_with_what_private_dns_needs(ec2: Script, support: bool, hostnames: bool) -> None:
    vpcs = {"Vpcs": [{"VpcId": "vpc-1", "OwnerId": "210987654321"}]}
    ec2.answer("describe_vpcs", vpcs, Filters=[{"Name": "vpc-id", "Values": ["vpc-1"]}])
    dns_support = {"EnableDnsSupport": {"Value": support}}
    ec2.answer("describe_vpc_attribute", dns_support, VpcId="vpc-1", Attribute="enableDnsSupport")
    dns_hostnames = {"EnableDnsHostnames": {"Value": hostnames}}
    ec2.answer("describe_vpc_attribute", dns_hostnames, VpcId="vpc-1", Attribute="enableDnsHostnames")
    assert api.describe_vpc(ec2.client, "vpc-1") == Vpc("vpc-1", support, hostnames, "210987654321")


def test_an_unknown_vpc_is_null_after_one_call(ec2: Script) -> None:
    ec2.answer("describe_vpcs", {"Vpcs": []}, Filters=[{"Name": "vpc-id", "Values": ["vpc-9"]}])
    assert api.describe_vpc(ec2.client, "vpc-9") is None


def test_the_zones_of_many_services_are_one_call_and_a_service_that_is_not_permitted_is_left_out(ec2: Script) -> None:
    details = [{"ServiceName": SERVICE, "AvailabilityZoneIds": ["use1-az1"]}, {"ServiceName": "of-an-old-sdk"}]
    filters = [{"Name": "service-name", "Values": [SERVICE, "of-an-old-sdk", "hidden"]}]
    ec2.answer("describe_vpc_endpoint_services", {"ServiceDetails": details}, Filters=filters)
    zones = api.describe_service_zones(ec2.client, [SERVICE, "of-an-old-sdk", "hidden"])
    assert zones == {SERVICE: ("use1-az1",), "of-an-old-sdk": ()}


def test_an_endpoint_service_as_a_permitted_account_sees_it(ec2: Script) -> None:
    details = {
        "ServiceName": SERVICE,
        "AvailabilityZones": ["us-east-1a", "us-east-1b"],
        "AvailabilityZoneIds": ["use1-az1", "use1-az2"],
        "AcceptanceRequired": True,
        "PrivateDnsNames": [{"PrivateDnsName": "privatelink-1.example.com"}],
        "PrivateDnsNameVerificationState": "verified",
    }
    ec2.answer("describe_vpc_endpoint_services", {"ServiceDetails": [details]}, ServiceNames=[SERVICE])
    assert api.describe_vpc_endpoint_service(ec2.client, SERVICE) == VpcEndpointService(
        service_name=SERVICE,
        availability_zones=("us-east-1a", "us-east-1b"),
        availability_zone_ids=("use1-az1", "use1-az2"),
        acceptance_required=True,
        private_dns_name="privatelink-1.example.com",
        private_dns_verified=True,
    )


def test_an_older_sdk_gives_the_names_of_the_zones_only(ec2: Script) -> None:
    details = {"ServiceName": SERVICE, "AvailabilityZones": ["us-east-1a"], "PrivateDnsName": "p.example.com"}
    ec2.answer("describe_vpc_endpoint_services", {"ServiceDetails": [details]}, ServiceNames=[SERVICE])
    seen = api.describe_vpc_endpoint_service(ec2.client, SERVICE)
    assert seen == VpcEndpointService(SERVICE, ("us-east-1a",), private_dns_name="p.example.com")


def test_a_service_that_is_unknown_or_not_permitted_is_null_however_aws_says_it(ec2: Script) -> None:
    ec2.reject("describe_vpc_endpoint_services", "InvalidServiceName", ServiceNames=[SERVICE])
    ec2.answer("describe_vpc_endpoint_services", {"ServiceDetails": []}, ServiceNames=[SERVICE])
    assert api.describe_vpc_endpoint_service(ec2.client, SERVICE) is None
    assert api.describe_vpc_endpoint_service(ec2.client, SERVICE) is None


def test_a_service_that_cannot_be_asked_for_is_not_an_unknown_one(ec2: Script) -> None:
    ec2.reject("describe_vpc_endpoint_services", "UnauthorizedOperation", status=403, ServiceNames=[SERVICE])
    with pytest.raises(ApiError, match="allow ec2:DescribeVpcEndpointServices in the IAM policy"):
        api.describe_vpc_endpoint_service(ec2.client, SERVICE)


# Quota and account

QUOTA: dict[str, t.Any] = {"ServiceCode": "vpc", "QuotaCode": "L-29B6F2EB"}


def test_the_quota_is_a_whole_number(quotas: Script) -> None:
    quotas.answer("get_service_quota", {"Quota": {"Value": 75.0}}, **QUOTA)
    assert api.endpoint_quota(quotas.client) == 75


@pytest.mark.parametrize("code", ["AccessDeniedException", "NoSuchResourceException", "ServiceException"])
def test_a_quota_that_cannot_be_read_is_null(quotas: Script, code: str) -> None:
    quotas.reject("get_service_quota", code, **QUOTA)
    quotas.answer("get_service_quota", {"Quota": {}}, **QUOTA)
    assert api.endpoint_quota(quotas.client) is None
    assert api.endpoint_quota(quotas.client) is None


def test_the_account_is_that_of_the_caller() -> None:
    sts = Script("sts")
    sts.answer("get_caller_identity", {"Account": "210987654321"})
    assert api.caller_account(sts.client) == "210987654321"
    sts.done()


# All of it against a double of AWS


def test_the_life_of_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTTESTTESTTEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret-access-key-0123456789")
    with mock_aws():
        client = boto3.client("ec2", region_name=REGION)
        vpc_id = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet_id = client.create_subnet(VpcId=vpc_id, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        group_id = client.create_security_group(GroupName="tidb", Description="tidb", VpcId=vpc_id)["GroupId"]
        assert api.describe_vpc(client, vpc_id) is not None
        assert [subnet.vpc_id for subnet in api.describe_subnets(client, [subnet_id, "subnet-9"])] == [vpc_id]
        assert api.describe_security_groups(client, [group_id, "sg-9"]) == {group_id: vpc_id}

        made, _age = api.create_vpc_endpoint(
            client,
            vpc_id=vpc_id,
            service_name=SERVICE,
            subnet_ids=[subnet_id],
            security_group_ids=[group_id],
            ip_address_type=None,
            tags={"Name": "orders", "old": "1"},
            client_token="token-1",
        )
        api.create_tags(client, made.vpc_endpoint_id, {"new": "2"})
        api.delete_tags(client, made.vpc_endpoint_id, ["old"])
        (found,) = api.describe_vpc_endpoints(client, filters={"vpc-id": [vpc_id], "tag:Name": ["orders"]})
        assert found.tags == {"Name": "orders", "new": "2"}
        assert (found.subnet_ids, found.security_group_ids, found.private_dns_enabled) == (
            (subnet_id,),
            (group_id,),
            False,
        )
        assert len(api.describe_network_interfaces(client, found.network_interface_ids)) == 1
        api.delete_vpc_endpoint(client, made.vpc_endpoint_id)
        assert all(not endpoint.is_live for endpoint in api.describe_vpc_endpoints(client, ids=[made.vpc_endpoint_id]))


# how old an endpoint is
