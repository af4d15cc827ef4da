# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TiDB Cloud half of the sandbox, put together."""

from __future__ import annotations

from tests.sandbox.clock import Clock
from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.dedicated import dedicated_app
from tests.sandbox.tidbcloud.digest import Digest
from tests.sandbox.tidbcloud.estate import Estate
from tests.sandbox.tidbcloud.provider import Provider
from tests.sandbox.tidbcloud.rate import RateLimit
from tests.sandbox.tidbcloud.seed import DEFAULT_PROJECT, PRIVATE_KEY, PUBLIC_KEY, seed
from tests.sandbox.tidbcloud.serverless import serverless_app


class TidbCloud:
    """One organization with one API key for all its projects, and two hosts: Dedicated, and Starter and Essential."""

    def __init__(self, clock: Clock, settings: Settings, aws: Provider) -> None:
        self.estate = Estate(clock, settings, aws)
        self._rate = RateLimit(clock, settings)
        digest = Digest({PUBLIC_KEY: PRIVATE_KEY}, clock.now, settings)
        self.dedicated = dedicated_app(self.estate, digest, self._rate, DEFAULT_PROJECT)
        self.serverless = serverless_app(self.estate, digest, self._rate)

    def reset(self, port: int) -> None:
        """Restore the estate of the seed, with `port` as the clusters' port. The AWS half is reset before."""
        self._rate.clear()
        self.estate.clear()
        seed(self.estate, port)
