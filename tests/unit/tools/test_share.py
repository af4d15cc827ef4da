# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The share of the exhaustive tests that "make more" draws."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest_plugins = ["pytester"]

CASES = 40
Draw = Callable[..., set[str]]


@pytest.fixture
def draw(pytester: pytest.Pytester) -> Draw:
    """Run a function of that many cases with these options, and return the names of those that ran."""
    pytester.makepyfile(
        f"import pytest\n\n@pytest.mark.parametrize('number', range({CASES}))\ndef test_it(number):\n    pass\n"
    )

    def run(*options: str) -> set[str]:
        result = pytester.runpytest_inprocess("-v", "-p", "tests.tools.share", *options)
        names = {line.split()[0] for line in result.outlines if "PASSED" in line}
        result.assert_outcomes(passed=len(names), deselected=CASES - len(names))
        return names

    return run


def test_the_same_seed_draws_the_same_tests_and_another_seed_others(draw: Draw) -> None:
    half = draw("--share", "0.5", "--share-seed", "a")
    assert half == draw("--share", "0.5", "--share-seed", "a")
    assert half != draw("--share", "0.5", "--share-seed", "b")
    assert CASES / 4 < len(half) < CASES * 3 / 4


def test_a_larger_share_holds_the_smaller_one_and_the_whole_is_all(draw: Draw) -> None:
    assert draw("--share", "0.2") < draw("--share", "0.8") < draw("--share", "1")
    assert len(draw()) == CASES
