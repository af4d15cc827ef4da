# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clusters behind the private endpoints: a server of the MySQL protocol that insists on TLS.

It runs on Python 3.9, too: the plugins' tests do, and it is what they talk to.
"""

from __future__ import annotations

from tests.sandbox.database.authority import Authority
from tests.sandbox.database.server import Database, Visit

__all__ = ["Authority", "Database", "Visit"]
