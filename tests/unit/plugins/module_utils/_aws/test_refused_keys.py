# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS refuses a key for many reasons with few codes: what it says besides, and its clock, tell them apart."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.failures import Call, refused
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.refused_keys import clock_skew, key_refusal

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=timezone.utc)
CALL = "DescribeVpcs in us-east-1"
EXPIRED = "Signature expired: 20261127T110000Z is now earlier than 20261127T115500Z (20261127T120000Z - 5 min.)"
FUTURE = "Signature not yet current: 20261127T130000Z is still later than 20261127T120500Z"
MISMATCH = (
    "The request signature we calculated does not match. The Canonical String should have been 'token-0123456789'"
)
SCOPED = "Credential should be scoped to a valid region, not 'us-west-1'."
CLOCK, SECRET, KEY = "host's clock", "it does not belong to the access key", "it is wrong, inactive, or not valid"
NONE = timedelta()


@pytest.mark.parametrize(
    ("code", "message", "skew", "cause"),
    [
        ("SignatureDoesNotMatch", MISMATCH, NONE, SECRET),
        ("SignatureDoesNotMatch", MISMATCH, None, SECRET),
        ("SignatureDoesNotMatch", EXPIRED, None, CLOCK),
        ("SignatureDoesNotMatch", FUTURE, None, CLOCK),
        ("InvalidSignatureException", EXPIRED, None, CLOCK),
        ("InvalidSignatureException", "Signature has expired", None, CLOCK),
        ("InvalidSignatureException", SCOPED, NONE, "Check region and endpoint_url"),
        ("InvalidSignatureException", "", NONE, SECRET),
        ("AuthFailure", "AWS was not able to validate the provided access credentials", NONE, KEY),
        ("AuthFailure", "AWS was not able to validate", None, "AWS says the same where this host's clock is wrong"),
        ("AuthFailure", "AWS was not able to validate", timedelta(hours=-1), "60 minutes behind AWS's. Set the clock"),
        ("SignatureDoesNotMatch", MISMATCH, timedelta(minutes=7), "7 minutes ahead of AWS's. Set the clock"),
        ("RequestExpired", "Request has expired.", NONE, "or temporary credentials have expired"),
        ("RequestExpired", "Request has expired.", timedelta(hours=1), "60 minutes ahead of AWS's"),
        ("RequestTimeTooSkewed", "", None, CLOCK),
        ("InvalidClientTokenId", "The security token included in the request is invalid.", NONE, KEY),
        ("UnrecognizedClientException", SCOPED, NONE, "Check region and endpoint_url"),
        ("ExpiredToken", "The security token included in the request is expired", timedelta(hours=1), "Renew them."),
        ("IncompleteSignature", "not a valid key=value pair", NONE, "a proxy changes the header Authorization"),
    ],
)
def test_each_refusal_of_a_key_has_its_cause(code: str, message: str, skew: timedelta | None, cause: str) -> None:
    found = key_refusal(CALL, code, message, skew)
    assert found is not None
    assert cause in found
    assert f"({code})" in found
    assert CALL in found
    assert "token-0123456789" not in found
    others = {CLOCK, SECRET, KEY} - {cause}
    assert cause not in (CLOCK, SECRET, KEY) or not any(other in found for other in others)


@pytest.mark.parametrize("code", [None, "InvalidVpcId", "UnauthorizedOperation"])
def test_other_errors_are_left_to_others(code: str | None) -> None:
    assert key_refusal(CALL, code, EXPIRED, None) is None


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Fri, 27 Nov 2026 11:00:00 GMT", timedelta(hours=1)),
        ("Fri, 27 Nov 2026 12:00:30 GMT", timedelta(seconds=-30)),
        ("Fri, 27 Nov 2026 12:00:00 -0000", timedelta()),
        ("yesterday", None),
        ("Fri, 99 Nov 99999999 12:00:00 GMT", None),
        (None, None),
        (7, None),
    ],
)
def test_the_clock_of_aws_is_that_of_its_answer(date: t.Any, skew: timedelta | None) -> None:
    assert clock_skew({"HTTPHeaders": {"date": date}}, NOW) == skew


@pytest.mark.parametrize("meta", [{}, {"HTTPHeaders": None}, {"HTTPHeaders": "junk"}])
def test_an_answer_without_a_date_says_nothing_of_the_clock(meta: dict[str, t.Any]) -> None:
    assert clock_skew(meta, NOW) is None


def test_the_date_of_an_answer_decides_between_clock_and_key() -> None:
    asked = Call("ec2", "DescribeVpcs", "us-east-1")
    response = {
        "Error": {"Code": "AuthFailure", "Message": "AWS was not able to validate the provided access credentials"},
        "ResponseMetadata": {"RequestId": "r", "HTTPHeaders": {"date": "Mon, 01 Jan 2001 00:00:00 GMT"}},
    }
    assert "ahead of AWS's. Set the clock." in str(refused(asked, response))
