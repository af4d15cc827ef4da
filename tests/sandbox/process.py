# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as a process of its own: started and stopped by one command each.

The process holds a lock on a file for as long as it lives. That, and not a process id, says whether it runs: the
system releases the lock however the process ends, so that nothing stale can be left behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from tests.sandbox.facts import environment
from tests.sandbox.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
DEFAULT_DIRECTORY = CHECKOUT / ".cache" / "sandbox"
START_SECONDS = 90.0  # A busy machine that compiles every library for the first time needs more than ten seconds.
STOP_SECONDS = 10.0


class SandboxError(Exception):
    """A command cannot be done; the text says why."""


def start(directory: Path, options: Sequence[str]) -> dict[str, Any]:
    """Start a sandbox that outlives this process, and wait until it answers.

    :param options: for the process: `--scale` and `--set`.
    :returns: the facts.
    """
    directory.mkdir(parents=True, exist_ok=True)
    if is_running(directory):
        raise SandboxError(f"A sandbox already runs in {directory}: stop it first, or use its environment.")
    _forget(directory)
    with (directory / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.sandbox", "serve", "--directory", str(directory), *options],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while not _facts_path(directory).exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise SandboxError(f"The sandbox did not start. Its log:\n{(directory / 'sandbox.log').read_text()}")
        time.sleep(0.02)
    return read_facts(directory)


def stop(directory: Path) -> bool:
    """Stop it and wait until it is gone. Returns False if none ran."""
    if not is_running(directory):
        _forget(directory)
        return False
    process_id = int(_lock_path(directory).read_text())
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, number)
        deadline = time.monotonic() + STOP_SECONDS
        while is_running(directory) and time.monotonic() < deadline:
            time.sleep(0.02)
    _forget(directory)
    return True


def serve(directory: Path, settings: Settings, scale: float) -> None:
    """Run the sandbox until a signal ends it."""
    directory.mkdir(parents=True, exist_ok=True)
    with _held_lock(directory):
        # Only the serving process needs the clouds, which take a second to import.
        from tests.sandbox.sandbox import Sandbox

        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: ended.set())
        sandbox = Sandbox(settings, scale, directory)
        sandbox.start()
        facts = sandbox.facts()
        _write(_environment_path(directory), environment(facts))
        # Last, because its presence says that everything is ready.
        _write(_facts_path(directory), json.dumps(facts, indent=2) + "\n")
        ended.wait()
        _forget(directory)
        sandbox.stop()


def is_running(directory: Path) -> bool:
    """Whether a process holds the directory's lock."""
    try:
        with _lock_path(directory).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def read_facts(directory: Path) -> dict[str, Any]:
    """:raises SandboxError: no sandbox runs there."""
    try:
        facts: dict[str, Any] = json.loads(_facts_path(directory).read_text())
    except FileNotFoundError:
        facts = {}
    if not facts or not is_running(directory):
        raise SandboxError(f"No sandbox runs in {directory}.")
    return facts


def read_environment(directory: Path) -> str:
    """:raises SandboxError: no sandbox runs there."""
    return environment(read_facts(directory))


def ask(directory: Path, method: str, path: str) -> dict[str, Any]:
    """A call of the running sandbox's control API, without a body."""
    request = urllib.request.Request(read_facts(directory)["control_url"] + path, method=method)
    # No proxy: the sandbox is on loopback.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


@contextlib.contextmanager
def _held_lock(directory: Path) -> Iterator[IO[str]]:
    with _lock_path(directory).open("a") as file:
        _take_lock(file, directory)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield file


def _take_lock(file: IO[str], directory: Path) -> None:
    # A process that only checks whether a sandbox runs holds the lock for an instant.
    for _turn in range(10):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(0.05)
    raise SandboxError(f"A sandbox already runs in {directory}.")


def _lock_path(directory: Path) -> Path:
    return directory / "sandbox.lock"


def _facts_path(directory: Path) -> Path:
    return directory / "sandbox.json"


def _environment_path(directory: Path) -> Path:
    return directory / "sandbox.env"


def _write(path: Path, text: str) -> None:
    """Write it completely or not at all: others wait for the file."""
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(text)
    draft.replace(path)


def _forget(directory: Path) -> None:
    for path in (_facts_path(directory), _environment_path(directory)):
        path.unlink(missing_ok=True)
