# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.sandbox.settings import Settings


def test_settings_take_text_from_a_command_line_and_json_values_alike() -> None:
    settings = Settings()
    settings.change({"service_creating": "0.5", "rate_limit": "7", "nonce_reuse": "false", "digest_algorithms": "MD5"})
    assert (settings.service_creating, settings.rate_limit) == (0.5, 7)
    assert (settings.nonce_reuse, settings.digest_algorithms) == (False, ("MD5",))
    settings.change({"service_creating": 2, "nonce_reuse": True, "digest_algorithms": ["SHA-256", "MD5"]})
    assert (settings.service_creating, settings.nonce_reuse) == (2.0, True)
    assert settings.digest_algorithms == ("SHA-256", "MD5")


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("speed", 1, "There is no setting 'speed'"),
        ("rate_limit", "many", "must be a number"),
        ("rate_limit", True, "must be a number"),
        ("private_dns", -1, "must not be negative"),
        ("nonce_reuse", "perhaps", "must be true or false"),
        ("digest_algorithms", "SHA-1", "one or more of: MD5, SHA-256"),
        ("digest_algorithms", [], "one or more of"),
        ("unknown_endpoint", "ignored", "one of: failed, refused"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(name: str, value: object, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Settings().change({name: value})


def test_several_are_changed_together_or_not_at_all() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="no setting"):
        settings.change({"rate_limit": 1, "speed": 1})
    assert settings == Settings()


def test_restoring_takes_every_value_over() -> None:
    settings = Settings()
    settings.change({"rate_limit": 1, "unknown_endpoint": "refused", "digest_algorithms": "MD5", "nonce_reuse": False})
    settings.restore(Settings())
    assert settings == Settings()
