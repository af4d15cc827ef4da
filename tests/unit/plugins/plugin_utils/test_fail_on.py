# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbook status fails on."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet import findings as audit
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.status import NOTES
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.fail_on import (
    FINDINGS,
    STATUSES,
    found_sentence,
    found_words,
    unknown_words,
)

INFO = {
    "private_endpoints": [{"status": "failed"}, {"status": "active"}],
    "findings": [{"code": "leftover"}, {"code": "drift"}],
}


def test_it_may_name_every_status_and_every_finding_and_nothing_else() -> None:
    codes = re.findall(r'_finding\(endpoint, "([a-z_]+)"', Path(audit.__file__).read_text(encoding="utf-8"))
    assert sorted((*STATUSES, *FINDINGS)) == sorted({*NOTES, *codes})


def test_a_word_that_describes_nothing_is_named_with_those_that_do() -> None:
    assert unknown_words(["failed", "leftover"]) == ""
    assert unknown_words(["faild", "active", "drifts"]).startswith("fail_on names drifts, faild; it may name statuses")


def test_only_what_is_named_and_there_is_found() -> None:
    assert found_words(INFO, ["leftover", "failed", "pending"]) == ["failed", "leftover"]
    assert found_words(INFO, []) == []


def test_why_it_fails_is_a_line_and_success_is_none() -> None:
    assert found_sentence(INFO, ["leftover", "failed"]) == ["Found what fail_on names: failed, leftover."]
    assert found_sentence(INFO, ["pending"]) == []
