# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked: exactly one source, and empty options count as not given."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.question import (
    SOURCES,
    Question,
    question,
    reachability_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.endpoint_literals import CLUSTER_ID, VPCE


def asked(**options: t.Any) -> Question:
    """As Ansible hands options over: all of the argument spec, null or the default where nothing is given."""
    given = {name: about.get("default") for name, about in reachability_arguments().items()}
    return question({**given, "project_id": None, "vpc_endpoint_id": VPCE, **options})


ONE: t.Mapping[str, str] = {"source_instance_id": "i-1"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (ONE, Question(VPCE, instance_id="i-1")),
        ({"source_network_interface_id": "eni-1"}, Question(VPCE, network_interface_id="eni-1")),
        ({"source_address": "10.0.1.25"}, Question(VPCE, address="10.0.1.25")),
        ({"source_address": "fd00::1", "source_subnet_id": "s"}, Question(VPCE, address="fd00::1", subnet_id="s")),
        ({**ONE, "source_subnet_id": "", "source_address": ""}, Question(VPCE, instance_id="i-1")),
        ({**ONE, "cluster_id": "", "node_group_id": "", "project_id": ""}, Question(VPCE, instance_id="i-1")),
        (
            {**ONE, "cluster_id": CLUSTER_ID, "require_private_dns": False},
            Question(VPCE, instance_id="i-1", cluster_id=CLUSTER_ID, private_dns_required=False),
        ),
    ],
)
def test_the_options_are_what_is_asked(options: dict[str, t.Any], expected: Question) -> None:
    assert asked(**options) == expected


@pytest.mark.parametrize("port", [1, 4000, 65535, None])
def test_a_port_is_any_that_there_is_or_the_clusters_own(port: int | None) -> None:
    assert asked(**ONE, port=port).port == port


@pytest.mark.parametrize("port", [0, -1, 65536, 10**9])
def test_what_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(PrivateLinkError, match=rf"port is {port}; give one of 1 to 65535"):
        asked(**ONE, port=port)


def test_a_source_must_be_named_and_all_its_ways_are() -> None:
    with pytest.raises(PrivateLinkError, match="none is given") as caught:
        asked()
    assert all(name in str(caught.value) for name in SOURCES)


@pytest.mark.parametrize("others", [SOURCES[1:], SOURCES[1:2], SOURCES[2:]])
def test_several_sources_are_refused_by_their_names(others: tuple[str, ...]) -> None:
    with pytest.raises(PrivateLinkError, match=f"{' and '.join(['source_instance_id', *others])} are given"):
        asked(**ONE, **dict.fromkeys(others, "x"))


@pytest.mark.parametrize("source", ["source_instance_id", "source_network_interface_id"])
def test_a_subnet_goes_with_an_address_alone(source: str) -> None:
    with pytest.raises(PrivateLinkError, match=f"says where source_address is, but {source} is given"):
        asked(**{source: "x"}, source_subnet_id="subnet-1")


@pytest.mark.parametrize("name", ["cluster_id", "node_group_id", "project_id"])
@pytest.mark.parametrize("bad", ["1.4e18", "orders", "../1"])
def test_an_id_that_is_none_is_refused_before_anything_is_read(name: str, bad: str) -> None:
    with pytest.raises(PrivateLinkError, match=name):
        asked(**{**ONE, name: bad})
