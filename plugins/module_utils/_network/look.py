# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at a whole connection, which changes nothing: both clouds, the network, and whether something is to be done.

An unchanged run of the role is this look. Where something is to be done, the role makes the network first, since the
private endpoint needs its ids; what is looked at here is then no more than what does not depend on it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._aws.tags import settable
from .._privatelink.clouds import Clouds
from .._privatelink.desired import Desired
from .._privatelink.lifecycle import Outcome, ensure
from .._privatelink.steps import CreateVpcEndpoint, Modification
from .._run.errors import PrivateLinkError
from .._run.wait import Deadline
from .calls import Network
from .make import Connection, WantedSubnet, find_room, find_security_group, find_subnets
from .rules import admits_exactly
from .wanted import WantedConnection
from .zones import Subnets, keeps_zones, subnets_in

# The role waits for the service before it makes anything.
_WAITED_FOR = frozenset({"service_not_active"})
# It makes a service of the user's own, and permits the account, before the private endpoint is made.
_PERMITTED_FIRST = "service_not_visible"


@dataclass(frozen=True)
class Parts:
    """Ids of the network of a connection, given or made; `is_complete`: as it is to be, with nothing left to make."""

    vpc_id: str = ""
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    is_complete: bool = True

    def returned(self) -> dict[str, t.Any]:
        return {
            "vpc_id": self.vpc_id,
            "subnet_ids": list(self.subnet_ids),
            "security_group_ids": list(self.security_group_ids),
        }


@dataclass(frozen=True)
class Look:
    """What was found: the private endpoint as the module of that name returns it in check mode, and the network."""

    wanted: WantedConnection
    outcome: Outcome
    subnets: Subnets = field(default_factory=Subnets)
    parts: Parts = field(default_factory=Parts)

    @property
    def endpoint(self) -> dict[str, t.Any]:
        endpoint: dict[str, t.Any] = self.outcome.returned()["private_endpoint"]
        return endpoint

    @property
    def keeps_zones(self) -> bool:
        creates = self.outcome.planned.has(CreateVpcEndpoint)
        return keeps_zones(self.wanted, self.endpoint["availability_zone_ids"], creates=creates)

    @property
    def is_live(self) -> bool:
        """Whether clients may be connected over it."""
        registered = None if self.wanted.self_hosted_name else "ACTIVE"
        return (self.endpoint["vpc_endpoint_state"], self.endpoint["endpoint_state"]) == ("available", registered)

    @property
    def will_edit(self) -> bool:
        """Whether a change of a live private endpoint is certain before the network is looked at."""
        moves = self.wanted.makes_subnets and not self.keeps_zones
        return self.is_live and (self.outcome.planned.has(Modification) or moves)

    @property
    def is_endpoint_settled(self) -> bool:
        moves = self.wanted.makes_subnets and not self.keeps_zones
        return not self.outcome.planned.steps and self.endpoint["status"] == "active" and not moves

    @property
    def ownership(self) -> dict[str, str]:
        return self.wanted.owned_with(self.endpoint["node_group_id"])

    def returned(self) -> dict[str, t.Any]:
        """The values of connection_network for the part `connection`."""
        return {
            **self.outcome.returned(),
            "changed": False,
            "wanted": self.wanted.returned(),
            "ownership": self.ownership,
            "network": self.parts.returned(),
            "subnets": self.subnets.returned(),
            "keeps_zones": self.keeps_zones,
            "is_live": self.is_live,
            "will_edit": self.will_edit,
            "is_settled": self.is_endpoint_settled and self.parts.is_complete,
        }


