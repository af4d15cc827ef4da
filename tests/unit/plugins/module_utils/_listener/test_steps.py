# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.result import difference
from tests.support.listener_literals import BALANCER, FIRST, SECOND, current, desired, group, made

IDS = ("targetgroup/", "listener/net")


@pytest.mark.parametrize(
    "options",
    [
        {"targets": (FIRST,)},
        {"targets": (SECOND,), "tags": {"team": "data"}, "health_check": {"interval": 10}},
        {"target_port": 4001, "targets": (FIRST,)},
        {"port": 4001},
        {"state": "absent"},
    ],
)
def test_no_step_says_an_id_that_only_a_run_assigns(options: dict[str, t.Any]) -> None:
    for found in (current(), made(FIRST)):
        for step in plan(desired(**options), found):
            said = step.returned()
            assert said["target"] == "orders"
            assert said["detail"]
            assert not any(part in said["detail"] for part in IDS)


def test_names_with_line_ends_and_templates_stay_one_printable_line() -> None:
    wanted = desired(name="a\n{{ 1 }}\x1b[31m", tags={"k\n": "{{ lookup('pipe', 'id') }}"})
    for step in plan(wanted, current()):
        assert all(text.isprintable() for text in step.returned().values())


def test_the_difference_is_what_the_steps_change() -> None:
    planned = plan(desired(targets=(SECOND,)), made(FIRST))
    found = difference(desired(targets=(SECOND,)), made(FIRST), planned)
    assert (found["before"]["targets"], found["after"]["targets"]) == (["10.7.0.10:4000"], ["10.7.1.10:4000"])
    removed = difference(desired(state="absent"), made(FIRST), plan(desired(state="absent"), made(FIRST)))
    assert removed["after"] == {"state": "absent"}
    moved = plan(desired(target_port=4001), made(FIRST))
    assert difference(desired(target_port=4001), made(FIRST), moved)["after"]["target_group"] != group().name
    assert BALANCER.name == "orders"
