# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbook status fails on: statuses of private endpoints and codes of findings. Pure."""

from __future__ import annotations

import typing as t

Values = t.Mapping[str, t.Any]
STATUSES = ("not_configured", "initiating", "pending", "active", "deleting", "failed")
FINDINGS = (
    "not_registered",
    "interface_endpoint_missing",
    "leftover",
    "registration_failed",
    "drift",
    "private_dns_off",
    "duplicate_endpoint",
)


def unknown_words(fail_on: t.Sequence[str]) -> str:
    """What is wrong with the words, as a sentence; empty where nothing is."""
    words = (*STATUSES, *FINDINGS)
    unknown = sorted(set(fail_on) - set(words))
    if not unknown:
        return ""
    may = ", ".join(words)
    return f"fail_on names {', '.join(unknown)}; it may name statuses and codes of findings: {may}."


def found_words(info: Values, fail_on: t.Sequence[str]) -> list[str]:
    """Those of the words that describe something of what endpoint_info returned."""
    statuses = {endpoint["status"] for endpoint in info["private_endpoints"]}
    codes = {finding["code"] for finding in info["findings"]}
    return sorted((statuses | codes) & set(fail_on))


def found_sentence(info: Values, fail_on: t.Sequence[str]) -> list[str]:
    """Why the playbook fails, as a line; none where it does not."""
    found = found_words(info, fail_on)
    return [f"Found what fail_on names: {', '.join(found)}."] if found else []
