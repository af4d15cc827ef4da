# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is made of: steps, each kind a class, and the conditions to await before and after them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws.model import InterfaceEndpoint
from .._run.text import listed, printable, sentence

# What a condition requires of an interface endpoint and its registration.
LISTED = "listed"  # AWS shows the interface endpoint
AVAILABLE = "available"  # ... it is available, no change is under way
ACCEPTED = "accepted"  # ... and its registration is ACTIVE
DONE = "done"  # ... and private DNS is as wanted
UNREGISTERED = "unregistered"  # the registration is gone
GONE = "gone"  # the interface endpoint and its network interfaces are gone

# The user's options of a private endpoint, as `diff` shows them.
Options = dict[str, t.Any]


@dataclass(frozen=True)
class Condition:
    """Something to await. `vpc_endpoint_id` is null for the interface endpoint that this run creates."""

    kind: str
    vpc_endpoint_id: str | None = None


@dataclass(frozen=True)
class Step:
    """One change. Each kind is a class, which knows its name, what it means and what it changes.

    `vpc_endpoint_id` is null if the step concerns the interface endpoint that this run creates. `needs` is awaited
    before it. `target` and `detail` come from the plan alone, so that check mode and run print the same.
    """

    name: t.ClassVar[str]
    # The EC2 action that it requests, as IAM names it; empty if its request goes to TiDB Cloud.
    action: t.ClassVar[str] = ""

    vpc_endpoint_id: str | None
    needs: tuple[Condition, ...]

    @property
    def target(self) -> str:
        """What it is done to."""
        return str(self.vpc_endpoint_id)

    @property
    def detail(self) -> str:
        """What it means, in the user's words."""
        raise NotImplementedError

    @property
    def request(self) -> dict[str, t.Any]:
        """The arguments of its action."""
        return {}

    def changed(self, options: Options) -> Options:
        """The options once it is done. A registration is not an option."""
        return options

    def is_in_effect(self, endpoint: InterfaceEndpoint | None) -> bool:
        """Whether the interface endpoint, null if AWS no longer lists it, shows the effect of the step."""
        return False

    def returned(self) -> dict[str, str]:
        """The shape of one item of the return value `steps`."""
        return {"name": self.name, "target": printable(self.target), "detail": sentence(self.detail)}


# --- making and removing ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CreateVpcEndpoint(Step):
    """Makes an interface endpoint. What is not known yet is null or empty.

    `made`: the id, if something in place of AWS created it when it was asked only whether that is permitted. Private
    DNS is off at first.
    """

    name = "create_vpc_endpoint"
    action = "CreateVpcEndpoint"

    service: str
    service_name: str | None
    vpc_id: str | None
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    tags: t.Mapping[str, str]
    ip_address_type: str | None = None
    made: str | None = None

    @property
    def target(self) -> str:
        return self.service_name or self.service

    @property
    def detail(self) -> str:
        subnets = listed(self.subnet_ids) or "subnets not known yet"
        groups = listed(self.security_group_ids) or "security groups not known yet"
        kind = f", address type {self.ip_address_type}" if self.ip_address_type else ""
        return f"interface endpoint in {self.vpc_id or 'a VPC not known yet'}: {subnets}; {groups}{kind}"

    @property
    def request(self) -> dict[str, t.Any]:
        return {"service_name": self.service_name, **self._network, "tags": self.tags}

    @property
    def _network(self) -> dict[str, t.Any]:
        return {
            "vpc_id": self.vpc_id,
            "subnet_ids": self.subnet_ids,
            "security_group_ids": self.security_group_ids,
            "ip_address_type": self.ip_address_type,
        }

    @property
    def lacking(self) -> list[str]:
        """The options that it cannot do without and that are not known."""
        return [option for option, value in self._network.items() if not value and option != "ip_address_type"]

    def changed(self, options: Options) -> Options:
        known = {option: value for option, value in self._network.items() if value}
        lists = {option: sorted(value) for option, value in known.items() if isinstance(value, tuple)}
        tags = dict(sorted(self.tags.items()))
        return {"state": "present", **known, **lists, "private_dns_enabled": False, "tags": tags}

    def undone(self, vpc_endpoint_id: str) -> DeleteVpcEndpoint:
        """What undoes it."""
        return DeleteVpcEndpoint(vpc_endpoint_id, (), self.vpc_id)


@dataclass(frozen=True)
class DeleteVpcEndpoint(Step):
    """Deletes an interface endpoint. `vpc_id` is null if only its id is known."""

    name = "delete_vpc_endpoint"
    action = "DeleteVpcEndpoints"

    vpc_id: str | None = None

    @property
    def detail(self) -> str:
        return f"interface endpoint in {self.vpc_id}"

    def changed(self, options: Options) -> Options:
        return {"state": "absent"}

    def is_in_effect(self, endpoint: InterfaceEndpoint | None) -> bool:
        return endpoint is None or endpoint.state in ("deleting", "deleted")


