# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import re
import typing as t

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import (
    LimitsViolated,
    Violation,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.model import Facts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.question import Question
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.modules import reachability_info
from tests.support.reachability_literals import WAY

VPCE = "vpce-0123456789abcdef0"
KEYS = {"tidbcloud_public_key": "public-key-of-the-test", "tidbcloud_private_key": "private-key-of-the-test-0123"}
FROM_INSTANCE = {"vpc_endpoint_id": VPCE, "source_instance_id": "i-0123456789abcdef0", "region": "us-east-1"}


class Run:
    """The module with fake reads. `asked`: what is to be read; `connect`: how TiDB Cloud is reached."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.facts: Facts | PrivateLinkError = WAY
        self.asked: Question | None = None
        self.connect: t.Callable[[], t.Any] = lambda: None

    def read_facts(self, question: Question, session: t.Any, connect: t.Callable[[], t.Any]) -> Facts:
        self.asked, self.connect = question, connect
        if isinstance(self.facts, PrivateLinkError):
            raise self.facts
        return self.facts

    def __call__(self, **options: t.Any) -> dict[str, t.Any]:
        with patch_module_args(options), pytest.raises(SystemExit):
            reachability_info.main()
        printed: dict[str, t.Any] = json.loads(self._capsys.readouterr().out)
        return printed


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    run = Run(capsys)
    monkeypatch.setattr(reachability_info, "read_facts", run.read_facts)
    for half in ("PUBLIC", "PRIVATE"):
        monkeypatch.delenv(f"TIDBCLOUD_{half}_KEY", raising=False)
    return run


def documented(keys: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {key: documented(value["contains"]) if "contains" in value else None for key, value in keys.items()}


def test_it_returns_what_its_documentation_says_and_changes_nothing(run: Run) -> None:
    result = run(**FROM_INSTANCE)
    assert (result["changed"], result["reachable"], result["port"], result["blockers"]) == (False, True, 4000, [])
    keys = documented(yaml.safe_load(reachability_info.RETURN))
    # Ansible collects the warnings of libraries in a process for whichever module ends in it.
    of_ansible = {"changed", "invocation", "warnings", "deprecations"}
    assert set(result) - of_ansible == set(keys) - {"violations", "error"}
    assert {key for hop in result["hops"] for key in hop} == set(keys["hops"])
    assert {key for path in result["paths"] for key in path} == set(keys["paths"])


def test_every_hop_that_may_come_is_documented(run: Run) -> None:
    text = yaml.safe_load(reachability_info.RETURN)["hops"]["contains"]["name"]["description"]
    assert all(f"V({hop['name']})" in text for hop in run(**FROM_INSTANCE)["hops"])


def test_check_mode_does_the_same(run: Run) -> None:
    assert run(**FROM_INSTANCE, _ansible_check_mode=True)["hops"] == run(**FROM_INSTANCE)["hops"]


@pytest.mark.parametrize(
    ("options", "question"),
    [
        ({"source_instance_id": "i-1"}, Question(VPCE, instance_id="i-1")),
        ({"source_network_interface_id": "eni-1"}, Question(VPCE, network_interface_id="eni-1")),
        ({"source_address": "10.0.1.25"}, Question(VPCE, address="10.0.1.25")),
        (
            {"source_subnet_id": "subnet-1", "source_address": "10.0.1.25", "port": 3306, "require_private_dns": False},
            Question(VPCE, subnet_id="subnet-1", address="10.0.1.25", port=3306, private_dns_required=False),
        ),
        (
            {"source_instance_id": "i-1", "cluster_id": "1379661944646413143", "node_group_id": "12", "project_id": ""},
            Question(VPCE, instance_id="i-1", cluster_id="1379661944646413143", node_group_id="12"),
        ),
        (
            {"source_instance_id": "i-1", "source_subnet_id": "", "source_address": ""},
            Question(VPCE, instance_id="i-1"),
        ),
    ],
)
def test_the_options_are_what_is_asked(run: Run, options: dict[str, t.Any], question: Question) -> None:
    run(vpc_endpoint_id=VPCE, region="us-east-1", **options)
    assert run.asked == question


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "Name the source by one of source_instance_id, .*; none is given"),
        ({"source_instance_id": ""}, "none is given"),
        (
            {"source_instance_id": "i-1", "source_network_interface_id": "eni-1"},
            "source_instance_id and source_network_interface_id are given",
        ),
        ({"source_subnet_id": "subnet-1"}, "none is given"),
        (
            {"source_instance_id": "i-1", "source_address": "10.0.1.25"},
            "source_instance_id and source_address are given",
        ),
        ({"source_instance_id": "i-1", "source_subnet_id": "subnet-1"}, "but source_instance_id is given"),
        ({"source_instance_id": "i-1", "cluster_id": "1.4e18"}, "quote the id"),
        ({"source_instance_id": "i-1", "port": 70000}, "port is 70000"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_read(
    run: Run, options: dict[str, t.Any], sentence: str
) -> None:
    result = run(vpc_endpoint_id=VPCE, region="us-east-1", **options)
    assert result["failed"] is True
    assert re.search(sentence, result["msg"])
    assert run.asked is None


def test_tidb_cloud_is_reached_with_the_key_and_without_one_that_is_an_error_for_the_reader(run: Run) -> None:
    run(**FROM_INSTANCE, **KEYS)
    assert run.connect().session is not None
    run(**FROM_INSTANCE)
    with pytest.raises(PrivateLinkError, match="public half"):
        run.connect()


def test_an_error_is_a_sentence_with_its_fields(run: Run) -> None:
    run.facts = LimitsViolated([Violation("region_mismatch", "It is in another region.", "Omit region.")])
    result = run(**FROM_INSTANCE)
    assert (result["failed"], result["msg"]) == (True, "It is in another region. Omit region.")
    assert result["violations"][0]["code"] == "region_mismatch"
