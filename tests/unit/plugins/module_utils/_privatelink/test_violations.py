# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which limits a user may go against."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limits import LIMITS
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import ALLOWABLE


def test_what_may_be_allowed_is_every_limit_that_a_rule_has_and_the_region() -> None:
    codes = [code for limit in LIMITS for code in limit.codes]
    assert sorted(ALLOWABLE) == sorted([*codes, "region_mismatch"])
    assert len(set(ALLOWABLE)) == len(ALLOWABLE)
