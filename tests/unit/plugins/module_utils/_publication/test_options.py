# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a published service as its desired state."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.options import (
    desired_publication,
    is_self_hosted,
    publication_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError

ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef"


def params(**given: t.Any) -> dict[str, t.Any]:
    specs = publication_arguments()
    others = {"state": "present", "cluster_id": None, "node_group_id": None, "wait": True}
    return {
        **others,
        **{name: spec.get("default") for name, spec in specs.items()},
        "self_hosted_name": "orders",
        **given,
    }


def test_only_the_name_is_needed_and_what_is_omitted_is_left_alone() -> None:
    assert desired_publication(params()) == Desired("orders")


def test_every_option_arrives() -> None:
    wanted = desired_publication(
        params(
            state="absent",
            service_id="vpce-svc-1",
            load_balancer_arns=[ARN],
            acceptance_required=False,
            allowed_principals=["210987654321", "*", "*"],
            purge_allowed_principals=False,
            withdrawn_principals=["345678901234"],
            accepted_accounts=["210987654321"],
            accepted_endpoint_ids=["vpce-1"],
            rejected_endpoint_ids=["vpce-2"],
            reject_unpermitted=True,
            private_dns_name="tidb.example.com",
            verify_private_dns=False,
            verify_dns_servers=["127.0.0.1"],
            port=9092,
            supported_ip_address_types=["ipv6", "ipv4"],
            supported_regions=[],
            on_connections="reject",
            tags={"team": 1},
            purge_tags=False,
            removed_tags=["tidbcloud:permitted", ""],
            allow_violations=["public_service"],
            wait=False,
        )
    )
    assert wanted == Desired(
        name="orders",
        state="absent",
        service_id="vpce-svc-1",
        load_balancer_arns=(ARN,),
        acceptance_required=False,
        allowed_principals=("*", "210987654321"),
        purge_allowed_principals=False,
        withdrawn_principals=("345678901234",),
        accepted_accounts=frozenset({"210987654321"}),
        accepted_endpoint_ids=frozenset({"vpce-1"}),
        rejected_endpoint_ids=frozenset({"vpce-2"}),
        reject_unpermitted=True,
        private_dns_name="tidb.example.com",
        verify_private_dns=False,
        verify_dns_servers=("127.0.0.1",),
        port=9092,
        address_types=("ipv4", "ipv6"),
        regions=(),
        on_connections="reject",
        tags={"team": "1"},
        purge_tags=False,
        removed_tags=frozenset({"tidbcloud:permitted"}),
        allow_violations=frozenset({"public_service"}),
        wait=False,
    )


@pytest.mark.parametrize("option", ["service_id", "private_dns_name"])
def test_an_empty_text_counts_as_not_set(option: str) -> None:
    assert desired_publication(params(**{option: ""})) == Desired("orders")


@pytest.mark.parametrize(
    "option", ["load_balancer_arns", "allowed_principals", "accepted_accounts", "supported_regions"]
)
def test_so_does_a_list_of_one_empty_text(option: str) -> None:
    assert desired_publication(params(**{option: [""]})) == Desired("orders")


def test_an_empty_list_is_an_exact_set_where_aws_has_one() -> None:
    assert desired_publication(params(allowed_principals=[])).allowed_principals == ()
    for option in ("load_balancer_arns", "supported_ip_address_types"):
        with pytest.raises(PrivateLinkError, match=f"{option} is an empty list"):
            desired_publication(params(**{option: []}))
    with pytest.raises(PrivateLinkError, match="would match every load balancer"):
        desired_publication(params(load_balancer_tags={}))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"accepted_endpoint_ids": ["vpce-1"], "rejected_endpoint_ids": ["vpce-1"]}, "both have vpce-1"),
        ({"allowed_principals": ["*"], "withdrawn_principals": ["*"]}, r"both have \*"),
        ({"removed_tags": ["tidbcloud:service-name"]}, "removed_tags has tidbcloud:service-name"),
        ({"removed_tags": ["team"], "tags": {"team": "a"}}, "removed_tags has team"),
        ({"load_balancer_arns": [ARN], "load_balancer_tags": {"a": "b"}}, "exclude each other"),
        ({"private_dns_name": "a.b", "remove_private_dns_name": True}, "contradict each other"),
        ({"port": 0}, "port must be from 1 to 65535"),
        ({"port": 65536}, "port must be from 1 to 65535"),
        ({"accepted_accounts": ["1234"]}, "twelve digits"),
        ({"accepted_endpoint_ids": ["eni-1"]}, "not the id of an endpoint"),
        ({"rejected_endpoint_ids": ["vpce-svc-1"]}, "not the id of an endpoint"),
        ({"verify_dns_servers": ["dns.example.com"]}, "'dns.example.com', which is no IP address"),
    ],
)
def test_what_is_impossible_whatever_aws_has_is_refused(given: dict[str, t.Any], says: str) -> None:
    with pytest.raises(PrivateLinkError, match=says):
        desired_publication(params(**given))


@pytest.mark.parametrize(
    ("cluster_id", "name", "found"),
    [("1234567890123456789", "orders", "both are given"), (None, None, "neither"), ("", "", "neither")],
)
def test_a_service_is_of_tidb_cloud_or_of_ones_own(cluster_id: str | None, name: str | None, found: str) -> None:
    with pytest.raises(PrivateLinkError, match=found):
        is_self_hosted(params(cluster_id=cluster_id, self_hosted_name=name))
    assert is_self_hosted(params(cluster_id=""))
    assert not is_self_hosted(params(cluster_id="1", self_hosted_name=""))


def test_an_option_that_would_do_nothing_is_refused() -> None:
    with pytest.raises(PrivateLinkError, match="load_balancer_arns, port needs self_hosted_name"):
        is_self_hosted(params(cluster_id="1", self_hosted_name=None, port=9092, load_balancer_arns=[ARN]))
    with pytest.raises(PrivateLinkError, match="node_group_id needs cluster_id"):
        is_self_hosted(params(node_group_id="2"))
