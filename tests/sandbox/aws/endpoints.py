# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interface endpoints and how their state changes: by the sandbox's clock, never because a client asked."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.sandbox.aws.network import Networks

if TYPE_CHECKING:
    from tests.sandbox.clock import Clock
    from tests.sandbox.settings import Settings

LIVE_STATES = frozenset({"pendingAcceptance", "pending", "available"})


@dataclass
class Endpoint:
    """One interface endpoint; others read it, only `Endpoints` and the customer's requests change it."""

    account_id: str
    region: str
    vpc_id: str
    service_name: str
    subnet_ids: list[str]
    security_group_ids: list[str]
    created_at: float
    ip_address_type: str = "ipv4"
    vpc_endpoint_id: str = field(default_factory=lambda: f"vpce-0{secrets.token_hex(8)}")
    dns_suffix: str = field(default_factory=lambda: secrets.token_hex(4))
    state: str = "pendingAcceptance"
    available_since: float = 0.0
    settles_at: float = 0.0
    private_dns_wanted: bool = False
    private_dns_enabled: bool = False
    """What answers say: follows `private_dns_wanted` after a while."""
    keeps_name: bool = False
    """Being deleted, or just deleted, it still holds the private DNS name that it had."""
    interfaces: dict[str, str] = field(default_factory=dict)
    """Subnet id to network interface id."""
    last_error: str | None = None
    endpoint_type: str = "Interface"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def holds_private_dns(self) -> bool:
        return self.private_dns_wanted or self.private_dns_enabled or self.keeps_name


def copy_of(endpoint: Endpoint) -> Endpoint:
    """The endpoint as it is now, whatever happens to it later."""
    return replace(
        endpoint,
        subnet_ids=list(endpoint.subnet_ids),
        security_group_ids=list(endpoint.security_group_ids),
        interfaces=dict(endpoint.interfaces),
    )


