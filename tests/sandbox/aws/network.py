# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PrivateLink needs of one account's network in one region.

The only file that touches moto's EC2 model: everything that moto leaves untyped is narrowed here.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.model_instances import reset_model_data
from moto.ec2.models import ec2_backends
from moto.ec2.models.availability_zones_and_regions import Zone
from moto.ec2.models.subnets import Subnet as MotoSubnet

from tests.sandbox.aws.errors import Refused

if TYPE_CHECKING:
    from tests.sandbox.settings import Settings

# No machine is ever started here, and moto's own images are 4,000 objects for each account.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

RESERVED_ADDRESSES = 4
"""The first addresses of a subnet belong to AWS (VPC guide, "Subnet sizing"); `hosts()` leaves out one of them."""


@dataclass(frozen=True)
class Vpc:
    vpc_id: str
    dns_support: bool
    dns_hostnames: bool


@dataclass(frozen=True)
class Subnet:
    subnet_id: str
    vpc_id: str
    zone_name: str
    zone_id: str
    has_ipv6: bool


@dataclass(frozen=True)
class SecurityGroup:
    group_id: str
    name: str
    vpc_id: str
    other_vpc_ids: frozenset[str] = frozenset()
    """Other VPCs that it is associated with."""


class Network:
    """VPCs, subnets, security groups, network interfaces and tags of one account and region."""

    def __init__(self, account_id: str, region: str, *, own_zone_names: bool = False) -> None:
        self.account_id = account_id
        self.region = region
        self.backend: Any = ec2_backends[account_id][region]
        self.associations: set[tuple[str, str]] = set()
        """Security groups and the other VPCs that they may be used in: moto knows none."""
        self._remove_default_vpc()
        if own_zone_names:
            self._rename_zones()

    def _rename_zones(self) -> None:
        """VPC guide, "Availability Zone IDs": the id is the same zone in every account, the name is not."""
        zones = self.backend.describe_availability_zones()
        shift = int(self.account_id) % len(zones)
        renamed = [
            Zone(zone.name, self.region, other.zone_id)
            for zone, other in zip(zones, zones[shift:] + zones[:shift], strict=True)
        ]
        self.backend.zones = {self.region: renamed}

    def place(self, subnet: Any, zone_id: str | None) -> None:
        """Put a new subnet of moto's into the zone that this account calls so."""
        zones = self.backend.describe_availability_zones()
        subnet._availability_zone = next(
            zone for zone in zones if (zone.zone_id == zone_id if zone_id else zone.name == subnet.availability_zone)
        )

    def _remove_default_vpc(self) -> None:
        """Empty a new account, so that a test which lists everything can expect nothing."""
        vpc_id = self.backend.default_vpc.id
        for subnet in self.backend.describe_subnets(filters={"vpc-id": [vpc_id]}):
            self.backend.delete_subnet(subnet.id)
        self.backend.delete_vpc(vpc_id)
        for acl in self.backend.describe_network_acls(filters={"vpc-id": [vpc_id]}):
            self.backend.network_acls.pop(acl.id)

    def vpc(self, vpc_id: str) -> Vpc:
        found = self.backend.vpcs.get(vpc_id)
        if found is None:
            raise Refused("InvalidVpcID.NotFound", f"The vpc ID '{vpc_id}' does not exist")
        return Vpc(vpc_id, _true(found.enable_dns_support), _true(found.enable_dns_hostnames))

    def ask_amazon_for_names(self, vpc_id: str) -> None:
        """VPC guide, "DHCP option sets": every new VPC has those of its region. moto deletes them with the VPC."""
        options = self.backend.create_dhcp_options(domain_name_servers=["AmazonProvidedDNS"])
        self.backend.associate_dhcp_options(options, self.backend.vpcs[vpc_id])

    def subnet(self, subnet_id: str) -> Subnet:
        found = next((zone[subnet_id] for zone in self.backend.subnets.values() if subnet_id in zone), None)
        if found is None:
            raise Refused("InvalidSubnetID.NotFound", f"The subnet ID '{subnet_id}' does not exist")
        has_ipv6 = bool(found.ipv6_cidr_block_associations)
        return Subnet(subnet_id, found.vpc_id, found.availability_zone, found.availability_zone_id, has_ipv6)

    def security_group(self, group_id: str) -> SecurityGroup:
        found = self.backend.get_security_group_from_id(group_id)
        if found is None:
            raise Refused("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        others = frozenset(vpc_id for group, vpc_id in self.associations if group == group_id)
        return SecurityGroup(group_id, found.name, found.vpc_id, others)

    def default_group_id(self, vpc_id: str) -> str:
        return cast(str, self.backend.get_default_security_group(vpc_id).id)

    def zone_names(self) -> dict[str, str]:
        """Zone id to zone name, as this account knows the region's zones."""
        return {zone.zone_id: zone.name for zone in self.backend.describe_availability_zones()}

    def region_names(self) -> set[str]:
        return {region.name for region in self.backend.describe_regions()}

    def add_interface(self, subnet_id: str, group_ids: Sequence[str], description: str) -> str:
        """Make a network interface as AWS does for an interface endpoint; returns its id."""
        interface = self.backend.create_network_interface(
            subnet_id, self._free_address(subnet_id), group_ids=list(group_ids), description=description
        )
        interface.interface_type = "vpc_endpoint"
        interface.requester_managed = True
        interface.status = "in-use"
        interface.availability_zone_id = interface.subnet.availability_zone_id
        return cast(str, interface.id)

    def _free_address(self, subnet_id: str) -> str:
        subnet = self.backend.get_subnet(subnet_id)
        taken = {interface.private_ip_address for interface in self.backend.enis.values()}
        hosts = ipaddress.IPv4Network(subnet.cidr_block, strict=False).hosts()
        for number, address in enumerate(hosts, start=1):
            if number >= RESERVED_ADDRESSES and str(address) not in taken:
                return str(address)
        raise Refused(
            "InsufficientFreeAddressesInSubnet",
            f"The subnet '{subnet_id}' has no free addresses",
        )

    def set_interface_groups(self, interface_id: str, group_ids: Sequence[str]) -> None:
        self.backend.modify_network_interface_attribute(interface_id, list(group_ids))

    def set_address_type(self, interface_id: str, address_type: str) -> None:
        """Give it an IPv6 address of its subnet, or take it away."""
        if address_type == "ipv4":
            self.backend.enis[interface_id].ipv6_addresses.clear()
        elif not self.backend.enis[interface_id].ipv6_addresses:
            self.backend.assign_ipv6_addresses(interface_id, ipv6_count=1)

    def remove_interface(self, interface_id: str) -> None:
        self.backend.enis.pop(interface_id, None)

    def is_managed_interface(self, interface_id: str) -> bool:
        interface = self.backend.enis.get(interface_id)
        return interface is not None and bool(interface.requester_managed)

    def interfaces_in_subnet(self, subnet_id: str) -> list[str]:
        return [key for key, interface in self.backend.enis.items() if interface.subnet.id == subnet_id]

    def interfaces_with_group(self, group_id: str) -> list[str]:
        return [
            key
            for key, interface in self.backend.enis.items()
            if group_id in {group.id for group in interface.group_set}
        ]

    def groups_naming(self, group_id: str) -> list[str]:
        """Other security groups with a rule that refers to this one."""
        return [
            key
            for groups in self.backend.groups.values()
            for key, group in groups.items()
            if key != group_id
            for rule in (*group.ingress_rules, *group.egress_rules)
            if (rule.source_group or {}).get("GroupId") == group_id
        ]

    def own_groups(self, vpc_id: str) -> list[str]:
        """Security groups that were made in a VPC: all but its default one."""
        return [key for key, group in self.backend.groups.get(vpc_id, {}).items() if group.name != "default"]

    def internet_gateways(self, vpc_id: str) -> list[str]:
        return [
            key for key, gateway in self.backend.internet_gateways.items() if gateway.vpc and gateway.vpc.id == vpc_id
        ]

    def tags(self, resource_id: str) -> dict[str, str]:
        return dict(self.backend.tags.get(resource_id, {}))

    def add_tags(self, resource_id: str, tags: dict[str, str]) -> None:
        if tags:
            self.backend.create_tags([resource_id], tags)

    def drop_tags(self, resource_id: str) -> None:
        self.backend.tags.pop(resource_id, None)

    def contents(self) -> dict[str, list[str]]:
        """Ids of what was made here, by kind."""
        vpc_ids = list(self.backend.vpcs)
        return {
            "vpcs": vpc_ids,
            "subnets": [subnet_id for zone in self.backend.subnets.values() for subnet_id in zone],
            "security_groups": [group_id for vpc_id in vpc_ids for group_id in self.own_groups(vpc_id)],
            "network_interfaces": list(self.backend.enis),
        }


class Networks:
    """Every account's network, emptied when it is first used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._networks: dict[tuple[str, str], Network] = {}
        self.born: dict[str, float] = {}
        """When a customer's VPC, subnet or security group was made (sandbox time)."""

    def of(self, account_id: str, region: str) -> Network:
        key = (account_id, region)
        if key not in self._networks:
            own_zone_names = self._settings.zone_names == "own"
            self._networks[key] = Network(account_id, region, own_zone_names=own_zone_names)
        return self._networks[key]

    def of_account(self, account_id: str) -> list[Network]:
        return [network for network in self._networks.values() if network.account_id == account_id]

    def reset(self, account_ids: Iterable[str]) -> None:
        """Forget everything these accounts hold in any of moto's services."""
        self._networks.clear()
        self.born.clear()
        for backends in cast(Any, BackendDict)._instances:
            for account_id in account_ids:
                backends.pop(account_id, None)
        _let_go()


def _let_go() -> None:
    """Empty what keeps moto's objects alive forever, each with its whole account."""
    reset_model_data()
    cast(Any, AccountSpecificBackend)._generate_regions.cache_clear()
    cast(Any, MotoSubnet)._base_avail_ip_iterator.cache_clear()


def _true(value: object) -> bool:
    # moto stores what the request said: sometimes the text "true"
    return str(value).lower() == "true"
