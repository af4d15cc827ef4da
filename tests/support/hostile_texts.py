# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts that a cloud may answer and that must do nothing: to a terminal, an address, a header, a template."""

from __future__ import annotations

HOSTILE = (
    "\x1b[2J\x1b[31mok: [localhost]\nPLAY RECAP",
    "\ud800",
    "\u202egnp.exe",
    "../..",
    "-",
    "1\r\nX-Injected: 1",
    "x" * 5000,
    "9" * 5000,
    "{{ lookup('pipe', 'id') }}",
)
