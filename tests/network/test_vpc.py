# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of these tests is isolated from every other, and nothing of it stays."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.network import tools
from tests.support.network.vpc import CLIENT, ENDPOINT, HOST, ROUTER, Vpc

LAYS_ONE_AND_DIES = """
import os, signal, sys
from tests.support.network.vpc import ROUTER, Vpc
vpc = Vpc()
vpc.start()
print(vpc.run(ROUTER, "readlink", "/proc/self/ns/net"), end="", flush=True)
os.kill(os.getpid(), int(sys.argv[1]))
"""


def network_namespaces() -> set[str]:
    """The network namespaces of all processes."""
    namespaces = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            namespaces.add(os.readlink(process / "ns/net"))
    return namespaces


def links(vpc: Vpc, host: str) -> list[str]:
    """The network interfaces of a host."""
    listed = json.loads(vpc.run(host, tools.program("ip"), "-json", "link"))
    return [link["ifname"] for link in listed]


@pytest.mark.parametrize("host", [CLIENT, ENDPOINT])
def test_the_vpc_s_hosts_reach_each_other_and_nothing_else(vpc: Vpc, host: str) -> None:
    assert [link for link in links(vpc, host) if link != "lo"] == ["eth0"]
    assert [link for link in links(vpc, ROUTER) if link != "lo"] == [CLIENT, ENDPOINT]
    assert "default" not in vpc.run(ROUTER, tools.program("ip"), "route")


def test_the_private_name_is_known_inside_only(vpc: Vpc) -> None:
    assert "10.0.12.10" in vpc.run(CLIENT, "getent", "ahosts", HOST)
    assert Path("/etc/resolv.conf").read_bytes() != (vpc.files / "resolv.conf").read_bytes()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_stays_however_the_tests_end(vpc: Vpc, number: int) -> None:
    died = subprocess.run(
        [sys.executable, "-c", LAYS_ONE_AND_DIES, str(int(number))],
        env={**os.environ, "PYTHONPATH": str(tools.ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert died.returncode != 0
    namespace = died.stdout.strip()
    assert namespace.startswith("net:"), died.stderr
    end = time.monotonic() + 5
    while namespace in network_namespaces() and time.monotonic() < end:
        time.sleep(0.02)
    assert namespace not in network_namespaces()
