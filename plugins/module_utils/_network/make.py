# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the parts of a connection's network once, even if other runs do so at the same time: look, create, look again.

AWS makes as many VPCs as it is asked for, so the claims decide. A subnet's range and a security group's name are unique
in a VPC: a run that is refused uses what the winner made.
"""

from __future__ import annotations

import secrets
import typing as t
from dataclasses import dataclass, field
from functools import partial

from .._aws.refusals import MOST_UNKNOWN, is_unknown_part
from .._run.errors import ApiError, PrivateLinkError
from .._run.wait import Await, Seen, Work
from .calls import Network
from .claims import CLAIM_TAG, SETTLED_AGE, Part, claim, oldest, settle_seconds
from .ranges import outside_problems, taken_problems

_RANGE_TAKEN = "InvalidSubnet.Conflict"
_NAME_TAKEN = "InvalidGroup.Duplicate"
Value = t.TypeVar("Value")
_TAKEN = (
    "private_connection_subnet_cidrs: {0} Give free ranges of {1} there, or subnets that exist in "
    "private_connection_subnet_ids."
)


@dataclass(frozen=True)
class Connection:
    """How a connection recognizes its own (`ownership`, all of these tags), and how it tags them (`tags`)."""

    ownership: t.Mapping[str, str]
    tags: t.Mapping[str, str]

    def claiming(self, date: float) -> dict[str, str]:
        """The tags of what is made now. `date`: AWS's, in seconds since 1970."""
        return {**self.tags, **self.ownership, CLAIM_TAG: claim(date, secrets.token_hex(8))}

    def own(self, parts: t.Iterable[Part]) -> list[Part]:
        return [part for part in parts if part.carries(self.ownership)]


@dataclass(frozen=True)
class WantedSubnet:
    cidr: str
    zone_id: str


@dataclass
class Outcome:
    """What counts now, in the order of the request, and what this run did. `left`: losers that something uses;
    `missing`: what was not there at first, by range or name.
    """

    parts: list[Part] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    changed: bool = False
    enables_dns: bool = False


def make_vpc(network: Network, connection: Connection, cidr: str, used_id: str) -> Work[Outcome]:
    """The one VPC of the connection, with both DNS attributes on. `used_id`: the one with the private endpoint."""
    outcome, own_claim = Outcome(), ""
    found = network.vpcs(connection.ownership)
    if not found:
        tags = connection.claiming(network.now())
        own_claim = tags[CLAIM_TAG]
        outcome.made.append(network.create_vpc(cidr, tags))
        found = yield from _listed(lambda: network.vpcs(connection.ownership), outcome.made, cidr, connection)
    if used_id not in [vpc.id for vpc in found]:
        yield from _settled(network, found, set(outcome.made))
        found = network.vpcs(connection.ownership) or found
    chosen = _chosen(found, used_id)
    _remove_losers(network, [vpc for vpc in found if vpc.id != chosen.id], own_claim, outcome)
    _reject_other_range(chosen, cidr)
    outcome.parts.append(chosen)
    outcome.changed = bool(outcome.made or outcome.removed)
    if not (yield from _known(lambda: network.has_dns(chosen.id), chosen.id)):
        outcome.changed = outcome.enables_dns = True
        yield from _known(lambda: network.enable_dns(chosen.id), chosen.id)
        yield Await(lambda: Seen(network.has_dns(chosen.id), "off"), f"the DNS attributes of {chosen.id}")
    return outcome


def find_vpc(network: Network, connection: Connection, cidr: str, used_id: str) -> Outcome:
    """Where make_vpc starts from, and whether it would change something."""
    found = network.vpcs(connection.ownership)
    if not found:
        return Outcome(missing=[cidr], changed=True)
    chosen = _chosen(found, used_id)
    _reject_other_range(chosen, cidr)
    losers = [vpc for vpc in found if vpc.id != chosen.id]
    removed = [vpc.id for vpc in losers if _may_go(network, vpc)]
    left = [vpc.id for vpc in losers if vpc.id not in removed]
    enables = not network.has_dns(chosen.id)
    return Outcome([chosen], removed=removed, left=left, changed=bool(removed) or enables, enables_dns=enables)


def _known(act: t.Callable[[], Value], vpc_id: str) -> Work[Value]:
    """The result of a call about a VPC that is listed: what one call lists, the next may not know for some seconds.

    Raises ApiError.
    """
    repetitions = iter(range(MOST_UNKNOWN))

    def attempt() -> Seen:
        try:
            return Seen(True, "known", act())
        except ApiError as error:
            if not is_unknown_part(error) or next(repetitions, None) is None:
                raise
            return Seen(False, str(error))

    seen = attempt()
    if not seen.done:
        seen = yield Await(attempt, f"AWS to know {vpc_id} everywhere")
    return t.cast(Value, seen.value)


