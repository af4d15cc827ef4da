# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan of a published service is made of: steps, each kind a class, and what to await before them. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws.provider_model import WAITING
from .._run.text import listed, printable, sentence
from .current import Published

# What is awaited before a step.
BALANCERS_ACTIVE = "balancers active"  # the load balancers are no longer provisioning
AVAILABLE = "available"  # the service is available
CONNECTED = "connected"  # connections that were accepted are no longer pending
DISCONNECTED = "disconnected"  # no connection is left that AWS keeps the service for
GONE = "gone"  # AWS no longer lists the service

# The user's options of a published service, as `diff` shows them.
Options = dict[str, t.Any]
# Seconds after which a change that shows no effect is requested once more.
SOON = 30.0
# ... where AWS itself takes minutes.
LATE = 300.0


@dataclass(frozen=True)
class Condition:
    """Something to await. `ids`: the load balancers or connections that it is about."""

    kind: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One change of a service. Each kind is a class, which knows its name, what it means and what it changes.

    `service` is the name that it is published as, so that check mode and run print the same. `needs` is awaited before
    it.
    """

    name: t.ClassVar[str]
    # The EC2 action that it requests, as IAM names it.
    action: t.ClassVar[str] = "ModifyVpcEndpointServiceConfiguration"
    # Seconds in which its effect must show, before it is requested once more.
    patience: t.ClassVar[float] = SOON

    service: str
    needs: tuple[Condition, ...] = ()

    @property
    def detail(self) -> str:
        """What it means, in the user's words."""
        raise NotImplementedError

    @property
    def request(self) -> dict[str, t.Any]:
        """The arguments of its action, beside the service."""
        return {}

    def changed(self, options: Options) -> Options:
        """The options once it is done."""
        raise NotImplementedError

    def is_done(self, now: Published) -> bool:
        """Whether AWS has taken it: asking for it again would be of no use."""
        return self.is_in_effect(now)

    def is_done_unanswered(self, now: Published) -> bool:
        """Whether AWS has certainly taken it, although its answer was lost or a refusal."""
        return self.is_done(now)

    def is_in_effect(self, now: Published) -> bool:
        """Whether the service is as the step promises."""
        raise NotImplementedError

    def returned(self) -> dict[str, str]:
        """The shape of one item of the return value `steps`."""
        return {"name": self.name, "target": printable(self.service), "detail": sentence(self.detail)}


# --- making and removing ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CreateEndpointService(Step):
    """Makes the service, with everything that AWS takes in that one call.

    `made`: the id, if something in place of AWS created it when it was asked only whether that is permitted.
    """

    name = "create_endpoint_service"
    action = "CreateVpcEndpointServiceConfiguration"

    load_balancer_arns: tuple[str, ...] = ()
    acceptance_required: bool = True
    tags: t.Mapping[str, str] | None = None
    address_types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    private_dns_name: str | None = None
    zones: tuple[str, ...] = ()
    made: str | None = None

    @property
    def detail(self) -> str:
        parts = [listed(self.load_balancer_arns), f"acceptance {'' if self.acceptance_required else 'not '}required"]
        parts += [f"private name {self.private_dns_name}"] if self.private_dns_name else []
        parts += [f"reached from {listed(self.regions)}"] if self.regions else []
        parts += [f"address types {listed(self.address_types)}"] if self.address_types else []
        return "; ".join(parts)

    @property
    def request(self) -> dict[str, t.Any]:
        return {
            "load_balancer_arns": self.load_balancer_arns,
            "acceptance_required": self.acceptance_required,
            "tags": self.tags or {},
            "address_types": self.address_types,
            "regions": self.regions,
            "private_dns_name": self.private_dns_name,
        }

    def changed(self, options: Options) -> Options:
        return {
            "state": "present",
            "load_balancer_arns": list(self.load_balancer_arns),
            "acceptance_required": self.acceptance_required,
            "allowed_principals": [],
            "private_dns_name": self.private_dns_name,
            "private_dns_verified": False,
            "supported_ip_address_types": list(self.address_types or ("ipv4",)),
            "supported_regions": list(self.regions),
            "availability_zones": list(self.zones),
            "connections": {},
            "tags": dict(sorted((self.tags or {}).items())),
        }

    def is_in_effect(self, now: Published) -> bool:
        return now.service.state == "available" and _are_open(now)


@dataclass(frozen=True)
class DeleteEndpointService(Step):
    name = "delete_endpoint_service"
    action = "DeleteVpcEndpointServiceConfigurations"

    @property
    def detail(self) -> str:
        return "nobody can connect any longer; the load balancers stay"

    def changed(self, options: Options) -> Options:
        return {"state": "absent"}

    def is_in_effect(self, now: Published) -> bool:
        return now.service.is_gone


