# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that expect no faults meet each one at its call, and the log names it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from http.client import HTTPException
from typing import Any

import boto3
import pytest
import requests
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from requests.auth import HTTPDigestAuth

from tests.sandbox.fault_kinds import KINDS, MUTATIONS, PAGES, STUCK, TLS, WAITS
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings

VALUES = {
    "status": 503,
    "masked": 503,
    "error": "InternalError",
    "unsuccessful": "OperationInProgress",
    "drip": 0.0001,
    "drip_headers": 0.0001,
    "set": "x",
    "latency": 0.01,
    "late": 0.01,
    "refused": 0.01,
}
UNEXPECTED = (
    requests.RequestException,
    BotoCoreError,
    ClientError,
    ResponseParserError,
    HTTPException,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    RecursionError,
)
HITTING = [kind for kind in KINDS if kind not in {*TLS, *STUCK, "held"}]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(Settings(), 1e-6, tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.reset()
    yield running
    running.faults.clear()


@pytest.fixture
def ec2(sandbox: Sandbox) -> Iterator[Any]:
    ec2 = client(sandbox, "ec2")
    yield ec2
    # The next test must not get a connection that a fault ended.
    ec2.close()


@functools.cache
def client(sandbox: Sandbox, service: Any) -> Any:
    facts = sandbox.facts()["aws"]
    return boto3.client(
        service,
        region_name="us-east-1",
        endpoint_url=facts["endpoint_url"],
        aws_access_key_id=facts["accounts"]["main"]["access_key"],
        aws_secret_access_key=facts["accounts"]["main"]["secret_key"],
        config=Config(retries={"total_max_attempts": 1}, proxies={}, read_timeout=5, connect_timeout=5),
    )


def clusters(sandbox: Sandbox, **query: str) -> requests.Response:
    facts = sandbox.facts()["tidbcloud"]
    with requests.Session() as http:
        http.trust_env = False
        http.auth = HTTPDigestAuth(facts["public_key"], facts["private_key"])
        return http.get(f"{facts['dedicated_url']}/v1beta1/clusters", params=query, timeout=5)


def _add(sandbox: Sandbox, kind: str, **fields: Any) -> None:
    fault = {"kind": kind, "value": VALUES.get(kind), **fields}
    if kind == "set":
        fault["field"] = "*state*"
    sandbox.faults.add(fault)


def _outcome(ask: Callable[[], object]) -> str:
    """What a client of either kind gets: the answer, or an unexpected error."""
    try:
        return repr(ask())
    except UNEXPECTED as error:
        return type(error).__name__


@pytest.mark.parametrize("kind", [kind for kind in HITTING if kind not in ("unsuccessful", "endless")])
def test_each_fault_hits_its_call_of_tidb_cloud(sandbox: Sandbox, kind: str) -> None:
    plain = clusters(sandbox).json()
    sandbox.log.clear()
    _add(sandbox, kind, api="tidbcloud", call="ListClusters")
    outcome = _outcome(lambda: clusters(sandbox).json())
    entries = [entry for entry in sandbox.log.entries() if entry.caller]
    assert [(entry.call, entry.fault) for entry in entries] == [("ListClusters", kind)]
    unchanged = {*WAITS, "headers", "drip", "drip_headers", "longer", "reset_end", "no_request_id"}
    assert (outcome == repr(plain)) == (kind in unchanged)


@pytest.mark.parametrize("kind", [kind for kind in HITTING if kind not in ("unsuccessful", "endless")])
def test_each_fault_hits_its_call_of_aws(sandbox: Sandbox, ec2: Any, kind: str) -> None:
    ec2.create_vpc(CidrBlock="10.7.0.0/16")
    plain = repr(ec2.describe_vpcs()["Vpcs"])
    sandbox.log.clear()
    _add(sandbox, kind, api="aws", call="DescribeVpcs")
    outcome = _outcome(lambda: ec2.describe_vpcs()["Vpcs"])
    assert [(entry.call, entry.fault) for entry in sandbox.log.entries()] == [("DescribeVpcs", kind)]
    unchanged = {*WAITS, *PAGES, "headers", "drip", "drip_headers", "longer", "reset_end", "no_request_id"}
    assert (outcome == plain) == (kind in (unchanged | {"extra", "deep"}) - {"empty_page"})


@pytest.mark.parametrize("kind", [*MUTATIONS, *PAGES])
def test_a_fault_leaves_other_calls_alone(sandbox: Sandbox, ec2: Any, kind: str) -> None:
    _add(sandbox, kind, api="aws", call="DescribeSubnets")
    assert ec2.describe_vpcs()["Vpcs"] == []
    assert sandbox.log.entries()[-1].fault is None


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("RequestLimitExceeded", 503),
        ("UnauthorizedOperation", 403),
        ("ExpiredToken", 400),
        ("RequestExpired", 400),
        ("InternalError", 500),
        ("OperationInProgress", 400),
        ("DependencyViolation", 400),
        ("IncorrectState", 400),
    ],
)
def test_ec2_answers_the_error_that_a_fault_wants(sandbox: Sandbox, ec2: Any, code: str, status: int) -> None:
    _add(sandbox, "error", api="aws", call="DescribeVpcs", value=code)
    with pytest.raises(ClientError) as raised:
        ec2.describe_vpcs()
    response = raised.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert ec2.describe_vpcs()["Vpcs"] == []


