# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clusters of TiDB Cloud and their services. Everything here runs under the clock's lock."""

from __future__ import annotations

from functools import partial

from tests.sandbox.clock import Clock
from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.ids import Ids
from tests.sandbox.tidbcloud.model import Cluster, NodeGroup, Service, SharedCluster
from tests.sandbox.tidbcloud.provider import Provider
from tests.sandbox.tidbcloud.refusal import not_found
from tests.sandbox.tidbcloud.registrations import Registrations


class Estate:
    """The clusters and what happens to them; `registrations` has the private endpoint connections."""

    def __init__(self, clock: Clock, settings: Settings, aws: Provider) -> None:
        self._clock = clock
        self._settings = settings
        self._aws = aws
        self.ids = Ids()
        self.clusters: dict[str, Cluster] = {}
        self.shared_clusters: dict[str, SharedCluster] = {}
        self.registrations = Registrations(clock, settings, aws, self.ids)

    def clear(self) -> None:
        """Forget everything; ids restart, so that a reset leads to the very same estate."""
        self.ids.restart()
        self.clusters.clear()
        self.shared_clusters.clear()
        self.registrations.clear()

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
        """Add a cluster. Services that are ACTIVE exist on AWS from now on; others follow with the clock."""
        self.clusters[cluster.id] = cluster
        for group in cluster.groups:
            if group.service and group.service.state == "ACTIVE":
                self._publish(cluster, group.service)
        self._begin_services(cluster)

    def set_cluster_state(self, cluster_id: str, state: str) -> Cluster:
        """Force a state. The services of a cluster that leaves CREATING are begun (automatic since 2023-03-28)."""
        cluster = self.cluster(cluster_id)
        cluster.state = state
        self._begin_services(cluster)
        return cluster

    def drop_cluster(self, cluster_id: str) -> None:
        """Delete the cluster and all of its node groups."""
        cluster = self.clusters.pop(self.cluster(cluster_id).id)
        for group in cluster.groups:
            self._drop(cluster, group)

    def drop_group(self, cluster_id: str, group_id: str) -> None:
        """Delete a node group."""
        cluster, group = self.group(cluster_id, group_id)
        cluster.groups.remove(group)
        self._drop(cluster, group)

    def _drop(self, cluster: Cluster, group: NodeGroup) -> None:
        """The service and the registrations go with their node group, and AWS rejects the endpoints."""
        self.registrations.drop(group)
        if group.service and group.service.state == "ACTIVE" and cluster.provider == "aws":
            self._aws.remove_service(group.service.name)

    def _begin_services(self, cluster: Cluster) -> None:
        if cluster.state == "CREATING":
            return
        for group in cluster.groups:
            if group.service and group.service.state == "CREATING":
                finish = partial(self._finish_service, cluster, group.service)
                self._clock.after(self._settings.service_creating, finish, "service_creating")

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
