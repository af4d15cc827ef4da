# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read from both clouds: about the described private endpoint, and before a delete that finds nothing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import (
    InterfaceEndpoint,
    NetworkInterface,
    Subnet,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.lifecycle import prepare
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.read import read_current, region_in
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.result import private_endpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import (
    Cluster,
    EndpointService,
    Registration,
)
from tests.support.endpoint_literals import (
    CLUSTER,
    OTHER_VPC,
    REGION,
    SERVICE,
    SERVICE_NAME,
    SUBNETS,
    desired,
    interface_endpoint,
    registration,
)


class BothClouds:
    """One cluster, and what is registered and listed; `asked` are the filters of each list of interface endpoints."""

    def __init__(self, rows: list[Registration], endpoints: list[InterfaceEndpoint]) -> None:
        self.tidb = self
        self.aws = self
        self.region = REGION
        self.asked: list[dict[str, list[str]]] = []
        self._rows, self._endpoints = rows, endpoints

    def reads(self, _region: str) -> BothClouds:
        return self

    def get_cluster(self, _cluster_id: str) -> Cluster:
        return CLUSTER

    def get_service(self, _cluster_id: str, _group_id: str) -> EndpointService:
        return SERVICE

    def list_registrations(self, *_ids: str) -> list[Registration]:
        return self._rows

    def vpc_endpoints(
        self, *, ids: t.Sequence[str] = (), filters: dict[str, list[str]] | None = None
    ) -> list[InterfaceEndpoint]:
        self.asked.append(filters or {})
        vpc_ids = (filters or {}).get("vpc-id")
        return [one for one in self._endpoints if not vpc_ids or one.vpc_id in vpc_ids]

    def subnets(self, ids: t.Sequence[str]) -> list[Subnet]:
        return [subnet for subnet in SUBNETS if subnet.subnet_id in ids]

    def network_interfaces(self, ids: t.Sequence[str]) -> list[NetworkInterface]:
        return [NetworkInterface(one, one.replace("eni-in-", "subnet-")) for one in ids]


def rejected(vpce: str, zone: str) -> InterfaceEndpoint:
    subnet_ids, interface_ids = (f"subnet-{zone}",), (f"eni-in-{zone}",)
    return interface_endpoint(vpce, state="rejected", subnet_ids=subnet_ids, network_interface_ids=interface_ids)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_of_two_rejected_endpoints_all_that_is_shown_is_of_the_same_one(state: str) -> None:
    """Its subnets, their zones and its network interfaces."""
    wanted = desired(state=state, subnet_ids=None, recreate_failed=True)
    clouds = BothClouds([], [rejected("vpce-1", "a"), rejected("vpce-2", "b")])
    shown = private_endpoint(wanted, read_current(wanted, t.cast(t.Any, clouds)))
    assert shown["vpc_endpoint_id"] == "vpce-1"
    assert (shown["subnet_ids"], shown["availability_zone_ids"]) == (["subnet-a"], ["use1-az1"])
    assert [one["subnet_id"] for one in shown["network_interfaces"]] == ["subnet-a"]
    assert shown["network_interfaces"][0]["availability_zone_id"] == "use1-az1"


def removal(clouds: BothClouds) -> t.Any:
    return prepare(desired(state="absent", vpc_id=OTHER_VPC), t.cast(t.Any, clouds), check_mode=False)


def test_a_delete_that_finds_nothing_warns_of_what_is_registered_and_not_seen() -> None:
    clouds = BothClouds([registration("vpce-hidden"), registration("vpce-seen")], [interface_endpoint("vpce-seen")])
    outcome = removal(clouds)
    assert outcome.before.unseen == ("vpce-hidden",)
    (warning,) = outcome.warnings
    assert "vpce-hidden" in warning
    assert "vpce-seen" not in warning
    assert clouds.asked[-1] == {"service-name": [SERVICE_NAME]}


def test_a_delete_that_finds_nothing_is_quiet_where_all_that_is_registered_is_seen_elsewhere() -> None:
    clouds = BothClouds([registration("vpce-seen")], [interface_endpoint("vpce-seen")])
    assert removal(clouds).warnings == ()


def test_a_delete_that_finds_nothing_and_no_registration_makes_no_further_requests() -> None:
    clouds = BothClouds([registration("vpce-found", state="DISCOVERED")], [])
    assert removal(clouds).warnings == ()
    assert len(clouds.asked) == 1


def test_of_many_that_are_not_seen_the_warning_names_some_and_counts_the_others() -> None:
    clouds = BothClouds([registration(f"vpce-{number:04}") for number in range(500)], [])
    (warning,) = removal(clouds).warnings
    assert "vpce-0009 and 490 more" in warning
    assert warning.endswith("ends its registration.")
    assert len(warning) < 1000


@pytest.mark.parametrize(
    ("service_name", "region"),
    [
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0", "us-east-1"),
        ("com.amazonaws.ap-southeast-2.s3", "ap-southeast-2"),
        ("cn.com.amazonaws.vpce.cn-northwest-1.vpce-svc-0123456789abcdef0", "cn-northwest-1"),
        ("com.amazonaws.vpce.us-gov-west-1.vpce-svc-0123456789abcdef0", "us-gov-west-1"),
        ("com.amazonaws.vpce.us-isob-east-1.vpce-svc-0123456789abcdef0", "us-isob-east-1"),
        ("gov.ic.c2s.us-iso-east-1.ec2", "us-iso-east-1"),
        ("com.amazonaws.vpce.eusc-de-east-1.vpce-svc-0123456789abcdef0", "eusc-de-east-1"),
        ("eu.amazonaws.vpce.eusc-de-east-1.vpce-svc-01234567890123456", "eusc-de-east-1"),
        ("aws.sagemaker.us-east-1.notebook", "us-east-1"),
        ("com.amazonaws.s3-global.accesspoint", None),
        ("com.amazonaws.vpce-svc-01234567890123456", None),
    ],
)
def test_the_region_of_a_service_is_in_its_name_in_every_partition_or_not_known(
    service_name: str, region: str | None
) -> None:
    assert region_in(service_name) == region


def test_a_service_without_a_region_in_its_name_is_in_the_region_that_is_set() -> None:
    clouds = BothClouds([], [])
    clouds.region = "eusc-de-east-1"
    wanted = desired(cluster_id=None, service_name="com.amazonaws.s3-global.accesspoint", private_dns_enabled=False)
    assert read_current(wanted, t.cast(t.Any, clouds)).provider.region == "eusc-de-east-1"
