# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks for the TXT record of a private name in public DNS, as AWS does. Only here is dnspython used, if installed."""

from __future__ import annotations

import ipaddress
import typing as t

from .._aws.provider_model import PrivateDnsRecord
from .._run.bounded import Overdue, bounded
from .._run.cause import cause
from .current import NOT_LOOKED, NOT_SEEN, SEEN

try:
    import dns.resolver
except ImportError:
    HAS_DNS = False
else:
    HAS_DNS = True

# Seconds for the answer to one question, and for all of them: it is no more than a look.
_ONE_ANSWER = 3.0
_ALL_ANSWERS = 8.0
_FEWEST_LABELS = 2
_DNS_PORT = 53
_PORTS = 1 << 16

# The values of the TXT records of a name, empty if there are none.
Ask = t.Callable[[str], t.Sequence[str]]


class Look(t.NamedTuple):
    """What was seen (SEEN, NOT_SEEN, NOT_LOOKED), and why nothing was."""

    seen: str
    note: str = ""


def look_for(record: PrivateDnsRecord, private_dns_name: str, servers: t.Sequence[str], ask: Ask | None = None) -> Look:
    """Whether public DNS shows the record. `servers`: resolvers that `server_of` takes, else those of this host.

    No answer says nothing about the record. Raises nothing.
    """
    if not record.name or not record.value:
        return Look(NOT_LOOKED, "AWS does not say which record it expects")
    if ask is None and not HAS_DNS:
        return Look(NOT_LOOKED, "the Python library dnspython is not installed")
    try:
        question = ask or _resolver(servers)
        return bounded(lambda: _looked(record, private_dns_name, question), _ALL_ANSWERS)
    except Overdue:
        return Look(NOT_LOOKED, f"the name servers did not answer within {_ALL_ANSWERS:.0f} seconds")
    except Exception as error:
        return Look(NOT_LOOKED, f"the name servers gave no answer ({cause(error) or type(error).__name__})")


def candidates(record_name: str, private_dns_name: str) -> list[str]:
    """The names that the record may have: its own first, else its first label below the private name or a domain above
    it. Where names with an underscore are impossible, AWS takes it without that label.

    Source: "Manage DNS names for VPC endpoint services" of the AWS PrivateLink guide.
    """
    record_name = record_name.rstrip(".")
    label = record_name.partition(".")[0]
    labels = private_dns_name.rstrip(".").split(".")
    labels = labels[1:] if labels[0] == "*" else labels
    domains = [".".join(labels[start:]) for start in range(len(labels) - _FEWEST_LABELS + 1)]
    return list(dict.fromkeys([record_name, *(f"{label}.{domain}" for domain in domains), *domains]))


def _looked(record: PrivateDnsRecord, private_dns_name: str, ask: Ask) -> Look:
    for name in candidates(str(record.name), private_dns_name):
        if record.value in ask(name):
            return Look(SEEN)
    return Look(NOT_SEEN)


def server_of(text: str) -> tuple[str, int]:
    """Address and port of a resolver: `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`.

    Raises ValueError for anything else.
    """
    bracketed = text.startswith("[")
    if bracketed or text.count(":") == 1:
        address, _separator, port = text.rpartition(":")
        address = address.removeprefix("[").removesuffix("]")
    else:
        address, port = text, str(_DNS_PORT)
    number = int(port)
    if not 0 < number < _PORTS:
        raise ValueError(f"{number} is no port")
    return str(ipaddress.ip_address(address)), number


def _resolver(servers: t.Sequence[str]) -> Ask:
    """Raises what dnspython raises if this host names no resolver."""
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameserver_ports = dict(map(server_of, servers))
        resolver.nameservers = list(resolver.nameserver_ports)

    def ask(name: str) -> t.Sequence[str]:
        try:
            answer = resolver.resolve(name + ".", "TXT", lifetime=_ONE_ANSWER, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]

    return ask