# --- changing in place ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetAcceptanceRequired(Step):
    name = "set_acceptance_required"

    required: bool = True

    @property
    def detail(self) -> str:
        return "each connection waits for acceptance" if self.required else "whoever is permitted connects at once"

    @property
    def request(self) -> dict[str, t.Any]:
        return {"AcceptanceRequired": self.required}

    def changed(self, options: Options) -> Options:
        return {**options, "acceptance_required": self.required}

    def is_in_effect(self, now: Published) -> bool:
        return now.service.acceptance_required == self.required


@dataclass(frozen=True)
class _Set(Step):
    """Adds to a set, or removes from it. `option` names it, and `parameter` is its name in the request."""

    option: t.ClassVar[str]
    parameter: t.ClassVar[str]
    adds: t.ClassVar[bool]

    values: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        return listed(self.values)

    @property
    def request(self) -> dict[str, t.Any]:
        return {self.parameter: list(self.values)}

    def changed(self, options: Options) -> Options:
        old, new = set(options[self.option]), set(self.values)
        return {**options, self.option: sorted(old | new if self.adds else old - new)}

    def present(self, now: Published) -> t.Collection[str]:
        return now.service.load_balancer_arns

    def is_in_effect(self, now: Published) -> bool:
        found = set(self.present(now)) & set(self.values)
        return found == (set(self.values) if self.adds else set())


@dataclass(frozen=True)
class AddLoadBalancers(_Set):
    name, option, adds = "add_load_balancers", "load_balancer_arns", True
    parameter = "AddNetworkLoadBalancerArns"

    zones: tuple[str, ...] = ()

    def changed(self, options: Options) -> Options:
        changed = super().changed(options)
        return {**changed, "availability_zones": sorted({*options["availability_zones"], *self.zones})}


class RemoveLoadBalancers(_Set):
    name, option, adds = "remove_load_balancers", "load_balancer_arns", False
    parameter = "RemoveNetworkLoadBalancerArns"


class _Principals(_Set):
    action = "ModifyVpcEndpointServicePermissions"
    option = "allowed_principals"

    def present(self, now: Published) -> t.Collection[str]:
        return now.principals


class PermitPrincipals(_Principals):
    name, parameter, adds = "permit_principals", "add", True


class WithdrawPrincipals(_Principals):
    name, parameter, adds = "withdraw_principals", "remove", False


@dataclass(frozen=True)
class _Exact(Step):
    """Makes a set exactly what is desired, in one call. `parameter` follows Add and Remove in the request."""

    option: t.ClassVar[str]
    parameter: t.ClassVar[str]

    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        return f"{listed(self.old) or 'none'} to {listed(self.new) or 'none'}"

    @property
    def request(self) -> dict[str, t.Any]:
        lists = {"Add": sorted(set(self.new) - set(self.old)), "Remove": sorted(set(self.old) - set(self.new))}
        return {f"{verb}{self.parameter}": values for verb, values in lists.items() if values}

    def changed(self, options: Options) -> Options:
        return {**options, self.option: list(self.new)}

    def present(self, now: Published) -> t.Collection[str]:
        raise NotImplementedError

    def is_in_effect(self, now: Published) -> bool:
        return set(self.present(now)) == set(self.new)


class SetIpAddressTypes(_Exact):
    name, option, parameter = "set_ip_address_types", "supported_ip_address_types", "SupportedIpAddressTypes"

    def present(self, now: Published) -> t.Collection[str]:
        return now.service.address_types


class SetRegions(_Exact):
    """AWS opens a region that is added after a while."""

    name, option, parameter = "set_regions", "supported_regions", "SupportedRegions"
    patience = LATE

    def present(self, now: Published) -> t.Collection[str]:
        return now.service.regions

    def is_done(self, now: Published) -> bool:
        return super().is_in_effect(now)

    def is_in_effect(self, now: Published) -> bool:
        return super().is_in_effect(now) and _are_open(now)


def _are_open(now: Published) -> bool:
    return "pending" not in now.service.regions.values()


@dataclass(frozen=True)
class SetPrivateDnsName(Step):
    name = "set_private_dns_name"

    old: str | None = None
    private_dns_name: str = ""

    @property
    def detail(self) -> str:
        return f"{self.old or 'none'} to {self.private_dns_name}; AWS verifies it by a TXT record"

    @property
    def request(self) -> dict[str, t.Any]:
        return {"PrivateDnsName": self.private_dns_name}

    def changed(self, options: Options) -> Options:
        return {**options, "private_dns_name": self.private_dns_name, "private_dns_verified": False}

    def is_in_effect(self, now: Published) -> bool:
        return now.service.private_dns_name == self.private_dns_name


