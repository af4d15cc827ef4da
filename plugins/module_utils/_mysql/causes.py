# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where to look, for each problem that the check can find: its causes, the most likely one first.

Written for a private endpoint of TiDB Cloud. Sources: the troubleshooting part of TiDB Cloud's page on private
endpoints, and "Access an AWS service using an interface VPC endpoint" of the AWS PrivateLink guide.
"""

from __future__ import annotations

import ipaddress
import typing as t

SECURITY_GROUP = (
    "The security group of the interface endpoint does not allow TCP port {port} from this host: add an inbound rule."
)
OWN_WAY_OUT = (
    "This host's own outbound traffic is blocked: check the outbound rules of its security group, the network ACLs "
    "of both subnets and a firewall on the host."
)
NO_ROUTE = (
    "This host is not in the VPC of the endpoint, and no peering, transit gateway or VPN connects them: check its "
    "route table."
)
PAUSED = "The cluster is paused, resuming or overloaded, so nothing answers: check its state."
NOT_ACTIVE = (
    "The private endpoint is not active: check its status, whether TiDB Cloud has accepted the connection, and "
    "whether both sides still exist."
)
WRONG_PORT = (
    "{port} is not the cluster's port: compare it with the port that TiDB Cloud shows for the private endpoint."
)
PRIVATE_DNS_OFF = (
    "Private DNS is not enabled on the interface endpoint of this VPC, or not in effect yet: enable it and wait a few "
    "minutes, or give the endpoint's own addresses or DNS names in connect_to."
)
VPC_DNS = "The VPC's attributes enableDnsSupport and enableDnsHostnames are not both on: private DNS needs both."
OTHER_RESOLVER = (
    "This host is outside the VPC, or uses a resolver other than the VPC's: only that one knows private names; check "
    "the DHCP options and /etc/resolv.conf."
)
_SILENT_RESOLVER = (
    "The resolver of this host does not answer: check /etc/resolv.conf, and whether port 53 is open to it."
)
MISTYPED = "The host name is mistyped: compare it with the host that TiDB Cloud shows for the private endpoint."
_OTHER_SERVER = (
    "Something other than the cluster listens there, such as a proxy or another service: check host, port and "
    "connect_to."
)
_INTERCEPTED = "A proxy or firewall in between intercepts TLS and presents its own certificate: exempt {host}."
_NO_TLS_THROUGH = "A firewall in between blocks TLS: exempt {host}."
PUBLIC_HOST = "The host is the cluster's public one: use the host of the private endpoint."
SUBNETS_CHANGED = "The endpoint's subnets have changed: compare expected_addresses with its network interfaces."
OLD_ADDRESS = "The address is no longer the endpoint's: compare connect_to with the endpoint's network interfaces."
OTHER_HOST = "The host is not the private endpoint's: set host to its host name, and connect_to to its addresses."
_CLOCK = "This host's clock is wrong: compare it with the dates of the certificate."

# (stage, problem), or (None, problem) for any stage.
_CAUSES: dict[tuple[str | None, str], tuple[str, ...]] = {
    ("resolve", "name_not_found"): (PRIVATE_DNS_OFF, OTHER_RESOLVER, VPC_DNS, MISTYPED),
    ("resolve", "resolver_failed"): (_SILENT_RESOLVER, VPC_DNS, OTHER_RESOLVER),
    ("resolve", "timed_out"): (_SILENT_RESOLVER, VPC_DNS),
    ("resolve", "public_address"): (
        PRIVATE_DNS_OFF,
        OTHER_RESOLVER,
        PUBLIC_HOST,
        "The VPC has a public range: set require_private_address to false, and expected_addresses to the endpoint's.",
    ),
    ("resolve", "unexpected_address"): (
        "Another interface endpoint in this VPC holds the same private DNS name: check the VPC's endpoints.",
        SUBNETS_CHANGED,
        "A hosts file, a private hosted zone or a cached answer on this host still gives an older address.",
    ),
    ("tcp", "refused"): (
        WRONG_PORT,
        PAUSED,
        OLD_ADDRESS,
        OWN_WAY_OUT,
    ),
    ("tcp", "timed_out"): (SECURITY_GROUP, OWN_WAY_OUT, NO_ROUTE, NOT_ACTIVE, PAUSED),
    ("tcp", "closed"): (NOT_ACTIVE, PAUSED, OWN_WAY_OUT),
    ("tcp", "unreachable"): (NO_ROUTE, OWN_WAY_OUT),
    ("greeting", "timed_out"): (
        PAUSED,
        NOT_ACTIVE,
        "Something there waits for the client to speak first, as a web server does: check host and port.",
    ),
    ("greeting", "closed"): (PAUSED, NOT_ACTIVE, _OTHER_SERVER),
    ("tls", "closed"): (NOT_ACTIVE, PAUSED, _NO_TLS_THROUGH),
    ("tls", "timed_out"): (_NO_TLS_THROUGH, PAUSED),
    ("login", "closed"): (PAUSED, "The server, or a proxy in front of it, closed the connection: check its log."),
    ("login", "timed_out"): (PAUSED, "The server is slow: run the check again with a longer timeout."),
    (None, "not_mysql"): (_OTHER_SERVER, WRONG_PORT),
    (None, "ca_unusable"): (
        "Something other than the CA certificate was given: download it from the cluster's connection dialog, and give "
        "it in ca_path or ca_pem.",
    ),
    (None, "certificate_expired"): (
        "The certificate was not renewed: for TiDB Cloud, open a ticket; for your own TiDB, renew it.",
        _CLOCK,
    ),
    (None, "certificate_not_yet_valid"): (_CLOCK,),
    (None, "certificate_untrusted"): (
        "The CA is not the cluster's: download the CA certificate from the cluster's connection dialog and give it in "
        "ca_path or ca_pem (without them, only CAs that this host trusts count).",
        _INTERCEPTED,
    ),
    (None, "certificate_wrong_host"): (
        OTHER_HOST,
        "The address belongs to another cluster: check connect_to, and whether a private DNS name conflicts in the "
        "VPC.",
        _INTERCEPTED,
    ),
    (None, "tls_not_offered"): (
        "TLS is switched off on the server: for your own TiDB, set ssl-cert and ssl-key, or auto-tls.",
        "A proxy in between does not pass TLS through.",
        _OTHER_SERVER,
    ),
    (None, "tls_failed"): (
        "The server supports no TLS version from 1.2 on, or none of this host's ciphers: check its tls-version.",
        _INTERCEPTED,
        _OTHER_SERVER,
    ),
    (None, "too_many_connections"): (
        "The server has reached its connection limit: check max_connections and its clients.",
    ),
    (None, "host_blocked"): (
        "The server blocked this host after too many broken connections: run mysqladmin flush-hosts on it.",
    ),
    (None, "host_not_allowed"): (
        "The server accepts no account from this host's address: allow it there, in the accounts' host parts or the IP "
        "access list.",
    ),
    (None, "user_limit_reached"): (
        "The account has used up a limit of its own: check max_user_connections, and the account's limits with SHOW "
        "CREATE USER.",
        "Clients hold more connections than they need: check the size of their pools.",
    ),
    (None, "password_expired"): (
        "The password has expired: set a new one with a client that can (ALTER USER), and give it in login_password.",
    ),
    (None, "account_locked"): (
        "The account is locked, for good or after failed logins: unlock it with ALTER USER … ACCOUNT UNLOCK.",
    ),
    (None, "access_denied"): (
        "The user name or the password is wrong: check login_user and login_password.",
        "The account allows only other client addresses: check it with SHOW CREATE USER.",
    ),
    (None, "auth_method_unsupported"): (
        "Use an account with mysql_native_password or caching_sha2_password, or omit login_user.",
    ),
    (None, "server_error"): (
        "The server's own text gives the reason: look it up in the list of server errors, and check the server's log.",
    ),
}
# For a failure at some addresses while others of the endpoint answer: security groups, status and cluster are shared.
_ONE_ZONE = (
    "Only some addresses fail, and each is in its own zone: check the network ACLs and route tables of the subnets "
    "there, which may differ from those of the other zones.",
    "The endpoint service has nothing that answers in that zone: remove the zone's subnet from the endpoint until the "
    "service's owner has fixed it.",
    "The address is no longer the endpoint's: compare it with the endpoint's network interfaces.",
)
_ONE_FAMILY = (
    "Only {family} fails: the security group of the interface endpoint does not allow TCP port {port} from the "
    "{family} address of this host; a rule for the other family does not count.",
    "The network ACLs or route tables in between do not allow {family}.",
    "The endpoint service answers only over the other family: check the endpoint's IP address type.",
)
_NO_WAY = frozenset({"timed_out", "refused", "unreachable", "closed"})
_UNKNOWN = ("Check the endpoint's status, its security group and the cluster's state.",)


def causes_of(stage: str, problem: str, host: str, port: int) -> tuple[str, ...]:
    """The causes of `problem` at `stage`, as sentences that say what to check; never empty."""
    causes = _CAUSES.get((stage, problem)) or _CAUSES.get((None, problem)) or _UNKNOWN
    return tuple(cause.format(host=host, port=port) for cause in causes)


def causes_of_a_part(
    problem: str, port: int, failing: t.Sequence[str], answering: t.Sequence[str]
) -> tuple[str, ...] | None:
    """The causes where only the addresses `failing` do not answer; null where the problem is not on the network."""
    if problem not in _NO_WAY or not failing or not answering:
        return None
    families, others = ({_family(address) for address in addresses} for addresses in (failing, answering))
    if families & others:
        return _ONE_ZONE
    return tuple(cause.format(family=" and ".join(sorted(families)), port=port) for cause in _ONE_FAMILY)


def _family(address: str) -> str:
    return f"IPv{ipaddress.ip_address(address).version}"
