# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a published service."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired


def test_a_service_is_found_by_its_name_and_by_who_manages_it() -> None:
    wanted = Desired("orders")
    assert wanted.ownership == {
        "tidbcloud:managed-by": "tidbcloud.privatelink",
        "tidbcloud:service-name": "orders",
    }
    assert wanted.target == "endpoint service orders"
