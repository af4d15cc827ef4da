# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both clouds and the database in one process, each on a free port of loopback."""

from __future__ import annotations

import copy
import dataclasses
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.sandbox import aws_answers
from tests.sandbox.aws import Aws
from tests.sandbox.aws.cloud import PROVIDER_ACCOUNT_ID
from tests.sandbox.clock import Clock
from tests.sandbox.control import control_app
from tests.sandbox.database import Authority, Database, Visit
from tests.sandbox.database.accounts import CACHING_SHA2
from tests.sandbox.dns import DnsServer
from tests.sandbox.facts import Facts, cluster_facts, shared_cluster_facts
from tests.sandbox.faults import LONGEST_SHUT, Fault, Faults
from tests.sandbox.log import RequestLog
from tests.sandbox.secure import SecurePort
from tests.sandbox.server import Server
from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.cloud import TidbCloud
from tests.sandbox.tidbcloud.seed import (
    CLUSTER_IDS,
    DEFAULT_PROJECT,
    MAIN_ACCOUNT,
    OTHER_ACCOUNT,
    PRIVATE_KEY,
    PUBLIC_KEY,
    SECOND_PROJECT,
)
from tests.sandbox.tidbcloud.served import served_api
from tests.sandbox.transport import locked, served

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Long and distinctive: Ansible masks secrets wherever they appear in results.
ACCOUNTS: dict[str, dict[str, str]] = {
    "main": {
        "account_id": MAIN_ACCOUNT,
        "access_key": "AKIASANDBOXMAIN00001",
        "secret_key": "sandbox-secret-key-of-the-main-account-1",
    },
    "other": {
        "account_id": OTHER_ACCOUNT,
        "access_key": "AKIASANDBOXOTHER0002",
        "secret_key": "sandbox-secret-key-of-the-other-account2",
    },
}
DATABASE_USERS = {
    "sandbox_native": "sandbox-database-password-4d1f9a",
    "sandbox_sha2": "sandbox-database-password-8b27ce",
}


