# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the network do what the sandbox's AWS says: security groups become nftables, private DNS becomes names."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tests.support.network import tools
from tests.support.network.vpc import ENDPOINT, Vpc
from tests.support.remains import ec2_client

if TYPE_CHECKING:
    from tests.sandbox.sandbox import Sandbox

_SECONDS_BETWEEN_LOOKS = 0.02


# Security groups, private DNS and network interfaces of the endpoint.
_Seen = tuple[tuple[str, ...], bool, tuple[str, ...]]


class Follower:
    """In this context the network follows the one live interface endpoint, whose private name is `host`."""

    def __init__(self, vpc: Vpc, sandbox: Sandbox, host: str) -> None:
        self._vpc = vpc
        self._sandbox = sandbox
        self._host = host
        self._ec2 = ec2_client(sandbox.facts(), "main", "us-east-1")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self._failure: Exception | None = None
        self._addresses: dict[str, str] = {}

    def __enter__(self) -> Follower:
        self._apply(self._seen())
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        for address in self._addresses.values():
            self._address("del", address)
        if self._failure and error is None:
            raise self._failure

    def _follow(self) -> None:
        last = None
        try:
            while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
                seen = self._seen()
                if seen != last:
                    self._apply(seen)
                    last = seen
        except Exception as error:
            self._failure = error

    def _seen(self) -> _Seen:
        with self._sandbox.clock.lock:
            [endpoint] = [one for one in self._sandbox.aws.endpoints() if one.is_live]
            interfaces = tuple(sorted(endpoint.interfaces.values()))
            return tuple(sorted(endpoint.security_group_ids)), endpoint.private_dns_enabled, interfaces

    def _apply(self, seen: _Seen) -> None:
        group_ids, private_dns, interface_ids = seen
        found = self._ec2.describe_network_interfaces(NetworkInterfaceIds=list(interface_ids))["NetworkInterfaces"]
        now = {one["NetworkInterfaceId"]: one["PrivateIpAddress"] for one in found}
        for interface_id in self._addresses.keys() - now.keys():
            self._address("del", self._addresses[interface_id])
        for interface_id in now.keys() - self._addresses.keys():
            self._address("add", now[interface_id])
        self._addresses = now
        groups = self._ec2.describe_security_groups(GroupIds=list(group_ids))["SecurityGroups"]
        self._vpc.security_group(*_rules(groups))
        self._vpc.names({self._host: sorted(now.values())} if private_dns else {})

    def _address(self, word: str, address: str) -> None:
        self._vpc.run(ENDPOINT, tools.program("ip"), "address", word, f"{address}/24", "dev", "eth0")


def _rules(groups: Iterable[dict[str, Any]]) -> list[str]:
    return [
        f"ip saddr {peer['CidrIp']} tcp dport {rule['FromPort']}-{rule['ToPort']} accept"
        for group in groups
        for rule in group["IpPermissions"]
        for peer in rule["IpRanges"]
    ]
