# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits that a user may allow, and what limits say."""

from __future__ import annotations

from .._run.violations import LimitsViolated, Verdict, Violation

__all__ = ["ALLOWABLE", "LimitsViolated", "Verdict", "Violation"]

# The limits that `allow_violations` may name, in case a cloud has lifted them since. `LIMITS` has their rules.
ALLOWABLE = (
    "region_mismatch",
    "cluster_not_ready",
    "service_not_active",
    "service_not_created",
    "service_not_visible",
    "vpc_not_found",
    "subnet_not_found",
    "subnet_not_in_vpc",
    "zone_not_supported",
    "subnets_share_zone",
    "subnet_full",
    "security_group_not_found",
    "security_group_not_in_vpc",
    "vpc_dns_disabled",
    "private_dns_conflict",
    "endpoint_quota_reached",
    "deletion_protected",
)