class Sandbox:
    """The whole sandbox. `start` makes it ready for requests; `reset` restores what it had then.

    :param scale: sandbox seconds in one real second.
    :param directory: where the certificate of the authority of the database and the HTTPS ports is written.
    """

    def __init__(self, settings: Settings, scale: float, directory: Path) -> None:
        self.settings = settings
        self._first_settings = copy.copy(settings)
        self.clock = Clock(scale)
        self.log = RequestLog(self.clock.now)
        self.faults = Faults()
        self.clock.hold = self.faults.hold
        self.aws = Aws(self.clock, settings)
        for account in ACCOUNTS.values():
            self.aws.add_account(**account)
        self.tidbcloud = TidbCloud(self.clock, settings, self.aws)
        self.database = Database(
            Authority(directory),
            DATABASE_USERS,
            is_open=self._is_open,
            methods={"sandbox_sha2": CACHING_SHA2},
            report=self._log_visit,
        )
        self._dedicated, self._serverless = (
            Server(served_api(app, self.clock.lock, self.faults, self.log))
            for app in (self.tidbcloud.dedicated, self.tidbcloud.serverless)
        )
        self._aws = Server(self._serve_aws())
        self._secure = {
            name: SecurePort(api, server.address, self.database.ca, self.faults, self.log)
            for name, api, server in (
                ("dedicated", "tidbcloud", self._dedicated),
                ("serverless", "tidbcloud", self._serverless),
                ("aws", "aws", self._aws),
            )
        }
        self._dns = DnsServer(self.aws.dns.texts, self.log)
        self._control = Server(locked(control_app(self), self.clock.lock))
        self.faults.shut, self.faults.opened = self._shut, self._wait_until_open
        self._servers = (self._dedicated, self._serverless, self._aws, self._control)

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self.stop()

    def start(self) -> None:
        """Seed, listen, and start the clock."""
        self.database.start()
        self.reset()
        self.clock.start()
        for server in self._servers:
            server.start()
        for port in self._secure.values():
            port.start()
        self._dns.start()

    def stop(self) -> None:
        """End everything that `start` began."""
        self._dns.stop()
        for port in self._secure.values():
            port.stop()
        for server in self._servers:
            server.stop()
        self.clock.stop()
        self.database.stop()

    def reset(self) -> None:
        """Everything as after the start: estate, accounts, settings, faults, log. Ports, keys and ids stay the same."""
        with self.clock.lock:
            self.clock.reset()
            self.settings.restore(self._first_settings)
            self.faults.clear()
            self.log.clear()
            self.aws.reset()
            self.tidbcloud.reset(self.database.port)

    def _serve_aws(self) -> WSGIApplication:
        return served(
            self.aws.app,
            api="aws",
            name_call=self.aws.name_call,
            words=aws_answers,
            faults=self.faults,
            log=self.log,
        )

    def _shut(self, fault: Fault) -> None:
        """Close the ports of the fault's API for as long as the fault says."""
        seconds = LONGEST_SHUT if fault.value is None else float(fault.value)
        for server in {"aws": (self._aws,), "tidbcloud": (self._dedicated, self._serverless)}.get(fault.api, ()):
            server.shut_until(partial(self.faults.wait_until_cleared, fault, seconds))

    def _wait_until_open(self) -> None:
        for server in (self._aws, self._dedicated, self._serverless):
            server.wait_until_open()

    def _is_open(self, host: str | None) -> bool:
        """Whether any private endpoint for this host name is ready on both sides: without one there is no path."""
        with self.clock.lock:
            if host is not None and self.aws.has_path_to(host):
                return True
            for registration in self.tidbcloud.estate.registrations.all():
                if (registration.service.host, registration.state) == (host, "ACTIVE"):
                    endpoint = self.aws.endpoint(registration.endpoint_id)
                    if endpoint is not None and endpoint.state == "available":
                        return True
        return False

    def _log_visit(self, visit: Visit) -> None:
        """The database does not speak HTTP, so its connections have no status: what went wrong is in the error."""
        self.log.record(
            api="database",
            call="Connect",
            caller=visit.user or "",
            detail={"host": visit.host},
            status=0,
            error=visit.error,
        )

    def facts(self) -> Facts:
        """What sandbox.json holds: URLs, keys, accounts, the seeded clusters by role, the database, the control URL."""
        estate = self.tidbcloud.estate
        clusters = {
            role: cluster_facts(estate.clusters[cluster_id])
            if cluster_id in estate.clusters
            else shared_cluster_facts(estate.shared_clusters[cluster_id])
            for role, cluster_id in CLUSTER_IDS.items()
        }
        user = next(iter(DATABASE_USERS))
        dns_host, dns_port = self._dns.address()
        return {
            "pid": os.getpid(),
            "control_url": self._control.url,
            "tidbcloud": {
                "dedicated_url": self._dedicated.url,
                "serverless_url": self._serverless.url,
                "dedicated_https_url": self._secure["dedicated"].url,
                "serverless_https_url": self._secure["serverless"].url,
                "public_key": PUBLIC_KEY,
                "private_key": PRIVATE_KEY,
                "projects": {"default": DEFAULT_PROJECT, "second": SECOND_PROJECT},
            },
            "aws": {
                "endpoint_url": self._aws.url,
                "https_url": self._secure["aws"].url,
                "accounts": ACCOUNTS,
                "provider_account_id": PROVIDER_ACCOUNT_ID,
            },
            "clusters": clusters,
            "dns": {"host": dns_host, "port": dns_port},
            "database": {
                "host": "127.0.0.1",
                "port": self.database.port,
                "ca_path": str(self.database.ca.ca_path),
                "user": user,
                "password": DATABASE_USERS[user],
                "users": DATABASE_USERS,
            },
        }

    def status(self) -> dict[str, Any]:
        """What is in it now, both clouds."""
        estate = self.tidbcloud.estate
        return {
            "pid": os.getpid(),
            "time": self.clock.now(),
            "scale": self.clock.scale,
            "tidbcloud": {
                "clusters": [cluster_facts(cluster) for cluster in estate.clusters.values()],
                "shared_clusters": [shared_cluster_facts(cluster) for cluster in estate.shared_clusters.values()],
                "registrations": [
                    {
                        "private_endpoint_connection_id": row.id,
                        "cluster_id": row.cluster.id,
                        "node_group_id": row.group.id,
                        "vpc_endpoint_id": row.endpoint_id,
                        "state": row.state,
                        "message": row.message,
                    }
                    for cluster in estate.clusters.values()
                    for group in cluster.groups
                    for row in estate.registrations.rows(cluster, group)
                ],
            },
            "aws": self.aws.summary(),
            "policies": sorted(self.aws.authorizer.attached()),
            "faults": [dataclasses.asdict(fault) for fault in self.faults.list()],
            "requests": self.log.counts(),
        }
