# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The CA that signs the clusters' certificates, as TiDB Cloud's does."""

from __future__ import annotations

import datetime
import ssl
import threading
from pathlib import Path

import trustme

# A client that connects by address and names no host is shown these.
_NAMELESS = ("localhost", "127.0.0.1")


class Authority:
    """A CA of its own, recreated each time; its certificate is in `directory`/ca.pem."""

    def __init__(self, directory: Path) -> None:
        self.ca_path = directory / "ca.pem"
        self._ca = trustme.CA(organization_name="Sandbox CA")
        self._contexts: dict[str | None, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        directory.mkdir(parents=True, exist_ok=True)
        self._ca.cert_pem.write_to_path(self.ca_path)

    @property
    def ca_pem(self) -> str:
        """The CA's certificate in PEM format."""
        return self._ca.cert_pem.bytes().decode()

    def context_for(self, host: str | None) -> ssl.SSLContext:
        """A server's TLS context with a certificate for `host`, made at the first call and then kept."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self.issue(*((host,) if host else _NAMELESS))
            return self._contexts[host]

    def issue(self, *names: str, not_after: datetime.datetime | None = None) -> ssl.SSLContext:
        """A server's TLS context with a new certificate for `names`, for a year or until `not_after`."""
        now = datetime.datetime.now().astimezone()
        not_after = not_after or now + datetime.timedelta(days=365)
        leaf = self._ca.issue_cert(
            *names,
            common_name=names[0][:64],
            organization_name="Sandbox",
            not_before=min(now, not_after) - datetime.timedelta(days=1),
            not_after=not_after,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context
