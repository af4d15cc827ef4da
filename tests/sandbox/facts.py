# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users of a running sandbox need to know: the content of sandbox.json and sandbox.env."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.sandbox.tidbcloud.model import Cluster, SharedCluster

Facts = dict[str, Any]
TREE = Path(__file__).resolve().parents[2] / ".cache" / "tree"
"""Where "make setup" puts the checkout under the collection's name."""


def cluster_facts(cluster: Cluster) -> Facts:
    """A Dedicated cluster: ids, and for each node group by name its id, service name, host and zone ids."""
    return {
        "cluster_id": cluster.id,
        "name": cluster.name,
        "project_id": cluster.project_id,
        "cloud_provider": cluster.provider,
        "region": cluster.region,
        "state": cluster.state,
        "port": cluster.port,
        "node_groups": {
            group.name: {
                "node_group_id": group.id,
                "is_default": group.is_default,
                "service_name": group.service.name if group.service else None,
                "service_state": group.service.state if group.service else None,
                "host": group.service.host if group.service else None,
                "zone_ids": list(group.service.zone_ids) if group.service else [],
            }
            for group in cluster.groups
        },
    }


def shared_cluster_facts(cluster: SharedCluster) -> Facts:
    """A Starter or Essential cluster."""
    return {
        "cluster_id": cluster.id,
        "name": cluster.name,
        "project_id": cluster.project_id,
        "cloud_provider": "aws",
        "region": cluster.region,
        "plan": cluster.plan,
    }


# What a shell may have of its user's own: it would beat the sandbox's keys, or lead to the real clouds.
FOREIGN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "EC2_SECURITY_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "EC2_REGION",
    "AWS_URL",
    "AWS_ENDPOINT_URL_EC2",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CA_BUNDLE",
)


def environment(facts: Mapping[str, Any]) -> str:
    """Lines for a POSIX shell. Region and profile are unset: the cluster's own region is used."""
    main = facts["aws"]["accounts"]["main"]
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": TREE,
        "TIDBCLOUD_PUBLIC_KEY": facts["tidbcloud"]["public_key"],
        "TIDBCLOUD_PRIVATE_KEY": facts["tidbcloud"]["private_key"],
        "TIDBCLOUD_DEDICATED_ENDPOINT": facts["tidbcloud"]["dedicated_url"],
        "TIDBCLOUD_SERVERLESS_ENDPOINT": facts["tidbcloud"]["serverless_url"],
        "AWS_ACCESS_KEY_ID": main["access_key"],
        "AWS_SECRET_ACCESS_KEY": main["secret_key"],
        "AWS_ENDPOINT_URL": facts["aws"]["endpoint_url"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "SANDBOX_CONTROL_URL": facts["control_url"],
        "SANDBOX_DATABASE_PORT": facts["database"]["port"],
        "SANDBOX_DATABASE_CA": facts["database"]["ca_path"],
        "SANDBOX_DATABASE_USER": facts["database"]["user"],
        "SANDBOX_DATABASE_PASSWORD": facts["database"]["password"],
    }
    exports = "".join(f"export {name}={shlex.quote(str(value))}\n" for name, value in variables.items())
    return f"unset {' '.join(FOREIGN)}\n{exports}"