@dataclass(frozen=True)
class RemovePrivateDnsName(Step):
    name = "remove_private_dns_name"

    old: str | None = None

    @property
    def detail(self) -> str:
        return f"{self.old} no longer names the service"

    @property
    def request(self) -> dict[str, t.Any]:
        return {"RemovePrivateDnsName": True}

    def changed(self, options: Options) -> Options:
        return {**options, "private_dns_name": None, "private_dns_verified": False}

    def is_in_effect(self, now: Published) -> bool:
        return now.service.private_dns_name is None


@dataclass(frozen=True)
class VerifyPrivateDnsName(Step):
    name = "verify_private_dns_name"
    action = "StartVpcEndpointServicePrivateDnsVerification"
    patience = LATE

    private_dns_name: str | None = None

    @property
    def detail(self) -> str:
        return f"the TXT record of {self.private_dns_name} is in public DNS"

    def changed(self, options: Options) -> Options:
        return {**options, "private_dns_verified": True}

    def is_done(self, now: Published) -> bool:
        return now.service.record is not None and now.service.record.state in ("pendingverification", "verified")

    def is_done_unanswered(self, now: Published) -> bool:
        """A name whose verification nobody has started is pending, too."""
        return self.is_in_effect(now)

    def is_in_effect(self, now: Published) -> bool:
        return now.service.record is not None and now.service.record.state == "verified"


@dataclass(frozen=True)
class RefreshZones(Step):
    """AWS looks at the zones of the load balancers again if it is asked to change nothing.

    Source: hashicorp/terraform-provider-aws, issue 40809.
    """

    name = "refresh_zones"
    patience = LATE

    zones: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        return f"{listed(self.zones)} of the load balancers {'is' if len(self.zones) == 1 else 'are'} not served"

    def changed(self, options: Options) -> Options:
        return {**options, "availability_zones": sorted({*options["availability_zones"], *self.zones})}

    def is_in_effect(self, now: Published) -> bool:
        return set(self.zones) <= set(now.service.availability_zones)


@dataclass(frozen=True)
class _Decide(Step):
    becomes: t.ClassVar[str]

    ids: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        return listed(self.ids)

    @property
    def request(self) -> dict[str, t.Any]:
        return {"ids": self.ids}

    def changed(self, options: Options) -> Options:
        return {**options, "connections": {**options["connections"], **dict.fromkeys(self.ids, self.becomes)}}

    def states(self, now: Published) -> set[str]:
        """The states of its connections that are still listed."""
        return {one.state for one in now.connections if one.vpc_endpoint_id in self.ids}


class AcceptConnections(_Decide):
    name, becomes = "accept_connections", "available"
    action = "AcceptVpcEndpointConnections"

    def is_done(self, now: Published) -> bool:
        return WAITING not in self.states(now)

    def is_in_effect(self, now: Published) -> bool:
        return not self.states(now) & {WAITING, "pending"}


class RejectConnections(_Decide):
    name, becomes = "reject_connections", "rejected"
    action = "RejectVpcEndpointConnections"

    def is_in_effect(self, now: Published) -> bool:
        return not any(one.is_live for one in now.connections if one.vpc_endpoint_id in self.ids)


@dataclass(frozen=True)
class SetTags(Step):
    name = "set_tags"
    action = "CreateTags"

    tags: t.Mapping[str, str] | None = None

    @property
    def detail(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in sorted((self.tags or {}).items()))

    @property
    def request(self) -> dict[str, t.Any]:
        return {"tags": self.tags or {}}

    def changed(self, options: Options) -> Options:
        return {**options, "tags": dict(sorted({**options["tags"], **(self.tags or {})}.items()))}

    def is_in_effect(self, now: Published) -> bool:
        return (self.tags or {}).items() <= now.service.tags.items()


@dataclass(frozen=True)
class RemoveTags(Step):
    name = "remove_tags"
    action = "DeleteTags"

    keys: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        return listed(self.keys)

    @property
    def request(self) -> dict[str, t.Any]:
        return {"keys": self.keys}

    def changed(self, options: Options) -> Options:
        return {**options, "tags": {key: tag for key, tag in options["tags"].items() if key not in self.keys}}

    def is_in_effect(self, now: Published) -> bool:
        return not set(self.keys) & set(now.service.tags)


Kind = t.TypeVar("Kind", bound=Step)


@dataclass(frozen=True)
class Plan:
    """The steps in order, and what to await at the end beside their effects (nothing with wait=false)."""

    steps: tuple[Step, ...] = ()
    goals: tuple[Condition, ...] = ()

    def first(self, kind: type[Kind]) -> Kind | None:
        """The first step of this kind, if there is one."""
        return next((step for step in self.steps if isinstance(step, kind)), None)

    def has(self, *kinds: type[Step]) -> bool:
        """Whether there is a step of one of these kinds."""
        return any(isinstance(step, kinds) for step in self.steps)
