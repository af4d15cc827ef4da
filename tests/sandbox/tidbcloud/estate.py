# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of TiDB Cloud and its changes. Everything here runs under the clock's lock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Protocol

from tests.sandbox.clock import Clock
from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.model import Cluster, NodeGroup, Registration, Service, SharedCluster
from tests.sandbox.tidbcloud.refusal import Code, Refusal, invalid, not_found, not_now

# In these states nobody can be let in. That a paused cluster takes no new endpoint is not published; a cluster that is
# being created "cannot be chosen" (documentation, "Set up a private endpoint").
CLOSED_STATES = frozenset({"CREATING", "DELETING", "DELETED", "INACTIVE", "RESTORING", "PAUSING", "PAUSED", "RESUMING"})
# How often (sandbox seconds) TiDB Cloud looks whether AWS has finished what it accepted.
LOOK_AGAIN = 0.25
VPC_ENDPOINT_ID = re.compile(r"vpce-[0-9a-f]{8}([0-9a-f]{9})?")


class Endpoint(Protocol):
    """What TiDB Cloud can see of an interface endpoint that asks for one of its services."""

    @property
    def vpc_endpoint_id(self) -> str: ...

    @property
    def service_name(self) -> str: ...

    @property
    def state(self) -> str: ...


class Provider(Protocol):
    """What TiDB Cloud does on AWS, where it is the provider of the endpoint services."""

    def add_service(
        self,
        *,
        region: str,
        service_name: str,
        zone_ids: Iterable[str],
        private_dns_name: str,
        principals: Iterable[str],
    ) -> None: ...

    def remove_service(self, service_name: str, /) -> None: ...

    def endpoint(self, vpc_endpoint_id: str, /) -> Endpoint | None: ...

    def endpoints(self, service_name: str, /) -> Sequence[Endpoint]: ...

    def accept(self, vpc_endpoint_id: str, /) -> object: ...

    def reject(self, vpc_endpoint_id: str, /) -> object: ...


