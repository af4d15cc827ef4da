# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that run a module each. They are forked from one that has read what a run needs: reading takes longer."""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing import forkserver
from unittest import mock

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.preloaded"])


def be_ready() -> None:
    """Have that process there."""
    # Python before 3.12 forgets sys.path when it preloads (gh-117378).
    with mock.patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):
        forkserver.ensure_running()
