# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be broken on the way to a database. `Vpc.heal` and `MariaDb.present` repair it all."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.network.mariadb import MariaDb
from tests.support.network.vpc import ADDRESSES, HOST, Vpc

_CLIENTS = "10.0.1.0/24"
_ENDPOINT = "{ 10.0.11.0/24, 10.0.12.0/24, 10.0.13.0/24 }"

Breaking = Callable[[Vpc, MariaDb], None]


def nothing(_vpc: Vpc, _database: MariaDb) -> None:
    """The options of the check are wrong."""


def no_rule_admits(vpc: Vpc, _database: MariaDb) -> None:
    vpc.security_group()


def port_is_rejected(vpc: Vpc, _database: MariaDb) -> None:
    vpc.security_group("tcp dport 4000 reject with tcp reset")


def firewall_rejects(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl("tcp dport 4000 reject with icmp admin-prohibited")


def clients_acl_lets_nothing_out(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl(f"ip saddr {_CLIENTS} tcp dport 4000 drop")


def endpoints_acl_lets_nothing_in(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl(f"ip daddr {_ENDPOINT} tcp dport 4000 drop")


def endpoints_acl_lets_no_answers_out(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl(f"ip saddr {_ENDPOINT} tcp dport 1024-65535 drop")


def clients_acl_lets_no_answers_in(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl(f"ip daddr {_CLIENTS} tcp dport 1024-65535 drop")


def endpoint_is_gone(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl(f"ip daddr {_ENDPOINT} drop")


def no_route_leads_there(vpc: Vpc, _database: MariaDb) -> None:
    vpc.client_route("unreachable 10.0.8.0/21")


def clients_group_lets_nothing_out(vpc: Vpc, _database: MariaDb) -> None:
    vpc.clients_security_group("udp dport 53 accept")


def private_dns_is_off(vpc: Vpc, _database: MariaDb) -> None:
    vpc.names({})


def resolver_is_silent(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl(resolver_rules=["udp dport 53 drop"])


def name_leads_to_the_internet(vpc: Vpc, _database: MariaDb) -> None:
    vpc.names({HOST: ["203.0.113.7"]})


def first_zone_is_dead(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl(f"ip daddr {ADDRESSES[0]} drop")


def last_zone_is_dead(vpc: Vpc, _database: MariaDb) -> None:
    vpc.network_acl(f"ip daddr {ADDRESSES[2]} drop")


def certificate_has_expired(_vpc: Vpc, database: MariaDb) -> None:
    database.present(days=-1)


def another_ca_signs(_vpc: Vpc, database: MariaDb) -> None:
    database.present(ca=database.other_ca)


def certificate_is_for_another_name(_vpc: Vpc, database: MariaDb) -> None:
    database.present(name="other.example.com")
