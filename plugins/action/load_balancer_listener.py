# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.worded import WordedAction


class ActionModule(WordedAction):
    """The module of this name, whose errors name the variables of the role that runs it."""
