# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide for TiDB Cloud's own connections does what it says, run as it is written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.aws.cloud import PROVIDER_ACCOUNT_ID
from tests.sandbox.sandbox import Sandbox
from tests.support.customer import Customer
from tests.support.load_balancers import load_balancer
from tests.support.operator import Operator
from tests.support.reader import Reader
from tests.support.written import ROOT, block

GUIDE = ROOT / "docs/tidbcloud-connections.md"
WRITTEN_ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/kafka/0123456789abcdef"
POLICIES = ("publication", "info")


@pytest.fixture
def reader(moving: Sandbox, tmp_path: Path) -> Reader:
    """Without a key of TiDB Cloud, and with the policies that the page names."""
    moving.reset()
    directory = tmp_path / "here"
    directory.mkdir()
    reader = Reader(Operator(moving, tmp_path), directory)
    customer = Customer(moving)
    reader.values[WRITTEN_ARN] = load_balancer(customer, customer.network(), "kafka", ports=(9092,))
    reader.values["345678901234"] = PROVIDER_ACCOUNT_ID
    for half in ("PUBLIC", "PRIVATE"):
        del reader.operator.environment[f"TIDBCLOUD_{half}_KEY"]
    statements = [
        one
        for name in POLICIES
        for one in json.loads((ROOT / f"docs/iam/{name}.json").read_text(encoding="utf-8"))["Statement"]
    ]
    moving.aws.authorizer.attach(customer.account["access_key"], {"Version": "2012-10-17", "Statement": statements})
    return reader


def facts(reader: Reader) -> dict[str, Any]:
    run = reader.enter(block(GUIDE, "shell", "endpoint_info"))
    assert run.status == 0, run.said
    found: dict[str, Any] = json.loads(run.output.partition("=>")[2])
    return found


@pytest.mark.exhaustive
def test_kafka_is_published_for_tidb_cloud_which_is_accepted_shown_and_withdrawn(reader: Reader) -> None:
    aws = reader.operator.sandbox.aws
    reader.save("publish.yml", block(GUIDE, "yaml", "accepted_accounts"))
    run = reader.enter(block(GUIDE, "shell", "publish.yml"))
    assert run.status == 0, run.said
    (name,) = set(re.findall(r"com\.amazonaws\.vpce\.us-east-1\.vpce-svc-[0-9a-z]+", run.output))
    # What TiDB Cloud does once its console has the name.
    vpce = aws.connect(name, PROVIDER_ACCOUNT_ID).vpc_endpoint_id
    waiting = facts(reader)
    assert [(one["code"], one["vpc_endpoint_id"]) for one in waiting["findings"]] == [("connection_waiting", vpce)]
    assert [one["what"] for one in waiting["scope"]["not_read"]] == ["TiDB Cloud"]
    run = reader.enter(block(GUIDE, "shell", "publish.yml"))
    assert run.status == 0, run.said
    (service,) = facts(reader)["endpoint_services"]
    (connection,) = service["connections"]
    assert (connection["vpc_endpoint_id"], connection["account_id"]) == (vpce, PROVIDER_ACCOUNT_ID)
    assert (connection["state"], connection["permitted"]) == ("available", True)
    run = reader.enter(block(GUIDE, "shell", "status"))
    assert run.status == 0, run.said
    assert "TiDB Cloud was not looked at" in run.output
    assert re.search(rf"available +{vpce} +{PROVIDER_ACCOUNT_ID} +yes +kafka", run.output), run.output
    reader.save("withdraw.yml", block(GUIDE, "yaml", "state: absent"))
    run = reader.enter(block(GUIDE, "shell", "withdraw.yml"))
    assert run.status == 0, run.said
    assert facts(reader)["endpoint_services"] == []
