# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the role, as users and surveys give them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.connection_options import (
    given_source,
    status_filters,
    wanted_connection,
)
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.role_variables import problems


def test_lists_may_be_text_and_what_is_empty_is_not_set() -> None:
    given = {
        "state": "present",
        "cluster_id": 1234567890123456789,
        "vpc_id": None,
        "name": "",
        "subnet_ids": "subnet-2, subnet-1",
        "client_cidrs": ["10.2.0.0/16,10.1.0.0/16", "10.2.0.0/16"],
        "availability_zone_ids": "",
        "tags": {"team": 7},
    }
    wanted = wanted_connection(given)
    assert (wanted.cluster_id, wanted.vpc_id, wanted.given_name) == ("1234567890123456789", "", "")
    assert wanted.subnet_ids == ("subnet-2", "subnet-1")
    assert wanted.client_cidrs == ("10.1.0.0/16", "10.2.0.0/16")
    assert (wanted.availability_zone_ids, wanted.tags) == ((), {"team": "7"})
    assert (wanted.check, wanted.wait, wanted.on_failed_check) == (True, True, "fail")


def test_of_the_providers_variables_only_the_names_of_those_that_are_set_are_kept() -> None:
    variables: dict[str, t.Any] = {
        "private_connection_provider_secret_key": "secret-0123456789",
        "private_connection_provider_port": " ",
        "private_connection_provider_tags": None,
        "private_connection_provider_allowed_principals": [],
        "private_connection_provider_acceptance_required": False,
        "private_connection_profile": "app",
    }
    wanted = wanted_connection({"self_hosted_name": "orders", "variables": variables, "keep_vpc_endpoint": "maybe"})
    assert wanted.provider_variables == (
        "private_connection_provider_acceptance_required",
        "private_connection_provider_secret_key",
    )
    assert (wanted.self_hosted_name, wanted.makes_network, wanted.keeps_endpoint) == ("orders", False, False)
    assert wanted_connection({"keep_vpc_endpoint": "yes"}).keeps_endpoint
    assert "secret-0123456789" not in str(wanted.returned())


def test_of_a_login_only_that_it_is_given_is_kept() -> None:
    wanted = wanted_connection({"check_user": "app", "check_password": "secret-0123456789"})
    assert (wanted.has_check_user, wanted.has_check_password) == (True, True)
    assert "secret-0123456789" not in repr(wanted.returned())


def test_the_source_of_a_check_is_what_is_set_of_it() -> None:
    given = {"check_source_address": "10.7.2.200", "check_source_subnet_id": "", "check_source_instance_id": None}
    assert given_source(given) == {"address": "10.7.2.200"}


def test_a_variable_that_names_one_filters_where_its_list_is_not_set() -> None:
    filters = status_filters({"cluster_id": 7, "vpc_id": "vpc-1", "vpc_ids": "vpc-2,vpc-3", "regions": None})
    assert (filters["cluster_ids"], filters["vpc_ids"]) == (["7"], ["vpc-2", "vpc-3"])
    assert status_filters({"project_id": "9", "region": "us-east-1"}) == {name: [] for name in filters}


@pytest.mark.parametrize(
    ("value", "check", "requires"),
    [
        (True, True, False),
        ("yes", True, False),
        (None, True, False),
        ("", True, False),
        (False, False, False),
        ("no", False, False),
        ("required", True, True),
        (" Required ", True, True),
    ],
)
def test_the_check_is_wanted_required_or_not(value: t.Any, check: bool, requires: bool) -> None:
    wanted = wanted_connection({"check": value})
    assert (wanted.check, wanted.requires_check, wanted.needs_check) == (check, requires, requires)


@pytest.mark.parametrize("value", ["require", 2, "on_failure"])
def test_another_word_for_the_check_is_one_of_the_mistakes_and_raises_nothing(value: t.Any) -> None:
    [sentence] = problems({"private_connection_check": value})
    assert sentence == f"private_connection_check must be true, false or required; it is {value!r}."
    assert wanted_connection({"check": value}).check


def test_whoever_names_host_or_source_of_the_check_says_that_it_can_connect() -> None:
    assert not wanted_connection({"check_host": "", "check_source_address": None}).places_check
    assert wanted_connection({"check_host": "localhost"}).places_check
    assert wanted_connection({"check_source_instance_id": "i-1"}).places_check
