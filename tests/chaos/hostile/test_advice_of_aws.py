# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the AWS services that only give advice (Service Quotas, STS, the Price List) become possible facts, or a
sentence.
"""

from __future__ import annotations

import functools
import io
import json
import math
from typing import Any
from xml.sax.saxutils import escape

import boto3
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api, prices, wire
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.calls import BoundedClient
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.chaos.hostile.odd import assert_fit, hostile_texts, values

REGION = "us-east-1"


class Raw(io.BytesIO):
    """The body of an answer, as urllib3 passes it on."""

    def release_conn(self) -> None:
        self.close()


class FakeService:
    """A service that answers `body`, with `headers`, instead of sending a request."""

    def __init__(self, service: str) -> None:
        core = botocore.session.Session()
        wire.guard(core)
        session: Any = boto3.session.Session(botocore_session=core)
        client = session.client(
            service,
            region_name=REGION,
            config=Config(retries={"total_max_attempts": 1}),
            aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="a-secret-of-the-tests",
        )
        client._endpoint.http_session = self
        self.client = BoundedClient(client, lambda: 60.0)
        self.body = b""
        self.headers: dict[str, str] = {}

    def send(self, request: Any) -> AWSResponse:
        return AWSResponse(request.url, 200, HTTPHeaders.from_dict(self.headers), Raw(self.body))


@functools.cache
def fake(service: str) -> FakeService:
    return FakeService(service)


def json_of(value: object) -> bytes:
    # JSON that Python writes: with NaN, infinite numbers and lone surrogates.
    try:
        return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    except (ValueError, TypeError):
        return b"9" * 5000


headers = st.sampled_from([{"x-amzn-RequestId": "r-1"}] * 5 + [{}])
bodies = values.map(json_of) | st.binary(max_size=40)


def answered_by(service: str, body: bytes, given_headers: dict[str, str]) -> Any:
    """The client of the service, whose next answers are this."""
    aws = fake(service)
    aws.body, aws.headers = body, given_headers
    return aws.client


quotas = st.fixed_dictionaries(
    {}, optional={"Quota": values | st.fixed_dictionaries({}, optional={"Value": values | st.floats(), "Unit": values})}
)


@given(bodies | quotas.map(json_of), headers)
def test_a_quota_is_a_number_that_can_be_or_not_known(body: bytes, given_headers: dict[str, str]) -> None:
    found = api.endpoint_quota(answered_by("service-quotas", body, given_headers))
    assert found is None or (
        isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= api.MOST_ENDPOINTS
    )


@given(hostile_texts | st.sampled_from(["123456789012", "", "<Account>1</Account>"]), st.booleans())
def test_an_account_is_a_name_or_a_sentence(text: str, is_whole: bool) -> None:
    # XML has no control characters: those that it can hold are hostile enough.
    inside = escape("".join(char for char in text if char >= " "))
    body = (
        f"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{inside}</Account></GetCallerIdentityResult>"
        f"{'<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>' if is_whole else ''}"
        "</GetCallerIdentityResponse>"
    )
    try:
        found = api.caller_account(answered_by("sts", body.encode(errors="replace"), {}))
    except PrivateLinkError as error:
        assert_fit(str(error))
    else:
        assert found.isprintable()
        assert is_whole


def product(draw: Any) -> object:
    """A document of the Price List, some of its fields odd."""

    def odd(right: Any) -> Any:
        return draw(values) if draw(st.integers(1, 12)) == 12 else right

    usage_type = draw(st.sampled_from(["VpcEndpoint-Hours", "USE1-VpcEndpoint-Bytes", "VpcEndpoint-GWLBE-Hours"]))
    price = draw(st.sampled_from(["0.0100000000", "0", "-1", "1e400", "NaN", "1e-400", ""]) | hostile_texts)
    dimension = odd({"beginRange": odd("0"), "pricePerUnit": odd({"USD": odd(price)})})
    return odd(
        {
            "product": odd({"attributes": odd({"usagetype": odd(usage_type)})}),
            "terms": odd({"OnDemand": odd({"a.b": odd({"priceDimensions": odd({"a.b.c": dimension})})})}),
            "publicationDate": odd("2026-01-01T00:00:00Z"),
        }
    )


@st.composite
def price_lists(draw: Any) -> object:
    products = [product(draw) for _one in range(draw(st.integers(0, 3)))]
    documents = [json_of(one).decode(errors="replace") for one in products]
    return {"PriceList": draw(values) if draw(st.integers(1, 12)) == 12 else documents, "FormatVersion": "aws_v1"}


@given(bodies | price_lists().map(json_of), headers)
def test_a_price_is_a_number_that_can_be_or_a_sentence_says_why_not(body: bytes, given_headers: dict[str, str]) -> None:
    found, problems = prices.read_prices(answered_by("pricing", body, given_headers), [REGION])
    assert bool(found) != bool(problems)
    for problem in problems:
        assert_fit(problem)
    for price in found.values():
        assert 0 < price.zone_hour_usd < math.inf
        assert price.per_gb_usd is None or 0 <= price.per_gb_usd < math.inf
        assert price.as_of is None or price.as_of.isprintable()
