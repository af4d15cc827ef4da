# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clusters behind the private endpoints: a server of the MySQL protocol that insists on TLS.

It also runs on Python 3.9, as the plugins' tests do, which talk to it.
"""

from __future__ import annotations

from tests.sandbox.database.authority import Authority
from tests.sandbox.database.server import Database, Visit

__all__ = ["Authority", "Database", "Visit"]
