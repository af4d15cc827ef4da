# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of the collection alone: options as JSON on standard input, result, seconds and peak memory out."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import resource
import sys
import time

from ansible.module_utils.testing import patch_module_args

from tests.benchmarks.place import CHECKOUT


def main(name: str) -> None:
    sys.path.insert(0, str(CHECKOUT / ".cache" / "tree"))
    output = io.StringIO()
    began = time.monotonic()
    with patch_module_args(json.load(sys.stdin)), contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        importlib.import_module(f"ansible_collections.tidbcloud.privatelink.plugins.modules.{name}").main()
    seconds = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {"seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
    print(json.dumps({"result": json.loads(output.getvalue()), **found}))


if __name__ == "__main__":
    main(sys.argv[1])