def _chosen(found: list[Part], used_id: str) -> Part:
    return next((vpc for vpc in found if vpc.id == used_id), None) or oldest(found)


def _reject_other_range(vpc: Part, cidr: str) -> None:
    if vpc.cidr != cidr:
        raise PrivateLinkError(
            f"{vpc.id}, which was made for this connection, has the range {vpc.cidr}. The range of a VPC cannot be "
            f"changed: give private_connection_vpc_cidr={vpc.cidr}, or disconnect first."
        )


def _listed(look: t.Callable[[], list[Part]], made: list[str], cidr: str, connection: Connection) -> Work[list[Part]]:
    """All that AWS lists, once it lists what was made: AWS has answered with its id, so it must be listed."""

    def seen() -> Seen:
        missing = set(made) - {part.id for part in look()}
        return Seen(not missing, "not listed")

    yield Await(seen, f"AWS to list {', '.join(made)}", at_most=SETTLED_AGE)
    return look() or [Part(id=made[0], tags=connection.tags, cidr=cidr)]


def _settled(network: Network, found: list[Part], made: set[str]) -> Work[None]:
    """Wait until everything made at the same time is listed. A VPC with something in it is settled: its run waited."""
    first = oldest(found)
    if first.id not in made and not _is_empty(network, first.id):
        return
    seconds = settle_seconds(network.now() - first.claimed_at)
    if seconds:
        yield Await(lambda: Seen(False, "looking"), "VPCs that other runs make at the same time", at_most=seconds)


def _is_empty(network: Network, vpc_id: str) -> bool:
    return not network.subnets(vpc_id) and not network.security_groups(vpc_id)


def _may_go(network: Network, vpc: Part) -> bool:
    """Only what has a claim was made by a run that knows claims, and only an empty one is nobody's."""
    return vpc.has_claim and _is_empty(network, vpc.id)


def _remove_losers(network: Network, losers: list[Part], own_claim: str, outcome: Outcome) -> None:
    """A run that made a VPC removes its own extra ones (a lost answer may leave several); one that did not cleans up
    after a run that was stopped. Only empty ones with a claim are removed.
    """
    for vpc in losers:
        if own_claim and vpc.tags.get(CLAIM_TAG) != own_claim:
            continue
        if _may_go(network, vpc) and network.delete_vpc(vpc.id):
            outcome.removed.append(vpc.id)
        else:
            outcome.left.append(vpc.id)


def make_subnets(
    network: Network, connection: Connection, vpc_id: str, wanted: t.Sequence[WantedSubnet]
) -> Work[Outcome]:
    """One subnet of the connection for each that is wanted."""
    outcome = find_subnets(network, connection, vpc_id, wanted)
    there = [subnet.cidr for subnet in outcome.parts]
    missing = [subnet for subnet in wanted if subnet.cidr not in there]
    for subnet in missing:
        tags = connection.claiming(network.now())
        try:
            create = partial(network.create_subnet, vpc_id, subnet.cidr, subnet.zone_id, tags)
            outcome.made.append((yield from _known(create, vpc_id)))
        except ApiError as error:
            if error.code != _RANGE_TAKEN:
                raise
            yield from _taken(_having(network.subnets, vpc_id, "cidr", subnet.cidr), f"the subnet {subnet.cidr}", error)
    if missing:
        yield _all_listed(network.subnets, vpc_id, outcome.made)
        outcome.parts = find_subnets(network, connection, vpc_id, wanted).parts
    _withdraw(outcome, network.delete_subnet)
    return outcome


def find_subnets(network: Network, connection: Connection, vpc_id: str, wanted: t.Sequence[WantedSubnet]) -> Outcome:
    """Those that exist, and whether make_subnets would make more."""
    listed = network.subnets(vpc_id)
    own = [_own_subnets(connection, vpc_id, listed, subnet) for subnet in wanted]
    missing = [subnet.cidr for subnet, found in zip(wanted, own) if not found]
    reject_taken(vpc_id, missing, listed)
    return Outcome(parts=[oldest(found) for found in own if found], missing=missing, changed=bool(missing))


def reject_taken(vpc_id: str, cidrs: t.Iterable[str], listed: t.Iterable[Part]) -> None:
    """Raises PrivateLinkError where subnets of the VPC overlap ranges that are to be made."""
    problems = taken_problems(cidrs, {subnet.id: subnet.cidr for subnet in listed})
    if problems:
        raise PrivateLinkError(_TAKEN.format(" ".join(problems), vpc_id))


