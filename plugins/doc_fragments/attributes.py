# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The attributes; each module states its support.
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Runs in check mode without changing anything and reports what a real run would do.
  diff_mode:
    description: Returns what it would change, or has changed, when in diff mode.
  idempotent:
    description: A second run with the same options changes nothing and says so.
  platform:
    description: Where it runs.
    platforms: posix
"""

    # The action group of the modules that take AWS options.
    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/tidbcloud.privatelink.all) in C(module_defaults) to set its options once for all of them.
    support: full
    membership:
      - tidbcloud.privatelink.all
"""
