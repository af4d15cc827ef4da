# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's calls for VPCs, subnets, security groups, network interfaces and tags, with lags, pages and dependencies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import validate_resource_ids
from moto.ec2.responses import EC2Response

from tests.sandbox.aws import rules
from tests.sandbox.aws.errors import Refused
from tests.sandbox.aws.filters import Field, matching, page

if TYPE_CHECKING:
    from tests.sandbox.aws.endpoints import Endpoints
    from tests.sandbox.aws.network import Network, Networks
    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings

NOT_FOUND = {
    "VpcIds": ("InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
    "SubnetIds": ("InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
    "GroupIds": ("InvalidGroup.NotFound", "The security group '{}' does not exist"),
}


class NetworkCalls(EC2Response):
    """One request."""

    def __init__(self, clock: Clock, settings: Settings, networks: Networks, endpoints: Endpoints) -> None:
        super().__init__()
        self._clock = clock
        self._settings = settings
        self._networks = networks
        self._endpoints = endpoints

    @property
    def network(self) -> Network:
        return self._networks.of(self.current_account, self.region)

    @property
    def ec2_backend(self) -> Any:
        return self.network.backend

    def create_vpc(self) -> ActionResult:
        answer = super().create_vpc()
        vpc_id = cast(Any, answer.result)["Vpc"].id
        self.network.ask_amazon_for_names(vpc_id)
        self._networks.born[vpc_id] = self._clock.now()
        return answer

    def create_subnet(self) -> ActionResult:
        answer = super().create_subnet()
        subnet = cast(Any, answer.result)["Subnet"]
        self.network.place(subnet, self._text("AvailabilityZoneId"))
        self._networks.born[subnet.id] = self._clock.now()
        return answer

    def create_security_group(self) -> ActionResult:
        answer = super().create_security_group()
        self._networks.born[cast(Any, answer.result)["GroupId"]] = self._clock.now()
        return answer

    def describe_vpcs(self) -> ActionResult:
        self._check_age("VpcIds")
        return self._listed("Vpcs", super().describe_vpcs())

    def describe_subnets(self) -> ActionResult:
        self._check_age("SubnetIds")
        return self._listed("Subnets", super().describe_subnets())

    def describe_security_groups(self) -> ActionResult:
        self._check_age("GroupIds")
        return self._listed("SecurityGroups", super().describe_security_groups())

    def describe_network_interfaces(self) -> ActionResult:
        return self._listed("NetworkInterfaces", super().describe_network_interfaces())

    def associate_security_group_vpc(self) -> ActionResult:
        """Takes effect at once; in reality it is `associating` for seconds."""
        group_id, vpc_id = self._text("GroupId") or "", self._text("VpcId") or ""
        rules.group_can_be_associated(self.network.security_group(group_id), self.network.vpc(vpc_id).vpc_id)
        self.network.associations.add((group_id, vpc_id))
        return ActionResult({"State": "associated"})

    def disassociate_security_group_vpc(self) -> ActionResult:
        self.network.associations.discard((self._text("GroupId") or "", self._text("VpcId") or ""))
        return ActionResult({"State": "disassociated"})

    def describe_security_group_vpc_associations(self) -> ActionResult:
        fields: dict[str, Field[tuple[str, str]]] = {
            "group-id": lambda one: [one[0]],
            "vpc-id": lambda one: [one[1]],
            "state": lambda one: ["associated"],
        }
        filters = cast("dict[str, list[str]]", self._filters_from_querystring())
        shown, token = self._page(matching(sorted(self.network.associations), filters, fields, lambda one: {}))
        items = [{"GroupId": group_id, "VpcId": vpc_id, "State": "associated"} for group_id, vpc_id in shown]
        return ActionResult({"SecurityGroupVpcAssociations": items, "NextToken": token})

    def describe_availability_zones(self) -> ActionResult:
        zones = self.network.zone_names()
        rules.zones_known("zone", self._ids("ZoneNames"), zones.values())
        rules.zones_known("zone-id", self._ids("ZoneIds"), zones)
        return super().describe_availability_zones()

    def _check_age(self, parameter: str) -> None:
        """In a list by ids, what is too young does not exist."""
        code, message = NOT_FOUND[parameter]
        for one in self._ids(parameter):
            if not self._is_visible(one):
                raise Refused(code, message.format(one))

    def _is_visible(self, resource_id: str) -> bool:
        born = self._networks.born.get(resource_id)
        return born is None or born <= self._clock.now() - self._settings.network_visible

    def _listed(self, key: str, answer: ActionResult) -> ActionResult:
        """What is old enough, in pages: moto has none here."""
        old = [one for one in cast(Any, answer.result)[key] if self._is_visible(one.id)]
        shown, token = self._page(old)
        return ActionResult({key: shown, "NextToken": token})

    def _page(self, objects: list[Any]) -> tuple[Any, str | None]:
        asked = self._get_int_param("MaxResults") or self._settings.aws_page_size
        return page(objects, min(asked, self._settings.aws_page_size), self._text("NextToken"))

    def create_tags(self) -> ActionResult:
        tags = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags", [])}
        rules.tag_keys_free(tags)
        if not self._lags_behind():
            return super().create_tags()
        resource_ids, backend = self._tagged(), self.ec2_backend
        self._clock.after(self._settings.tags_visible, lambda: backend.create_tags(resource_ids, tags))
        return EmptyResult()

    def delete_tags(self) -> ActionResult:
        if not self._lags_behind():
            return super().delete_tags()
        tags = {tag["Key"]: tag.get("Value") for tag in self._get_param("Tags", [])}
        resource_ids, backend = self._tagged(), self.ec2_backend
        self._clock.after(self._settings.tags_visible, lambda: backend.delete_tags(resource_ids, tags))
        return EmptyResult()

    def _lags_behind(self) -> bool:
        return self._settings.tags_visible > 0

    def _tagged(self) -> list[str]:
        """The resources to tag, checked at once: only the effect is late."""
        resource_ids = list(self._ids("Resources"))
        validate_resource_ids(resource_ids)
        self.ec2_backend.do_resources_exist(resource_ids)
        return resource_ids

    def delete_subnet(self) -> ActionResult:
        subnet_id = self._text("SubnetId") or ""
        rules.subnet_unused(subnet_id, self.network.interfaces_in_subnet(subnet_id))
        return super().delete_subnet()

    def delete_security_group(self) -> ActionResult:
        group_id = self._text("GroupId") or ""
        network = self.network
        rules.group_unused(group_id, [*network.interfaces_with_group(group_id), *network.groups_naming(group_id)])
        return super().delete_security_group()

    def delete_vpc(self) -> ActionResult:
        vpc_id = self._text("VpcId") or ""
        network = self.network
        rules.vpc_unused(
            vpc_id, [*self._endpoints.in_vpc(vpc_id), *network.own_groups(vpc_id), *network.internet_gateways(vpc_id)]
        )
        return super().delete_vpc()

    def delete_network_interface(self) -> ActionResult:
        interface_id = self._text("NetworkInterfaceId") or ""
        rules.interface_is_yours(interface_id, self.network.is_managed_interface(interface_id))
        return super().delete_network_interface()

    def _text(self, name: str) -> str | None:
        return cast("str | None", self._get_param(name))

    def _ids(self, name: str) -> tuple[str, ...]:
        return tuple(self._get_param(name, []))
