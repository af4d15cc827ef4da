# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where chaos happens: a sandbox whose clock runs fast, and a customer whose runs are forks with a clock as fast."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.chaos.runner import Ended, Run, Warm
from tests.sandbox.aws.endpoints import Endpoint
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.customer import Customer, Result

# Seconds of the sandbox, and of a run that no peer holds up, in one real second.
PACE = 40.0
# Of the run's own clock: ten real seconds, for a busy machine.
WAIT_TIMEOUT = 400
WAIT_DELAY = 2.0
# A run that a peer holds up goes by the real clock, and waits no longer than this.
SHORT_TIMEOUT = 3
# No run outlasts its deadline by more than this.
GRACE = 15.0
# Real seconds that a busy machine may add before a run counts as hanging.
BUSY = 15.0


class Subject(Customer):
    """A customer whose runs are forks of the warm process."""

    def __init__(self, sandbox: Sandbox, warm: Warm, account: str = "main") -> None:
        super().__init__(sandbox, account)
        self._warm = warm
        self.environment["HOME"] = os.devnull

    @contextlib.contextmanager
    def by_https(self) -> Iterator[None]:
        """The runs of the context talk to both clouds over HTTPS."""
        tidbcloud, ca_path = self.facts["tidbcloud"], self.facts["database"]["ca_path"]
        plain, self.environment = (
            self.environment,
            {
                **self.environment,
                "TIDBCLOUD_DEDICATED_ENDPOINT": tidbcloud["dedicated_https_url"],
                "TIDBCLOUD_SERVERLESS_ENDPOINT": tidbcloud["serverless_https_url"],
                "AWS_ENDPOINT_URL": self.facts["aws"]["https_url"],
                "REQUESTS_CA_BUNDLE": ca_path,
                "AWS_CA_BUNDLE": ca_path,
            },
        )
        try:
            yield
        finally:
            self.environment = plain

    def begin(self, module: str, options: Mapping[str, Any], *, pace: float = PACE) -> Run:
        """A run that continues by itself."""
        waiting: dict[str, Any] = {"wait_timeout": WAIT_TIMEOUT if pace > 1 else SHORT_TIMEOUT}
        if module in ("private_endpoint", "private_endpoints", "endpoint_service"):
            waiting["wait_delay"] = WAIT_DELAY if pace > 1 else WAIT_DELAY / PACE
        return self._warm.begin(module, {**waiting, **options}, self.environment, pace=pace)

    def end(self, module: str, options: Mapping[str, Any], *, pace: float = PACE) -> Ended:
        """A run from beginning to end; one that hangs is killed."""
        limit = WAIT_TIMEOUT / PACE if pace > 1 else SHORT_TIMEOUT
        return self.begin(module, options, pace=pace).end(limit + GRACE + BUSY)

    def run(self, module: str, *, check: bool = False, **options: Any) -> Result:
        self.sandbox.log.clear()
        ended = self.end(module, {"_ansible_check_mode": check, **options})
        if ended.result is None:
            raise AssertionError(f"{module} returned nothing: {ended}")
        return ended.result

    def live(self) -> list[Endpoint]:
        """All interface endpoints that exist and are not dead."""
        with self.sandbox.clock.lock:
            return [one for one in self.sandbox.aws.endpoints() if one.is_live]

    def dead(self) -> list[Endpoint]:
        """Those that are billed or in the way although they are useless."""
        with self.sandbox.clock.lock:
            return [one for one in self.sandbox.aws.endpoints() if not one.is_live and one.state != "deleted"]

    def registrations(self) -> dict[str, str]:
        """The state of each registration by its interface endpoint."""
        with self.sandbox.clock.lock:
            rows = self.sandbox.status()["tidbcloud"]["registrations"]
        return {row["vpc_endpoint_id"]: row["state"] for row in rows if row["state"] != "DISCOVERED"}

    def tags(self, endpoint: Endpoint) -> dict[str, str]:
        """The endpoints as AWS answers them: all faults must be off."""
        answer = self.ec2(endpoint.region).describe_vpc_endpoints(VpcEndpointIds=[endpoint.vpc_endpoint_id])
        return {tag["Key"]: tag["Value"] for tag in answer["VpcEndpoints"][0]["Tags"]}


@contextlib.contextmanager
def a_place() -> Iterator[Subject]:
    """Both clouds and a warm process, for as long as the context lasts."""
    with tempfile.TemporaryDirectory() as path:
        directory = Path(path)
        # The warm process first: its forks must not hold the sandbox's sockets.
        with Warm(directory) as warm, Sandbox(Settings(rate_limit=1_000_000), PACE, directory) as sandbox:
            yield Subject(sandbox, warm)
