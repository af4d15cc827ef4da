# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task in a message can be pasted, and nothing from outside breaks out of it."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.task import Option, is_writable, task, task_of
from tests.support.endpoint_literals import CLUSTER_ID, SERVICE_NAME, VPCE


def parsed(**options: Option) -> t.Any:
    return yaml.safe_load(task(**options))["tidbcloud.privatelink.private_endpoint"]


@pytest.mark.parametrize(
    "options",
    [
        {"state": "absent", "cluster_id": CLUSTER_ID, "vpc_endpoint_id": VPCE, "region": "us-east-1"},
        {"service_name": SERVICE_NAME, "private_dns_enabled": False, "recreate_failed": True},
        {"assume_role_arn": "arn:aws:iam::123456789012:role/path/reader", "assume_role_external_id": "a=b,c@d"},
        {"profile": "yes"},
        {"profile": "1e5"},
        {"profile": "my work profile"},
    ],
)
def test_it_means_what_was_put_in(options: dict[str, Option]) -> None:
    assert parsed(**options) == options


@pytest.mark.parametrize(
    "value", [None, "", "{{ lookup('pipe', 'id') }}", 'a", state: "absent', "a\nb", "a}", "\x1b[2J"]
)
def test_what_is_empty_or_could_mean_something_else_is_left_out(value: str | None) -> None:
    assert parsed(state="absent", vpc_endpoint_id=value) == {"state": "absent"}


@pytest.mark.parametrize("value", [[], ["123456789012"], ["*", "arn:aws:iam::123456789012:root"], ["vpce-1", "yes"]])
def test_a_list_means_what_was_put_in(value: list[str]) -> None:
    assert yaml.safe_load(task_of("endpoint_service", a=value)) == {
        "tidbcloud.privatelink.endpoint_service": {"a": value}
    }


@pytest.mark.parametrize("item", ["", "{{ 1 }}", 'a"b', "a\nb"])
def test_a_list_that_cannot_be_written_exactly_is_left_out_as_a_whole(item: str) -> None:
    assert not is_writable(["fine", item])
    assert parsed(state="absent", a=["fine", item]) == {"state": "absent"}
