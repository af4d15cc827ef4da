# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a consumer's run asks of the provider's side, and what of it a run ends."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.provider_side import (
    credentials,
    ending,
    provider_side,
    with_provider,
)
from tests.support.provider_literals import NOTHING, Values, connection, ended, known, served
from tests.support.publication_literals import ACCOUNT, OTHER, ROOT, TAGS, THIRD, arn
from tests.support.role_runs import ENDPOINT

ROLE = f"arn:aws:iam::{OTHER}:role/app"
ROOT_OF_THIRD = f"arn:aws:iam::{THIRD}:root"
KEY, KEY_OF_THIRD = f"tidbcloud:permitted:{OTHER}", f"tidbcloud:permitted:{THIRD}"
MADE = {**TAGS, "tidbcloud:made-by": "private_connection"}


def options(**given: t.Any) -> Values:
    return dict(provider_side(known(**given))["options"])


def test_a_new_service_permits_the_consumer_and_remembers_it_and_who_made_it() -> None:
    assert options(load_balancer_arns=f"{arn('orders')},{arn('more')}", port="9092") == {
        "self_hosted_name": "orders",
        "load_balancer_arns": [arn("orders"), arn("more")],
        "port": "9092",
        "allowed_principals": [OTHER],
        "purge_allowed_principals": False,
        "purge_tags": False,
        "tags": {KEY: f"{ROOT} vpc-1", "tidbcloud:made-by": "private_connection"},
    }


def test_a_service_that_is_there_keeps_what_nothing_is_said_about() -> None:
    service = served(acceptance_required=False, allowed_principals=[ROOT])
    assert options(service=service) == {
        "self_hosted_name": "orders",
        "acceptance_required": False,
        "allowed_principals": [OTHER],
        "purge_allowed_principals": False,
        "purge_tags": False,
    }
    assert options(service=service, acceptance_required="yes")["acceptance_required"] == "yes"


@pytest.mark.parametrize(
    ("service", "account_id", "given", "principals"),
    [
        (NOTHING, ACCOUNT, [], []),
        (NOTHING, OTHER, [ROLE], [ROLE]),
        (NOTHING, OTHER, f"{THIRD}", [THIRD, OTHER]),
        (NOTHING, OTHER, ["*"], ["*"]),
        (served(allowed_principals=["*"]), OTHER, "", []),
        # That a role of the account is permitted does not say that the one of this run is.
        (served(allowed_principals=[ROLE]), OTHER, "", [OTHER]),
    ],
)
def test_the_account_is_permitted_unless_it_is_already(
    service: Values, account_id: str, given: t.Any, principals: list[str]
) -> None:
    asked = provider_side(known(service, account_id=account_id, allowed_principals=given))["options"]
    assert asked.get("allowed_principals", []) == principals


def test_only_what_a_run_adds_is_remembered() -> None:
    service = served(allowed_principals=[ROOT_OF_THIRD])
    tags = options(service=service, allowed_principals=[THIRD, ROLE])["tags"]
    (key,) = tags
    assert tags == {key: f"{ROLE} vpc-1"}
    assert key.startswith("tidbcloud:permitted:")
    assert len(key) < 128


def test_what_does_not_fit_on_the_service_is_not_remembered_and_still_permitted() -> None:
    full = served(tags={**TAGS, **{f"tag-{number}": "" for number in range(47)}})
    assert "tags" not in options(service=full)
    assert options(service=full)["allowed_principals"] == [OTHER]


@pytest.mark.parametrize("purge", ["", False])
def test_given_tags_are_the_users_with_those_that_remember(purge: t.Any) -> None:
    asked = options(service=served(), tags="{'team': 'data'}", purge_tags=purge)
    assert asked["tags"] == {"team": "data", KEY: f"{ROOT} vpc-1"}
    assert asked.get("purge_tags", "") == purge


def test_an_empty_list_is_one_and_an_empty_text_is_not() -> None:
    assert options(supported_regions=[])["supported_regions"] == []
    assert "supported_regions" not in options(supported_regions="")


