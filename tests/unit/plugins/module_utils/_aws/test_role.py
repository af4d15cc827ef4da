# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials of an assumed role: when to renew them is counted by this host's own clock."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from botocore.credentials import RefreshableCredentials

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import role
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.role import LASTS, RoleCredentials
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError


class Sts:
    """Gives new credentials each time. `refusals`: the first of them is raised instead."""

    def __init__(self) -> None:
        self.asked = 0
        self.refusals: list[ApiError] = []

    def __call__(self) -> dict[str, str]:
        self.asked += 1
        if self.refusals:
            raise self.refusals[0]
        number = str(self.asked)
        return {
            "AccessKeyId": f"key-{number}",
            "SecretAccessKey": f"secret-{number}",
            "SessionToken": f"token-{number}",
            # AWS's own clock is years away from this host's.
            "Expiration": "1999-01-01T00:00:00Z",
        }


@pytest.fixture
def sts() -> Sts:
    return Sts()


def frozen(credentials: t.Any) -> tuple[str, str, str]:
    found = credentials.get_frozen_credentials()
    return (found.access_key, found.secret_key, found.token)


def test_a_role_is_asked_for_once_while_its_credentials_last(sts: Sts) -> None:
    credentials = RoleCredentials(sts).load_credentials()
    assert [frozen(credentials) for _call in range(3)] == [("key-1", "secret-1", "token-1")] * 3
    assert sts.asked == 1


def test_a_host_whose_clock_is_wrong_does_not_renew_at_every_call(sts: Sts) -> None:
    """When AWS says that they expire is in this host's past."""
    credentials = RoleCredentials(sts).load_credentials()
    assert not credentials.refresh_needed()


def test_they_are_renewed_before_they_expire(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(role, "LASTS", timedelta(minutes=5))
    credentials = RoleCredentials(sts).load_credentials()
    monkeypatch.setattr(role, "LASTS", timedelta(hours=1))
    assert frozen(credentials) == ("key-2", "secret-2", "token-2")
    assert frozen(credentials) == ("key-2", "secret-2", "token-2")


def test_the_hour_is_counted_from_before_the_question(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long STS takes to answer, botocore must not believe that they last longer than they do."""
    asked_at: list[datetime] = []
    given: list[dict[str, t.Any]] = []

    def slow() -> dict[str, str]:
        asked_at.append(datetime.now(timezone.utc))
        return sts()

    monkeypatch.setattr(
        RefreshableCredentials, "create_from_metadata", lambda metadata, **_options: given.append(metadata)
    )
    RoleCredentials(slow).load_credentials()
    assert datetime.fromisoformat(given[0]["expiry_time"]) <= asked_at[0] + LASTS


def test_what_sts_says_against_it_is_raised_as_it_is(sts: Sts) -> None:
    sts.refusals = [ApiError("refused", api="sts", status=403)]
    with pytest.raises(ApiError) as caught:
        RoleCredentials(sts).load_credentials()
    assert caught.value is sts.refusals[0]


def test_a_role_that_is_refused_when_it_is_to_be_renewed_raises_that_too(
    sts: Sts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(role, "LASTS", timedelta(minutes=5))
    credentials = RoleCredentials(sts).load_credentials()
    sts.refusals = [ApiError("refused", api="sts", status=403)]
    with pytest.raises(ApiError, match="refused"):
        frozen(credentials)
