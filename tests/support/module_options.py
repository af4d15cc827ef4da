# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands a module its options as Ansible does. It runs on the Python of managed hosts."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any
from unittest import mock

from ansible.module_utils import basic


@contextlib.contextmanager
def module_arguments(arguments: dict[str, Any]) -> Iterator[None]:
    """What a module finds as its options."""
    try:
        from ansible.module_utils.testing import patch_module_args
    except ImportError:  # ansible-core before 2.19
        given = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        with mock.patch.object(basic, "_ANSIBLE_ARGS", given):
            yield
    else:
        with patch_module_args(arguments):
            yield
