# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.options import (
    TIMEOUT,
    listener_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import shared_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.modules import load_balancer_listener
from tests.support import module_documents as documents

if t.TYPE_CHECKING:
    from tests.support.customer import Customer


def test_the_options_are_documented_as_they_are() -> None:
    taken = {**shared_arguments(), **wait_arguments(TIMEOUT), **listener_arguments()}
    assert documents.shapes(documents.options(load_balancer_listener)) == documents.shapes(taken)


def test_the_examples_use_only_options_that_exist() -> None:
    documents.assert_examples_use_only(load_balancer_listener, "load_balancer_listener")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"state": "absent"}, "region"),
        ({"region": "us-east-1"}, "load_balancer_arn or load_balancer_tags"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_asked(
    customer: Customer, options: dict[str, t.Any], said: str
) -> None:
    result = customer.run("load_balancer_listener", name="orders", **options)
    assert (result["failed"], customer.requests) == (True, [])
    assert said in result["msg"]
