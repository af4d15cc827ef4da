# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS as a provider of endpoint services sees it, in the place of the functions that call it. Time passes with
sleeping.

A change shows at once; what AWS takes its time for (a new service, an acceptance, a deletion, zones) is done by the
next pause.
"""

from __future__ import annotations

import copy
import typing as t
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api, balancer_api, provider_api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import (
    Connection,
    Listener,
    LoadBalancer,
    OwnService,
    PrivateDnsRecord,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.provider import Provider
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from tests.support.publication_literals import ACCOUNT, REGION, arn, balancer

# The client that asks only whether a call is permitted.
ASKING = object()
READS = ("describe", "find", "is_cross")
ALREADY_TAKEN = "LBs are already associated with another VPC Endpoint Service Configuration"
_EC2 = (
    "describe_own_services",
    "create_own_service",
    "modify_own_service",
    "delete_own_service",
    "describe_principals",
    "modify_principals",
    "describe_connections",
    "accept_connections",
    "reject_connections",
    "verify_private_dns_name",
    "describe_zone_ids",
)
_ELB = ("describe_load_balancers", "find_load_balancers", "describe_listeners", "is_cross_zone")
_TAGS = ("create_tags", "delete_tags")

Fault = Callable[[], None]


def refusal(code: str, message: str = "AWS refused it.", *, ambiguous: bool = False) -> ApiError:
    return ApiError(message, api="ec2", code=code, status=400, request_id="request-7", ambiguous=ambiguous)


def lost() -> ApiError:
    return ApiError("The answer was lost.", api="ec2", code="ReadTimeoutError", ambiguous=True)


class World:
    """`calls`: the names of all calls. `faults`: for the next calls of a name, what comes in place of the answer, and
    whether the call took effect all the same. `verification`: what AWS finds of a private name.
    `denied`: by the names of calls, why they are not permitted. `dry_runs`: what was asked.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.services: dict[str, OwnService] = {}
        self.principals: dict[str, set[str]] = {}
        self.connections: dict[str, dict[str, Connection]] = {}
        self.balancers = {arn("orders"): balancer("orders")}
        self.balancer_tags: dict[str, dict[str, str]] = {}
        self.listeners: dict[str, tuple[Listener, ...]] = {}
        self.crosses: dict[str, bool] = {}
        self.tokens: dict[str, tuple[t.Any, str]] = {}
        self.calls: list[str] = []
        self.faults: dict[str, list[tuple[ApiError, bool]]] = {}
        self.before: dict[str, list[Fault]] = {}
        self.later: list[Fault] = []
        self.verification = "verified"
        self.now = 0.0
        self._left: int | None = None
        for module, names in ((provider_api, _EC2), (balancer_api, _ELB), (api, _TAGS)):
            for name in names:
                monkeypatch.setattr(module, name, self._counted(name, getattr(self, f"_{name}")))
        self.denied: dict[str, ApiError] = {}
        self.dry_runs: list[str] = []
        monkeypatch.setattr(api, "dry_run", self._dry_run)
        self.provider = Provider(t.cast(t.Any, _Clients()), REGION)

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(READS)]

    def deadline(self, seconds: float = 600) -> Deadline:
        return Deadline(seconds, 15, clock=lambda: self.now, sleep=self.sleep, spread=lambda _low, _high: 1.0)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        events, self.later = self.later, []
        for event in events:
            event()

    def publish(self, service_id: str, connections: Sequence[Connection] = (), **fields: t.Any) -> None:
        """A service that is there already."""
        principals = fields.pop("principals", ())
        self.services[service_id] = replace(service(service_id), **fields)
        self.principals[service_id] = set(principals)
        self.connections[service_id] = {one.vpc_endpoint_id: one for one in connections}

    def saved(self) -> t.Any:
        """What `restore` takes."""
        return copy.deepcopy((self.services, self.principals, self.connections, self.balancers))

    def restore(self, state: t.Any) -> None:
        """As it was, with nothing under way and no token remembered."""
        self.services, self.principals, self.connections, self.balancers = copy.deepcopy(state)
        self.tokens.clear()
        self.later.clear()
        self.calls.clear()

    def stop_after(self, calls: int | None) -> None:
        """The run is killed after that many more calls; null for none."""
        self._left = calls

    def _counted(self, name: str, act: Callable[..., t.Any]) -> Callable[..., t.Any]:
        def called(client: t.Any, *arguments: t.Any, **options: t.Any) -> t.Any:
            if client is ASKING:
                self.dry_runs.append(name)
                raise refusal("DryRunOperation", name)
            if self._left is not None:
                if not self._left:
                    raise KeyboardInterrupt
                self._left -= 1
            self.calls.append(name)
            if self.before.get(name):
                self.before[name].pop(0)()
            error, takes_effect = self.faults[name].pop(0) if self.faults.get(name) else (None, True)
            answer = act(*arguments, **options) if takes_effect else None
            if error is not None:
                raise error
            return answer

        return called

    def _dry_run(self, _client: t.Any, act: Callable[[t.Any], object]) -> api.DryRun:
        """Which call is meant is seen from the call; nothing is carried out."""
        try:
            act(ASKING)
        except ApiError as answer:
            refused = self.denied.get(str(answer))
            return api.DryRun(False, refused) if refused else api.DryRun(True)
        raise AssertionError("A question is about one call.")

    # --- services ---------------------------------------------------------------------------------------------------

    def _describe_own_services(
        self, *, ids: Sequence[str] = (), filters: Mapping[str, Sequence[str]] | None = None
    ) -> list[OwnService]:
        found = [one for one in self.services.values() if not ids or one.service_id in ids]
        wanted = {key.removeprefix("tag:"): values for key, values in (filters or {}).items()}
        return [one for one in found if all(one.tags.get(key) in values for key, values in wanted.items())]

    def _create_own_service(self, *, client_token: str, **asked: t.Any) -> OwnService:
        if client_token in self.tokens:
            remembered, service_id = self.tokens[client_token]
            if remembered != asked:
                raise refusal("IdempotentParameterMismatch")
            return self.services.get(service_id) or replace(service(service_id), state="available")
        taken = {one for other in self.services.values() if not other.is_gone for one in other.load_balancer_arns}
        if taken & set(asked["load_balancer_arns"]):
            raise refusal("InvalidParameter", ALREADY_TAKEN)
        service_id = f"vpce-svc-{len(self.tokens) + 1:017d}"
        self.tokens[client_token] = (asked, service_id)
        zones = {zone for one in asked["load_balancer_arns"] for zone in self.balancers[one].zones}
        self.publish(
            service_id,
            state="pending",
            load_balancer_arns=tuple(sorted(asked["load_balancer_arns"])),
            acceptance_required=asked["acceptance_required"],
            availability_zones=tuple(sorted(zones)),
            address_types=tuple(asked["address_types"]) or ("ipv4",),
            regions=dict.fromkeys(asked["regions"], "available"),
            private_dns_name=asked["private_dns_name"],
            record=_record(asked["private_dns_name"]),
            tags=dict(asked["tags"]),
        )
        self.later.append(lambda: self._change(service_id, state="available"))
        return self.services[service_id]

    def _modify_own_service(self, service_id: str, **changes: t.Any) -> None:
        one = self._known(service_id)
        arns = _changed(one.load_balancer_arns, changes, "NetworkLoadBalancerArns")
        if set(one.load_balancer_arns) - set(arns) and any(it.is_live for it in self.connections[service_id].values()):
            raise refusal("ExistingVpcEndpointConnections")
        name = None if "RemovePrivateDnsName" in changes else changes.get("PrivateDnsName", one.private_dns_name)
        regions = _changed(tuple(one.regions), changes, "SupportedRegions")
        self._change(
            service_id,
            acceptance_required=changes.get("AcceptanceRequired", one.acceptance_required),
            load_balancer_arns=arns,
            address_types=_changed(one.address_types, changes, "SupportedIpAddressTypes"),
            regions=dict.fromkeys(regions, "available"),
            private_dns_name=name,
            record=one.record if name == one.private_dns_name else _record(name),
        )
        if not changes:
            zones = {zone for item in arns for zone in self.balancers[item].zones}
            self.later.append(lambda: self._change(service_id, availability_zones=tuple(sorted(zones))))
        else:
            added = {zone for item in set(arns) - set(one.load_balancer_arns) for zone in self.balancers[item].zones}
            self._change(service_id, availability_zones=tuple(sorted({*one.availability_zones, *added})))

    def _delete_own_service(self, service_id: str) -> None:
        if service_id not in self.services:
            return
        if any(one.is_live for one in self.connections[service_id].values()):
            raise refusal("ExistingVpcEndpointConnections", "Service has existing active VPC Endpoint connections!")
        self._change(service_id, state="deleting")
        self.later.append(lambda: self.forget(service_id))

    def forget(self, service_id: str) -> None:
        self.services.pop(service_id, None)

    def _verify_private_dns_name(self, service_id: str) -> None:
        one = self._known(service_id)
        assert one.record is not None
        self._change(service_id, record=replace(one.record, state="pendingverification"))
        verdict = replace(one.record, state=self.verification)
        self.later.append(lambda: self._change(service_id, record=verdict))

    def _describe_zone_ids(self, names: Sequence[str]) -> dict[str, str]:
        return {name: f"use1-az{ord(name[-1]) - ord('a') + 1}" for name in names}

    # --- permissions and connections --------------------------------------------------------------------------------

    def _describe_principals(self, service_id: str) -> tuple[str, ...]:
        self._known(service_id)
        return tuple(sorted(self.principals[service_id]))

    def _modify_principals(self, service_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        self._known(service_id)
        self.principals[service_id] = (self.principals[service_id] | set(add)) - set(remove)

    def _describe_connections(self, service_id: str) -> tuple[Connection, ...]:
        return tuple(self.connections[service_id].values())

    def _accept_connections(self, service_id: str, ids: Sequence[str]) -> None:
        for one in ids:
            if self.connections[service_id][one].state != "pendingacceptance":
                raise refusal("InvalidState")
            self.connect(service_id, replace(self.connections[service_id][one], state="pending"))
            self.later.append(lambda one=one: self._become(service_id, one, "available"))  # type: ignore[misc]

    def _reject_connections(self, service_id: str, ids: Sequence[str]) -> None:
        for one in ids:
            if not self.connections[service_id][one].is_live:
                raise refusal("InvalidState")
            self.later.append(lambda one=one: self._become(service_id, one, "rejected"))  # type: ignore[misc]

    def connect(self, service_id: str, connection: Connection) -> None:
        self.connections[service_id][connection.vpc_endpoint_id] = connection

    def _become(self, service_id: str, vpc_endpoint_id: str, state: str) -> None:
        self.connect(service_id, replace(self.connections[service_id][vpc_endpoint_id], state=state))

    # --- load balancers and tags ------------------------------------------------------------------------------------

    def _describe_load_balancers(self, arns: Sequence[str]) -> list[LoadBalancer]:
        return [self.balancers[one] for one in arns if one in self.balancers]

    def _find_load_balancers(self, tags: Mapping[str, str]) -> list[LoadBalancer]:
        carrying = [one for one, carried in self.balancer_tags.items() if tags.items() <= carried.items()]
        return self._describe_load_balancers(carrying)

    def _describe_listeners(self, load_balancer_arn: str) -> tuple[Listener, ...]:
        return self.listeners.get(load_balancer_arn, (Listener(4000, "TCP"),))

    def _is_cross_zone(self, load_balancer_arn: str) -> bool | None:
        return self.crosses.get(load_balancer_arn, True)

    def _create_tags(self, service_id: str, tags: Mapping[str, str]) -> None:
        self._change(service_id, tags={**self._known(service_id).tags, **tags})

    def _delete_tags(self, service_id: str, keys: Sequence[str]) -> None:
        left = {key: value for key, value in self._known(service_id).tags.items() if key not in keys}
        self._change(service_id, tags=left)

    def _known(self, service_id: str) -> OwnService:
        if service_id not in self.services:
            raise refusal("InvalidVpcEndpointServiceId.NotFound")
        return self.services[service_id]

    def _change(self, service_id: str, **fields: t.Any) -> None:
        if service_id in self.services:
            self.services[service_id] = replace(self.services[service_id], **fields)


class _Clients:
    def client(self, service_name: str, _region: str) -> str:
        return service_name


def service(service_id: str) -> OwnService:
    return OwnService(
        service_id,
        f"com.amazonaws.vpce.{REGION}.{service_id}",
        "available",
        REGION,
        load_balancer_arns=(arn("orders"),),
        availability_zones=("us-east-1a", "us-east-1b"),
        address_types=("ipv4",),
    )


def _record(name: str | None) -> PrivateDnsRecord | None:
    return PrivateDnsRecord("pendingverification", "_abc", "TXT", f"vpce:{ACCOUNT[:6]}") if name else None


def _changed(present: Sequence[str], changes: Mapping[str, t.Any], key: str) -> tuple[str, ...]:
    return tuple(sorted({*present, *changes.get(f"Add{key}", ())} - {*changes.get(f"Remove{key}", ())}))