def look(
    wanted: WantedConnection,
    desired: Desired,
    clouds: Clouds,
    deadline: Deadline,
    warn: t.Callable[[str], None],
    *,
    is_rehearsal: bool,
) -> Look:
    """`is_rehearsal`: the play is in check mode, and has made nothing that AWS may not list yet. `wanted` has no
    contradictions.

    Raises what `ensure` raises: the limits that need no network are checked.
    """
    later = _WAITED_FOR | ({_PERMITTED_FIRST} if wanted.self_hosted_name else set())
    planned = replace(
        desired, allow_missing_network=True, allow_violations=desired.allow_violations | later, state="present"
    )
    outcome = ensure(
        planned, clouds, deadline, check_mode=True, warn=_but_of_later(warn, wanted), is_rehearsal=is_rehearsal
    )
    found = Look(wanted, outcome)
    given = Parts(wanted.vpc_id, wanted.subnet_ids, wanted.security_group_ids)
    if not found.is_endpoint_settled:
        _require_room(found, clouds, deadline)
        return replace(found, parts=given)
    subnets = subnets_in(wanted, found.endpoint["availability_zone_ids"], are_of_service=False)
    if subnets.problems:
        raise PrivateLinkError(" ".join(subnets.problems))
    deadline.doing = f"reading the network of {desired.target}"
    network = Network(clouds.ec2(str(found.endpoint["region"])))
    return replace(found, subnets=subnets, parts=_parts(found, given, subnets, network))


def _but_of_later(warn: t.Callable[[str], None], wanted: WantedConnection) -> t.Callable[[str], None]:
    """Without the warning that the service is not visible yet, where the role sees to that."""
    of_later = f"allow_violations names {_PERMITTED_FIRST}."

    def warn_of_others(warning: str) -> None:
        if not (wanted.self_hosted_name and warning.endswith(of_later)):
            warn(warning)

    return warn_of_others


def _require_room(found: Look, clouds: Clouds, deadline: Deadline) -> None:
    """In a VPC of the user's: what AWS would refuse there would end the run after other parts are made."""
    wanted = found.wanted
    cidrs = wanted.subnet_cidrs if wanted.makes_subnets else ()
    if not wanted.vpc_id or not (cidrs or wanted.makes_security_group):
        return
    deadline.doing = f"reading what is in {wanted.vpc_id}"
    network = Network(clouds.ec2(str(found.endpoint["region"])))
    name = wanted.name if wanted.makes_security_group else None
    find_room(network, _connection(found), wanted.vpc_id, cidrs, name)


def _parts(found: Look, given: Parts, subnets: Subnets, network: Network) -> Parts:
    """What the role made of the network of a private endpoint with which nothing is to be done."""
    parts = _vpc(found, given, network) if found.wanted.makes_vpc else given
    if parts.is_complete and found.wanted.makes_subnets:
        parts = _subnets(found, parts, subnets, network)
    if parts.is_complete and found.wanted.makes_security_group:
        parts = _security_group(found, parts, network)
    return parts


def _vpc(found: Look, parts: Parts, network: Network) -> Parts:
    """One VPC, the one of the private endpoint: of several, the role removes what a run that was stopped left."""
    vpcs = network.vpcs(found.ownership)
    used = [vpc for vpc in vpcs if vpc.id == found.endpoint["vpc_id"] and vpc.cidr == found.wanted.vpc_cidr]
    if len(vpcs) != 1 or not used or not network.has_dns(used[0].id):
        return replace(parts, is_complete=False)
    return replace(parts, vpc_id=used[0].id)


def _subnets(found: Look, parts: Parts, subnets: Subnets, network: Network) -> Parts:
    wanted = [WantedSubnet(cidr, zone) for zone, cidr in zip(subnets.zones, subnets.ranges)]
    there = find_subnets(network, _connection(found), parts.vpc_id, wanted)
    ids = tuple(subnet.id for subnet in there.parts)
    is_used = set(ids) == set(found.endpoint["subnet_ids"])
    return replace(parts, subnet_ids=ids, is_complete=is_used and not there.changed)


def _security_group(found: Look, parts: Parts, network: Network) -> Parts:
    connection = _connection(found)
    there = find_security_group(network, connection, parts.vpc_id, found.wanted.name).parts
    ids = tuple(group.id for group in there)
    if not there or set(ids) != set(found.endpoint["security_group_ids"]) or not there[0].carries(connection.tags):
        return replace(parts, security_group_ids=ids, is_complete=False)
    rules = network.security_group(there[0].id)
    admits = rules is not None and admits_exactly(rules, found.wanted, found.endpoint["port"])
    return replace(parts, security_group_ids=ids, is_complete=admits)


def _connection(found: Look) -> Connection:
    tags = {str(key): str(value) for key, value in (found.wanted.tags or {}).items()}
    return Connection(ownership=found.ownership, tags={**settable(tags), **found.ownership})
