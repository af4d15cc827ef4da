# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that AWS configuration can show is broken on the network and in the sandbox: both modules name one cause."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.support.network import breaks
from tests.support.network.client import Client
from tests.support.network.mariadb import MariaDb
from tests.support.network.strangers import RESETTING
from tests.support.network.vpc import Vpc

if t.TYPE_CHECKING:
    from tests.support.customer import Customer
    from tests.support.reachability_breaks import Site

SOON = {"timeout": 1}

# What `reachability_info` can find blocked, and the words of `endpoint_ping` for it, which sees no configuration.
SAME = {
    "cluster": "The cluster is paused",
    "interface_endpoint": "The private endpoint is not active",
    "registration": "The private endpoint is not active",
    "route": "check its route table",
    "source_security_group": "the outbound rules of its security group",
    "source_acl_outbound": "the network ACLs of both subnets",
    "endpoint_acl_inbound": "the network ACLs of both subnets",
    "endpoint_security_group": "The security group of the interface endpoint does not allow TCP port",
    "endpoint_acl_outbound": "the network ACLs of both subnets",
    "source_acl_inbound": "the network ACLs of both subnets",
    "vpc_dns": "enableDnsSupport and enableDnsHostnames",
    "private_dns": "Private DNS is not enabled",
}


@dataclass(frozen=True)
class Pair:
    """The sandbox's break by its name in `BREAKS`, and the network's with the options of the check."""

    configuration: str
    network: breaks.Breaking
    options: Mapping[str, t.Any] = field(default_factory=dict)


PAIRS = [
    # The load balancer of a paused cluster has no target for a connection.
    Pair("the cluster is paused", breaks.nothing, {"port": RESETTING}),
    Pair("the interface endpoint is rejected", breaks.endpoint_is_gone, SOON),
    Pair("the registration has failed", breaks.endpoint_is_gone, SOON),
    Pair("a route leads away", breaks.no_route_leads_there),
    Pair("nothing may leave the client", breaks.clients_group_lets_nothing_out, SOON),
    Pair("the client's list lets nothing out", breaks.clients_acl_lets_nothing_out, SOON),
    Pair("the endpoint's list lets nothing in", breaks.endpoints_acl_lets_nothing_in, SOON),
    Pair("the endpoint's group admits nobody", breaks.no_rule_admits, SOON),
    Pair("the endpoint's list lets no answers out", breaks.endpoints_acl_lets_no_answers_out, SOON),
    Pair("the client's list lets no answers in", breaks.clients_acl_lets_no_answers_in, SOON),
    # The resolver of such a VPC does not answer.
    Pair("the VPC does not resolve names", breaks.resolver_is_silent),
    Pair("the VPC has no private names", breaks.private_dns_is_off),
    Pair("private DNS is off", breaks.private_dns_is_off),
    Pair("private DNS is off", breaks.name_leads_to_the_internet),
]


@pytest.fixture
def site(customer: Customer) -> Site:
    """An active private endpoint and a client, in AWS."""
    from tests.support.reachability_breaks import laid_out

    return laid_out(customer)


def named(pair: Pair) -> str:
    return f"{pair.configuration} = {pair.network.__name__}".replace(" ", "-")


def test_every_break_that_configuration_can_show_has_its_counterpart_on_the_network() -> None:
    from tests.support.reachability_breaks import BREAKS

    assert {pair.configuration for pair in PAIRS} == set(BREAKS)
    assert {hop for _break_it, hop, _sentence in BREAKS.values()} == set(SAME)


@pytest.mark.exhaustive
@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_the_cause_in_the_configuration_is_among_those_that_the_check_names(
    vpc: Vpc, database: MariaDb, client: Client, site: Site, pair: Pair
) -> None:
    from tests.support.reachability_breaks import BREAKS

    pair.network(vpc, database)
    check = client.ping(**pair.options)
    BREAKS[pair.configuration][0](site)
    configuration = site.ask()
    assert (check["reachable"], configuration["reachable"]) == (False, False)
    [blocked] = {hop["name"] for hop in configuration["hops"] if hop["verdict"] == "block"}
    assert [cause for cause in check["causes"] if SAME[blocked] in cause], check["causes"]


@pytest.mark.exhaustive
def test_both_name_the_one_zone_that_is_blocked(vpc: Vpc, database: MariaDb, client: Client, site: Site) -> None:
    from tests.support.reachability_breaks import deny

    breaks.last_zone_is_dead(vpc, database)
    check = client.ping(timeout=4)
    acl_id = deny(site, [site.network.subnet_ids[1]], egress=False, ports=(site.port, site.port))
    configuration = site.ask()
    assert [row["reachable"] for row in check["addresses"]] == [True, True, False]
    assert [path["reachable"] for path in configuration["paths"]] == [True, False]
    assert "network ACLs and route tables" in check["causes"][0]
    assert [blocker["object_id"] for blocker in configuration["blockers"]] == [acl_id]
