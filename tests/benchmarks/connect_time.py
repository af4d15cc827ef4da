# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long endpoint_ping takes to connect and log in, beside PyMySQL, with one server and in one run.

python -m tests.benchmarks.connect_time
"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymysql

from tests.benchmarks.report import Report, Row
from tests.support.network import tools
from tests.support.network.mariadb import PASSWORD, USER, MariaDb
from tests.support.network.vpc import ADDRESSES, CLIENT, HOST, PORT, NotPermitted, Vpc, laid

ATTEMPTS = 100
SLOWER = 1.25
TREE = tools.ROOT / ".cache/tree"
Times = dict[str, list[float]]


def measure(_place: object = None) -> Report:
    """Times are in milliseconds, from the first packet of TCP to the answer to SELECT VERSION()."""
    with server() as (where, times):
        rows = [_row(who, times[who]) for who in times]
    own, reference = (row["median ms"] for row in rows)
    return Report(
        "connect_time",
        f"Connecting, TLS 1.3 with verification, and login: {where}",
        rows,
        [(f"endpoint_ping takes at most {SLOWER} of PyMySQL's time: {own / reference:.2f}", own <= SLOWER * reference)],
        [f"{ATTEMPTS} connections each, in turn; the CA is read once."],
    )


def _row(who: str, times: list[float]) -> Row:
    return {"who": who, "min ms": min(times), "median ms": statistics.median(times), "max ms": max(times)}


@contextlib.contextmanager
def server() -> Iterator[tuple[str, Times]]:
    """A real server in a network of its own if possible, else the sandbox's: what it is, and the times."""
    with contextlib.ExitStack() as stack:
        try:
            if tools.missing():
                raise NotPermitted("programs are missing")
            vpc = stack.enter_context(laid())
        except NotPermitted:
            yield "the sandbox's database on loopback", _compare(**stack.enter_context(_sandbox_database()))
        else:
            yield "MariaDB behind a network of namespaces", _compare_in(vpc)


def _compare_in(vpc: Vpc) -> Times:
    database = MariaDb(vpc)
    database.start()
    request = {"address": ADDRESSES[0], "port": PORT, "ca_pem": database.ca_pem}
    program = [
        "env",
        f"PYTHONPATH={tools.ROOT}:{TREE}",
        sys.executable,
        "-m",
        "tests.benchmarks.connect_time",
        "compare",
    ]
    times: Times = json.loads(vpc.run(CLIENT, *program, text=json.dumps(request)))
    return times


@contextlib.contextmanager
def _sandbox_database() -> Iterator[dict[str, Any]]:
    from tests.sandbox.database import Authority, Database

    with tempfile.TemporaryDirectory() as directory:
        database = Database(Authority(Path(directory)), {USER: PASSWORD})
        database.start()
        try:
            yield {"address": "127.0.0.1", "port": database.port, "ca_pem": database.ca.ca_pem}
        finally:
            database.stop()


def _compare(*, address: str, port: int, ca_pem: str) -> Times:
    """Both in turn, so that other load on the machine affects both."""
    sys.path.insert(0, str(TREE))
    times: Times = {"endpoint_ping": [], "PyMySQL": []}
    context = ssl.create_default_context(cadata=ca_pem)
    for _attempt in range(ATTEMPTS):
        times["endpoint_ping"].append(_ping(address, port, context))
        times["PyMySQL"].append(_pymysql(address, port, context))
    return times


def _ping(address: str, port: int, context: ssl.SSLContext) -> float:
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.login import Account
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.packets import Deadline
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.probe import Target, probe

    began = time.perf_counter()
    found = probe(address, Target(HOST, port, context, 1, Deadline(10)), Account(USER, PASSWORD))
    milliseconds = (time.perf_counter() - began) * 1000
    if found.failure:
        raise found.failure
    return milliseconds


def _pymysql(address: str, port: int, context: ssl.SSLContext) -> float:
    began = time.perf_counter()
    client = pymysql.Connection(
        host=HOST, port=port, user=USER, password=PASSWORD, ssl=context, autocommit=None, defer_connect=True
    )
    # By the address, as the check does: TLS still asks for the host name.
    client.connect(socket.create_connection((address, port), timeout=10))
    with client, client.cursor() as cursor:
        cursor.execute("SELECT VERSION()")
        return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    if sys.argv[1:] == ["compare"]:
        print(json.dumps(_compare(**json.load(sys.stdin))))
    else:
        print(measure().text())
