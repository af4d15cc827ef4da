# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host of a check is found in AWS by its addresses."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.check_source import (
    network_interface_of,
    not_found,
    unchecked,
)
from tests.support.role_runs import ENDPOINT, FAILED_PING

FACTS = {"ansible_default_ipv4": {"address": "10.0.0.9"}}


def test_the_interface_of_the_default_route_comes_first_then_the_lowest_id() -> None:
    interfaces = [
        {"id": "eni-1", "private_ip_address": "10.0.0.7"},
        {"id": "eni-2", "private_ip_address": "10.0.0.9"},
        {"id": "eni-0", "private_ip_address": "10.0.0.8"},
    ]
    assert network_interface_of(FACTS, interfaces) == "eni-2"
    assert network_interface_of({}, interfaces) == "eni-0"
    assert network_interface_of(FACTS, []) == ""


def test_a_host_that_is_not_found_is_named_with_its_addresses_and_the_ways_to_say_where_it_is() -> None:
    said = not_found("vpc-1", "app", ["10.0.0.9", "172.17.0.1"])
    assert said.startswith("vpc-1 has no network interface with an IPv4 address of app (10.0.0.9, 172.17.0.1): ")
    assert "private_connection_check_source_instance_id" in said
    assert "(it has none)" in not_found("vpc-1", "app", [])


def test_a_host_outside_the_vpc_is_said_in_one_line_with_what_to_do() -> None:
    assert unchecked(ENDPOINT, FAILED_PING, "localhost") == (
        "Not checked that clients can connect: localhost is not in vpc-1, and cannot reach db.example.com:4000 from "
        "where it is (timed_out in stage tcp). Name a host that can with private_connection_check_host, and run the "
        "playbook check."
    )
