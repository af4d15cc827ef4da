# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a way answer for themselves, and a hop is fit to be shown whatever it quotes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.model import BLOCK, Hop, Provider
from tests.support.endpoint_literals import CLUSTER, HOST, registration
from tests.support.reachability_literals import AWAY, WAY, from_interface

HOSTILE = "\x1b[2Jrule\nok: [localhost]"


def test_a_source_in_the_vpc_of_the_endpoint_is_not_one_in_another() -> None:
    assert WAY.same_vpc
    assert not from_interface(AWAY).same_vpc


@pytest.mark.parametrize(
    ("provider", "host"),
    [
        (replace(WAY.provider, registration=registration()), HOST),
        (replace(WAY.provider, registration=registration(host=None)), "the host name of the cluster"),
        (replace(WAY.provider, registration=registration(host="")), "the host name of the cluster"),
        (Provider(unknown="no key"), "the host name of the cluster"),
    ],
)
def test_the_host_is_that_of_the_registration_or_words_for_it(provider: Provider, host: str) -> None:
    assert replace(WAY, provider=provider).host == host


def test_the_zone_of_a_subnet_that_was_not_read_is_not_known() -> None:
    assert WAY.zone_of("subnet-a") == "use1-az1"
    assert WAY.zone_of("subnet-of-nobody") is None


def test_why_something_was_not_read_goes_before_that_it_is_not_seen() -> None:
    facts = replace(WAY, unread={"network ACLs": "AWS did not permit it."})
    assert facts.not_seen("network ACLs", "acl-1") == "AWS did not permit it."
    assert facts.not_seen("security groups", "sg-1") == "sg-1 cannot be seen with these credentials."


def test_a_hop_is_one_printable_line_in_each_of_its_sentences() -> None:
    hop = Hop("route", None, BLOCK, f"No route {HOSTILE}.", rule=HOSTILE, remedy=f"Add {HOSTILE}.")
    assert (hop.message, hop.rule, hop.remedy) == (
        "No route [2Jrule ok: [localhost].",
        "[2Jrule ok: [localhost]",
        "Add [2Jrule ok: [localhost].",
    )


def test_a_hop_without_a_rule_or_a_remedy_has_none_and_not_an_empty_one() -> None:
    hop = Hop("route", "rtb-1", BLOCK, "No route.")
    assert (hop.rule, hop.remedy) == (None, None)


def test_what_a_cloud_calls_the_provider_is_fit_for_a_sentence() -> None:
    provider = Provider(cluster_id=HOSTILE, unknown=HOSTILE, cluster=CLUSTER)
    assert f"{provider.cluster_id}{provider.unknown}".isprintable()
    assert provider.cluster is CLUSTER
