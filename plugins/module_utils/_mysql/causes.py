# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where to look for what the check found: for each problem the causes, the likely one first.

Written for a private endpoint of TiDB Cloud. Sources: the troubleshooting part of TiDB Cloud's page on private
endpoints, and "Access an AWS service using an interface VPC endpoint" of the AWS PrivateLink guide.
"""

from __future__ import annotations

import ipaddress
import typing as t

_SECURITY_GROUP = (
    "The security group of the interface endpoint does not admit TCP port {port} from this host: add an inbound rule."
)
_OWN_WAY_OUT = (
    "This host's own way out is barred: look at the outbound rules of its security group, at the network ACLs of both "
    "subnets and at a firewall on the host."
)
_NO_ROUTE = (
    "This host is not in the VPC of the endpoint, and no peering, transit gateway or VPN leads there: look at its "
    "route table."
)
_PAUSED = "The cluster is paused, being resumed or overloaded, so that nothing answers there: look at its state."
_NOT_ACTIVE = (
    "The private endpoint is not active: look at its status, whether TiDB Cloud has accepted the connection and "
    "whether both sides still exist."
)
_WRONG_PORT = (
    "{port} is not the cluster's port: compare it with the port that TiDB Cloud shows for the private endpoint."
)
_PRIVATE_DNS_OFF = (
    "Private DNS is not enabled on the interface endpoint of this VPC, or not in effect yet: enable it and wait some "
    "minutes, or name the endpoint's own addresses or DNS names in connect_to."
)
_VPC_DNS = "The VPC's attributes enableDnsSupport and enableDnsHostnames are not both on: private DNS needs both."
_OTHER_RESOLVER = (
    "This host is outside of the VPC, or asks another resolver than the VPC's: private names are known there only; "
    "look at the DHCP options and at /etc/resolv.conf."
)
_SILENT_RESOLVER = (
    "The resolver of this host does not answer: look at /etc/resolv.conf, and whether port 53 is open towards it."
)
_MISTYPED = "The host name is mistyped: compare it with the host that TiDB Cloud shows for the private endpoint."
_OTHER_SERVER = (
    "Something else than the cluster listens there, a proxy or another service: look at host, port and connect_to."
)
_INTERCEPTED = "A proxy or firewall on the way opens TLS connections and shows a certificate of its own: exempt {host}."
_NO_TLS_THROUGH = "A firewall on the way does not let TLS through: exempt {host}."
_CLOCK = "The clock of this host is wrong: compare it with the dates of the certificate."

# (stage, problem), or (None, problem) for whichever stage it was.
_CAUSES: dict[tuple[str | None, str], tuple[str, ...]] = {
    ("resolve", "name_not_found"): (_PRIVATE_DNS_OFF, _OTHER_RESOLVER, _VPC_DNS, _MISTYPED),
    ("resolve", "resolver_failed"): (_SILENT_RESOLVER, _VPC_DNS, _OTHER_RESOLVER),
    ("resolve", "timed_out"): (_SILENT_RESOLVER, _VPC_DNS),
    ("resolve", "public_address"): (
        _PRIVATE_DNS_OFF,
        _OTHER_RESOLVER,
        "The host is the cluster's public one: use the host of the private endpoint.",
        "The VPC has a public range: set require_private_address to false, and expected_addresses to the endpoint's.",
    ),
    ("resolve", "unexpected_address"): (
        "Another interface endpoint in this VPC holds the same private DNS name: look at the VPC's endpoints.",
        "The endpoint's subnets have changed: compare expected_addresses with its network interfaces.",
        "A hosts file, a private hosted zone or a cached answer on this host still names an older address.",
    ),
    ("tcp", "refused"): (
        _WRONG_PORT,
        _PAUSED,
        "The address is not the endpoint's any more: compare connect_to with the endpoint's network interfaces.",
        _OWN_WAY_OUT,
    ),
    ("tcp", "timed_out"): (_SECURITY_GROUP, _OWN_WAY_OUT, _NO_ROUTE, _NOT_ACTIVE, _PAUSED),
    ("tcp", "closed"): (_NOT_ACTIVE, _PAUSED, _OWN_WAY_OUT),
    ("tcp", "unreachable"): (_NO_ROUTE, _OWN_WAY_OUT),
    ("greeting", "timed_out"): (
        _PAUSED,
        _NOT_ACTIVE,
        "Something listens there that lets the client speak first, as a web server does: look at host and port.",
    ),
    ("greeting", "closed"): (_PAUSED, _NOT_ACTIVE, _OTHER_SERVER),
    ("tls", "closed"): (_NOT_ACTIVE, _PAUSED, _NO_TLS_THROUGH),
    ("tls", "timed_out"): (_NO_TLS_THROUGH, _PAUSED),
    ("login", "closed"): (_PAUSED, "The server or a proxy before it closed the connection: look at its log."),
    ("login", "timed_out"): (_PAUSED, "The server is slow: run the check again with a longer timeout."),
    (None, "not_mysql"): (_OTHER_SERVER, _WRONG_PORT),
    (None, "ca_unusable"): (
        "The CA is missing, not readable for this user or not in PEM format: look at ca_path or ca_pem.",
    ),
    (None, "certificate_expired"): (
        "The certificate was not renewed: for TiDB Cloud, open a ticket; for a TiDB of your own, renew it.",
        _CLOCK,
    ),
    (None, "certificate_not_yet_valid"): (_CLOCK,),
    (None, "certificate_untrusted"): (
        "The CA is not the cluster's: download the CA certificate in the cluster's connect dialog and give it in "
        "ca_path or ca_pem (without them, only the CAs that this host trusts count).",
        _INTERCEPTED,
    ),
    (None, "certificate_wrong_host"): (
        "The host is not the private endpoint's: set host to its host name, and connect_to to its addresses.",
        "The address is another cluster's: look at connect_to, and for a conflicting private DNS name in the VPC.",
        _INTERCEPTED,
    ),
    (None, "tls_not_offered"): (
        "TLS is switched off on the server: for a TiDB of your own, set ssl-cert and ssl-key, or auto-tls.",
        "A proxy in between does not pass TLS on.",
        _OTHER_SERVER,
    ),
    (None, "tls_failed"): (
        "The server speaks no TLS version from 1.2 on, or no cipher of this host's: look at tls-version there.",
        _INTERCEPTED,
        _OTHER_SERVER,
    ),
    (None, "too_many_connections"): (
        "The server's limit of connections is reached: look at max_connections and at its clients.",
    ),
    (None, "host_blocked"): (
        "The server has blocked this host after too many broken connections: run mysqladmin flush-hosts for it.",
    ),
    (None, "access_denied"): (
        "The user name or the password is wrong: look at login_user and login_password.",
        "The account is locked or admits only other client addresses: look at it with SHOW CREATE USER.",
    ),
    (None, "auth_method_unsupported"): (
        "Log in as an account with mysql_native_password or caching_sha2_password, or leave login_user out.",
    ),
    (None, "server_error"): ("The server's own text names the reason: look at its list of errors and at its log.",),
}
# Where other addresses of the same endpoint answer. Its security groups, status and cluster are the same for all.
_ONE_ZONE = (
    "Only some addresses fail, and each is in a zone of its own: look at the network ACLs and route tables of the "
    "subnets there, which may differ from the other zones'.",
    "The endpoint service has nothing that answers in that zone: remove the zone's subnet from the endpoint until its "
    "owner has mended it.",
    "The address is not the endpoint's any more: compare it with the endpoint's network interfaces.",
)
_ONE_FAMILY = (
    "Only {family} fails: the security group of the interface endpoint does not admit TCP port {port} from the "
    "{family} address of this host; a rule for the other family does not count.",
    "The network ACLs or route tables on the way know no {family}.",
    "The endpoint service answers to the other family only: look at the endpoint's IP address type.",
)
_NO_WAY = frozenset({"timed_out", "refused", "unreachable", "closed"})
_UNKNOWN = ("Look at the endpoint's status, at its security group and at the cluster's state.",)


def causes_of(stage: str, problem: str, host: str, port: int) -> tuple[str, ...]:
    """The causes of `problem` at `stage`, as sentences that name what to look at; never empty."""
    causes = _CAUSES.get((stage, problem)) or _CAUSES.get((None, problem)) or _UNKNOWN
    return tuple(cause.format(host=host, port=port) for cause in causes)


def causes_of_a_part(
    problem: str, port: int, failing: t.Sequence[str], answering: t.Sequence[str]
) -> tuple[str, ...] | None:
    """The causes where only the addresses `failing` do not answer; null where the problem is not on the way."""
    if problem not in _NO_WAY or not failing or not answering:
        return None
    families, others = ({_family(address) for address in addresses} for addresses in (failing, answering))
    if families & others:
        return _ONE_ZONE
    return tuple(cause.format(family=" and ".join(sorted(families)), port=port) for cause in _ONE_FAMILY)


def _family(address: str) -> str:
    return f"IPv{ipaddress.ip_address(address).version}"
