# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imported by the process that others are forked from."""

from __future__ import annotations

from tests.support.everything import read_everything

read_everything()