class Estate:
    """Clusters, their services and registrations, and what happens to them."""

    def __init__(self, clock: Clock, settings: Settings, aws: Provider) -> None:
        self._clock = clock
        self._settings = settings
        self._aws = aws
        self.clusters: dict[str, Cluster] = {}
        self.shared_clusters: dict[str, SharedCluster] = {}
        self._registrations: dict[str, Registration] = {}
        self._last_id = 0

    def clear(self) -> None:
        """Forget everything; ids begin anew, so that a reset leads to the very same estate."""
        self.clusters.clear()
        self.shared_clusters.clear()
        self._registrations.clear()
        self._last_id = 0

    def new_id(self) -> str:
        """A decimal string of 19 digits, larger than 2^53, as the real ids are."""
        self._last_id += 1
        return f"{1801634297120000000 + self._last_id * 7919}"

    def cluster(self, cluster_id: str) -> Cluster:
        """:raises Refusal: 404, also for a Starter cluster (not published; it has an API of its own)."""
        try:
            return self.clusters[cluster_id]
        except KeyError:
            raise not_found(f"The cluster {cluster_id} is not found.") from None

    def group(self, cluster_id: str, group_id: str) -> tuple[Cluster, NodeGroup]:
        """:raises Refusal: 404."""
        cluster = self.cluster(cluster_id)
        for group in cluster.groups:
            if group.id == group_id:
                return cluster, group
        raise not_found(f"The TiDB node group {group_id} is not found in the cluster {cluster_id}.")

    def add_cluster(self, cluster: Cluster) -> None:
        """Take in a cluster. Services that are ACTIVE exist on AWS from now on; others get there by the clock."""
        self.clusters[cluster.id] = cluster
        for group in cluster.groups:
            if group.service and group.service.state == "ACTIVE":
                self._publish(cluster, group.service)
        self._begin_services(cluster)

    def set_cluster_state(self, cluster_id: str, state: str) -> Cluster:
        """Force a state. A cluster that leaves CREATING has its services begun (automatic since 2023-03-28)."""
        cluster = self.cluster(cluster_id)
        cluster.state = state
        self._begin_services(cluster)
        return cluster

    def drop_cluster(self, cluster_id: str) -> None:
        """Delete the cluster: services and registrations go with it, and AWS rejects the endpoints."""
        cluster = self.cluster(cluster_id)
        del self.clusters[cluster_id]
        kept = {key: row for key, row in self._registrations.items() if row.cluster is not cluster}
        self._registrations = kept
        for group in cluster.groups:
            if group.service and group.service.state == "ACTIVE" and cluster.provider == "aws":
                self._aws.remove_service(group.service.name)

    def _begin_services(self, cluster: Cluster) -> None:
        if cluster.state == "CREATING":
            return
        for group in cluster.groups:
            if group.service and group.service.state == "CREATING":
                finish = partial(self._finish_service, cluster, group.service)
                self._clock.after(self._settings.service_creating, finish)

    def _finish_service(self, cluster: Cluster, service: Service) -> None:
        if self.clusters.get(cluster.id) is cluster and service.state == "CREATING":
            service.state = "ACTIVE"
            self._publish(cluster, service)

    def _publish(self, cluster: Cluster, service: Service) -> None:
        if cluster.provider == "aws":
            self._aws.add_service(
                region=cluster.region,
                service_name=service.name,
                zone_ids=service.zone_ids,
                private_dns_name=service.host,
                principals=service.principals,
            )

    def rows(self, cluster: Cluster, group: NodeGroup) -> list[Registration]:
        """The registrations of a node group, and the DISCOVERED rows: endpoints that ask and nobody registered."""
        registered = [row for row in self._registrations.values() if row.cluster is cluster and row.group is group]
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

    def registration(self, cluster_id: str, group_id: str, connection_id: str) -> Registration:
        """:raises Refusal: 404."""
        cluster, group = self.group(cluster_id, group_id)
        for row in self.rows(cluster, group):
            if row.id == connection_id:
                return row
        raise not_found(f"The private endpoint connection {connection_id} is not found.")

    def registrations(self) -> list[Registration]:
        """All registrations, without the DISCOVERED rows."""
        return list(self._registrations.values())

    def register(self, cluster_id: str, group_id: str, endpoint_id: str) -> Registration:
        """Take a registration in; the rest is done by the clock.

        :raises Refusal: nothing was taken in.
        """
        cluster, group = self.group(cluster_id, group_id)
        service = self._open_service(cluster, group)
        if not VPC_ENDPOINT_ID.fullmatch(endpoint_id):
            raise invalid(f"The endpoint id {endpoint_id!r} is not the id of a VPC endpoint.")
        if any(row.endpoint_id == endpoint_id for row in self._registrations.values()):
            # Not published. Also a FAILED registration must be terminated before the endpoint is registered again.
            raise Refusal(400, Code.ALREADY_EXISTS, f"The VPC endpoint {endpoint_id} is already registered.")
        problem = self._refused_at_once(service, endpoint_id)
        if problem:
            raise invalid(problem)
        registration = Registration(self.new_id(), cluster, group, service, endpoint_id, "PENDING")
        if self._settings.leftover_message:
            # The official sample answer of this call shows this message beside ACTIVE.
            registration.message = f"The VPC Endpoint Id {endpoint_id} does not exist"
        self._registrations[str(registration.id)] = registration
        self._clock.after(self._settings.registration_accept, partial(self._accept, registration))
        return registration

    def _open_service(self, cluster: Cluster, group: NodeGroup) -> Service:
        if cluster.provider != "aws":
            # TiDB Cloud has private endpoints on Google Cloud and Azure, too; the sandbox plays AWS only.
            raise invalid(f"The sandbox registers no endpoint with a cluster on {cluster.provider}.")
        if cluster.state in CLOSED_STATES:
            raise not_now(f"The cluster {cluster.id} is {cluster.state}.")
        if group.service is None or group.service.state != "ACTIVE":
            raise not_now(f"The private link service of the TiDB node group {group.id} is not ready.")
        return group.service

    def _refused_at_once(self, service: Service, endpoint_id: str) -> str | None:
        """Whether such endpoints are refused at once or FAILED later is not published, hence the settings."""
        endpoint = self._aws.endpoint(endpoint_id)
        if endpoint is not None and endpoint.state == "rejected":
            return _cannot_accept(endpoint) if self._settings.rejected_endpoint == "refused" else None
        problem = _unacceptable(service, endpoint_id, endpoint)
        return problem if self._settings.unknown_endpoint == "refused" else None

    def _accept(self, registration: Registration) -> None:
        """TiDB Cloud asks AWS to let the endpoint in; one that AWS does not have waiting fails the registration."""
        if not self._is_current(registration, "PENDING"):
            return
        endpoint = self._aws.endpoint(registration.endpoint_id)
        problem = _unacceptable(registration.service, registration.endpoint_id, endpoint)
        if problem:
            registration.state, registration.message = "FAILED", problem
            return
        if endpoint is not None and endpoint.state == "pendingAcceptance":
            self._aws.accept(registration.endpoint_id)
        self._clock.after(self._settings.endpoint_available, partial(self._look_at_endpoint, registration))

    def _look_at_endpoint(self, registration: Registration) -> None:
        if not self._is_current(registration, "PENDING"):
            return
        endpoint = self._aws.endpoint(registration.endpoint_id)
        problem = _unacceptable(registration.service, registration.endpoint_id, endpoint)
        if problem:
            registration.state, registration.message = "FAILED", problem
        elif endpoint is not None and endpoint.state == "available":
            self._clock.after(self._settings.registration_active, partial(self._activate, registration))
        else:
            self._clock.after(LOOK_AGAIN, partial(self._look_at_endpoint, registration))

    def _activate(self, registration: Registration) -> None:
        # From here on TiDB Cloud does not look at the endpoint again: one that its owner deletes stays ACTIVE here.
        if self._is_current(registration, "PENDING"):
            registration.state = "ACTIVE"

    def force_registration(self, endpoint_id: str, state: str, message: str | None) -> Registration:
        """Set a registration's state against its course.

        :raises Refusal: 404.
        """
        for registration in self._registrations.values():
            if registration.endpoint_id == endpoint_id:
                registration.state = state
                registration.message = registration.message if message is None else message
                return registration
        raise not_found(f"The VPC endpoint {endpoint_id} is not registered.")

    def terminate(self, cluster_id: str, group_id: str, connection_id: str) -> None:
        """Begin a termination. One that is under way already is answered the same (not published).

        :raises Refusal: 404, or the row is no registration.
        """
        registration = self.registration(cluster_id, group_id, connection_id)
        if registration.state == "DISCOVERED":
            raise not_now(f"The VPC endpoint {registration.endpoint_id} is not registered.")
        registration.state = "DELETING"
        self._clock.after(self._settings.registration_deleting, partial(self._forget, registration))

    def _forget(self, registration: Registration) -> None:
        """The registration is gone; the endpoint stays behind in the customer's account, rejected and not reusable."""
        if self._is_current(registration, "DELETING"):
            del self._registrations[str(registration.id)]
            endpoint = self._aws.endpoint(registration.endpoint_id)
            if _unacceptable(registration.service, registration.endpoint_id, endpoint) is None:
                self._aws.reject(registration.endpoint_id)

    def _is_current(self, registration: Registration, state: str) -> bool:
        """Whether the registration is in this state and still exists: its cluster may be dropped, the sandbox reset."""
        return self._registrations.get(str(registration.id)) is registration and registration.state == state


def _unacceptable(service: Service, endpoint_id: str, endpoint: Endpoint | None) -> str | None:
    """Why TiDB Cloud cannot let an endpoint in, as the registration's message; null where it can."""
    if endpoint is None or endpoint.service_name != service.name:
        return f"The VPC Endpoint Id {endpoint_id} does not exist"
    if endpoint.state not in ("pendingAcceptance", "pending", "available"):
        return _cannot_accept(endpoint)
    return None


def _cannot_accept(endpoint: Endpoint) -> str:
    return f"The VPC Endpoint Id {endpoint.vpc_endpoint_id} is {endpoint.state} and cannot be accepted"
