# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of one private endpoint as read from both clouds, and how the one that is meant is found. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .desired import Desired
from .duplicates import ambiguous, are_duplicates, hindrances, kept_first, protected_violations
from .errors import Violation
from .model import (
    CLUSTER_TAG,
    LEFTOVER_STATES,
    MANAGED_BY,
    MANAGED_BY_TAG,
    Cluster,
    EndpointService,
    InterfaceEndpoint,
    NetworkInterface,
    NodeGroup,
    Registration,
    Subnet,
)


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


@dataclass(frozen=True)
class Found:
    """The outcome of looking for the private endpoint that is meant."""

    main: Pair | None = None
    dead: tuple[Pair, ...] = ()
    gone: tuple[str, ...] = ()
    duplicates: tuple[Pair, ...] = ()
    violations: tuple[Violation, ...] = ()


def pair_up(endpoints: t.Iterable[InterfaceEndpoint], registrations: t.Iterable[Registration]) -> list[Pair]:
    """Joins both sides by the id of the interface endpoint; a registration without a visible endpoint stands alone, and
    so does each that does not say which it is of.
    """
    rows = list(registrations)
    by_id = {row.vpc_endpoint_id: row for row in rows if row.vpc_endpoint_id}
    pairs = [Pair(endpoint, by_id.pop(endpoint.vpc_endpoint_id, None)) for endpoint in endpoints]
    alone = [*by_id.values(), *(row for row in rows if not row.vpc_endpoint_id)]
    return pairs + [Pair(None, row, visible=False) for row in alone]


def find(desired: Desired, endpoints: t.Sequence[InterfaceEndpoint], registrations: t.Sequence[Registration]) -> Found:
    """Finds the private endpoint that is meant among those of the service.

    Identity: C(vpc_endpoint_id); else the live endpoint of that service in that VPC, by C(name) where it is given.
    Without C(vpc_id) only endpoints that carry this collection's ownership tags count.
    """
    pairs = pair_up(endpoints, registrations)
    if desired.vpc_endpoint_id:
        return _find_by_id(desired, pairs)
    pairs = [pair for pair in pairs if pair.endpoint and _in_scope(desired, pair.endpoint)]
    live = [pair for pair in pairs if pair.endpoint and pair.endpoint.is_live]
    named = [pair for pair in live if not desired.name or (pair.endpoint and pair.endpoint.name == desired.name)]
    dead = tuple(pair for pair in pairs if pair not in live and _same_name(desired, pair) and _has_remains(pair))
    gone = tuple(pair.vpc_endpoint_id for pair in pairs if pair not in live)
    violations = ambiguities(desired, live, named)
    if len(named) > 1 and not violations:
        named = kept_first(named)
    main = named[0] if named and not violations else None
    return Found(main, dead, gone, tuple(named[1:]) if main else (), violations)


def _find_by_id(desired: Desired, pairs: t.Sequence[Pair]) -> Found:
    pair = next((pair for pair in pairs if pair.vpc_endpoint_id == desired.vpc_endpoint_id), None)
    if pair is None:
        return Found()
    if pair.endpoint is not None and pair.endpoint.is_live:
        return Found(main=pair)
    if pair.endpoint is None or _has_remains(pair):
        return Found(dead=(pair,))
    return Found(gone=(pair.vpc_endpoint_id,))


def _in_scope(desired: Desired, endpoint: InterfaceEndpoint) -> bool:
    if desired.vpc_id:
        return endpoint.vpc_id == desired.vpc_id
    tags = endpoint.tags
    owned = tags.get(MANAGED_BY_TAG) == MANAGED_BY and (
        not desired.cluster_id or tags.get(CLUSTER_TAG) == desired.cluster_id
    )
    return owned and (not desired.name or endpoint.name == desired.name)


def _same_name(desired: Desired, pair: Pair) -> bool:
    return not desired.name or pair.endpoint is None or pair.endpoint.name == desired.name


def _has_remains(pair: Pair) -> bool:
    """Whether something of a dead private endpoint is left that a run can remove or must wait for."""
    if pair.registered:
        return True
    return pair.endpoint is not None and pair.endpoint.state in LEFTOVER_STATES | {"deleting"}


def ambiguities(desired: Desired, live: t.Sequence[Pair], named: t.Sequence[Pair]) -> tuple[Violation, ...]:
    """Why it is not certain which of the live ones is meant. C(named) are those with the name that was asked for."""
    where = f"in VPC {desired.vpc_id}" if desired.vpc_id else "in this region"
    listed = ", ".join(sorted(f"{pair.vpc_endpoint_id} ({_name_of(pair)})" for pair in live))
    if len(named) > 1:
        removes = desired.remove_duplicates and are_duplicates(named)
        if removes and not hindrances(desired, kept_first(named)):
            return ()
        protected = protected_violations(desired, named) if removes else ()
        return (ambiguous(desired, named, where, listed), *protected)
    if desired.name and live and not named and desired.state == "present":
        message = (
            f"No live interface endpoint of {desired.target} {where} is named {desired.name!r}; there are {listed}."
        )
        remedy = "Adopt the right one with vpc_endpoint_id, or omit name where there is only one."
        return (Violation("ambiguous_match", message, remedy),)
    return ()


def _name_of(pair: Pair) -> str:
    return (pair.endpoint.name if pair.endpoint else None) or "unnamed"
