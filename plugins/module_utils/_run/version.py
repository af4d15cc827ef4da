# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The name and version of this tool, as both clouds see it in their logs."""

from __future__ import annotations

# The same as in galaxy.yml; tests compare them.
VERSION = "0.1.0"
ISSUES = "https://github.com/tidbcloud-privatelink/tidbcloud.privatelink/issues"
USER_AGENT = f"tidbcloud.privatelink/{VERSION}"
