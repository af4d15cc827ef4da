# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sandbox has at the start and after a reset."""

from __future__ import annotations

from tests.sandbox.tidbcloud.build import build_cluster
from tests.sandbox.tidbcloud.estate import Estate
from tests.sandbox.tidbcloud.model import SharedCluster

PUBLIC_KEY = "sandbox-public-key-7QKDWTRZ"
PRIVATE_KEY = "sandbox-private-key-5b8e0d6c-41f7-4a0f-9d2b-c3a6e1f08d74"

DEFAULT_PROJECT = "1372813089209061633"
SECOND_PROJECT = "1372813089209061634"

MAIN_ACCOUNT = "210987654321"
OTHER_ACCOUNT = "310987654322"

# By role: what a test or a reader needs the cluster for.
CLUSTER_IDS = {
    "main": "1379661944646413143",
    "two-groups": "1379661944646423271",
    "google": "1379661944646433389",
    "creating": "1379661944646443417",
    "paused": "1379661944646453529",
    "starter": "1379661944646463633",
    "service-creating": "1379661944646473741",
    "service-absent": "1379661944646483857",
    "second-project": "1379661944646493963",
}


def seed(estate: Estate, port: int) -> None:
    """:param port: the cluster port, where the sandbox's database listens."""

    def add(
        role: str,
        *,
        provider: str = "aws",
        region: str = "us-east-1",
        state: str = "ACTIVE",
        service: str | None = "ACTIVE",
        node_groups: tuple[str, ...] = ("DefaultGroup",),
        project_id: str = DEFAULT_PROJECT,
        principals: tuple[str, ...] = (MAIN_ACCOUNT, OTHER_ACCOUNT),
    ) -> None:
        estate.add_cluster(
            build_cluster(
                cluster_id=CLUSTER_IDS[role],
                name=f"{role}-cluster",
                project_id=project_id,
                port=port,
                principals=principals,
                provider=provider,
                region=region,
                state=state,
                service=service,
                node_groups=node_groups,
            )
        )

    add("main")
    add("two-groups", region="us-west-2", node_groups=("DefaultGroup", "analytics"))
    add("google", provider="gcp", region="us-central1")
    add("creating", state="CREATING", service="CREATING")
    add("paused", state="PAUSED")
    add("service-creating", service="CREATING")
    add("service-absent", service=None)
    add("second-project", project_id=SECOND_PROJECT, principals=(OTHER_ACCOUNT,))
    starter = CLUSTER_IDS["starter"]
    estate.shared_clusters[starter] = SharedCluster(starter, "starter-cluster", "us-east-1", DEFAULT_PROJECT, "Starter")
