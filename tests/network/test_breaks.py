# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks one thing after the other on a real network; the check says which. PyMySQL is the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.network import breaks
from tests.support.network.client import Client
from tests.support.network.mariadb import MariaDb
from tests.support.network.reference import CONNECTED
from tests.support.network.strangers import RESETTING, SILENT, SSH
from tests.support.network.vpc import ADDRESSES, ADDRESSES_V6, ADMITTING, HOST, Vpc, has_ipv6

# Nothing answers: waiting longer would not help.
SOON = {"timeout": 1}
WRONG_PASSWORD = "a-password-that-is-wrong"


@dataclass(frozen=True)
class Break:
    """What is broken, and the texts about it: `found` in the sentence, `cause` in the likeliest cause, PyMySQL's."""

    breaking: breaks.Breaking
    where: str
    found: str
    cause: str
    reference: str
    options: Mapping[str, Any] = field(default_factory=dict)


BREAKS = [
    Break(
        breaks.no_rule_admits,
        "tcp timed_out",
        "all 3 addresses: there was no answer in time",
        "The security group of the interface endpoint does not allow TCP port 4000",
        "timed out",
        SOON,
    ),
    Break(
        breaks.port_is_rejected,
        "tcp refused",
        "all 3 addresses: the connection was refused",
        "4000 is not the cluster's port",
        "Connection refused",
    ),
    Break(
        breaks.firewall_rejects,
        "tcp unreachable",
        "all 3 addresses: the address cannot be reached: No route to host",
        "This host is not in the VPC of the endpoint",
        "No route to host",
    ),
    Break(
        breaks.clients_acl_lets_no_answers_in,
        "tcp timed_out",
        "all 3 addresses: there was no answer in time",
        "The security group of the interface endpoint",
        "timed out",
        SOON,
    ),
    Break(
        breaks.clients_group_lets_nothing_out,
        "tcp timed_out",
        "all 3 addresses: there was no answer in time",
        "The security group of the interface endpoint",
        "timed out",
        SOON,
    ),
    Break(
        breaks.no_route_leads_there,
        "tcp unreachable",
        "all 3 addresses: the address cannot be reached: No route to host",
        "This host is not in the VPC of the endpoint",
        "No route to host",
    ),
    Break(
        breaks.private_dns_is_off,
        "resolve name_not_found",
        f"the resolver of this host does not know {HOST}",
        "Private DNS is not enabled on the interface endpoint",
        "Name or service not known",
    ),
    Break(
        breaks.resolver_is_silent,
        "resolve resolver_failed",
        f"the resolver of this host did not answer for {HOST}",
        "The resolver of this host does not answer",
        "Temporary failure in name resolution",
    ),
    Break(
        breaks.name_leads_to_the_internet,
        "resolve public_address",
        "the host leads to public addresses: 203.0.113.7",
        "Private DNS is not enabled on the interface endpoint",
        "Network is unreachable",
    ),
    Break(
        breaks.first_zone_is_dead,
        "tcp timed_out",
        f"1 of 3 addresses ({ADDRESSES[0]}): there was no answer in time",
        "Only some addresses fail, and each is in its own zone",
        # PyMySQL gives up on the first address and is content with the second.
        CONNECTED,
        {"timeout": 4},
    ),
    Break(
        breaks.last_zone_is_dead,
        "tcp timed_out",
        f"1 of 3 addresses ({ADDRESSES[2]}): there was no answer in time",
        "Only some addresses fail, and each is in its own zone",
        CONNECTED,
        {"timeout": 4},
    ),
    Break(
        breaks.nothing,
        "resolve unexpected_address",
        f"the host leads to {ADDRESSES[1]}, {ADDRESSES[2]}, where only {ADDRESSES[0]} is expected",
        "Another interface endpoint in this VPC holds the same private DNS name",
        CONNECTED,
        {"expected_addresses": [ADDRESSES[0]]},
    ),
    Break(
        breaks.certificate_has_expired,
        "tls certificate_expired",
        "all 3 addresses: the certificate ended on ",
        "The certificate was not renewed",
        "certificate has expired",
    ),
    Break(
        breaks.another_ca_signs,
        "tls certificate_untrusted",
        "issuer O=Another CA",
        "The CA is not the cluster's",
        "certificate verify failed",
    ),
    Break(
        breaks.certificate_is_for_another_name,
        "tls certificate_wrong_host",
        f"the certificate is for other.example.com, not for {HOST}",
        "The host is not the private endpoint's",
        "Hostname mismatch",
    ),
    Break(
        breaks.nothing,
        "login access_denied",
        "the server answered with error 1045: Access denied for user",
        "The user name or the password is wrong",
        '(1045, "Access denied for user',
        {"login_password": WRONG_PASSWORD},
    ),
    Break(
        breaks.nothing,
        "greeting not_mysql",
        "all 3 addresses: what arrived is not a MySQL packet",
        "Something other than the cluster listens there",
        "Error",
        {"port": SSH},
    ),
    Break(
        breaks.nothing,
        "greeting timed_out",
        "all 3 addresses: there was no answer in time",
        "The cluster is paused",
        "timed out",
        {"port": SILENT, **SOON},
    ),
    Break(
        breaks.nothing,
        "greeting closed",
        "all 3 addresses: the connection was closed by the other side",
        "The cluster is paused",
        "Connection reset by peer",
        {"port": RESETTING},
    ),
]


