# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state names each option once, and which of them are attributes of an interface endpoint."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired, attributes_of
from tests.support.endpoint_literals import CLUSTER_ID, SERVICE_NAME, interface_endpoint


def test_only_a_cluster_has_registrations_and_each_is_named_as_the_user_names_it() -> None:
    cluster, service = Desired(cluster_id=CLUSTER_ID), Desired(service_name=SERVICE_NAME)
    assert (cluster.registrable, cluster.target) == (True, f"cluster {CLUSTER_ID}")
    assert (service.registrable, service.target) == (False, SERVICE_NAME)


def test_attributes_are_shown_sorted_and_as_lists_whatever_order_aws_has_them_in() -> None:
    endpoint = interface_endpoint(subnet_ids=("b", "a"), security_group_ids=("2", "1"), tags={"b": "", "a": ""})
    shown = attributes_of(endpoint)
    assert (shown["subnet_ids"], shown["security_group_ids"]) == (["a", "b"], ["1", "2"])
    assert list(shown["tags"]) == ["a", "b"]


def test_without_an_interface_endpoint_every_attribute_is_null_or_empty_and_a_new_one_each_time() -> None:
    shown = attributes_of(None)
    assert set(shown) == set(attributes_of(interface_endpoint()))
    assert not any(shown.values())
    shown["tags"]["a"] = "b"
    shown["subnet_ids"].append("a")
    assert not any(attributes_of(None).values())


def test_every_attribute_is_an_option_that_leaves_it_alone_unless_it_is_given() -> None:
    assert {getattr(Desired(), name) for name in attributes_of(None)} == {None}


def test_what_no_run_can_do_is_a_warning() -> None:
    assert Desired(tags={"team": "a"}, allow_violations=frozenset({"vpc_not_found"})).warnings == ()
    tags, region = Desired(
        tags={"aws:b": "x", "team": "a", "aws:a\n": "y"}, allow_violations=frozenset({"region_mismatch"})
    ).warnings
    assert tags == 'AWS alone sets tags that begin with "aws:", in upper or lower case. Ignored in tags: aws:a, aws:b.'
    assert "region_mismatch has no effect" in region
