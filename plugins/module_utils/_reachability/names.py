# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names: does the cluster's host name resolve to the private endpoint from the source? Pure.

Source: AWS PrivateLink Guide, "Private DNS names", and Amazon VPC User Guide, "DNS attributes" and "DHCP option sets".
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from .._aws.network_model import VpcNames
from .._run.text import listed
from .model import BLOCK, PASS, UNKNOWN, Facts, Hop
from .remedies import enable_private_dns, set_vpc_attribute

# Other addresses of AWS's resolver; its main one is the second address of the VPC's first range.
_AMAZON = frozenset({"amazonprovideddns", "169.254.169.253", "fd00:ec2::253"})


def name_hops(facts: Facts) -> list[Hop]:
    """The hops; none where clients do not need private DNS."""
    if not facts.private_dns_required:
        return []
    if not facts.same_vpc:
        return [_elsewhere(facts)]
    return [_vpc_dns(facts), _private_dns(facts), _dhcp_options(facts)]


def _elsewhere(facts: Facts) -> Hop:
    vpce, source_vpc = facts.endpoint.vpc_endpoint_id, facts.source.interface.vpc_id
    message = (
        f"Private DNS of {vpce} holds in {facts.endpoint.vpc_id} only. Whether {facts.host} resolves to it in "
        f"{source_vpc} depends on your own hosted zones or resolvers, which are not checked."
    )
    return Hop("private_dns", vpce, UNKNOWN, message)


def _vpc_dns(facts: Facts) -> Hop:
    vpc_id, names = facts.endpoint.vpc_id, facts.names
    if names is None:
        return Hop("vpc_dns", vpc_id, UNKNOWN, facts.not_seen("DNS attributes", f"VPC {vpc_id}"))
    for is_on, attribute, option in (
        (names.dns_support, "enableDnsSupport", "enable-dns-support"),
        (names.dns_hostnames, "enableDnsHostnames", "enable-dns-hostnames"),
    ):
        if not is_on:
            message = f"{attribute} of {vpc_id} is off: private DNS does not work there."
            remedy = set_vpc_attribute(facts, vpc_id, option)
            return Hop("vpc_dns", vpc_id, BLOCK, message, f"{attribute}=false", remedy)
    return Hop("vpc_dns", vpc_id, PASS, f"{vpc_id} resolves names, and private ones too.")


def _private_dns(facts: Facts) -> Hop:
    vpce, vpc_id = facts.endpoint.vpc_endpoint_id, facts.endpoint.vpc_id
    if facts.endpoint.private_dns_enabled:
        return Hop("private_dns", vpce, PASS, f"{facts.host} resolves to {vpce} in {vpc_id}.")
    if facts.endpoint.state != "available":
        message = f"Private DNS of {vpce} can be on only while it is available."
        return Hop("private_dns", vpce, UNKNOWN, message, "PrivateDnsEnabled=false")
    message = f"Private DNS of {vpce} is off: {facts.host} does not resolve to it in {vpc_id}."
    return Hop("private_dns", vpce, BLOCK, message, "PrivateDnsEnabled=false", enable_private_dns(facts))


def _dhcp_options(facts: Facts) -> Hop:
    names = facts.names
    if names is None or names.servers is None:
        message = facts.unread.get("DHCP options") or (
            f"{facts.endpoint.vpc_id} has no DHCP options, so its hosts' name servers are unknown."
        )
        return Hop("dhcp_options", names.dhcp_options_id if names else None, UNKNOWN, message)
    own = [server for server in names.servers if not _is_amazon(server, names)]
    if not own:
        message = f"The hosts of {names.vpc_id} use AWS's resolver."
        return Hop("dhcp_options", names.dhcp_options_id, PASS, message)
    message = (
        f"The hosts of {names.vpc_id} use your own name servers ({listed(own)}). Whether these forward {facts.host} to "
        "AWS's resolver is unknown."
    )
    rule = f"domain-name-servers={listed(names.servers, ',')}"
    return Hop("dhcp_options", names.dhcp_options_id, UNKNOWN, message, rule)


def _is_amazon(server: str, names: VpcNames) -> bool:
    if server.lower() in _AMAZON:
        return True
    try:
        return ip_address(server) == ip_network(names.cidr, strict=False)[2]
    except ValueError:
        return False
