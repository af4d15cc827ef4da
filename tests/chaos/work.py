# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fork of the warm process does: run one module, or the inventory plugin, as Ansible would."""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import IO, Any, NoReturn

from tests.chaos.inventory import list_inventory
from tests.support.customer import MODULES, time_of
from tests.support.module_options import module_arguments

INVENTORY = "inventory"


def become(asked: dict[str, Any], output: IO[bytes], errors: IO[bytes]) -> NoReturn:
    """Run the module as Ansible would: it ends this process itself, and a crash shows on standard error.

    `pace`: seconds of its clock in one real second.
    """
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    os.environ.clear()
    os.environ.update(asked["environment"])
    pace: float = asked["pace"]
    with time_of(lambda: time.monotonic() * pace, lambda seconds: time.sleep(seconds / pace)):
        if asked["module"] == INVENTORY:
            leave_with(lambda: list_inventory(asked["options"]))
        with module_arguments(asked["options"]):
            leave_with(importlib.import_module(f"{MODULES}.{asked['module']}").main)


def leave_with(act: Callable[[], None]) -> NoReturn:
    """Do it and end as Python does, waiting for threads, but leave freeing the memory to the system: that takes
    as long as the run.
    """
    status = 1
    try:
        act()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
