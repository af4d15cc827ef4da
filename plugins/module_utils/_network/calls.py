# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that make and remove a network, one function each. Each raises ApiError.

Source: Amazon EC2 API reference, version 2016-11-15.
"""

from __future__ import annotations

import time
import typing as t

from .._aws.calls import Client, as_it_is, call, pages
from .._aws.fields import Json, identifier, inner, items, text
from .._aws.network_model import SecurityGroup
from .._aws.network_shapes import security_group
from .._aws.shapes import vpc_attribute
from .._run.errors import ApiError
from .claims import Part, http_date
from .ranges import is_range

_GONE = frozenset({"InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", "InvalidGroup.NotFound"})
_IN_USE = frozenset({"DependencyViolation"})
_DNS_ATTRIBUTES = ("enableDnsSupport", "enableDnsHostnames")


class Network:
    """The network of one account and region, as EC2 shows it. Nothing is cached."""

    def __init__(self, ec2: Client) -> None:
        self._ec2 = ec2

    def now(self) -> float:
        """AWS's own date, in seconds since 1970; this host's where an answer has none."""
        date = call(self._ec2, "describe_vpcs", _date, MaxResults=5)
        return time.time() if date is None else date

    def vpcs(self, tags: t.Mapping[str, str]) -> list[Part]:
        """Those that carry all of the tags."""
        filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
        found = pages(self._ec2, "describe_vpcs", "Vpcs", _vpc, Filters=filters)
        return [vpc for vpc in found if vpc.carries(tags)]

    def ranges(self, vpc_id: str) -> list[str]:
        """The IPv4 ranges of the VPC."""
        found = pages(self._ec2, "describe_vpcs", "Vpcs", _ranges, Filters=_in_vpc(vpc_id))
        return [cidr for ranges in found for cidr in ranges]

    def subnets(self, vpc_id: str) -> list[Part]:
        """All subnets of the VPC that can be used."""
        found = pages(self._ec2, "describe_subnets", "Subnets", _usable_subnet, Filters=_in_vpc(vpc_id))
        return [subnet for subnet in found if subnet is not None]

    def security_groups(self, vpc_id: str) -> list[Part]:
        """All of the VPC but its default group, which AWS made."""
        found = pages(self._ec2, "describe_security_groups", "SecurityGroups", _group, Filters=_in_vpc(vpc_id))
        return [group for group in found if group.name != "default"]

    def security_group(self, group_id: str) -> SecurityGroup | None:
        """Its rules; null if it no longer exists."""
        found = pages(self._ec2, "describe_security_groups", "SecurityGroups", security_group, GroupIds=[group_id])
        return next(iter(found), None)

    def create_vpc(self, cidr: str, tags: t.Mapping[str, str]) -> str:
        """Its id."""
        return call(
            self._ec2,
            "create_vpc",
            lambda answer: identifier(inner(answer, "Vpc"), "VpcId"),
            CidrBlock=cidr,
            TagSpecifications=_specification("vpc", tags),
        )

    def create_subnet(self, vpc_id: str, cidr: str, zone_id: str, tags: t.Mapping[str, str]) -> str:
        """Its id. Raises ApiError `InvalidSubnet.Conflict` where the range overlaps another's."""
        return call(
            self._ec2,
            "create_subnet",
            lambda answer: identifier(inner(answer, "Subnet"), "SubnetId"),
            VpcId=vpc_id,
            CidrBlock=cidr,
            AvailabilityZoneId=zone_id,
            TagSpecifications=_specification("subnet", tags),
        )

    def create_security_group(self, vpc_id: str, name: str, description: str, tags: t.Mapping[str, str]) -> str:
        """Its id. Raises ApiError `InvalidGroup.Duplicate` where a group of the VPC has the name."""
        return call(
            self._ec2,
            "create_security_group",
            lambda answer: identifier(answer, "GroupId"),
            VpcId=vpc_id,
            GroupName=name,
            Description=description,
            TagSpecifications=_specification("security-group", tags),
        )

    def has_dns(self, vpc_id: str) -> bool:
        """Whether both DNS attributes are on, which private DNS needs."""
        return all(self._is_on(vpc_id, attribute) for attribute in _DNS_ATTRIBUTES)

    def enable_dns(self, vpc_id: str) -> None:
        """Switch on what is off: each call takes one attribute."""
        for attribute in _DNS_ATTRIBUTES:
            if not self._is_on(vpc_id, attribute):
                name = attribute[0].upper() + attribute[1:]
                call(self._ec2, "modify_vpc_attribute", as_it_is, VpcId=vpc_id, **{name: {"Value": True}})

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
            call(self._ec2, method, as_it_is, **selection)
        except ApiError as error:
            if error.code in _IN_USE:
                return False
            if error.code not in _GONE:
                raise
        return True

    def _is_on(self, vpc_id: str, attribute: str) -> bool:
        key = attribute[0].upper() + attribute[1:]
        return call(
            self._ec2,
            "describe_vpc_attribute",
            lambda answer: vpc_attribute(answer, key),
            VpcId=vpc_id,
            Attribute=attribute,
        )


def _date(answer: Json) -> float | None:
    return http_date(text(inner(inner(answer, "ResponseMetadata"), "HTTPHeaders"), "date") or "")


def _vpc(item: Json) -> Part:
    return Part(id=identifier(item, "VpcId"), tags=_tags(item), cidr=text(item, "CidrBlock") or "")


def _ranges(item: Json) -> list[str]:
    added = [
        text(one, "CidrBlock")
        for one in items(item, "CidrBlockAssociationSet")
        if text(inner(one, "CidrBlockState"), "State") in (None, "associated")
    ]
    return sorted({cidr for cidr in [text(item, "CidrBlock"), *added] if cidr and is_range(cidr)})


def _usable_subnet(item: Json) -> Part | None:
    if text(item, "State") not in (None, "available"):
        return None
    zone_id = text(item, "AvailabilityZoneId") or ""
    cidr = text(item, "CidrBlock") or ""
    return Part(id=identifier(item, "SubnetId"), tags=_tags(item), cidr=cidr if is_range(cidr) else "", zone_id=zone_id)


def _group(item: Json) -> Part:
    name, description = text(item, "GroupName") or "", text(item, "Description") or ""
    return Part(id=identifier(item, "GroupId"), tags=_tags(item), name=name, description=description)


def _tags(item: Json) -> dict[str, str]:
    return {key: text(tag, "Value") or "" for tag in items(item, "Tags") if (key := text(tag, "Key"))}


def _in_vpc(vpc_id: str) -> list[dict[str, t.Any]]:
    return [{"Name": "vpc-id", "Values": [vpc_id]}]


def _specification(kind: str, tags: t.Mapping[str, str]) -> list[dict[str, t.Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
