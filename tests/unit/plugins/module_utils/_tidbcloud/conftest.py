# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of this folder share: a scripted server, a session that talks to it, and a time that never passes."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest

from tests.support.digest_server import PRIVATE_KEY, PUBLIC_KEY, DigestServer
from tests.support.stopped_time import Time

if t.TYPE_CHECKING:
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import Session


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def serve() -> Iterator[t.Callable[..., DigestServer]]:
    """Starts a DigestServer with the given script and options."""
    servers: list[DigestServer] = []

    def start(*script: t.Any, **options: t.Any) -> DigestServer:
        servers.append(DigestServer(script, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def connect(time: Time) -> Iterator[t.Callable[..., Session]]:
    """Makes a Session for a server that has both APIs; jitter is always 0."""
    # pytest reads this file before the collection can be imported.
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.digest import Credentials
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import Session

    sessions: list[Session] = []

    def make(server: DigestServer, **options: t.Any) -> Session:
        defaults: dict[str, t.Any] = {
            "credentials": Credentials(PUBLIC_KEY, PRIVATE_KEY),
            "dedicated_url": server.url,
            "serverless_url": f"{server.url}/serverless",
            "timeout": 5.0,
            "clock": time.clock,
            "sleep": time.sleep,
            "jitter": lambda: 0.0,
        }
        sessions.append(Session(**{**defaults, **options}))
        return sessions[-1]

    yield make
    for session in sessions:
        session.close()
