# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every error is one printable sentence, and carries the fields that modules return with it."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    ApiError,
    MissingLibrary,
    PrivateLinkError,
    Unexpected,
    WaitFailed,
    WaitTimedOut,
    as_known,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import LONGEST
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.version import ISSUES, VERSION

HOSTILE = "\x1b[2Jok: [localhost]\nPLAY RECAP\r\u202e\ud800"


def caught(error: Exception) -> Exception:
    """As it is once it was raised."""
    try:
        raise error
    except Exception as raised:
        return raised


@pytest.mark.parametrize("kind", [PrivateLinkError, WaitFailed, WaitTimedOut])
def test_a_sentence_is_one_printable_line_however_hostile_and_long_what_it_quotes(
    kind: type[PrivateLinkError],
) -> None:
    text = str(kind(HOSTILE + "x" * 2 * LONGEST))
    assert text.isprintable()
    assert text.startswith("[2Jok: [localhost] PLAY RECAP x")
    assert len(text) == LONGEST


def test_an_error_of_an_api_returns_who_refused_and_what_its_support_asks_for() -> None:
    error = ApiError(HOSTILE, api="ec2", code="Denied", status=403, request_id="r-1", ambiguous=True)
    assert str(error).isprintable()
    assert error.returned() == {"error": {"code": "Denied", "status": 403, "api": "ec2", "request_id": "r-1"}}


def test_what_an_api_did_not_give_is_null_and_its_effect_is_not_doubted_unless_somebody_says_so() -> None:
    error = ApiError("refused", api="tidbcloud")
    assert error.returned() == {"error": {"code": None, "status": None, "api": "tidbcloud", "request_id": None}}
    assert not error.ambiguous


@pytest.mark.parametrize("error", [PrivateLinkError("no"), WaitFailed("no"), WaitTimedOut("no")])
def test_an_error_that_no_api_gave_returns_nothing_beside_its_sentence(error: PrivateLinkError) -> None:
    assert error.returned() == {}


def test_the_steps_of_one_error_are_not_those_of_another() -> None:
    first, second = PrivateLinkError("one"), PrivateLinkError("two")
    first.steps = [{"name": "create_vpc_endpoint"}]
    assert list(second.steps) == []


def test_a_defect_shows_its_cause_in_the_traceback_alone() -> None:
    error = Unexpected(caught(KeyError("the-secret")), "the private endpoint was read")
    assert "the-secret" not in str(error)
    assert "KeyError" not in str(error)
    for found in ("while the private endpoint was read", VERSION, ISSUES, "Run again"):
        assert found in str(error)
    assert error.returned()["error"] == {"code": "KeyError", "status": None, "api": None, "request_id": None}
    traceback = error.returned()["exception"]
    assert "KeyError: 'the-secret'" in traceback
    assert "raise error" in traceback


def test_a_library_that_is_missing_has_the_reason_beside_its_sentence() -> None:
    assert MissingLibrary("requests is missing.", "Traceback: x").returned() == {"exception": "Traceback: x"}
    assert MissingLibrary("requests is missing.", None).returned() == {}


def test_what_is_known_stays_as_it_is_and_anything_else_becomes_a_defect() -> None:
    known = ApiError("refused", api="ec2")
    assert as_known(known, "reading") is known
    unknown = as_known(caught(RuntimeError("odd")), "limits were checked")
    assert isinstance(unknown, Unexpected)
    assert "while limits were checked" in str(unknown)
