# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registrations (private endpoint connections) and how they change. Everything here runs under the clock's lock."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from tests.sandbox.clock import Clock
from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.ids import Ids
from tests.sandbox.tidbcloud.model import Cluster, NodeGroup, Registration, Service
from tests.sandbox.tidbcloud.provider import Endpoint, Provider
from tests.sandbox.tidbcloud.refusal import Code, Refusal, invalid, not_found, not_now

# In these states no endpoint is accepted. That a paused cluster accepts none is not published; a cluster that is
# being created "cannot be chosen" (documentation, "Set up a private endpoint").
CLOSED_STATES = frozenset({"CREATING", "DELETING", "DELETED", "INACTIVE", "RESTORING", "PAUSING", "PAUSED", "RESUMING"})
# How often (sandbox seconds) TiDB Cloud checks whether AWS has finished what it accepted.
LOOK_AGAIN = 0.25
VPC_ENDPOINT_ID = re.compile(r"vpce-[0-9a-f]{8}([0-9a-f]{9})?")


class Registrations:
    """All clusters' registrations: PENDING -> ACTIVE or FAILED, DELETING -> gone."""

    def __init__(self, clock: Clock, settings: Settings, aws: Provider, ids: Ids) -> None:
        self._clock = clock
        self._settings = settings
        self._aws = aws
        self._ids = ids
        self._registrations: dict[str | None, Registration] = {}

    def clear(self) -> None:
        """Forget all."""
        self._registrations.clear()

    def drop(self, group: NodeGroup) -> None:
        """Forget those of one node group."""
        kept = {key: row for key, row in self._registrations.items() if row.group is not group}
        self._registrations = kept

    def all(self) -> list[Registration]:
        """Those of all clusters, without the DISCOVERED rows."""
        return list(self._registrations.values())

    def rows(self, cluster: Cluster, group: NodeGroup) -> list[Registration]:
        """The registrations of a node group, and the DISCOVERED rows: endpoints that are not registered."""
        registered = [row for row in self.all() if row.cluster is cluster and row.group is group]
        service = group.service
        if service is None or service.state != "ACTIVE" or cluster.provider != "aws":
            return registered
        known = {row.endpoint_id for row in registered}
        discovered = [
            Registration(self._discovered_id(endpoint), cluster, group, service, endpoint.vpc_endpoint_id, "DISCOVERED")
            for endpoint in self._aws.endpoints(service.name)
            if endpoint.vpc_endpoint_id not in known and endpoint.state == "pendingAcceptance"
        ]
        return registered + discovered

    def _discovered_id(self, endpoint: Endpoint) -> str | None:
        """Whether such a row has an id is not published."""
        if not self._settings.discovered_has_id:
            return None
        return str(10**18 + int(endpoint.vpc_endpoint_id.removeprefix("vpce-"), 16) % 10**18)

    def get(self, cluster: Cluster, group: NodeGroup, connection_id: str) -> Registration:
        """:raises Refusal: 404."""
        for row in self.rows(cluster, group):
            if row.id == connection_id:
                return row
        raise not_found(f"The private endpoint connection {connection_id} is not found.")

    def register(self, cluster: Cluster, group: NodeGroup, endpoint_id: str) -> Registration:
        """Accept a registration; the clock does the rest.

        :raises Refusal: it was not accepted.
        """
        service = _open_service(cluster, group)
        if not VPC_ENDPOINT_ID.fullmatch(endpoint_id):
            raise invalid(f"The endpoint id {endpoint_id!r} is not the id of a VPC endpoint.")
        if any(row.endpoint_id == endpoint_id for row in self.all()):
            # Not published. Even a FAILED registration must be terminated before the endpoint is registered again.
            raise Refusal(400, Code.ALREADY_EXISTS, f"The VPC endpoint {endpoint_id} is already registered.")
        problem = self._refused_at_once(service, endpoint_id)
        if problem:
            raise invalid(problem)
        registration = Registration(self._ids.new(), cluster, group, service, endpoint_id, "PENDING")
        if self._settings.leftover_message:
            # The official sample answer of this call shows this message beside ACTIVE.
            registration.message = f"The VPC Endpoint Id {endpoint_id} does not exist"
        self._registrations[registration.id] = registration
        self._later("registration_accept", partial(self._accept, registration))
        return registration

    def _refused_at_once(self, service: Service, endpoint_id: str) -> str | None:
        """Whether such endpoints are rejected at once or FAILED later is not published, hence the settings."""
        endpoint = self._aws.endpoint(endpoint_id)
        if endpoint is not None and endpoint.state == "rejected":
            return _cannot_accept(endpoint) if self._settings.rejected_endpoint == "refused" else None
        problem = _unacceptable(service, endpoint_id, endpoint)
        return problem if self._settings.unknown_endpoint == "refused" else None

    def _accept(self, registration: Registration) -> None:
        """TiDB Cloud asks AWS to accept the endpoint."""
        if self._is_pending(registration) and not self._fails(registration):
            self._aws.accept(registration.endpoint_id)
            self._clock.after(self._settings.endpoint_available, partial(self._look_at_endpoint, registration))

    def _look_at_endpoint(self, registration: Registration) -> None:
        if not self._is_pending(registration) or self._fails(registration):
            return
        endpoint = self._aws.endpoint(registration.endpoint_id)
        if endpoint is not None and endpoint.state == "available":
            self._later("registration_active", partial(self._activate, registration))
        else:
            self._clock.after(LOOK_AGAIN, partial(self._look_at_endpoint, registration))

    def _activate(self, registration: Registration) -> None:
        # From here on TiDB Cloud does not look at the endpoint again: one that its owner deletes stays ACTIVE here.
        if self._is_pending(registration):
            registration.state = "ACTIVE"

    def _fails(self, registration: Registration) -> bool:
        """Whether AWS has no such endpoint to accept, or no longer has it; the registration is then FAILED."""
        endpoint = self._aws.endpoint(registration.endpoint_id)
        problem = _unacceptable(registration.service, registration.endpoint_id, endpoint)
        if problem:
            registration.state, registration.message = "FAILED", problem
        return problem is not None

    def force(self, endpoint_id: str, state: str, message: str | None) -> Registration:
        """Force a registration's state.

        :raises Refusal: 404.
        """
        for registration in self.all():
            if registration.endpoint_id == endpoint_id:
                registration.state = state
                registration.message = registration.message if message is None else message
                return registration
        raise not_found(f"The VPC endpoint {endpoint_id} is not registered.")

    def terminate(self, cluster: Cluster, group: NodeGroup, connection_id: str) -> None:
        """Begin a termination. The answer to one that is already under way is the same (not published).

        :raises Refusal: 404, or the row is not a registration.
        """
        registration = self.get(cluster, group, connection_id)
        if registration.state == "DISCOVERED":
            raise not_now(f"The VPC endpoint {registration.endpoint_id} is not registered.")
        registration.state = "DELETING"
        self._later("registration_deleting", partial(self._forget, registration))

    def _forget(self, registration: Registration) -> None:
        """The registration is gone; the endpoint stays behind in the customer's account, rejected and not reusable."""
        if self._is_current(registration) and registration.state == "DELETING":
            del self._registrations[registration.id]
            endpoint = self._aws.endpoint(registration.endpoint_id)
            if _unacceptable(registration.service, registration.endpoint_id, endpoint) is None:
                self._aws.reject(registration.endpoint_id)

    def _later(self, setting: str, action: Callable[[], None]) -> None:
        """`setting`: the delay's name."""
        self._clock.after(getattr(self._settings, setting), action, setting)

    def _is_pending(self, registration: Registration) -> bool:
        return self._is_current(registration) and registration.state == "PENDING"

    def _is_current(self, registration: Registration) -> bool:
        """Whether it still exists: its cluster may have been dropped, the sandbox reset."""
        return self._registrations.get(registration.id) is registration


def _open_service(cluster: Cluster, group: NodeGroup) -> Service:
    if cluster.provider != "aws":
        # TiDB Cloud has private endpoints on Google Cloud and Azure, too; the sandbox has AWS only.
        raise invalid(f"The sandbox registers no endpoint with a cluster on {cluster.provider}.")
    if cluster.state in CLOSED_STATES:
        raise not_now(f"The cluster {cluster.id} is {cluster.state}.")
    if group.service is None or group.service.state != "ACTIVE":
        raise not_now(f"The private link service of the TiDB node group {group.id} is not ready.")
    return group.service


def _unacceptable(service: Service, endpoint_id: str, endpoint: Endpoint | None) -> str | None:
    """Why TiDB Cloud cannot accept an endpoint, as the registration's message; null if it can."""
    if endpoint is None or endpoint.service_name != service.name:
        return f"The VPC Endpoint Id {endpoint_id} does not exist"
    if endpoint.state not in ("pendingAcceptance", "pending", "available"):
        return _cannot_accept(endpoint)
    return None


def _cannot_accept(endpoint: Endpoint) -> str:
    return f"The VPC Endpoint Id {endpoint.vpc_endpoint_id} is {endpoint.state} and cannot be accepted"
