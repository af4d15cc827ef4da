# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.names import (
    is_of_name,
    target_group_name,
)


@pytest.mark.parametrize("name", ["orders", "a" * 256, "Grüße, Welt", "--", "{{ 1 }}", "a/b"])
def test_every_name_gives_one_that_aws_takes(name: str) -> None:
    """Source: Name in CreateTargetGroup."""
    made = target_group_name(name, "arn", "TCP", 65535, "instance", "vpc-1")
    assert re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?", made)
    assert is_of_name(made, name)


def test_what_differs_has_another_name_and_what_begins_alike_is_not_of_the_name() -> None:
    assert target_group_name("orders", 4000) == target_group_name("orders", 4000)
    assert target_group_name("orders", 4000) != target_group_name("orders", 4001)
    assert not is_of_name(target_group_name("orders-of-today", 4000), "orders")
