# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client

from tests.sandbox.control import control_app
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.sandbox.status import describe
from tests.sandbox.tidbcloud.seed import CLUSTER_IDS


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox of which only the database listens, whose port the clusters have; the clock does not move."""
    sandbox = Sandbox(Settings(), 1.0, tmp_path_factory.mktemp("sandbox"))
    sandbox.database.start()
    yield sandbox
    sandbox.database.stop()


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def control(sandbox: Sandbox) -> Client:
    return Client(control_app(sandbox))


def _ask(control: Client, method: str, path: str, body: Any = None) -> Any:
    answer = control.open(path, method=method, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_time_can_be_advanced(sandbox: Sandbox, control: Client) -> None:
    before = sandbox.clock.now()
    assert _ask(control, "POST", "/clock/advance", {"seconds": 30}) == {"time": before + 30}


def test_settings_can_be_read_and_changed(sandbox: Sandbox, control: Client) -> None:
    assert _ask(control, "GET", "/settings")["rate_limit"] == 100
    assert _ask(control, "PATCH", "/settings", {"rate_limit": 3})["rate_limit"] == 3
    assert sandbox.settings.rate_limit == 3


def test_faults_can_be_switched_on_listed_and_cleared(control: Client) -> None:
    fault = _ask(control, "POST", "/faults", {"api": "aws", "call": "*", "kind": "reset"})
    assert (fault["fired"], _ask(control, "GET", "/faults")) == (0, {"faults": [fault]})
    _ask(control, "DELETE", "/faults")
    assert _ask(control, "GET", "/faults") == {"faults": []}


def test_the_kinds_of_faults_can_be_asked_for(control: Client) -> None:
    kinds = _ask(control, "GET", "/faults/kinds")
    assert kinds["drip"]["value"] == "seconds"
    assert kinds["status"]["effects"] == ["before", "after"]


def test_policies_can_be_attached_looked_at_and_detached(sandbox: Sandbox, control: Client) -> None:
    role = "arn:aws:iam::310987654322:role/network/ansible"
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}]}
    _ask(control, "PUT", f"/policies/{role}", policy)
    assert _ask(control, "GET", "/policies") == {role: policy}
    assert f"policy enforced for {role}" in describe(_ask(control, "GET", "/status"))
    _ask(control, "DELETE", f"/policies/{role}")
    assert _ask(control, "GET", "/policies") == {}
    assert control.put(f"/policies/{role}", json={"Statement": []}).status_code == 400


def test_what_was_asked_for_can_be_read_and_forgotten(control: Client) -> None:
    assert _ask(control, "GET", "/policies/asked") == {"asked": []}
    _ask(control, "DELETE", "/policies/asked")


def test_the_request_log_can_be_read_in_part_and_forgotten(sandbox: Sandbox, control: Client) -> None:
    for call in ("GetCluster", "ListClusters"):
        sandbox.log.record(api="tidbcloud", call=call, caller="somebody", detail={}, status=200)
    first = _ask(control, "GET", "/requests?call=GetCluster")
    assert [entry["call"] for entry in first["requests"]] == ["GetCluster"]
    assert first["counts"] == {"tidbcloud": {"GetCluster": 1}, "aws": {}}
    since = first["requests"][0]["number"]
    rest = _ask(control, "GET", f"/requests?since={since}")
    assert [entry["call"] for entry in rest["requests"]] == ["ListClusters"]
    _ask(control, "DELETE", "/requests")
    assert _ask(control, "GET", "/requests")["requests"] == []


def test_a_cluster_can_be_made_changed_and_dropped(sandbox: Sandbox, control: Client) -> None:
    made = _ask(control, "POST", "/clusters", {"region": "us-west-2", "node_groups": ["DefaultGroup", "batch"]})
    assert list(made["node_groups"]) == ["DefaultGroup", "batch"]
    path = f"/clusters/{made['cluster_id']}"
    assert _ask(control, "PATCH", path, {"state": "PAUSED"})["state"] == "PAUSED"
    _ask(control, "DELETE", path)
    assert made["cluster_id"] not in sandbox.tidbcloud.estate.clusters


def test_a_registration_can_be_forced_into_a_state(sandbox: Sandbox, control: Client) -> None:
    cluster = sandbox.tidbcloud.estate.clusters[CLUSTER_IDS["main"]]
    sandbox.tidbcloud.estate.registrations.register(cluster, cluster.groups[0], "vpce-0a1b2c3d4e5f60718")
    path = "/registrations/vpce-0a1b2c3d4e5f60718"
    assert _ask(control, "PATCH", path, {"state": "FAILED", "message": "Broken."})["message"] == "Broken."
    assert sandbox.tidbcloud.estate.registrations.all()[0].state == "FAILED"
    # What was under way does not undo it.
    sandbox.clock.advance(60)
    assert sandbox.tidbcloud.estate.registrations.all()[0].message == "Broken."


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "problem"),
    [
        ("PATCH", "/settings", {"speed": 1}, 400, "There is no setting"),
        ("PATCH", "/settings", [], 400, "must be a JSON object"),
        ("POST", "/faults", {"api": "aws"}, 400, "needs"),
        ("POST", "/clock/advance", {}, 400, "needs the field seconds"),
        ("POST", "/clusters", {"colour": "red"}, 400, "A cluster has the fields"),
        ("POST", "/clusters", {"state": "ASLEEP"}, 400, "The state must be one of"),
        ("PATCH", "/clusters/1", {"state": "ACTIVE"}, 404, "The cluster 1 is not found"),
        ("DELETE", "/clusters/1", None, 404, "The cluster 1 is not found"),
        ("PATCH", "/registrations/vpce-1", {"state": "FAILED"}, 404, "not registered"),
        ("PATCH", "/vpc-endpoints/vpce-1", {"state": "failed"}, 404, "not found"),
        ("GET", "/nothing", None, 404, "not found"),
    ],
)
def test_what_cannot_be_done_is_answered_with_a_sentence(
    control: Client, method: str, path: str, body: Any, status: int, problem: str
) -> None:
    answer = control.open(path, method=method, json=body)
    assert (answer.status_code, problem in (answer.json or {})["error"]) == (status, True)


def test_the_status_says_in_text_what_is_in_both_clouds(sandbox: Sandbox, control: Client) -> None:
    cluster = sandbox.tidbcloud.estate.clusters[CLUSTER_IDS["main"]]
    sandbox.tidbcloud.estate.registrations.register(cluster, cluster.groups[0], "vpce-0a1b2c3d4e5f60718")
    sandbox.clock.advance(60)
    sandbox.faults.add({"api": "aws", "call": "CreateVpcEndpoint", "kind": "lost"})
    sandbox.log.record(api="aws", call="DescribeVpcs", caller="210987654321", detail={}, status=200)
    text = describe(_ask(control, "GET", "/status"))
    for line in (
        f"main-cluster  {CLUSTER_IDS['main']}  ACTIVE  aws us-east-1, project 1372813089209061633",
        "FAILED: The VPC Endpoint Id vpce-0a1b2c3d4e5f60718 does not exist",
        "no endpoint service",
        f"starter-cluster  {CLUSTER_IDS['starter']}  Starter",
        "account 210987654321: empty",
        "lost at aws CreateVpcEndpoint, fired 0 of 1",
        "  aws: 1\n",
    ):
        assert line in text
