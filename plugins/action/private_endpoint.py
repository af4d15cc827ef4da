# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.told import ToldAction


class ActionModule(ToldAction):
    """The module of this name, with its progress printed."""
