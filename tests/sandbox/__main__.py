# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of the sandbox: python -m tests.sandbox start|stop|status|env|reset, from the root of the checkout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.sandbox import process
from tests.sandbox.settings import Settings
from tests.sandbox.status import describe


def main(arguments: list[str]) -> int:
    """Returns the exit status: 0, or 1 with a sentence on standard error."""
    options = _parser().parse_args(arguments)
    try:
        _run(options)
    except (process.SandboxError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    directory = argparse.ArgumentParser(add_help=False)
    directory.add_argument("--directory", type=Path, default=process.DEFAULT_DIRECTORY)
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument("--scale", type=float, default=1.0, help="sandbox seconds in one real second")
    settings.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="see settings.py")
    texts = {
        "start": "start a sandbox and wait until it is ready",
        "serve": "be the sandbox, in the foreground",
        "stop": "stop it and wait until it is gone",
        "status": "say what is in it",
        "env": "print lines for a shell: . <(python -m tests.sandbox env)",
        "reset": "restore what it had after the start",
    }
    for name, text in texts.items():
        parents = [directory, settings] if name in ("start", "serve") else [directory]
        commands.add_parser(name, help=text, parents=parents)
    return parser


def _run(options: argparse.Namespace) -> None:
    directory: Path = options.directory.absolute()
    if options.command == "start":
        _settings(options)
        given = [f"--set={item}" for item in options.set]
        process.start(directory, [f"--scale={options.scale}", *given])
        print(f"The sandbox runs. For a shell: . {directory}/sandbox.env")
    elif options.command == "serve":
        process.serve(directory, _settings(options), options.scale)
    elif options.command == "stop":
        print("The sandbox is stopped." if process.stop(directory) else "No sandbox runs.")
    elif options.command == "status":
        print(describe(process.ask(directory, "GET", "/status")), end="")
    elif options.command == "env":
        print(process.read_environment(directory), end="")
    else:
        process.ask(directory, "POST", "/reset")
        print("The sandbox is as it was after the start.")


def _settings(options: argparse.Namespace) -> Settings:
    if options.scale <= 0:
        raise ValueError("--scale must be greater than 0.")
    settings = Settings()
    settings.change(dict(item.partition("=")[::2] for item in options.set))
    return settings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
