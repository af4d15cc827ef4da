# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers about a provider's own services as objects of the domain."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import provider_shapes as shapes
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.fields import Unreadable
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import (
    Connection,
    Listener,
    LoadBalancer,
    OwnService,
    PrivateDnsRecord,
)

REGION = "us-east-1"
ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef"
CREATED = datetime(2026, 1, 1, 12, 0, 0, tzinfo=timezone.utc)
SERVICE: dict[str, t.Any] = {
    "ServiceId": "vpce-svc-1",
    "ServiceName": "com.amazonaws.vpce.us-east-1.vpce-svc-1",
    "ServiceState": "Available",
    "AcceptanceRequired": True,
    "NetworkLoadBalancerArns": [ARN],
    "AvailabilityZones": ["us-east-1b", "us-east-1a"],
    "AvailabilityZoneIds": ["use1-az2", "use1-az1"],
    "PrivateDnsName": "tidb.example.com",
    "PrivateDnsNameConfiguration": {
        "State": "pendingVerification",
        "Type": "TXT",
        "Name": "_abc",
        "Value": "vpce:xyz",
    },
    "SupportedIpAddressTypes": ["ipv4"],
    "SupportedRegions": [{"Region": "us-east-1"}, {"Region": "eu-west-1", "ServiceState": "Available"}],
    "PayerResponsibility": "ServiceOwner",
    "Tags": [{"Key": "Name", "Value": "orders"}],
}


def test_a_service_is_read_whole() -> None:
    assert shapes.own_service(SERVICE, REGION) == OwnService(
        service_id="vpce-svc-1",
        service_name="com.amazonaws.vpce.us-east-1.vpce-svc-1",
        state="available",
        region=REGION,
        acceptance_required=True,
        load_balancer_arns=(ARN,),
        availability_zones=("us-east-1a", "us-east-1b"),
        availability_zone_ids=("use1-az1", "use1-az2"),
        private_dns_name="tidb.example.com",
        record=PrivateDnsRecord("pendingverification", "_abc.tidb.example.com", "TXT", "vpce:xyz"),
        address_types=("ipv4",),
        regions={"eu-west-1": "available"},
        payer="ServiceOwner",
        tags={"Name": "orders"},
    )


@pytest.mark.parametrize("missing", ["ServiceId", "ServiceName", "ServiceState", "AcceptanceRequired"])
def test_a_listed_service_has_what_decides_about_it(missing: str) -> None:
    with pytest.raises(Unreadable, match=f"{missing} is missing"):
        shapes.own_service({key: value for key, value in SERVICE.items() if key != missing}, REGION)


def test_a_new_service_exists_as_soon_as_it_has_an_id() -> None:
    made = shapes.made_service({"ServiceId": "vpce-svc-1"}, REGION)
    assert (made.service_id, made.state, made.record) == ("vpce-svc-1", "", None)


@pytest.mark.parametrize("found", ["*", "arn:aws:iam::123456789012:role/a,b", "AROA1234567890EXAMPLE"])
def test_a_principal_may_be_anything_that_iam_calls_so(found: str) -> None:
    assert shapes.principal({"Principal": found, "PrincipalType": "Role"}) == found


@pytest.mark.parametrize("found", [None, "", "two words", "\x1b[2J", 7])
def test_and_nothing_else(found: object) -> None:
    with pytest.raises(Unreadable):
        shapes.principal({"Principal": found})


def test_a_connection_shows_its_account_and_neither_role_nor_user() -> None:
    item = {
        "VpcEndpointId": "vpce-1",
        "VpcEndpointOwner": "210987654321",
        "VpcEndpointState": "PendingAcceptance",
        "IpAddressType": "ipv4",
        "VpcEndpointRegion": "eu-west-1",
        "CreationTimestamp": CREATED,
    }
    assert shapes.connection(item) == Connection(
        "vpce-1", "pendingacceptance", "210987654321", "ipv4", "eu-west-1", CREATED
    )
    with pytest.raises(Unreadable, match="VpcEndpointState is missing"):
        shapes.connection({"VpcEndpointId": "vpce-1"})


def test_a_load_balancer_has_its_zones_by_name() -> None:
    item = {
        "LoadBalancerArn": ARN,
        "Type": "network",
        "State": {"Code": "provisioning"},
        "IpAddressType": "dualstack",
        "AvailabilityZones": [{"ZoneName": "us-east-1b", "SubnetId": "subnet-2"}, {"ZoneName": "us-east-1a"}],
    }
    zones = ("us-east-1a", "us-east-1b")
    assert shapes.load_balancer(item) == LoadBalancer(ARN, "network", "provisioning", zones, "dualstack")
    with pytest.raises(Unreadable, match="Code is missing"):
        shapes.load_balancer({**item, "State": None})


def test_a_listener_has_a_port_and_a_protocol() -> None:
    assert shapes.listener({"Port": 4000, "Protocol": "TCP"}) == Listener(4000, "TCP")
    assert shapes.listener({}) == Listener(None, "")


def test_tags_and_zones_come_as_pairs() -> None:
    assert shapes.described_tags({"ResourceArn": ARN, "Tags": [{"Key": "a", "Value": "b"}]}) == (ARN, {"a": "b"})
    assert shapes.zone({"ZoneName": "us-east-1a", "ZoneId": "use1-az1"}) == ("us-east-1a", "use1-az1")


@pytest.mark.parametrize(("value", "crosses"), [("true", True), ("false", False)])
def test_cross_zone_is_one_of_many_attributes(value: str, crosses: bool) -> None:
    attributes = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    own = {"Key": "load_balancing.cross_zone.enabled", "Value": value}
    assert shapes.cross_zone({"Attributes": [*attributes, own]}) is crosses
    assert shapes.cross_zone({"Attributes": attributes}) is None


@pytest.mark.parametrize(
    ("given", "private_name", "whole"),
    [
        ("_abc", "tidb.example.com", "_abc.tidb.example.com"),
        ("_abc.", "*.example.com", "_abc.example.com"),
        ("_abc.example.com", "tidb.example.com", "_abc.example.com"),
        ("_abc", None, "_abc"),
        (None, "tidb.example.com", None),
    ],
)
def test_a_record_has_the_name_under_which_it_is_published(
    given: str | None, private_name: str | None, whole: str | None
) -> None:
    record = {"State": "verified", "Name": given}
    item = {"ServiceId": "vpce-svc-1", "PrivateDnsName": private_name, "PrivateDnsNameConfiguration": record}
    made = shapes.made_service(item, "us-east-1").record
    assert made is not None
    assert made.name == whole