@pytest.mark.parametrize(
    ("state", "steps", "verified"),
    [
        ("verified", [], True),
        ("pendingVerification", [], False),
        ("pendingVerification", ["verify_private_dns_name"], True),
        ("verified", ["set_private_dns_name"], False),
        (None, [], False),
    ],
)
def test_private_dns_is_on_where_the_name_will_be_verified(state: str | None, steps: list[str], verified: bool) -> None:
    service = served(private_dns_name_record={"state": state} if state else None)
    side = provider_side({**known(service), "steps": [{"name": name} for name in steps]})
    assert side["private_dns_enabled"] is verified


def test_a_service_to_be_made_has_a_name_that_no_service_has() -> None:
    assert provider_side(known())["service_name"] == "com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000000"
    assert provider_side(known(served()))["service_name"] == served()["service_name"]


# --- credentials ------------------------------------------------------------------------------------------------

CONSUMER = {
    "profile": "app",
    "access_key": "AKIA0",
    "secret_key": "x",
    "session_token": "y",
    "assume_role_arn": "arn:1",
    "assume_role_external_id": "id",
    "region": "us-east-1",
    "endpoint_url": "https://aws.example.com",
}
BLANK = {"profile": "", "access_key": None, "assume_role_arn": " ", "region": ""}
PLACE = {"region": "us-east-1", "endpoint_url": "https://aws.example.com"}


@pytest.mark.parametrize(
    ("own", "options", "blanks"),
    [
        ({}, CONSUMER, False),
        ({"profile": "db"}, {**PLACE, "profile": "db"}, True),
        ({"profile": "db", "assume_role_arn": "arn:2"}, {**PLACE, "profile": "db", "assume_role_arn": "arn:2"}, True),
        (
            {"access_key": "AKIA1", "secret_key": "z", "region": "eu-west-1"},
            {"endpoint_url": PLACE["endpoint_url"], "region": "eu-west-1", "access_key": "AKIA1", "secret_key": "z"},
            True,
        ),
        (
            {"assume_role_arn": "arn:2"},
            {
                **{name: value for name, value in CONSUMER.items() if name != "assume_role_external_id"},
                "assume_role_arn": "arn:2",
            },
            False,
        ),
    ],
)
def test_keys_of_the_provider_replace_all_of_the_consumers(own: Values, options: Values, blanks: bool) -> None:
    chosen = credentials({**BLANK, **own}, CONSUMER)
    assert chosen["options"] == options
    assert chosen["environment"].get("AWS_ACCESS_KEY_ID") == ("" if blanks else None)


# --- the end ----------------------------------------------------------------------------------------------------


def test_the_last_connection_ends_a_service_that_the_role_made() -> None:
    service = served(tags={**MADE, KEY: f"{ROOT} vpc-1"}, allowed_principals=[ROOT], connections=[])
    assert ending(ended(service)) == {
        "passing": [],
        "deletes": True,
        "withdrawn_principals": [],
        "removed_tags": [],
        "left": "",
    }


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        (TAGS, "which no run of connect made"),
        ({**MADE, "deletion-protection": "true"}, "deletion-protection"),
    ],
)
def test_any_other_service_stays_without_what_was_added(tags: Values, says: str) -> None:
    service = served(tags={**tags, KEY: f"{ROOT} vpc-1"}, allowed_principals=[ROOT, ROOT_OF_THIRD])
    end = ending(ended(service))
    assert (end["deletes"], end["withdrawn_principals"], end["removed_tags"]) == (False, [ROOT], [KEY])
    assert says in end["left"]


def test_a_service_with_another_connection_stays_and_so_does_whoever_is_connected() -> None:
    tags = {**MADE, KEY: f"{ROOT} vpc-1", KEY_OF_THIRD: f"{ROOT_OF_THIRD} vpc-1"}
    service = served(tags=tags, allowed_principals=[ROOT, ROOT_OF_THIRD], connections=[connection("vpce-2")])
    end = ending(ended(service, "vpce-1"))
    # Another private endpoint of the same account needs its principal; nobody needs the other one.
    assert (end["deletes"], end["withdrawn_principals"], end["removed_tags"]) == (
        False,
        [ROOT_OF_THIRD],
        [KEY_OF_THIRD],
    )
    assert "vpce-2 of account" in end["left"]


