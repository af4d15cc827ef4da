# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating and changing treat every option alike: what one run makes, the next run with the same options leaves."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import InterfaceEndpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import ATTRIBUTES, Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.diff import options_of
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from tests.support.changes import IN_PLACE, LIVE
from tests.support.endpoint_literals import (
    OTHER,
    OWNED,
    SERVICE_NAME,
    VPC,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)

# Values that one of the two could treat in another way than the other, besides those of the changes in place.
ODD: dict[str, list[t.Any]] = {
    "vpc_id": [VPC],
    "subnet_ids": [("subnet-b", "subnet-a"), ("subnet-d",)],
    "security_group_ids": [("sg-2", "sg-1"), ("sg-3",)],
    "private_dns_enabled": [None, True, False],
    "name": ["tidb", "aws:tidb"],
    "tags": [
        {"team": "a", "empty": ""},
        {"aws:created": "x", "aws:": "y", "team": "a"},
        {"Name": "tidb"},
        {"deletion-protection": "false"},
        {"tidbcloud:managed-by": "me", "tidbcloud:mine": "x"},
    ],
}
CASES = [
    *((option, value) for option, values in ODD.items() for value in values),
    *(case for change in IN_PLACE.values() for moment in (change.before, change.after) for case in moment.items()),
]


def here(registrable: bool, endpoint: InterfaceEndpoint | None = None) -> Current:
    provider: dict[str, t.Any] = {} if registrable else OTHER
    row = registration() if registrable else None
    return current(**provider, **({"main": pair(endpoint, row)} if endpoint else {}))


def after(wanted: Desired, now: Current) -> dict[str, t.Any]:
    """The options once every step is done."""
    live = now.found.main.endpoint if now.found.main else None
    options = options_of(live) if live else {}
    for step in plan(wanted, now).steps:
        options = step.changed(options)
    return options


def made_of(options: dict[str, t.Any]) -> InterfaceEndpoint:
    attributes: dict[str, t.Any] = {option: options.get(option) for option in ATTRIBUTES}
    return interface_endpoint(**attributes)


def test_every_option_that_a_private_endpoint_has_is_tried() -> None:
    assert {option for option, _value in CASES} == {*ATTRIBUTES, "name"}


@pytest.mark.parametrize("registrable", [True, False], ids=["cluster", "service"])
@pytest.mark.parametrize(("option", "value"), CASES)
def test_the_next_run_with_the_same_options_has_nothing_to_do(option: str, value: t.Any, registrable: bool) -> None:
    target: dict[str, t.Any] = {} if registrable else {"cluster_id": None, "service_name": SERVICE_NAME}
    wanted = desired(**{**target, option: value})
    created = after(wanted, here(registrable))
    assert plan(wanted, here(registrable, made_of(created))).steps == ()
    assert not any(key.startswith("aws:") for key in created["tags"])


@pytest.mark.parametrize(("option", "value"), CASES)
def test_changing_ends_where_creating_begins(option: str, value: t.Any) -> None:
    wanted = desired(**{option: value})
    created, changed = after(wanted, here(True)), after(wanted, here(True, LIVE))
    named = {option, *(["tags"] if option == "name" else [])} & set(created)
    assert {one: created[one] for one in named} == {one: changed[one] for one in named}


@pytest.mark.parametrize("purge_tags", [True, False])
def test_tags_of_aws_are_ignored_by_every_run(purge_tags: bool) -> None:
    there = interface_endpoint(tags={**OWNED, "aws:cloudformation:stack-name": "x"})
    wanted = desired(tags={"aws:cloudformation:stack-name": "mine"}, purge_tags=purge_tags)
    assert plan(wanted, here(True, there)).steps == ()
