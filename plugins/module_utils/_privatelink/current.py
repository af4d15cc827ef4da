# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of one private endpoint as read from both clouds, and how the one that is meant is found. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws.model import InterfaceEndpoint, NetworkInterface, Subnet
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
        """A DISCOVERED row only says that AWS asks for the service; nobody registered it."""
        return self.registration is not None and self.registration.state != "DISCOVERED"

    @property
    def is_dying(self) -> bool:
        """TiDB Cloud gave this registration up; ending it makes AWS reject the interface endpoint for good."""
        return self.registration is not None and self.registration.state in ("FAILED", "DELETING")


@dataclass(frozen=True)
class Current:
    """Everything that a plan is made from.

    C(main) is the live private endpoint that is meant; C(dead) are those of the same identity that will not live again
    and still have a half that can be removed. C(duplicates) are live ones of the same identity that are to be removed.
    C(gone) lists the ids of those that are not live.
    C(dropped) says that TiDB Cloud does not know the cluster any more, or its node group where C(cluster) is there.
    C(unseen): interface endpoints that are registered and that these credentials do not see, where nothing was found to
    delete. C(service_asked) is false where C(service) is null because nobody asked. C(violations): why C(main) can
    never be what is wanted, whatever the limits say.
    """

    region: str | None = None
    cluster: Cluster | None = None
    node_group: NodeGroup | None = None
    service: EndpointService | None = None
    main: Pair | None = None
    duplicates: tuple[Pair, ...] = ()
    dead: tuple[Pair, ...] = ()
    gone: tuple[str, ...] = ()
    dropped: bool = False
    unseen: tuple[str, ...] = ()
    service_asked: bool = True
    private_dns_available: bool = True
    network_interfaces: tuple[NetworkInterface, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    violations: tuple[Violation, ...] = ()

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All that a run may touch."""
        return (*((self.main,) if self.main else ()), *self.duplicates, *self.dead)

    @property
    def node_group_id(self) -> str | None:
        return self.node_group.node_group_id if self.node_group else None

    def private_dns_wanted(self, desired: Desired) -> bool:
        """The host name of a cluster works only with private DNS, so it is on unless switched off by the user.

        For any other service it defaults to on where the service has a verified private name.
        """
        if desired.private_dns_enabled is not None:
            return desired.private_dns_enabled
        return True if desired.registrable else self.private_dns_available


def pair_up(endpoints: t.Iterable[InterfaceEndpoint], registrations: t.Iterable[Registration]) -> list[Pair]:
    """Joins both sides by the id of the interface endpoint; a registration without a visible endpoint stands alone, and
    so does each that does not say which it is of.
    """
    rows = list(registrations)
    by_id = {row.vpc_endpoint_id: row for row in rows if row.vpc_endpoint_id}
    pairs = [Pair(endpoint, by_id.pop(endpoint.vpc_endpoint_id, None)) for endpoint in endpoints]
    alone = [*by_id.values(), *(row for row in rows if not row.vpc_endpoint_id)]
    return pairs + [Pair(None, row, visible=False) for row in alone]
