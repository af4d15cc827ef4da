# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the nouns of a listener answer themselves."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.listener_model import Target


def test_one_address_with_two_ports_is_two_targets() -> None:
    first, second = Target("10.7.0.10", 4000, state="healthy"), Target("10.7.0.10", 4001)
    assert first.key != second.key
    assert first.key == Target("10.7.0.10", 4000, state="initial").key
    assert (first.shown, second.shown) == ("10.7.0.10:4000", "10.7.0.10:4001")