@pytest.mark.parametrize(
    ("service", "call", "code", "found"),
    [
        ("sts", "GetCallerIdentity", "UnauthorizedOperation", "AccessDenied"),
        ("sts", "GetCallerIdentity", "ExpiredToken", "ExpiredToken"),
        ("service-quotas", "GetServiceQuota", "UnauthorizedOperation", "AccessDeniedException"),
        ("service-quotas", "GetServiceQuota", "RequestLimitExceeded", "ThrottlingException"),
    ],
)
def test_other_services_answer_it_by_their_own_names(
    sandbox: Sandbox, service: str, call: str, code: str, found: str
) -> None:
    _add(sandbox, "error", api="aws", call=call, value=code)
    arguments = {"ServiceCode": "vpc", "QuotaCode": "L-29B6F2EB"} if service == "service-quotas" else {}
    ask = getattr(client(sandbox, service), xform_name(call))
    with pytest.raises(ClientError) as raised:
        ask(**arguments)
    assert raised.value.response["Error"]["Code"] == found


@pytest.mark.parametrize("effect", ["before", "after"])
def test_what_was_to_be_deleted_is_listed_as_unsuccessful(sandbox: Sandbox, ec2: Any, effect: str) -> None:
    _add(sandbox, "unsuccessful", api="aws", call="DeleteVpcEndpoints", effect=effect)
    answer = ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-0a1b2c3d4e5f60718", "vpce-0a1b2c3d4e5f60719"])
    assert [(one["ResourceId"], one["Error"]["Code"]) for one in answer["Unsuccessful"]] == [
        ("vpce-0a1b2c3d4e5f60718", "OperationInProgress"),
        ("vpce-0a1b2c3d4e5f60719", "OperationInProgress"),
    ]


def test_botocore_takes_a_portals_page_for_an_empty_list(sandbox: Sandbox, ec2: Any) -> None:
    ec2.create_vpc(CidrBlock="10.7.0.0/16")
    _add(sandbox, "xhtml", api="aws", call="DescribeVpcs", request_id=True)
    answer = ec2.describe_vpcs()
    assert answer.get("Vpcs", []) == []
    assert answer["ResponseMetadata"]["RequestId"]


def test_the_page_after_an_empty_one_has_what_was_asked_for(sandbox: Sandbox, ec2: Any) -> None:
    ec2.create_vpc(CidrBlock="10.7.0.0/16")
    _add(sandbox, "empty_page", api="aws", call="DescribeVpcs")
    pages = list(ec2.get_paginator("describe_vpcs").paginate())
    assert [len(page["Vpcs"]) for page in pages] == [0, 1]
    _add(sandbox, "empty_page", api="tidbcloud", call="ListClusters")
    first = clusters(sandbox).json()
    assert first["clusters"] == []
    assert len(clusters(sandbox, pageToken=first["nextPageToken"]).json()["clusters"]) > 1


def test_tokens_without_end_come_as_long_as_the_fault_lasts(sandbox: Sandbox) -> None:
    _add(sandbox, "endless_tokens", api="tidbcloud", call="ListClusters", times=3)
    tokens = [""]
    while not tokens or tokens[-1] or len(tokens) == 1:
        tokens.append(clusters(sandbox, pageToken=tokens[-1]).json()["nextPageToken"])
    assert len(set(tokens)) == len(tokens) - 1 == 4


def test_a_body_without_end_is_met_by_both(sandbox: Sandbox) -> None:
    for api, call in (("tidbcloud", "ListClusters"), ("aws", "DescribeVpcs")):
        _add(sandbox, "endless", api=api, call=call)
    facts = sandbox.facts()["tidbcloud"]
    with requests.Session() as http:
        http.trust_env = False
        http.auth = HTTPDigestAuth(facts["public_key"], facts["private_key"])
        answer = http.get(f"{facts['dedicated_url']}/v1beta1/clusters", stream=True, timeout=5)
        assert len(answer.raw.read(3_000_000)) == 3_000_000
        answer.close()
    sandbox.faults.clear()


def test_a_closed_port_of_one_cloud_leaves_the_other_open(sandbox: Sandbox, ec2: Any) -> None:
    sandbox.faults.add({"api": "aws", "call": "*", "kind": "refused"})
    assert _outcome(ec2.describe_vpcs) == "EndpointConnectionError"
    assert clusters(sandbox).status_code == 200
    sandbox.faults.clear()
    assert ec2.describe_vpcs()["Vpcs"] == []
