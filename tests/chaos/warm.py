# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that has loaded the collection and all it needs, and forks itself for each module to run.

    python -m tests.chaos.warm SOCKET

One connection to the socket is one run: a line of JSON in, the process id of the fork out at once, and what became of
it when it has ended. The process ends when its standard input does.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from typing import IO, Any, NoReturn

from ansible.plugins.loader import init_plugin_loader

# Larger than any module's output.
MOST_BYTES = 50_000_000


def main(path: str) -> None:
    # Before anything of a collection is imported: else it is not found as a plugin.
    init_plugin_loader()
    work = importlib.import_module("tests.chaos.work")
    importlib.import_module("tests.support.everything").read_everything()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        # Nothing waits for the shepherds.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while select.select([listener, sys.stdin], [], [])[0] == [listener]:
            connection, _address = listener.accept()
            if os.fork() == 0:
                listener.close()
                shepherd(connection, work)
            connection.close()


def shepherd(connection: socket.socket, work: Any) -> NoReturn:
    """Have one run done, and report what became of it. Does not return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    file = connection.makefile("rw", encoding="utf-8")
    asked = json.loads(file.readline())
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        process_id = os.fork()
        if process_id == 0:
            connection.close()
            work.become(asked, output, errors)
        print(json.dumps(process_id), file=file, flush=True)
        _process_id, status, used = os.wait4(process_id, 0)
        ended = {
            "status": os.waitstatus_to_exitcode(status),
            "seconds": time.monotonic() - began,
            "peak_mb": used.ru_maxrss / 1024,
            "stdout": _text(output),
            "stderr": _text(errors),
        }
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(ended), file=file, flush=True)
    os._exit(0)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(MOST_BYTES).decode(errors="backslashreplace")


if __name__ == "__main__":
    main(sys.argv[1])
