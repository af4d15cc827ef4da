# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both clouds over HTTPS, and connections that fail before there is a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import SSLError as BotocoreSSLError
from requests.auth import HTTPDigestAuth

from tests.sandbox.fault_kinds import TLS
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings

SAID = {
    "tls_garbage": "WRONG_VERSION_NUMBER|packet length|record layer|unexpected",
    "tls_reset": "Connection reset by peer|EOF occurred|UNEXPECTED_EOF",
    "tls_expired": "certificate has expired",
    "tls_untrusted": "unable to get local issuer certificate|self-signed certificate",
    "tls_wrong_name": "IP address mismatch|doesn't match",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(Settings(), 1e-6, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


def _clusters(sandbox: Sandbox) -> requests.Response:
    facts = sandbox.facts()
    with requests.Session() as http:
        http.trust_env = False
        http.verify = facts["database"]["ca_path"]
        http.auth = HTTPDigestAuth(facts["tidbcloud"]["public_key"], facts["tidbcloud"]["private_key"])
        return http.get(f"{facts['tidbcloud']['dedicated_https_url']}/v1beta1/clusters", timeout=5)


def _ec2(sandbox: Sandbox) -> Any:
    facts = sandbox.facts()
    keys = facts["aws"]["accounts"]["main"]
    return boto3.client(
        "ec2",
        region_name="us-east-1",
        endpoint_url=facts["aws"]["https_url"],
        verify=facts["database"]["ca_path"],
        aws_access_key_id=keys["access_key"],
        aws_secret_access_key=keys["secret_key"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def test_both_clouds_answer_by_https(sandbox: Sandbox) -> None:
    assert _clusters(sandbox).status_code == 200
    assert _ec2(sandbox).describe_vpcs()["Vpcs"] == []
    assert [entry.call for entry in sandbox.log.entries()] == ["ListClusters", "ListClusters", "DescribeVpcs"]


@pytest.mark.parametrize("kind", TLS)
def test_a_connection_fails_before_its_request_and_the_log_says_so(sandbox: Sandbox, kind: str) -> None:
    sandbox.faults.add({"api": "tidbcloud", "call": "Connect", "kind": kind})
    with pytest.raises(requests.exceptions.ConnectionError, match=SAID[kind]):
        _clusters(sandbox)
    assert [(entry.call, entry.fault) for entry in sandbox.log.entries()] == [("Connect", kind)]
    assert _clusters(sandbox).status_code == 200


def test_a_fault_of_every_call_hits_no_connection(sandbox: Sandbox) -> None:
    sandbox.faults.add({"api": "tidbcloud", "call": "*", "kind": "status", "value": 503})
    assert _clusters(sandbox).status_code == 503
    assert [entry.call for entry in sandbox.log.entries()] == ["ListClusters", "ListClusters"]


def test_only_the_connections_of_one_cloud_fail(sandbox: Sandbox) -> None:
    sandbox.faults.add({"api": "aws", "call": "Connect", "kind": "tls_expired"})
    assert _clusters(sandbox).status_code == 200
    with pytest.raises(BotocoreSSLError, match="expired"):
        _ec2(sandbox).describe_vpcs()


@pytest.mark.parametrize("kind", ["reset", "reset_body"])
def test_a_reset_of_the_request_arrives_through_tls(sandbox: Sandbox, kind: str) -> None:
    sandbox.faults.add({"api": "tidbcloud", "call": "ListClusters", "kind": kind})
    with pytest.raises(requests.exceptions.RequestException, match=r"reset|EOF|aborted|incomplete|more expected"):
        _clusters(sandbox)


def test_a_port_that_is_closed_is_closed_to_https_too(sandbox: Sandbox) -> None:
    sandbox.faults.add({"api": "tidbcloud", "call": "*", "kind": "refused"})
    with pytest.raises(requests.exceptions.ConnectionError):
        _clusters(sandbox)
    sandbox.faults.clear()
    assert _clusters(sandbox).status_code == 200
