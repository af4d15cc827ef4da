# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of AWS from their schema, with fields that are missing, empty, of another kind or hostile, become objects or
a sentence.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import network_api as network
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.chaos.hostile.odd import assert_fit, hostile_texts

Draw = Callable[[st.SearchStrategy[Any]], Any]
SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718"
# By a part of the field's name; the first that matches.
RIGHT = {
    "VpcEndpointId": "vpce-0a1b2c3d4e5f60718",
    "VpcEndpointType": "Interface",
    "ServiceName": SERVICE,
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "NetworkInterfaceId": "eni-1",
    "GroupId": "sg-1",
    "State": "available",
    "ZoneId": "use1-az1",
    "Cidr": "10.0.0.0/16",
    "Address": "10.0.0.7",
    "Protocol": "tcp",
    "Key": "Name",
    "Id": "thing-0a1b2c3d",
}
BY_TYPE = {"boolean": "true", "integer": "4000", "long": "4000", "timestamp": "2026-01-01T00:00:00Z"}
MOST_FIELDS = 12
CALLS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "endpoints": ("DescribeVpcEndpoints", lambda ec2: api.describe_vpc_endpoints(ec2, filters={"vpc-id": ["vpc-1"]})),
    "endpoint by id": ("DescribeVpcEndpoints", lambda ec2: api.describe_vpc_endpoints(ec2, ids=["vpce-1"])),
    "delete": ("DeleteVpcEndpoints", lambda ec2: api.delete_vpc_endpoint(ec2, "vpce-1")),
    "tag": ("CreateTags", lambda ec2: api.create_tags(ec2, "vpce-1", {"a": "b"})),
    "subnets": ("DescribeSubnets", lambda ec2: api.describe_subnets(ec2, ["subnet-1"])),
    "groups": ("DescribeSecurityGroups", lambda ec2: api.describe_security_groups(ec2, ["sg-1"])),
    "interfaces": ("DescribeNetworkInterfaces", lambda ec2: api.describe_network_interfaces(ec2, ["eni-1"])),
    "vpc": ("DescribeVpcs", lambda ec2: api.describe_vpc(ec2, "vpc-1")),
    "vpc attribute": ("DescribeVpcAttribute", lambda ec2: api.describe_vpc(ec2, "vpc-1")),
    "service": ("DescribeVpcEndpointServices", lambda ec2: api.describe_vpc_endpoint_service(ec2, SERVICE)),
    "service zones": ("DescribeVpcEndpointServices", lambda ec2: api.describe_service_zones(ec2, [SERVICE])),
    "instance": ("DescribeInstances", lambda ec2: network.describe_instance(ec2, "i-1")),
    "sources": ("DescribeNetworkInterfaces", lambda ec2: network.describe_interfaces(ec2, ["eni-1"])),
    "subnet ranges": ("DescribeSubnets", lambda ec2: network.describe_subnet_ranges(ec2, ["subnet-1"])),
    "group rules": ("DescribeSecurityGroups", lambda ec2: network.describe_group_rules(ec2, ["sg-1"])),
    "network ACLs": ("DescribeNetworkAcls", lambda ec2: network.describe_network_acls(ec2, ["vpc-1"])),
    "route tables": ("DescribeRouteTables", lambda ec2: network.describe_route_tables(ec2, ["vpc-1"])),
    "peerings": ("DescribeVpcPeeringConnections", lambda ec2: network.describe_peerings(ec2, ["pcx-1"])),
    "vpc names": ("DescribeVpcs", lambda ec2: network.describe_vpc_names(ec2, "vpc-1")),
    "name servers": ("DescribeDhcpOptions", lambda ec2: network.describe_name_servers(ec2, "dopt-1")),
    "prefix list": ("GetManagedPrefixListEntries", lambda ec2: network.prefix_list_entries(ec2, "pl-1")),
}


class Raw:
    """The body of an answer, as urllib3 passes it on."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_size: object, **_options: object) -> Iterator[bytes]:
        yield self._body


class FakeEc2:
    """An EC2 that answers `body` to one call, and nothing to all others. No request is sent."""

    def __init__(self) -> None:
        self.client: Any = boto3.client(
            "ec2",
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
            aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="a-secret-of-the-tests",
        )
        self.action = ""
        self.body = b""
        events: Any = self.client.meta.events
        events.register("before-send.ec2", self._answer)

    def _answer(self, request: Any, **_others: object) -> AWSResponse:
        asked = f"Action={self.action}&" in str(request.body)
        body = self.body if asked else b"<R><requestId>r</requestId></R>"
        return AWSResponse(request.url, 200, HTTPHeaders(), Raw(body))


@functools.cache
def fake() -> FakeEc2:
    return FakeEc2()


def answer(draw: Draw, action: str) -> bytes:
    """XML that follows botocore's own description of the answer."""
    shape = fake().client.meta.service_model.operation_model(action).output_shape
    body = _fields(draw, shape, 0) if shape is not None else "<return>true</return>"
    request_id = "" if _one_in(draw, 12) else "<requestId>r-1</requestId>"
    return f"<{action}Response>{request_id}{body}</{action}Response>".encode(errors="replace")


def _one_in(draw: Draw, number: int) -> bool:
    # Hypothesis prefers small numbers.
    return bool(draw(st.integers(1, number)) == number)


def _fields(draw: Draw, shape: Any, depth: int) -> str:
    """Lists and ids, which every answer has, mostly; and some of the others."""
    names = [name for name in sorted(shape.members) if "Token" not in name]
    needed = [
        name for name in names if shape.members[name].type_name == "list" or name.endswith(("Id", "State", "Type"))
    ]
    chosen = [name for name in needed if not _one_in(draw, 20)]
    if names and depth < 5:
        chosen += draw(st.lists(st.sampled_from(sorted(shape.members)), unique=True, max_size=MOST_FIELDS))
    return "".join(_element(draw, shape.members[name], name, depth) for name in dict.fromkeys(chosen))


def _element(draw: Draw, shape: Any, name: str, depth: int) -> str:
    tag = shape.serialization.get("name", name)
    if _one_in(draw, 30):
        content = _text(draw)  # of another kind
    elif shape.type_name == "structure":
        content = _fields(draw, shape, depth + 1)
    elif shape.type_name == "list":
        items = draw(st.integers(0, 2)) if depth < 3 else 1
        item = shape.member.serialization.get("name", "item")
        content = "".join(_element(draw, shape.member, item, depth + 1) for _one in range(items if depth < 5 else 0))
    elif _one_in(draw, 12):
        content = _text(draw)
    else:
        by_name = next((right for part, right in RIGHT.items() if part in name), "some text")
        content = BY_TYPE.get(shape.type_name, by_name)
    return f"<{tag}>{content}</{tag}>"


def _text(draw: Draw) -> str:
    # XML has no control characters: those that it can hold are hostile enough.
    return escape("".join(char for char in draw(hostile_texts) if char >= " " or char in "\t\n\r"))


@given(st.sampled_from(sorted(CALLS)), st.data())
def test_any_answer_becomes_objects_or_a_sentence(name: str, data: st.DataObject) -> None:
    action, ask = CALLS[name]
    aws = fake()
    aws.action, aws.body = action, answer(data.draw, action)
    try:
        ask(aws.client)
    except PrivateLinkError as error:
        assert_fit(str(error))
