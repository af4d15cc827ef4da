# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.ids import tidb_id

ID = "1372813089209061633"


@pytest.mark.parametrize("given", [ID, int(ID), f" {ID}\n", "18446744073709551615", "1"])
def test_digits_are_an_id_whether_quoted_or_an_exact_number(given: object) -> None:
    assert tidb_id(given) == str(given).strip()


@pytest.mark.parametrize(
    "rounded", [1.3728130892090616e18, "1.3728130892090616e+18", "1.37E18", "1372813089209061633.0"]
)
def test_a_number_that_was_rounded_is_refused_and_quoting_is_the_remedy(rounded: object) -> None:
    with pytest.raises(
        PrivateLinkError, match=r"cluster_id must be .* may have been rounded .* quote the id in YAML\."
    ):
        tidb_id(rounded, "cluster_id")


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_an_empty_id_is_refused_with_where_to_find_one(empty: object) -> None:
    with pytest.raises(PrivateLinkError, match=r"it is empty; .* TiDB Cloud console"):
        tidb_id(empty)


@pytest.mark.parametrize("other", ["my-cluster", "-", "12 34", "\uff11\uff12", f"{ID}00", True, [ID], "clusters/1"])
def test_anything_else_is_refused_and_shown(other: object) -> None:
    with pytest.raises(PrivateLinkError) as caught:
        tidb_id(other)
    assert f"{other!r} was found; write the digits alone" in str(caught.value)


@pytest.mark.parametrize(
    "endless",
    ["1" * 5000, "x" * 20_000, 10**5000, [10**5000], "\x1b[2J" * 5000],
    ids=["digits", "letters", "a number", "a list", "escape sequences"],
)
def test_an_endless_id_is_refused_in_a_short_printable_sentence(endless: object) -> None:
    with pytest.raises(PrivateLinkError, match="cluster_id must be a string of digits") as caught:
        tidb_id(endless, "cluster_id")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250
