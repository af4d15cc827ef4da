# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of one private endpoint as read from both clouds. It answers for itself, and never changes. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws.model import InterfaceEndpoint, NetworkInterface, Subnet, VpcEndpointService
from .._tidbcloud.model import Cluster, EndpointService, NodeGroup, Registration
from .desired import Desired
from .violations import Violation


@dataclass(frozen=True)
class Pair:
    """A private endpoint: its interface endpoint and its registration. Either half may be missing, not both."""

    endpoint: InterfaceEndpoint | None
    registration: Registration | None
    visible: bool = True

    @property
    def vpc_endpoint_id(self) -> str:
        half = self.endpoint or self.registration
        return half.vpc_endpoint_id if half else ""

    @property
    def listed(self) -> bool:
        """Whether there is an interface endpoint left to delete."""
        return self.endpoint is not None and self.endpoint.state != "deleted"

    @property
    def registered(self) -> bool:
        """A DISCOVERED row only says that AWS requests the service; nobody registered it."""
        return self.registration is not None and self.registration.state != "DISCOVERED"

    @property
    def is_dying(self) -> bool:
        """TiDB Cloud has given up this registration; ending it makes AWS reject the interface endpoint for good."""
        return self.registration is not None and self.registration.state in ("FAILED", "DELETING")

    @property
    def is_active(self) -> bool:
        """TiDB Cloud has accepted it."""
        return self.registration is not None and self.registration.state == "ACTIVE"


@dataclass(frozen=True)
class Provider:
    """The side of the endpoint service: where its private endpoints are made, and what is known of it.

    `cluster`, `node_group` and `service` are TiDB Cloud's; `other` is any other service, as AWS shows it.
    `service_asked` is false if `service` is null because it was not requested. `dropped` says that TiDB Cloud no longer
    knows the cluster or, if `cluster` is set, its node group.
    """

    region: str | None = None
    cluster: Cluster | None = None
    node_group: NodeGroup | None = None
    service: EndpointService | None = None
    other: VpcEndpointService | None = None
    service_asked: bool = True
    dropped: bool = False

    @property
    def node_group_id(self) -> str | None:
        return self.node_group.node_group_id if self.node_group else None

    @property
    def service_name(self) -> str | None:
        service = self.service or self.other
        return service.service_name if service else None

    @property
    def host(self) -> str | None:
        """The host name that private DNS resolves; null if it is not known."""
        if self.other is not None:
            return self.other.private_dns_name
        return (self.service.host if self.service else None) or (self.node_group.host if self.node_group else None)

    def names(self, endpoint: InterfaceEndpoint) -> bool:
        """Whether an interface endpoint with private DNS has the private name of this service."""
        host = self.host
        return endpoint.service_name == self.service_name or (host is not None and host in endpoint.dns_names)

    @property
    def is_service_active(self) -> bool:
        """A service that was not requested counts as active, unless its cluster is still in creation."""
        if self.other is not None:
            return True
        if self.service is None:
            return not self.service_asked and not (self.cluster and self.cluster.state == "CREATING")
        return self.service.state in (None, "active")

    def private_dns_wanted(self, desired: Desired) -> bool:
        """The host name of a cluster works only with private DNS, so it is on unless switched off by the user.

        For any other service it defaults to on if the service has a verified private name.
        """
        if desired.private_dns_enabled is not None:
            return desired.private_dns_enabled
        other = self.other
        return desired.registrable or (
            other is not None and bool(other.private_dns_name) and other.private_dns_verified
        )


@dataclass(frozen=True)
class Found:
    """What exists of the private endpoint that is meant.

    `main` is the live one; `duplicates` are other live ones of the same identity, which are to be removed; `dead` are
    those of the same identity that will not recover and still have a half that can be removed. `gone` lists the ids
    of those that are not live. `violations`: why `main` cannot be what is desired, whatever the limits say.
    """

    main: Pair | None = None
    duplicates: tuple[Pair, ...] = ()
    dead: tuple[Pair, ...] = ()
    gone: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Those that a run may touch."""
        return (*self.live, *self.dead)

    @property
    def live(self) -> tuple[Pair, ...]:
        """The one that is meant, and its duplicates."""
        return (*((self.main,) if self.main else ()), *self.duplicates)

    @property
    def described(self) -> Pair | None:
        """The one that the result describes, in all of its keys."""
        return next(iter(self.pairs), None)


@dataclass(frozen=True)
class Network:
    """The subnets of a private endpoint and those that are desired, and the network interfaces that it has."""

    subnets: tuple[Subnet, ...] = ()
    interfaces: tuple[NetworkInterface, ...] = ()

    @property
    def zones(self) -> dict[str, str | None]:
        """The zone of each subnet: its id if AWS returns it, else its name."""
        return {one.subnet_id: one.availability_zone_id or one.availability_zone for one in self.subnets}


@dataclass(frozen=True)
class Current:
    """Everything that a plan is made from.

    `unseen`: interface endpoints that are registered and that AWS did not list: others' or, if its answer is wrong, the
    one that is meant. With `absent` only if nothing was found to delete, and then of all VPCs.
    """

    provider: Provider
    found: Found = Found()
    network: Network = Network()
    unseen: tuple[str, ...] = ()


def pair_up(endpoints: t.Iterable[InterfaceEndpoint], registrations: t.Iterable[Registration]) -> list[Pair]:
    """Joins both sides by the id of the interface endpoint; a registration without a visible endpoint stands alone, and
    so does each that does not say which it is of.
    """
    rows = list(registrations)
    by_id = {row.vpc_endpoint_id: row for row in rows if row.vpc_endpoint_id}
    pairs = [Pair(endpoint, by_id.pop(endpoint.vpc_endpoint_id, None)) for endpoint in endpoints]
    alone = [*by_id.values(), *(row for row in rows if not row.vpc_endpoint_id)]
    return pairs + [Pair(None, row, visible=False) for row in alone]


def unverified_name(service: VpcEndpointService) -> str:
    """What private DNS waits for, and who can do something about it."""
    return (
        f"AWS has not verified the private name {service.private_dns_name} of {service.service_name} "
        f"({service.unverified}), so private DNS cannot be used yet: the owner of the service publishes its TXT record "
        "and has AWS verify it, such as by endpoint_service with private_dns_name."
    )
