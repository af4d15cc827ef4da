# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claims: AWS's own date and a random part, in a tag that anybody may have written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.claims import (
    CLAIM_TAG,
    Part,
    claim,
    http_date,
    oldest,
    settle_seconds,
)


def tagged(value: str, part_id: str = "vpc-1") -> Part:
    return Part(part_id, {CLAIM_TAG: value})


def test_a_claim_says_when_it_was_made() -> None:
    assert claim(1_800_000_000.7, "0f") == "2027-01-15T08:00:00Z.0f"
    assert tagged(claim(1_800_000_000.7, "0f")).claimed_at == 1_800_000_000


@given(st.text())
def test_a_claim_that_cannot_be_read_counts_as_the_oldest(value: str) -> None:
    assert tagged(value).claimed_at == 0.0


def test_a_date_that_there_is_not_counts_as_the_oldest() -> None:
    assert tagged("2027-13-45T99:00:00Z.0f").claimed_at == 0.0


def test_the_oldest_claim_wins_and_then_the_lowest_id() -> None:
    parts = [tagged(claim(20, "aa"), "vpc-1"), tagged(claim(10, "bb"), "vpc-3"), tagged(claim(10, "cc"), "vpc-2")]
    assert oldest(parts).id == "vpc-2"


def test_the_date_of_an_answer_is_read_from_its_header() -> None:
    assert http_date("Fri, 15 Jan 2027 08:00:00 GMT") == 1_800_000_000
    for value in ("", "soon", "Fri, 99 Jan 2027 08:00:00 GMT"):
        assert http_date(value) is None


@pytest.mark.parametrize(("age", "seconds"), [(-3, 5), (0, 5), (20, 25), (59.9, 64.9), (60, 0), (1e9, 0)])
def test_what_is_seen_late_is_looked_at_for_as_long_again(age: float, seconds: float) -> None:
    assert settle_seconds(age) == pytest.approx(seconds)
