# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of the causes that a check guesses, those are named that nothing known disproves."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql import causes
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.causes_left import Facts, causes_left
from tests.support.role_runs import ENDPOINT

UNKNOWN = {"port": 4000}


def facts(endpoint: dict[str, t.Any], **known: t.Any) -> Facts:
    return Facts(endpoint, **{"way": {}, **known})


def hop(name: str, verdict: str = "pass") -> dict[str, t.Any]:
    return {"hops": [{"name": name, "verdict": verdict}]}


@pytest.mark.parametrize(
    ("cause", "disproved"),
    [
        (causes.PRIVATE_DNS_OFF, facts({**UNKNOWN, "private_dns_enabled": True})),
        (causes.VPC_DNS, facts(UNKNOWN, way=hop("vpc_dns"))),
        (causes.SECURITY_GROUP, facts(UNKNOWN, way=hop("endpoint_security_group"))),
        (causes.SECURITY_GROUP, facts(UNKNOWN, way={"reachable": True})),
        (causes.NO_ROUTE, facts(UNKNOWN, is_in_vpc=True)),
        (causes.NO_ROUTE, facts(UNKNOWN, way={"reachable": True})),
        (causes.NOT_ACTIVE, facts({**UNKNOWN, "status": "active"})),
        (causes.PAUSED, facts({**UNKNOWN, "cluster_state": "ACTIVE"})),
        (causes.OTHER_RESOLVER, facts(UNKNOWN, is_in_vpc=True)),
        (causes.OWN_WAY_OUT, facts(UNKNOWN, way={"reachable": True})),
    ],
)
def test_a_cause_stays_as_it_is_until_a_fact_disproves_it(cause: str, disproved: Facts) -> None:
    sentence = cause.format(port=4000)
    assert causes_left([sentence], facts(UNKNOWN)) == [sentence]
    assert sentence not in causes_left([sentence], disproved)


def test_what_is_left_of_a_cause_is_named_in_its_place() -> None:
    left = causes_left([causes.NOT_ACTIVE, causes.PAUSED, "Another one."], facts(ENDPOINT))
    assert left == [
        "The cluster is overloaded, so nothing answers: check its load in the TiDB Cloud console.",
        "Another one.",
    ]


def test_one_way_of_several_that_is_not_known_to_be_open_disproves_nothing() -> None:
    group = causes.SECURITY_GROUP.format(port=4000)
    doubtful = {"hops": [*hop("endpoint_security_group")["hops"], *hop("endpoint_security_group", "unknown")["hops"]]}
    assert causes_left([group], facts(UNKNOWN, way=doubtful)) == [group]


def test_host_port_and_addresses_that_the_clouds_gave_are_not_blamed() -> None:
    given = [causes.MISTYPED, causes.WRONG_PORT.format(port=4000), causes.OTHER_HOST, causes.SUBNETS_CHANGED]
    assert causes_left(given, facts(UNKNOWN)) == []
    addresses = {"private_ip_address": "10.0.0.7", "ipv6_addresses": ["2600:1f18::7"]}
    own = {**UNKNOWN, "network_interfaces": [addresses]}
    assert causes_left([causes.OLD_ADDRESS], facts(own, connect_to=("2600:1f18::7",))) == []
    assert causes_left([causes.OLD_ADDRESS], facts(own, connect_to=("10.0.0.7",))) == []
    assert causes_left([causes.OLD_ADDRESS], facts(own, connect_to=("10.0.0.8",))) == [causes.OLD_ADDRESS]