class Endpoints:
    """All accounts' interface endpoints."""

    def __init__(self, clock: Clock, settings: Settings, networks: Networks) -> None:
        self._clock = clock
        self._settings = settings
        self._networks = networks
        self._endpoints: dict[str, Endpoint] = {}
        self._earlier: dict[str, list[tuple[float, Endpoint]]] = {}

    def get(self, vpc_endpoint_id: str) -> Endpoint | None:
        return self._endpoints.get(vpc_endpoint_id)

    def all(self) -> list[Endpoint]:
        return list(self._endpoints.values())

    def of(self, account_id: str, region: str) -> list[Endpoint]:
        return [one for one in self.all() if (one.account_id, one.region) == (account_id, region)]

    def in_vpc(self, vpc_id: str) -> list[Endpoint]:
        """Those that count: AWS has forgotten a deleted one although it still lists it, but for its name."""
        return [one for one in self.all() if one.vpc_id == vpc_id and one.state != "deleted"]

    def holders_in(self, vpc_id: str) -> list[Endpoint]:
        """Those that have a private DNS name in the VPC, even if they are being deleted."""
        return [one for one in self.all() if one.vpc_id == vpc_id and one.holds_private_dns]

    def add(self, endpoint: Endpoint, *, acceptance_required: bool) -> None:
        self._endpoints[endpoint.vpc_endpoint_id] = endpoint
        if not acceptance_required:
            self._connect(endpoint)

    def accept(self, endpoint: Endpoint) -> bool:
        """The provider accepts; returns whether there was anything to accept."""
        if endpoint.state != "pendingAcceptance":
            return False
        self._connect(endpoint)
        return True

    def _connect(self, endpoint: Endpoint) -> None:
        endpoint.state = "pending"
        self._later("endpoint_available", endpoint, self._become_available)

    def _become_available(self, endpoint: Endpoint) -> None:
        if endpoint.state == "pending":
            endpoint.state = "available"
            endpoint.available_since = self._clock.now()
            self.want_private_dns(endpoint, endpoint.private_dns_wanted)

    def want_private_dns(self, endpoint: Endpoint, wanted: bool) -> None:
        endpoint.private_dns_wanted = wanted
        if endpoint.state == "available" and endpoint.private_dns_enabled != wanted:
            self._later("private_dns", endpoint, self._apply_private_dns)

    def _apply_private_dns(self, endpoint: Endpoint) -> None:
        if endpoint.state == "available":
            endpoint.private_dns_enabled = endpoint.private_dns_wanted

    def settle(self, endpoint: Endpoint) -> None:
        """A modification is under way: until it is over, AWS accepts no other."""
        endpoint.settles_at = self._clock.now() + self._settings.endpoint_settle

    def before_change(self, endpoint: Endpoint) -> None:
        """Remember the present state, since answers lag behind a modification."""
        visible_at = self._clock.now() + self._settings.modification_visible
        self._earlier.setdefault(endpoint.vpc_endpoint_id, []).append((visible_at, copy_of(endpoint)))

    def seen(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint as answers show it: as it was before the first modification that is not visible yet."""
        for visible_at, before in self._earlier.get(endpoint.vpc_endpoint_id, ()):
            if self._clock.now() < visible_at:
                return replace(
                    endpoint,
                    subnet_ids=before.subnet_ids,
                    security_group_ids=before.security_group_ids,
                    ip_address_type=before.ip_address_type,
                    interfaces=before.interfaces,
                )
        return endpoint

    def begin_to_reject(self, endpoint: Endpoint) -> None:
        """The provider's request to end the connection, which AWS takes a while to do."""
        self._later("connection_rejecting", endpoint, self.reject)

    def reject(self, endpoint: Endpoint) -> bool:
        """The provider ends the connection: the endpoint stays behind, useless and billed."""
        if not endpoint.is_live:
            return False
        self._die(endpoint, "rejected")
        return True

    def delete(self, endpoint: Endpoint) -> None:
        if endpoint.state not in ("deleting", "deleted"):
            endpoint.keeps_name = endpoint.holds_private_dns
            self._die(endpoint, "deleting")
            self._later("endpoint_deleting", endpoint, self._be_deleted)

    def _be_deleted(self, endpoint: Endpoint) -> None:
        self._die(endpoint, "deleted")
        self._later("interfaces_gone", endpoint, self.remove_interfaces)
        self._later("name_freed", endpoint, self._free_name)
        self._later("deleted_listed", endpoint, self._forget)

    def _free_name(self, endpoint: Endpoint) -> None:
        endpoint.keeps_name = False

    def _die(self, endpoint: Endpoint, state: str) -> None:
        endpoint.state = state
        endpoint.private_dns_wanted = endpoint.private_dns_enabled = False

    def remove_interfaces(self, endpoint: Endpoint) -> None:
        network = self._networks.of(endpoint.account_id, endpoint.region)
        for interface_id in endpoint.interfaces.values():
            network.remove_interface(interface_id)
        endpoint.interfaces.clear()

    def _forget(self, endpoint: Endpoint) -> None:
        del self._endpoints[endpoint.vpc_endpoint_id]
        self._networks.of(endpoint.account_id, endpoint.region).drop_tags(endpoint.vpc_endpoint_id)

    def force_state(self, endpoint: Endpoint, state: str) -> None:
        """For tests: put the endpoint into any state, with what follows from that state."""
        if state == "deleting":
            self.delete(endpoint)
        elif state == "deleted":
            self._be_deleted(endpoint)
        elif state in LIVE_STATES:
            endpoint.state = state
            endpoint.available_since = self._clock.now()
        else:
            self._die(endpoint, state)
            endpoint.last_error = f"The VPC endpoint is {state}." if state == "failed" else None

    def reset(self) -> None:
        self._endpoints.clear()
        self._earlier.clear()

    def _later(self, setting: str, endpoint: Endpoint, action: Callable[[Endpoint], object]) -> None:
        """`setting`: the delay's name."""

        def run() -> None:
            # a reset or an earlier event may have taken the endpoint away meanwhile
            if self._endpoints.get(endpoint.vpc_endpoint_id) is endpoint:
                action(endpoint)

        self._clock.after(getattr(self._settings, setting), run, setting)
