# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules as forks of one warm process: a tenth of a second for each run instead of two, several at once. Each can be
killed at any moment, is measured in time and memory, and is ended if it hangs.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
TREE = CHECKOUT / ".cache" / "tree"
START_SECONDS = 120.0


@dataclass(frozen=True)
class Ended:
    """What became of a run: its exit status, negative for the signal that ended it, its seconds and peak megabytes."""

    status: int
    seconds: float
    peak_mb: float
    stdout: str
    stderr: str

    @property
    def was_killed(self) -> bool:
        return self.status == -signal.SIGKILL

    @property
    def result(self) -> dict[str, Any] | None:
        """What it returned, null if that is not a JSON object."""
        with contextlib.suppress(ValueError):
            found = json.loads(self.stdout)
            if isinstance(found, dict):
                return {"failed": False, **found}
        return None


class Run:
    """One run that was started."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("r", encoding="utf-8")
        self._process_id: int = json.loads(self._file.readline())

    def is_over(self) -> bool:
        """Whether it has ended by itself."""
        return bool(select.select([self._connection], [], [], 0)[0])

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process_id, signal.SIGKILL)

    def end(self, limit: float) -> Ended:
        """Wait for it; after `limit` seconds it is killed."""
        self._connection.settimeout(limit)
        try:
            line = self._file.readline()
        except TimeoutError:
            self.kill()
            self._connection.settimeout(None)
            # The file remembers that it timed out.
            line = self._connection.makefile("r", encoding="utf-8").readline()
        finally:
            self._connection.close()
        return Ended(**json.loads(line))


class Warm:
    """The warm process. Use it as a context."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "warm.socket"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Warm:
        command = [sys.executable, "-m", "tests.chaos.warm", str(self._path)]
        paths = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "ANSIBLE_COLLECTIONS_PATH": str(TREE)}
        self._process = subprocess.Popen(command, cwd=CHECKOUT, env={**os.environ, **paths}, stdin=subprocess.PIPE)
        give_up = time.monotonic() + START_SECONDS
        while not self._path.exists():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError("The warm process did not start.")
            time.sleep(0.02)
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()

    def begin(
        self, module: str, options: Mapping[str, Any], environment: Mapping[str, str], *, pace: float = 1.0
    ) -> Run:
        """Start a run. `pace`: seconds that pass for the module in one real second."""
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self._path))
        asked = {"module": module, "options": dict(options), "environment": dict(environment), "pace": pace}
        connection.sendall(json.dumps(asked).encode() + b"\n")
        return Run(connection)
