# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A VPC of network namespaces, in which tests break one thing after the other. vpc.sh draws it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.support.network import tools

HOST = "privatelink-12345678.abcdefghijkl.clusters.tidb-cloud.com"
PORT = 4000
ADDRESSES = ("10.0.11.10", "10.0.12.10", "10.0.13.10")
ADDRESSES_V6 = ("fd00:0:0:11::10", "fd00:0:0:12::10", "fd00:0:0:13::10")
RESOLVER = "10.0.0.2"
# In memory, and gone with the VPC.
FILES = "/run"
_NAMES = "names.json"
CLIENT, ENDPOINT, ROUTER = "client", "endpoint", "router"

# As in a VPC: each host reaches the others' subnets through the router.
_ROUTE = "10.0.8.0/21 via 10.0.1.1"

# The endpoint's security group admits the clients' subnet, and the ports of the strangers with it.
ADMITTING = ("ip saddr 10.0.1.0/24 tcp dport 4000-4099 accept", "ip6 saddr fd00:0:0:1::/64 tcp dport 4000 accept")

# A security group remembers connections and drops what no rule admits; without neighbour discovery IPv6 is nothing.
_SECURITY_GROUP = """
flush ruleset
table inet security_group {{
  chain {direction} {{
    type filter hook {hook} priority filter; policy drop;
    ct state established,related accept
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} accept
    {rules}
  }}
}}
"""
# A network ACL remembers nothing: each packet is judged on its own, the first rule that fits counts.
_NETWORK_ACL = """
flush ruleset
table inet network_acl {{
  chain between_subnets {{
    type filter hook forward priority filter; policy accept;
    {rules}
  }}
  chain to_the_resolver {{
    type filter hook input priority filter; policy accept;
    {resolver_rules}
  }}
}}
"""


class NotPermitted(Exception):
    """This machine does not permit namespaces, or not to this user; the text says what refused them."""


class Failed(Exception):
    """A program in the VPC ended with an error; the text quotes it."""


class Vpc:
    """Holds the VPC from `start` to `stop`, or to the end of this process, whatever ends it."""

    def __init__(self) -> None:
        self._holder: subprocess.Popen[str] | None = None
        self._processes: list[subprocess.Popen[str]] = []

    def start(self) -> None:
        """Build the whole VPC and start its resolver. Raises NotPermitted."""
        as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        new = [*as_root, "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
        script = str(Path(__file__).with_name("vpc.sh"))
        self._holder = self._process([tools.program("unshare"), *new, "bash", script])
        try:
            self.heal()
            self.spawn(ROUTER, sys.executable, "-m", "tests.support.network.resolver", RESOLVER, f"{FILES}/{_NAMES}")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Remove it, with every process in it."""
        if self._holder:
            self._holder.kill()
            self._holder = None
        while self._processes:
            self._processes.pop().communicate()

    @property
    def files(self) -> Path:
        """The directory FILES of the VPC, as it is reached from outside."""
        return Path(f"/proc/{self._pid()}/root{FILES}")

    def command(self, host: str, *arguments: str) -> list[str]:
        """The command line that runs a program on a host of the VPC, from outside."""
        pid = self._pid()
        as_root = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        inside = [f"--target={pid}", *as_root, "--mount", "--net", f"--pid=/proc/{pid}/ns/pid_for_children"]
        on_host = [] if host == ROUTER else [tools.program("ip"), "netns", "exec", host]
        return [tools.program("nsenter"), *inside, *on_host, *arguments]

    def run(self, host: str, *arguments: str, text: str = "", may_fail: bool = False) -> str:
        """What a program prints on a host, with `text` as its input.

        Raises Failed if it ends with an error; if it `may_fail`, only if it printed nothing.
        """
        done = subprocess.run(
            self.command(host, *arguments),
            input=text,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode and not (may_fail and done.stdout):
            raise Failed(f"{' '.join(arguments)} on {host} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def spawn(self, host: str, *arguments: str) -> None:
        """Start a program on a host that says "ready" and then runs for as long as the VPC is there."""
        self._process(self.command(host, *arguments))

    def security_group(self, *rules: str) -> None:
        """What the endpoint's security group admits."""
        self._filter(ENDPOINT, _SECURITY_GROUP.format(direction="inbound", hook="input", rules="\n".join(rules)))

    def clients_security_group(self, *rules: str) -> None:
        """What the client's security group lets out."""
        self._filter(CLIENT, _SECURITY_GROUP.format(direction="outbound", hook="output", rules="\n".join(rules)))

    def network_acl(self, *rules: str, resolver_rules: Sequence[str] = ()) -> None:
        """The rules of all subnets' network ACLs, between subnets and towards the VPC's resolver."""
        self._filter(ROUTER, _NETWORK_ACL.format(rules="\n".join(rules), resolver_rules="\n".join(resolver_rules)))

    def names(self, records: Mapping[str, Sequence[str]]) -> None:
        """Every name that the VPC's resolver knows, each with its addresses."""
        # Renamed into place: the resolver reads it at any moment.
        written = self.files / f"{_NAMES}.new"
        written.write_text(json.dumps(records), encoding="utf-8")
        written.rename(self.files / _NAMES)

    def heal(self) -> None:
        """Restore the healthy state: private DNS on, the clients admitted, nothing else in the way."""
        self.names({HOST: ADDRESSES})
        self.security_group(*ADMITTING)
        self.clients_security_group("accept")
        self.network_acl()
        self.client_route(_ROUTE)

    def client_route(self, route: str) -> None:
        """The client's route to the endpoint's subnets, 10.0.8.0/21."""
        self.run(CLIENT, tools.program("ip"), "route", "replace", *route.split())

    def _pid(self) -> int:
        if not self._holder:
            raise NotPermitted("the VPC is not there")
        return self._holder.pid

    def _filter(self, host: str, ruleset: str) -> None:
        self.run(host, tools.program("nft"), "--file", "-", text=ruleset)

    def _process(self, command: Sequence[str]) -> subprocess.Popen[str]:
        """A process that has said "ready". It gets no signals of this one's terminal, and ends with the VPC."""
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment(),
            text=True,
            start_new_session=True,
        )
        self._processes.append(process)
        if not process.stdout or process.stdout.readline() != "ready\n":
            process.kill()
            raise NotPermitted(self._processes.pop().communicate()[1].strip() or f"{command[0]} did not start")
        return process

    @staticmethod
    def _environment() -> dict[str, str]:
        return {**tools.environment(), "PYTHONPATH": str(tools.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def has_ipv6() -> bool:
    """Whether this machine, and so the VPC, has IPv6."""
    return Path("/proc/net/if_inet6").exists()


@contextlib.contextmanager
def laid() -> Iterator[Vpc]:
    """A VPC that is removed at the end. Raises NotPermitted."""
    vpc = Vpc()
    vpc.start()
    try:
        yield vpc
    finally:
        vpc.stop()
