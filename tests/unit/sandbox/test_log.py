# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from tests.sandbox.log import RequestLog


def _filled() -> RequestLog:
    log = RequestLog(lambda: 5.0)
    for api, call in [("tidbcloud", "GetCluster"), ("aws", "DescribeVpcs"), ("tidbcloud", "GetCluster")]:
        log.record(api=api, call=call, caller="somebody", detail={}, status=200)
    return log


def test_entries_are_numbered_and_filtered() -> None:
    log = _filled()
    assert [entry.number for entry in log.entries()] == [1, 2, 3]
    assert [entry.number for entry in log.entries(since=1, api="tidbcloud")] == [3]
    assert [entry.number for entry in log.entries(call="DescribeVpcs")] == [2]


def test_calls_are_counted_for_each_api() -> None:
    assert _filled().counts() == {"tidbcloud": {"GetCluster": 2}, "aws": {"DescribeVpcs": 1}}


def test_clearing_does_not_start_the_numbers_again() -> None:
    log = _filled()
    log.clear()
    log.record(api="aws", call="DescribeVpcs", caller="somebody", detail={}, status=200)
    assert [entry.number for entry in log.entries(since=3)] == [4]