def find_room(
    network: Network, connection: Connection, vpc_id: str, cidrs: t.Sequence[str], group_name: str | None
) -> None:
    """Raises PrivateLinkError where a VPC has no room for subnets of these ranges, or has a group of the name, null
    where none is to be made. The zones of the subnets do not matter.
    """
    listed = network.subnets(vpc_id) if cidrs else []
    there = {subnet.cidr for subnet in connection.own(listed)}
    missing = [cidr for cidr in cidrs if cidr not in there]
    outside = outside_problems(missing, network.ranges(vpc_id)) if missing else []
    if outside:
        raise PrivateLinkError(_TAKEN.format(" ".join(outside), vpc_id))
    reject_taken(vpc_id, missing, listed)
    if group_name is not None:
        find_security_group(network, connection, vpc_id, group_name)


def _own_subnets(connection: Connection, vpc_id: str, listed: list[Part], wanted: WantedSubnet) -> list[Part]:
    """Those with the range. Raises PrivateLinkError where another has it."""
    found = [subnet for subnet in listed if subnet.cidr == wanted.cidr]
    own = [subnet for subnet in connection.own(found) if subnet.zone_id == wanted.zone_id]
    if len(own) < len(found):
        raise PrivateLinkError(
            f"{vpc_id} has a subnet with the range {wanted.cidr} already, which this connection did not make in zone "
            f"{wanted.zone_id}. Give that subnet in private_connection_subnet_ids, or another range in "
            "private_connection_subnet_cidrs."
        )
    return own


def make_security_group(
    network: Network, connection: Connection, vpc_id: str, name: str, description: str
) -> Work[Outcome]:
    """The one security group of the connection in the VPC, as AWS makes it: its rules are ignored here."""
    outcome = find_security_group(network, connection, vpc_id, name)
    if not outcome.parts:
        tags = connection.claiming(network.now())
        try:
            create = partial(network.create_security_group, vpc_id, name, description, tags)
            outcome.made.append((yield from _known(create, vpc_id)))
        except ApiError as error:
            if error.code != _NAME_TAKEN:
                raise
            named = _having(network.security_groups, vpc_id, "name", name)
            yield from _taken(named, f"the security group {name}", error)
        yield _all_listed(network.security_groups, vpc_id, outcome.made)
        outcome.parts = find_security_group(network, connection, vpc_id, name).parts
    _withdraw(outcome, network.delete_security_group)
    return outcome


def find_security_group(network: Network, connection: Connection, vpc_id: str, name: str) -> Outcome:
    """The existing one, and whether make_security_group would make it. Raises PrivateLinkError where another has the
    name.
    """
    listed = network.security_groups(vpc_id)
    own = connection.own(listed)
    if not own and any(group.name == name for group in listed):
        raise PrivateLinkError(
            f"{vpc_id} has a security group named {name} already, which this connection did not make. Give it in "
            "private_connection_security_group_ids, or another private_connection_name."
        )
    return Outcome(parts=[oldest(own)] if own else [], missing=[] if own else [name], changed=not own)


def _having(look: t.Callable[[str], list[Part]], vpc_id: str, field_name: str, value: str) -> t.Callable[[], bool]:
    return lambda: any(getattr(part, field_name) == value for part in look(vpc_id))


def _taken(is_listed: t.Callable[[], bool], what: str, error: ApiError) -> Work[None]:
    """AWS says that it exists: wait until it is listed, to see whose it is. If it never is, raise AWS's error."""
    seen = yield Await(lambda: Seen(is_listed(), "not listed"), f"AWS to list {what}", at_most=SETTLED_AGE)
    if not seen.done:
        raise error


def _all_listed(look: t.Callable[[str], list[Part]], vpc_id: str, made: list[str]) -> Await:
    """AWS answered with their ids, so they are awaited until the deadline."""
    return Await(
        lambda: Seen(not set(made) - {part.id for part in look(vpc_id)}, "not listed"),
        f"AWS to list {', '.join(made) or 'what was made'}",
    )


def _withdraw(outcome: Outcome, delete: t.Callable[[str], bool]) -> None:
    """Remove what this run made and what does not count."""
    kept = {part.id for part in outcome.parts}
    for part_id in [made for made in outcome.made if made not in kept]:
        (outcome.removed if delete(part_id) else outcome.left).append(part_id)
    outcome.changed = bool(outcome.made or outcome.removed)
