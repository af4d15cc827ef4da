# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which limits of a published service a user may go against."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.limits import LIMITS
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.violations import ALLOWABLE


def test_what_may_be_allowed_is_every_limit_that_a_rule_has() -> None:
    assert set(ALLOWABLE) == {code for limit in LIMITS for code in limit.codes}
    assert len(set(ALLOWABLE)) == len(ALLOWABLE)