@dataclass(frozen=True)
class RegisterEndpoint(Step):
    """Registers an interface endpoint with TiDB Cloud."""

    name = "register_endpoint"

    cluster_id: str | None
    node_group_id: str | None

    @property
    def target(self) -> str:
        return f"cluster {self.cluster_id}"

    @property
    def detail(self) -> str:
        return f"register the interface endpoint with node group {self.node_group_id}"

    def undone(self, vpc_endpoint_id: str, connection_id: str | None) -> TerminateRegistration:
        """What undoes it."""
        return TerminateRegistration(vpc_endpoint_id, (), self.target, connection_id)


@dataclass(frozen=True)
class TerminateRegistration(Step):
    """Ends a registration, which makes AWS reject the interface endpoint for good."""

    name = "terminate_registration"

    service: str
    connection_id: str | None

    @property
    def target(self) -> str:
        return self.service

    @property
    def detail(self) -> str:
        return f"end the registration of {self.vpc_endpoint_id}"

    def changed(self, options: Options) -> Options:
        return {**options, "state": "absent"}


# --- changing in place ------------------------------------------------------------------------------------------


class Change(Step):
    """Changes an interface endpoint in place. Requesting it twice does no harm."""

    @property
    def summary(self) -> str:
        """It as a part of a sentence."""
        return f"{self.name} {self.detail}"

    @property
    def goal(self) -> t.Any:
        """The value once it is in effect."""
        raise NotImplementedError

    def value(self, endpoint: InterfaceEndpoint | None) -> t.Any:
        """The endpoint's value of what the step changes; of an endpoint that does not exist, an empty one."""
        raise NotImplementedError

    def is_in_effect(self, endpoint: InterfaceEndpoint | None) -> bool:
        return endpoint is not None and bool(self.value(endpoint) == self.goal)


@dataclass(frozen=True)
class SetTags(Change):
    name = "set_tags"
    action = "CreateTags"

    tags: t.Mapping[str, str]

    @property
    def detail(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in sorted(self.tags.items()))

    @property
    def request(self) -> dict[str, t.Any]:
        return {"tags": self.tags}

    @property
    def goal(self) -> dict[str, str]:
        return dict(self.tags)

    def value(self, endpoint: InterfaceEndpoint | None) -> dict[str, str | None]:
        return {key: endpoint.tags.get(key) if endpoint else None for key in self.tags}

    def changed(self, options: Options) -> Options:
        return {**options, "tags": dict(sorted({**options["tags"], **self.tags}.items()))}


@dataclass(frozen=True)
class RemoveTags(Change):
    name = "remove_tags"
    action = "DeleteTags"

    keys: tuple[str, ...]

    @property
    def detail(self) -> str:
        return listed(self.keys)

    @property
    def request(self) -> dict[str, t.Any]:
        return {"keys": self.keys}

    @property
    def goal(self) -> dict[str, None]:
        return dict.fromkeys(self.keys)

    def value(self, endpoint: InterfaceEndpoint | None) -> dict[str, str | None]:
        return {key: endpoint.tags.get(key) if endpoint else None for key in self.keys}

    def changed(self, options: Options) -> Options:
        return {**options, "tags": {key: tag for key, tag in options["tags"].items() if key not in self.keys}}


class Modification(Change):
    """What ModifyVpcEndpoint does."""

    action = "ModifyVpcEndpoint"


@dataclass(frozen=True)
class _PrivateDns(Modification):
    enabled: t.ClassVar[bool]
    effect: t.ClassVar[str]

    service: str

    @property
    def target(self) -> str:
        return self.vpc_endpoint_id or self.service

    @property
    def detail(self) -> str:
        return self.effect

    @property
    def summary(self) -> str:
        return self.name

    @property
    def request(self) -> dict[str, t.Any]:
        return {"private_dns_enabled": self.enabled}

    @property
    def goal(self) -> bool:
        return self.enabled

    def value(self, endpoint: InterfaceEndpoint | None) -> bool:
        return endpoint is not None and endpoint.private_dns_enabled

    def changed(self, options: Options) -> Options:
        return {**options, **self.request}


class EnablePrivateDns(_PrivateDns):
    name = "enable_private_dns"
    enabled = True
    effect = "make the service's host name resolve inside the VPC"


class DisablePrivateDns(_PrivateDns):
    name = "disable_private_dns"
    enabled = False
    effect = "stop the service's host name from resolving inside the VPC"


