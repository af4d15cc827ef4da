# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The codes of the limits of a service that one publishes oneself."""

from __future__ import annotations

# The limits that `allow_violations` may name, in case AWS has lifted them since. `LIMITS` has their rules.
ALLOWABLE = (
    "region_mismatch",
    "load_balancer_not_found",
    "load_balancer_not_network",
    "load_balancer_not_active",
    "load_balancer_in_use",
    "listener_missing",
    "public_service",
    "address_type_unsupported",
    "connections_exist",
    "principal_invalid",
    "private_dns_name_invalid",
    "deletion_protected",
)
