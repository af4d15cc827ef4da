# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.keys import flaw


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("", "it is empty"),
        ("AKIA\n", "it ends with a line end"),
        ("AKIA\r\n", "it ends with a line end"),
        (" AKIA", "there is a blank before or behind it"),
        ("AKIA\u00a0", "there is a blank before or behind it"),
        ("AK\nIA", "it holds a blank or a line end"),
        ("AK IA", "it holds a blank or a line end"),
        ('"AKIA"', "it holds a quote"),
        ("'AKIA'", "it holds a quote"),
        ("AKÏA", "it holds a character that no key has"),
        ("AK\x00IA", "it holds a character that no key has"),
    ],
)
def test_each_flaw_has_its_own_words(key: str, found: str) -> None:
    assert flaw(key) == found


@pytest.mark.parametrize("key", ["AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY=", "a" * 2000])
def test_a_key_has_none(key: str) -> None:
    assert flaw(key) is None
