# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.causes import causes_of, causes_of_a_part

MODULE = Path(__file__).resolve().parents[5] / "plugins/modules/endpoint_ping.py"
ANYWHERE = "In any of them, "


def documented_problems() -> list[tuple[str, str]]:
    """Each stage with each problem that the module's documentation names for it."""
    documentation = yaml.safe_load(MODULE.read_text(encoding="utf-8").split('RETURN = r"""')[1].split('"""')[0])
    sentences = [re.findall(r"V\((\w+)\)", text) for text in documentation["problem"]["description"][1:]]
    by_stage = {stage: problems for stage, *problems in sentences[:-1]}
    return [(stage, problem) for stage, problems in by_stage.items() for problem in [*problems, *sentences[-1]]]


@pytest.mark.parametrize(("stage", "problem"), documented_problems())
def test_each_documented_problem_has_causes_that_say_what_to_do(stage: str, problem: str) -> None:
    causes = causes_of(stage, problem, "db.example.com", 4001)
    assert len(set(causes)) == len(causes) > 0
    for cause in causes:
        assert cause.endswith(".")
        assert "{" not in cause


def test_the_guide_has_a_row_for_each_documented_problem_at_its_stage() -> None:
    guide = (MODULE.parents[2] / "docs/connectivity.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in guide.splitlines() if line.startswith("| `")]
    listed = {
        (stage, problem)
        for row in rows
        for stage in re.findall(r"`(\w+)`", row[1])
        for problem in re.findall(r"`(\w+)`", row[2])
    }
    anywhere = {"timed_out", "closed"}
    assert {pair for pair in documented_problems() if pair[1] not in anywhere} <= listed
    assert anywhere <= {problem for _stage, problem in listed}


def test_the_likely_cause_comes_first() -> None:
    assert "security group" in causes_of("tcp", "timed_out", "db.example.com", 4001)[0]
    assert "TCP port 4001" in causes_of("tcp", "timed_out", "db.example.com", 4001)[0]
    assert "Private DNS" in causes_of("resolve", "name_not_found", "db.example.com", 4001)[0]


ZONES = ("10.0.1.17", "10.0.2.23")


@pytest.mark.parametrize("problem", ["timed_out", "refused", "unreachable", "closed"])
def test_where_only_one_zone_fails_what_all_zones_share_is_not_blamed(problem: str) -> None:
    causes = causes_of_a_part(problem, 4001, ["10.0.3.31"], ZONES)
    assert causes
    assert "its own zone" in causes[0]
    assert not any("security group" in cause or "paused" in cause for cause in causes)


def test_where_only_ipv6_fails_the_security_group_may_admit_ipv4_only() -> None:
    causes = causes_of_a_part("timed_out", 4001, ["fd00::17", "fd00::23"], ZONES)
    assert causes
    assert causes[0].startswith("Only IPv6 fails: the security group")
    assert "TCP port 4001" in causes[0]
    assert not any("{" in cause for cause in causes)


@pytest.mark.parametrize(
    ("problem", "failing", "answering"),
    [("certificate_expired", ZONES[:1], ZONES[1:]), ("timed_out", ZONES, ()), ("access_denied", (), ZONES)],
)
def test_what_is_not_on_the_way_or_fails_everywhere_has_its_usual_causes(
    problem: str, failing: tuple[str, ...], answering: tuple[str, ...]
) -> None:
    assert causes_of_a_part(problem, 4001, failing, answering) is None


def test_an_unforeseen_problem_has_a_cause_too() -> None:
    assert causes_of("tcp", "unheard_of", "db.example.com", 4001)
