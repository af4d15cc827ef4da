# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The databases that these tests check. conftest.py reads this before the collection can be imported."""

from __future__ import annotations

import contextlib
import datetime
import ssl
import typing as t
from collections.abc import Iterator

from tests.sandbox.database import Authority, Database, Visit

HOST = "privatelink-12345678.abcdefghijkl.clusters.tidb-cloud.com"
NATIVE_USER, SHA2_USER = "native_user", "sha2_user"
PASSWORDS = {NATIVE_USER: "native-password-of-the-tests", SHA2_USER: "sha2-password-of-the-tests"}
METHODS = {SHA2_USER: "caching_sha2_password"}


class Issuing(Authority):
    """A CA whose certificates are all for `names`, and end that many `days` from now."""

    names: tuple[str, ...] = (HOST,)
    days: float = 30

    def context_for(self, host: str | None) -> ssl.SSLContext:
        end = datetime.datetime.now().astimezone() + datetime.timedelta(days=self.days)
        return self.issue(*self.names, not_after=end)


@contextlib.contextmanager
def running(authority: Authority, visits: list[Visit] | None = None, **options: t.Any) -> Iterator[Database]:
    """A database, started and at the end stopped; `visits` has its connections."""
    report = visits.append if visits is not None else (lambda _visit: None)
    database = Database(authority, PASSWORDS, methods=METHODS, report=report, **options)
    database.start()
    try:
        yield database
    finally:
        database.stop()
