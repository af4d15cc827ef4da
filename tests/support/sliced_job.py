# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job over the inventory of private endpoints, cut into slices that run at once, as AWX runs them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ansible_runner
import yaml

# Every private endpoint as it is: the cluster's and the interface endpoint's own facts are the options.
_JOB = [
    {
        "hosts": "private_endpoints",
        "gather_facts": False,
        "tasks": [
            {
                "name": "Ensure the private endpoint",
                "tidbcloud.privatelink.private_endpoint": {
                    "cluster_id": "{{ private_endpoint.cluster_id }}",
                    "node_group_id": "{{ private_endpoint.node_group_id }}",
                    "vpc_endpoint_id": "{{ inventory_hostname }}",
                    "region": "{{ private_endpoint.region }}",
                },
            }
        ],
    }
]


class SlicedJob:
    """`directory` is empty at first; `environment` is that of all processes; `hosts` are the job's."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        """Does what AWX does: lists the inventory source once; jobs get the list from a script."""
        self._directory = directory
        self._environment = dict(environment)
        source = directory / "tidbcloud_endpoints.yml"
        source.write_text(yaml.safe_dump({"plugin": "tidbcloud.privatelink.endpoints"}))
        listing = subprocess.run(
            ["ansible-inventory", "-i", str(source), "--list", "--export"],
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for name in ("inventory", "project"):
            (directory / name).mkdir()
        (directory / "listing.json").write_text(listing)
        script = directory / "inventory" / "hosts"
        script.write_text(f"#!/bin/sh\ncat '{directory}/listing.json'\n")
        script.chmod(0o755)
        (directory / "project" / "job.yml").write_text(yaml.safe_dump(_JOB))
        self.hosts: Sequence[str] = sorted(json.loads(listing)["private_endpoints"]["hosts"])

    def run(self, slices: int) -> list[Any]:
        """All slices at once. Returns what ansible-runner knows about each, once all are over."""
        jobs = [
            ansible_runner.run_async(
                private_data_dir=str(self._directory),
                playbook="job.yml",
                ident=f"slice-{number}",
                limit=",".join(self.hosts[number::slices]),
                envvars=self._environment,
                quiet=True,
            )
            for number in range(slices)
        ]
        for thread, _job in jobs:
            thread.join()
        return [job for _thread, job in jobs]
