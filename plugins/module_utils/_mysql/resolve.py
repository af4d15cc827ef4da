# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a host name to the addresses to connect to, and what such an address must look like."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import typing as t

from .failures import StageFailed, shown, timed_out

if t.TYPE_CHECKING:
    from .packets import Deadline

# Returns the addresses of a name; raises socket.gaierror or UnicodeError.
Resolver = t.Callable[[str], t.Sequence[str]]

# Ranges that are not reachable from the internet: RFC 1918, RFC 6598 (a VPC may have these, too), RFC 4193, loopback
# link-local.
# ipaddress.is_private would not do: to it RFC 6598 is not private, but the documentation ranges are.
_PRIVATE_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    )
)
_LONGEST_NAME = 255  # characters, as in RFC 1035
_RESOLVER_IS_SILENT = frozenset({socket.EAI_AGAIN, socket.EAI_FAIL})


def is_address(text: str) -> bool:
    """Whether `text` is an IP address, not a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_private(address: str) -> bool:
    """Whether `address` can be in a VPC: not reachable from the internet."""
    parsed = ipaddress.ip_address(address)
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return any((mapped or parsed) in network for network in _PRIVATE_NETWORKS)


def is_among(address: str, others: t.Sequence[str]) -> bool:
    """Whether `address` is one of `others`, whatever the notation."""
    return ipaddress.ip_address(address) in {ipaddress.ip_address(other) for other in others}


def check_name(host: str) -> None:
    """Reject what cannot be a host name, since TLS would fail on it. Raises StageFailed."""
    try:
        # Encoding takes quadratic time.
        if len(host) > _LONGEST_NAME:
            raise UnicodeError
        usable = bool(host.encode("idna")) and host.isprintable()
    except UnicodeError:
        usable = False
    if not usable:
        raise StageFailed("name_not_found", f"{shown(host)!r} is not a host name", stage="resolve")


def system_resolver(name: str) -> list[str]:
    """The addresses of a name that this host can use, as every client of this host would get them."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(sockaddr[0]) for _family, _type, _protocol, _canonical, sockaddr in found]


def resolve(names: t.Sequence[str], resolver: Resolver, deadline: Deadline) -> tuple[str, ...]:
    """The addresses of all `names`, without duplicates, in order; an address resolves to itself.

    Raises StageFailed `name_not_found`, `resolver_failed` or `timed_out`.
    """
    addresses: dict[str, None] = {}
    for name in names:
        found = [name] if is_address(name) else _look_up(name, resolver, deadline)
        addresses.update(dict.fromkeys(found))
    if not addresses:
        raise StageFailed("name_not_found", f"the resolver of this host has no address for {shown(', '.join(names))}")
    return tuple(addresses)


def check_addresses(addresses: t.Sequence[str], expected: t.Sequence[str], require_private: bool) -> None:
    """Reject addresses that are not the endpoint's, before anything is sent to them.

    An expected address is never a public one: the IPv6 ranges that AWS gives a VPC are global.

    Raises StageFailed `public_address` or `unexpected_address`.
    """
    public = [address for address in addresses if not (is_private(address) or is_among(address, expected))]
    if require_private and public:
        raise StageFailed(
            "public_address", f"the host leads to public addresses: {shown(', '.join(public))}", stage="resolve"
        )
    unexpected = [address for address in addresses if not is_among(address, expected)]
    if expected and unexpected:
        found = f"the host leads to {shown(', '.join(unexpected))}, where only {shown(', '.join(expected))} is expected"
        raise StageFailed("unexpected_address", found, stage="resolve")


def _look_up(name: str, resolver: Resolver, deadline: Deadline) -> t.Sequence[str]:
    """Ask the resolver in a thread of its own, because the system's resolver has no timeout."""
    answers: queue.Queue[t.Sequence[str] | StageFailed] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(resolver(name))
        except (OSError, UnicodeError) as error:
            answers.put(_not_found(name, error))

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.remaining())
    except queue.Empty:
        raise timed_out() from None
    if isinstance(answer, StageFailed):
        raise answer
    return answer


def _not_found(name: str, error: Exception) -> StageFailed:
    if isinstance(error, socket.gaierror) and error.errno in _RESOLVER_IS_SILENT:
        return StageFailed("resolver_failed", f"the resolver of this host did not answer for {shown(name)}")
    return StageFailed("name_not_found", f"the resolver of this host does not know {shown(name)}")
