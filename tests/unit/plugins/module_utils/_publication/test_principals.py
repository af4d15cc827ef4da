# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Principals as users write them, as AWS takes them, and what they permit."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.principals import (
    account_in,
    is_unreadable,
    normalized,
    partition_of,
    permits,
)

ROOT = "arn:aws:iam::123456789012:root"
ROLE = "arn:aws:iam::123456789012:role/analytics"
GONE = "AROA1234567890EXAMPLE"


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("*", "*"),
        ("123456789012", ROOT),
        ("012345678901", "arn:aws:iam::012345678901:root"),
        (ROOT, ROOT),
        (ROLE, ROLE),
        ("arn:aws:iam::123456789012:role/team/data/analytics", ROLE),
        ("arn:aws:sts::123456789012:assumed-role/analytics/session-1", ROLE),
        (
            "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/Admin_0a1",
            "arn:aws:iam::123456789012:role/Admin_0a1",
        ),
        ("arn:aws-us-gov:iam::123456789012:role/a", "arn:aws-us-gov:iam::123456789012:role/a"),
        ("arn:aws:iam::123456789012:user/bob", "arn:aws:iam::123456789012:user/bob"),
        ("arn:aws:iam::123456789012:user/team/data/bob", "arn:aws:iam::123456789012:user/bob"),
        ("arn:aws:iam::123456789012:role/a,b+c=d@e", "arn:aws:iam::123456789012:role/a,b+c=d@e"),
    ],
)
def test_a_principal_becomes_what_aws_takes(written: str, taken: str) -> None:
    assert normalized(written, "us-east-1") == taken
    assert normalized(taken, "us-east-1") == taken


@pytest.mark.parametrize(
    "written",
    [
        "",
        "12345678901",
        "1234567890123",
        "１２３４５６７８９０１２",
        GONE,
        "arn:aws:sts::123456789012:federated-user/bob",
        "arn:aws:iam::123456789012:group/admins",
        "arn:aws:iam::1234:root",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role/two words",
        "arn:aws:iam::123456789012:root ",
        "**",
    ],
)
def test_anything_else_is_none(written: str) -> None:
    assert normalized(written, "us-east-1") is None


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_bare_account_id_gets_the_partition_of_the_region(region: str, partition: str) -> None:
    assert partition_of(region) == partition
    assert normalized("123456789012", region) == f"arn:{partition}:iam::123456789012:root"


def test_a_principal_is_of_an_account_of_all_or_of_nobody_knows_whom() -> None:
    assert [account_in(one) for one in (ROOT, ROLE, "*", GONE)] == ["123456789012", "123456789012", None, None]
    assert [is_unreadable(one) for one in (ROOT, "*", GONE)] == [False, False, True]


@pytest.mark.parametrize(
    ("principals", "account", "permitted"),
    [
        ((), "123456789012", False),
        ((), "999999999999", True),  # the service's own
        (("*",), "123456789012", True),
        (("*",), None, True),
        ((ROOT,), "123456789012", True),
        ((ROLE,), "123456789012", True),
        ((ROOT,), "210987654321", False),
        ((ROOT, GONE), "210987654321", None),
        ((ROOT, GONE), "123456789012", True),
        ((ROOT,), None, None),
        (("arn:aws:organizations::123456789012:ou/o-1/ou-1",), "123456789012", None),
    ],
)
def test_an_account_is_permitted_refused_or_unknown(
    principals: tuple[str, ...], account: str | None, permitted: bool | None
) -> None:
    assert permits(principals, account, "999999999999") is permitted
