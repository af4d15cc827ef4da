# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""With wait=true a run succeeds only if it kept its promise."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.promise import lacking
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import WaitFailed
from tests.support.endpoint_literals import (
    OTHER,
    OTHER_VPCE,
    OWNED,
    SERVICE_NAME,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)

READY = pair(interface_endpoint(), registration())
ABSENT = desired(state="absent")
BEFORE = current(main=READY)


def now(**fields: t.Any) -> Current:
    return current(**fields)


def test_present_is_active_and_done_with_everything_as_desired() -> None:
    assert lacking(desired(), BEFORE, now(main=READY)) == ""
    other = Desired(service_name=SERVICE_NAME, private_dns_enabled=True)
    alone = current(**OTHER, main=pair(interface_endpoint(tags=OWNED)))
    assert lacking(other, alone, alone) == ""


@pytest.mark.parametrize(
    ("state", "row", "said"),
    [
        ("available", "PENDING", "is pending: interface endpoint available, registration PENDING"),
        ("available", None, "is initiating: interface endpoint available"),
        ("pending", "ACTIVE", "is pending: interface endpoint pending, registration ACTIVE"),
    ],
)
def test_what_went_backwards_may_come_again(state: str, row: str | None, said: str) -> None:
    after = now(main=pair(interface_endpoint(state=state), registration(state=row) if row else None))
    assert said in lacking(desired(), BEFORE, after)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({"main": pair(interface_endpoint(), registration(state="FAILED", message="no"))}, "is failed.*FAILED .no"),
        ({"dead": (pair(interface_endpoint(state="rejected"), registration()),)}, "is failed: interface endpoint rej"),
        ({"dead": (pair(interface_endpoint(state="deleting")),)}, "is deleting"),
        ({"gone": (VPCE,)}, "is not_configured: neither half is there"),
    ],
)
def test_what_never_comes_by_itself_is_an_error(after: dict[str, t.Any], said: str) -> None:
    with pytest.raises(WaitFailed, match=f"was ready, but now.*{said}"):
        lacking(desired(), BEFORE, now(**after))


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"tags": {"stage": "test"}}, "set_tags stage=test"),
        ({"subnet_ids": ("subnet-a", "subnet-b")}, "add_subnets subnet-b"),
        ({"security_group_ids": ("sg-2",)}, "add_security_groups sg-2; remove_security_groups sg-1"),
    ],
)
def test_an_option_that_is_not_as_desired_is_named(options: dict[str, t.Any], missing: str) -> None:
    assert lacking(desired(**options), BEFORE, now(main=READY)) == f"still missing: {missing}"


def test_what_no_list_shows_is_looked_for_again() -> None:
    """AWS lists what was deleted; a list without it may be behind."""
    assert "is not_configured: neither half is there" in lacking(desired(), BEFORE, now())


def test_absent_is_nothing_left_of_what_there_was() -> None:
    assert lacking(ABSENT, BEFORE, now()) == ""
    left = lacking(
        ABSENT, BEFORE, now(dead=(pair(interface_endpoint(state="deleting"), registration(state="FAILED")),))
    )
    assert left == f"{VPCE}: interface endpoint deleting, registration FAILED"


def test_absent_is_not_kept_where_another_run_made_a_new_one() -> None:
    made = pair(interface_endpoint(OTHER_VPCE, state="pendingacceptance"))
    with pytest.raises(WaitFailed, match=f"another run made a new one meanwhile .{OTHER_VPCE}"):
        lacking(ABSENT, BEFORE, now(main=made))


def test_with_keep_vpc_endpoint_only_the_registration_is_promised_to_be_gone() -> None:
    keep = replace(ABSENT, keep_vpc_endpoint=True)
    for state in ("available", "rejected"):
        kept = pair(interface_endpoint(state=state))
        assert lacking(keep, BEFORE, now(**({"main": kept} if state == "available" else {"dead": (kept,)}))) == ""
    assert lacking(keep, BEFORE, now(main=READY)) == f"{VPCE}: interface endpoint available, registration ACTIVE"
