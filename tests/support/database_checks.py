# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of a database on loopback."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.ping import Check
from tests.sandbox.database import Authority
from tests.support.databases import HOST


def check_of(port: int, authority: Authority, **options: t.Any) -> Check:
    """A check of a port of 127.0.0.1 under the name HOST: one attempt, the CA's certificates trusted."""
    usual = {"host": HOST, "connect_to": ("127.0.0.1",), "ca_path": str(authority.ca_path), "attempts": 1}
    return Check(**{**usual, "port": port, "timeout": 5.0, **options})