@pytest.mark.parametrize("state", ["pendingAcceptance", "pending", "available"])
def test_a_connection_counts_in_each_state_that_aws_keeps_a_service_for(state: str) -> None:
    service = served(tags=MADE, connections=[connection("vpce-2", state), connection("vpce-3", "rejected")])
    end = ending(ended(service))
    assert not end["deletes"]
    assert "vpce-3" not in end["left"]


def test_what_others_added_is_not_taken_back() -> None:
    tags = {**TAGS, KEY_OF_THIRD: f"{ROOT_OF_THIRD} vpc-9"}
    service = served(tags=tags, allowed_principals=[ROOT, ROOT_OF_THIRD])
    end = ending(ended(service))
    assert (end["withdrawn_principals"], end["removed_tags"]) == ([], [])


def test_a_principal_that_names_no_account_stays_while_anybody_is_connected() -> None:
    tags = {**TAGS, "tidbcloud:permitted:everybody": "* vpc-1"}
    service = served(tags=tags, allowed_principals=["*"], connections=[connection("vpce-9", account_id=THIRD)])
    assert ending(ended(service))["removed_tags"] == []
    assert ending(ended({**service, "connections": []}))["withdrawn_principals"] == ["*"]


def test_a_record_of_what_is_withdrawn_already_goes() -> None:
    end = ending(ended(served(tags={**TAGS, KEY: f"{ROOT} vpc-1"})))
    assert (end["withdrawn_principals"], end["removed_tags"]) == ([], [KEY])


def test_a_service_stays_while_this_connection_is_still_listed_and_check_mode_foresees_its_end() -> None:
    service = served(tags=MADE, connections=[connection("vpce-1")])
    waits = ending(ended(service, "vpce-1"))
    assert (waits["passing"], waits["deletes"]) == (["vpce-1"], False)
    assert ending(ended(service, "vpce-1", check_mode=True))["deletes"]


def test_without_a_service_nothing_ends() -> None:
    end = ending(ended(NOTHING))
    assert (end["deletes"], end["removed_tags"], end["left"]) == (False, [], "")


# --- the result -------------------------------------------------------------------------------------------------


def test_the_host_is_the_private_name_where_it_is_in_effect() -> None:
    names = [
        "vpce-1-abc.vpce-svc-0.us-east-1.vpce.amazonaws.com",
        "vpce-1-abc-us-east-1a.vpce-svc-0.us-east-1.vpce.amazonaws.com",
    ]
    endpoint = {**ENDPOINT, "dns_names": names, "private_dns_enabled": True}
    service = served(private_dns_name="tidb.example.com")
    shown = with_provider(endpoint, {"service": service, "port": "4001"})
    assert (shown["host"], shown["port"], shown["endpoint_service"]) == ("tidb.example.com", 4001, service)
    off = with_provider({**endpoint, "private_dns_enabled": False}, {"service": service, "port": 4000})
    assert off["host"] == names[0]


def test_one_that_waits_is_said_to_wait_for_the_provider() -> None:
    endpoint = {**ENDPOINT, "dns_names": [], "status": "initiating"}
    assert (
        "waits until the provider accepts it"
        in with_provider(endpoint, {"service": served(), "port": 1})["status_note"]
    )


def test_any_other_private_endpoint_stays_as_it_is() -> None:
    assert with_provider(ENDPOINT, {}) == ENDPOINT


def test_a_service_that_is_not_there_has_no_name() -> None:
    shown = with_provider(
        {**ENDPOINT, "dns_names": [], "private_dns_enabled": None}, {"service": NOTHING, "port": 4000}
    )
    assert (shown["service_name"], shown["host"], shown["endpoint_service"]) == (None, None, None)
