# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `endpoint_ping` without the time that Ansible takes: options as JSON in, result as JSON out.

python -m tests.support.network.module
"""

from __future__ import annotations

import json
import sys

from ansible.module_utils.testing import patch_module_args

from ansible_collections.tidbcloud.privatelink.plugins.modules import endpoint_ping

if __name__ == "__main__":
    with patch_module_args(json.load(sys.stdin)):
        endpoint_ping.main()
