# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `endpoint_info` returns where all was read and nothing is there; each test changes what it is about."""

from __future__ import annotations

import typing as t

SCOPE: dict[str, t.Any] = {
    "accounts": ["210987654321"],
    "regions": ["us-east-1"],
    "projects": ["7"],
    "filters": {},
    "not_found": [],
    "unreadable": [],
    "not_read": [],
    "not_judged": [],
}
EMPTY: dict[str, t.Any] = {
    "private_endpoints": [],
    "endpoint_services": [],
    "findings": [],
    "costs": None,
    "scope": SCOPE,
}