@dataclass(frozen=True)
class SetIpAddressType(Modification):
    """`old` is the type that the interface endpoint has."""

    name = "set_ip_address_type"

    old: str
    ip_address_type: str

    @property
    def detail(self) -> str:
        return f"{self.old} to {self.ip_address_type}"

    @property
    def request(self) -> dict[str, t.Any]:
        return {"ip_address_type": self.ip_address_type}

    @property
    def goal(self) -> str:
        return self.ip_address_type

    def value(self, endpoint: InterfaceEndpoint | None) -> str | None:
        return endpoint.ip_address_type if endpoint else None

    def changed(self, options: Options) -> Options:
        return {**options, **self.request}


@dataclass(frozen=True)
class _Ids(Modification):
    """Adds to a set, or removes from it. `option` names it."""

    option: t.ClassVar[str]
    adds: t.ClassVar[bool]

    ids: tuple[str, ...]

    @property
    def detail(self) -> str:
        return listed(sorted(self.ids))

    @property
    def request(self) -> dict[str, t.Any]:
        return {f"{'add' if self.adds else 'remove'}_{self.option}": self.ids}

    @property
    def goal(self) -> set[str]:
        return set(self.ids) if self.adds else set()

    def value(self, endpoint: InterfaceEndpoint | None) -> set[str]:
        return set(getattr(endpoint, self.option)) & set(self.ids) if endpoint else set()

    def changed(self, options: Options) -> Options:
        old, new = set(options[self.option]), set(self.ids)
        return {**options, self.option: sorted(old | new if self.adds else old - new)}


class AddSubnets(_Ids):
    name, option, adds = "add_subnets", "subnet_ids", True


class RemoveSubnets(_Ids):
    name, option, adds = "remove_subnets", "subnet_ids", False


class AddSecurityGroups(_Ids):
    name, option, adds = "add_security_groups", "security_group_ids", True


class RemoveSecurityGroups(_Ids):
    name, option, adds = "remove_security_groups", "security_group_ids", False


def requests_of(steps: t.Iterable[Step]) -> list[tuple[Step, ...]]:
    """The steps in order, those together that one request carries out.

    Security groups are replaced at once: AWS limits how many a network interface has (5, adjustable), so that adding
    first cannot succeed at the limit, and removing first may take the last one. Source: quota L-2AFB9258 of Amazon VPC.
    """
    requests: list[tuple[Step, ...]] = []
    for step in steps:
        before = requests[-1][0] if requests else None
        if (
            isinstance(step, RemoveSecurityGroups)
            and isinstance(before, AddSecurityGroups)
            and before.vpc_endpoint_id == step.vpc_endpoint_id
        ):
            requests[-1] = (before, step)
        else:
            requests.append((step,))
    return requests


def one_by_one(present: t.Collection[str], steps: t.Sequence[Step]) -> list[Step]:
    """A replacement of security groups in single steps: remove one, add one, and never the last.

    If there will be more than now, the surplus comes first, so that what exceeds the limit fails before anything is
    removed. `present`: the groups that the interface endpoint has now.
    """
    vpc_endpoint_id = steps[0].vpc_endpoint_id
    ids = {type(step): step.ids for step in steps if isinstance(step, _Ids)}
    old = [group for group in ids.get(RemoveSecurityGroups, ()) if group in present]
    new = [group for group in ids.get(AddSecurityGroups, ()) if group not in present]
    surplus = max(0, len(new) - len(old))
    single: list[Step] = [AddSecurityGroups(vpc_endpoint_id, (), tuple(new[:surplus]))] if surplus else []
    for gone, come in zip(old, new[surplus:]):
        swap = [RemoveSecurityGroups(vpc_endpoint_id, (), (gone,)), AddSecurityGroups(vpc_endpoint_id, (), (come,))]
        single += swap if len(present) + surplus > 1 else swap[::-1]
    rest = tuple(old[len(new) :])
    return [*single, RemoveSecurityGroups(vpc_endpoint_id, (), rest)] if rest else single


def names_of(kind: type[Step]) -> frozenset[str]:
    """The names of all steps of this kind."""
    own = {kind.name} if "name" in vars(kind) else set()
    return frozenset(own.union(*(names_of(one) for one in kind.__subclasses__())))


Kind = t.TypeVar("Kind", bound=Step)


@dataclass(frozen=True)
class Plan:
    """The steps in order, and what to await at the end (nothing with wait=false)."""

    steps: tuple[Step, ...] = ()
    goals: tuple[Condition, ...] = ()

    def first(self, kind: type[Kind]) -> Kind | None:
        """The first step of this kind, if there is one."""
        return next((step for step in self.steps if isinstance(step, kind)), None)

    def has(self, *kinds: type[Step]) -> bool:
        """Whether there is a step of one of these kinds."""
        return any(isinstance(step, kinds) for step in self.steps)
