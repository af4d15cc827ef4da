# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that make and remove a network, one function each. Each raises ApiError.

Source: Amazon EC2 API reference, version 2016-11-15.
"""

from __future__ import annotations

import time
import typing as t

from .._aws.calls import Client, Json, call, pages
from .._privatelink.errors import ApiError
from .claims import Part, http_date

_GONE = frozenset({"InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", "InvalidGroup.NotFound"})
_IN_USE = frozenset({"DependencyViolation"})
_DNS_ATTRIBUTES = ("enableDnsSupport", "enableDnsHostnames")


class Network:
    """The network of one account and region, as EC2 tells it. Nothing is kept between calls."""

    def __init__(self, ec2: Client) -> None:
        self._ec2 = ec2

    def now(self) -> float:
        """AWS's own date, in seconds since 1970; this host's where an answer has none."""
        answer = call(self._ec2, "describe_vpcs", MaxResults=5)
        headers = (answer.get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
        date = http_date(headers.get("date") or "")
        return time.time() if date is None else date

    def vpcs(self, tags: t.Mapping[str, str]) -> list[Part]:
        """Those that carry all of the tags."""
        filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
        items = pages(self._ec2, "describe_vpcs", "Vpcs", Filters=filters)
        found = [Part(id=item["VpcId"], tags=_tags(item), cidr=str(item.get("CidrBlock") or "")) for item in items]
        return [vpc for vpc in found if vpc.carries(tags)]

    def subnets(self, vpc_id: str) -> list[Part]:
        """All of the VPC that can be used."""
        items = pages(self._ec2, "describe_subnets", "Subnets", Filters=_in_vpc(vpc_id))
        return [_subnet(item) for item in items if item.get("State") in (None, "available")]

    def security_groups(self, vpc_id: str) -> list[Part]:
        """All of the VPC but its default group, which nobody makes."""
        items = pages(self._ec2, "describe_security_groups", "SecurityGroups", Filters=_in_vpc(vpc_id))
        return [_group(item) for item in items if item.get("GroupName") != "default"]

    def create_vpc(self, cidr: str, tags: t.Mapping[str, str]) -> str:
        """Its id."""
        answer = call(self._ec2, "create_vpc", CidrBlock=cidr, TagSpecifications=_specification("vpc", tags))
        return str(answer["Vpc"]["VpcId"])

    def create_subnet(self, vpc_id: str, cidr: str, zone_id: str, tags: t.Mapping[str, str]) -> str:
        """Its id. ApiError V(InvalidSubnet.Conflict) where something has a part of the range."""
        answer = call(
            self._ec2,
            "create_subnet",
            VpcId=vpc_id,
            CidrBlock=cidr,
            AvailabilityZoneId=zone_id,
            TagSpecifications=_specification("subnet", tags),
        )
        return str(answer["Subnet"]["SubnetId"])

    def create_security_group(self, vpc_id: str, name: str, description: str, tags: t.Mapping[str, str]) -> str:
        """Its id. ApiError V(InvalidGroup.Duplicate) where a group of the VPC has the name."""
        answer = call(
            self._ec2,
            "create_security_group",
            VpcId=vpc_id,
            GroupName=name,
            Description=description,
            TagSpecifications=_specification("security-group", tags),
        )
        return str(answer["GroupId"])

    def has_dns(self, vpc_id: str) -> bool:
        """Whether both DNS attributes are on, which private DNS needs."""
        return all(self._is_on(vpc_id, attribute) for attribute in _DNS_ATTRIBUTES)

    def enable_dns(self, vpc_id: str) -> None:
        """Switch on what is off: one call takes one attribute."""
        for attribute in _DNS_ATTRIBUTES:
            if not self._is_on(vpc_id, attribute):
                name = attribute[0].upper() + attribute[1:]
                call(self._ec2, "modify_vpc_attribute", VpcId=vpc_id, **{name: {"Value": True}})

    def delete_vpc(self, vpc_id: str) -> bool:
        """Whether it is gone; false where something uses it."""
        return self._delete("delete_vpc", VpcId=vpc_id)

    def delete_subnet(self, subnet_id: str) -> bool:
        """Whether it is gone; false where something uses it."""
        return self._delete("delete_subnet", SubnetId=subnet_id)

    def delete_security_group(self, group_id: str) -> bool:
        """Whether it is gone; false where something uses it."""
        return self._delete("delete_security_group", GroupId=group_id)

    def _delete(self, method: str, **selection: str) -> bool:
        try:
            call(self._ec2, method, **selection)
        except ApiError as error:
            if error.code in _IN_USE:
                return False
            if error.code not in _GONE:
                raise
        return True

    def _is_on(self, vpc_id: str, attribute: str) -> bool:
        answer = call(self._ec2, "describe_vpc_attribute", VpcId=vpc_id, Attribute=attribute)
        return bool((answer.get(attribute[0].upper() + attribute[1:]) or {}).get("Value"))


def _subnet(item: Json) -> Part:
    zone_id = str(item.get("AvailabilityZoneId") or "")
    return Part(id=item["SubnetId"], tags=_tags(item), cidr=str(item.get("CidrBlock") or ""), zone_id=zone_id)


def _group(item: Json) -> Part:
    name, description = str(item.get("GroupName") or ""), str(item.get("Description") or "")
    return Part(id=item["GroupId"], tags=_tags(item), name=name, description=description)


def _tags(item: Json) -> dict[str, str]:
    return {tag["Key"]: tag.get("Value") or "" for tag in item.get("Tags") or ()}


def _in_vpc(vpc_id: str) -> list[dict[str, t.Any]]:
    return [{"Name": "vpc-id", "Values": [vpc_id]}]


def _specification(kind: str, tags: t.Mapping[str, str]) -> list[dict[str, t.Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