def named(broken: Break) -> str:
    return f"{broken.breaking.__name__} {broken.where}".replace(" ", "-")


@pytest.mark.parametrize("broken", BREAKS, ids=named)
def test_a_break_is_located_and_explained(vpc: Vpc, database: MariaDb, client: Client, broken: Break) -> None:
    broken.breaking(vpc, database)
    result = client.ping(**broken.options)
    assert (result["failed"], result["reachable"]) == (True, False), result
    assert f"{result['failed_stage']} {result['problem']}" == broken.where, result["msg"]
    assert f"Stage {result['failed_stage']}" in result["msg"]
    assert broken.found in result["msg"]
    assert broken.cause in result["causes"][0]
    assert result["causes"][0] in result["msg"]
    assert WRONG_PASSWORD not in str(result)
    assert broken.reference in client.reference(**broken.options)


def test_without_a_break_both_connect_and_every_stage_has_its_times(
    vpc: Vpc, database: MariaDb, client: Client
) -> None:
    result = client.ping_by_ansible(expected_addresses=list(ADDRESSES), attempts=3)
    assert result["reachable"] is True, result
    assert (result["server_version"], result["is_tidb"]) == ("8.0.11-TiDB-v8.5.2", True)
    assert (result["auth_plugin"], result["tls"]["protocol"]) == ("mysql_native_password", "TLSv1.3")
    assert (result["tls"]["names"], result["tls"]["days_left"]) == ([HOST], 29)
    assert {row["address"]: row["expected"] for row in result["addresses"]} == dict.fromkeys(ADDRESSES, True)
    assert all(row["reachable"] and row["private"] and row["tcp_ms"] > 0 for row in result["addresses"])
    assert all(times["min"] <= times["median"] <= times["max"] for times in result["timings_ms"].values())
    assert client.reference() == CONNECTED


def test_without_private_dns_the_endpoint_addresses_lead_there(vpc: Vpc, database: MariaDb, client: Client) -> None:
    vpc.names({})
    result = client.ping(connect_to=list(ADDRESSES))
    assert result["reachable"] is True, result
    assert result["timings_ms"]["resolve"] is None


def test_nothing_is_sent_to_a_public_address_beside_a_private_one(vpc: Vpc, database: MariaDb, client: Client) -> None:
    vpc.names({HOST: [*ADDRESSES, "203.0.113.7"]})
    result = client.ping()
    assert result["problem"] == "public_address"
    assert [row["private"] for row in result["addresses"]] == [True, True, True, False]
    assert [row["tcp_ms"] for row in result["addresses"]] == [None] * 4


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_both_families_are_tried_and_a_group_that_admits_only_ipv4_is_found(
    vpc: Vpc, database: MariaDb, client: Client
) -> None:
    vpc.names({HOST: [*ADDRESSES, *ADDRESSES_V6]})
    assert len([row for row in client.ping()["addresses"] if row["reachable"]]) == 6
    vpc.security_group(ADMITTING[0])
    result = client.ping(timeout=4)
    assert (result["failed_stage"], result["problem"]) == ("tcp", "timed_out")
    assert "3 of 6 addresses" in result["msg"]
    assert result["causes"][0].startswith("Only IPv6 fails: the security group of the interface endpoint")


def test_a_blocking_group_that_is_swapped_in_fails_and_swapped_out_works_again(
    vpc: Vpc, database: MariaDb, client: Client
) -> None:
    seen = []
    for rules, seconds in ((ADMITTING, 10), ((), 1), (ADMITTING, 10)):
        vpc.security_group(*rules)
        seen.append(client.ping_by_ansible(timeout=seconds)["reachable"])
    assert seen == [True, False, True]
