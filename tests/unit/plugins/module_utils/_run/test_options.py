# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a run may take, and which texts of an option can be written or must be hidden."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import (
    LONGEST_TIME,
    READ_TIMEOUT,
    WAIT_DELAY,
    deadline_of,
    hide_url_secrets,
    read_arguments,
    reject_unencodable,
    wait_arguments,
)


def defaults(arguments: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What a module has where the user gives nothing."""
    return {name: about["default"] for name, about in arguments.items()}


@pytest.mark.parametrize("arguments", [wait_arguments(600), read_arguments()])
def test_the_defaults_of_every_module_make_a_deadline(arguments: dict[str, t.Any]) -> None:
    left = deadline_of(defaults(arguments)).left()
    assert READ_TIMEOUT >= arguments["wait_timeout"]["default"] >= left > arguments["wait_timeout"]["default"] - 60


@pytest.mark.parametrize("seconds", [0, 1, LONGEST_TIME])
def test_a_run_may_take_no_time_and_up_to_a_week(seconds: int) -> None:
    assert deadline_of({"wait_timeout": seconds}).left() <= seconds


@pytest.mark.parametrize("seconds", [-1, LONGEST_TIME + 1, 10**30])
def test_another_time_is_refused_with_its_bounds_and_what_was_found(seconds: int) -> None:
    with pytest.raises(PrivateLinkError, match=rf"wait_timeout must be from 0 to {LONGEST_TIME} .* is {seconds}\."):
        deadline_of({"wait_timeout": seconds, "wait_delay": WAIT_DELAY})


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf"), LONGEST_TIME + 0.1])
def test_a_pause_that_cannot_be_made_is_refused(seconds: float) -> None:
    with pytest.raises(PrivateLinkError, match="wait_delay must be greater than 0"):
        deadline_of({"wait_timeout": 1, "wait_delay": seconds})


BROKEN = "a\udcffb"


@pytest.mark.parametrize(
    "value", [BROKEN, [["fine", BROKEN]], {"a": {"b": BROKEN}}, {BROKEN: "fine"}, ({"x": (BROKEN,)},)], ids=ascii
)
def test_bytes_that_are_no_text_are_refused_wherever_they_are_and_not_shown(value: object) -> None:
    with pytest.raises(PrivateLinkError, match="tags holds bytes that are not UTF-8") as caught:
        reject_unencodable({"name": "fine", "tags": value})
    assert str(caught.value).isascii()


@pytest.mark.parametrize("value", [None, 7, True, "\U0001f600", ["é"], {"a": None}, b"\xff"], ids=ascii)
def test_what_can_be_written_or_is_no_text_is_taken(value: object) -> None:
    reject_unencodable({"tags": value})


def hidden(**params: object) -> set[str]:
    secrets: set[str] = set()
    hide_url_secrets(types.SimpleNamespace(params=params, no_log_values=secrets))
    return secrets


def test_the_login_of_a_url_is_hidden_whole_and_its_password_also_as_it_is_typed() -> None:
    assert hidden(url="https://me:p%40ss%2Fword@host/x") == {"me:p%40ss%2Fword", "p%40ss%2Fword", "p@ss/word"}


def test_a_password_may_hold_the_signs_that_end_it() -> None:
    assert "pass:w@rd" in hidden(url="https://me:pass:w@rd@host")


def test_what_is_short_is_not_hidden_because_it_would_hide_every_text_that_holds_it() -> None:
    assert hidden(url="https://a:b@host") == set()


@pytest.mark.parametrize("value", ["https://host/x", "me:secret@host", "a@b.example", None, 5, ["https://me:secret@h"]])
def test_what_is_no_url_with_a_login_hides_nothing(value: object) -> None:
    assert hidden(value=value) == set()
