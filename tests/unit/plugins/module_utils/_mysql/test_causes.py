# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.causes import causes_of

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


def test_the_likely_cause_comes_first() -> None:
    assert "security group" in causes_of("tcp", "timed_out", "db.example.com", 4001)[0]
    assert "TCP port 4001" in causes_of("tcp", "timed_out", "db.example.com", 4001)[0]
    assert "Private DNS" in causes_of("resolve", "name_not_found", "db.example.com", 4001)[0]


def test_a_problem_that_nobody_foresaw_has_a_cause_too() -> None:
    assert causes_of("tcp", "unheard_of", "db.example.com", 4001)
