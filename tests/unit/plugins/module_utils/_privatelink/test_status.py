# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status and stage against the table of the public contract, written out as it is there."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import InterfaceEndpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.status import NOTES, status_and_stage
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Registration
from tests.support.endpoint_literals import interface_endpoint, registration

STATUSES = {"not_configured", "initiating", "pending", "active", "deleting", "failed"}
SHORT_STAGES = {
    "service": "service_endpoint",
    "interface": "interface_endpoint",
    "accept": "accept_endpoint_connection",
    "private_dns": "enable_private_dns",
    "done": "done",
}
COLUMNS = ("none", "DISCOVERED", "PENDING", "ACTIVE", "DELETING", "FAILED", "-")
IMPOSSIBLE = "-"
# One line for a row; "nothing" and "broken" stand for not_configured/interface and failed/interface.
TABLE = """
hidden      | -                 | initiating/accept | pending/accept | active/done         | deleting | failed/accept | -
none        | nothing           | broken            | broken         | broken              | deleting | broken        | nothing
underway    | initiating/accept | initiating/accept | pending/accept | pending/accept      | deleting | failed/accept | initiating/accept
available   | initiating/accept | initiating/accept | pending/accept | active/done         | deleting | failed/accept | active/done
dns missing | initiating/accept | initiating/accept | pending/accept | pending/private_dns | deleting | failed/accept | pending/private_dns
leftover    | broken            | broken            | broken         | broken              | deleting | broken        | broken
deleting    | deleting          | deleting          | deleting       | deleting            | deleting | deleting      | deleting
"""  # noqa: E501
LONG = {"nothing": "not_configured/interface", "broken": "failed/interface"}
STATES_OF_ROW: dict[str, list[str | None]] = {
    "hidden": [None],
    "none": [None, "deleted"],
    "underway": ["pending", "pendingacceptance", "partial"],
    "available": ["available"],
    "dns missing": ["available"],
    "leftover": ["rejected", "failed", "expired"],
    "deleting": ["deleting"],
}
ENDPOINT_STATES = [state for states in STATES_OF_ROW.values() for state in states]


def cells() -> list[tuple[str, str | None, str, str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [
        (row[0], state, column, LONG.get(cell, cell))
        for row in rows
        for state in STATES_OF_ROW[row[0]]
        for column, cell in ((column, row[1 + index]) for index, column in enumerate(COLUMNS))
        if cell != IMPOSSIBLE
    ]


def endpoint_in(state: str | None, private_dns_enabled: bool = True) -> InterfaceEndpoint | None:
    return None if state is None else interface_endpoint(state=state, private_dns_enabled=private_dns_enabled)


def registration_in(column: str) -> Registration | None:
    return None if column in ("none", "-") else registration(state=column)


@pytest.mark.parametrize(("row", "state", "column", "cell"), cells())
def test_a_cell_of_the_table_is_what_the_contract_says(row: str, state: str | None, column: str, cell: str) -> None:
    found = status_and_stage(
        endpoint_in(state, private_dns_enabled=row != "dns missing"),
        registration_in(column),
        visible=row != "hidden",
        registrable=column != "-",
        private_dns_wanted=row == "dns missing",
    )
    status, _slash, stage = cell.partition("/")
    assert found == (status, SHORT_STAGES.get(stage))


def test_the_whole_table_is_tested() -> None:
    assert {row for row, *_rest in cells()} == set(STATES_OF_ROW)
    assert len({(row, column) for row, _state, column, _cell in cells()}) == 7 * 7 - 2


@pytest.mark.parametrize("state", [None, "deleted"])
@pytest.mark.parametrize("registrable", [True, False])
def test_without_an_active_service_nothing_is_configured_at_the_stage_of_the_service(
    state: str | None, registrable: bool
) -> None:
    found = status_and_stage(endpoint_in(state), None, registrable=registrable, service_active=False)
    assert found == ("not_configured", "service_endpoint")


@pytest.mark.parametrize(
    ("row", "state", "column", "cell"), [case for case in cells() if "not_configured" not in case[3]]
)
def test_the_state_of_the_service_is_of_no_matter_once_a_half_exists(
    row: str, state: str | None, column: str, cell: str
) -> None:
    found = status_and_stage(
        endpoint_in(state, private_dns_enabled=row != "dns missing"),
        registration_in(column),
        visible=row != "hidden",
        registrable=column != "-",
        private_dns_wanted=row == "dns missing",
        service_active=False,
    )
    assert found[0] == cell.partition("/")[0]


@pytest.mark.parametrize("private_dns_enabled", [True, False])
def test_private_dns_that_is_not_required_does_not_matter(private_dns_enabled: bool) -> None:
    found = status_and_stage(endpoint_in("available", private_dns_enabled), registration())
    assert found == ("active", "done")


def test_every_combination_has_a_known_status_and_no_stage_exactly_while_deleting() -> None:
    states = [*ENDPOINT_STATES, "", "a-state-of-tomorrow"]
    columns = [*COLUMNS, "A_STATE_OF_TOMORROW", "stateless"]
    flags = itertools.product([True, False], repeat=5)
    for state, column, (visible, registrable, wanted, enabled, active) in itertools.product(states, columns, flags):
        row = registration(state=None) if column == "stateless" else registration_in(column)
        status, stage = status_and_stage(
            endpoint_in(state, enabled),
            row,
            visible=visible,
            registrable=registrable,
            private_dns_wanted=wanted,
            service_active=active,
        )
        assert status in STATUSES
        assert stage in {*SHORT_STAGES.values(), None}
        assert (stage is None) == (status == "deleting")
        assert (stage == "done") == (status == "active")


@pytest.mark.parametrize("state", ["", "a-state-of-tomorrow"])
@pytest.mark.parametrize("registrable", [True, False])
def test_an_interface_endpoint_in_an_unfamiliar_state_is_never_ready(state: str, registrable: bool) -> None:
    row = registration() if registrable else None
    assert status_and_stage(endpoint_in(state), row, registrable=registrable)[0] in ("pending", "initiating")


@pytest.mark.parametrize("state", [None, "A_STATE_OF_TOMORROW"])
@pytest.mark.parametrize("endpoint_state", ["pending", "available"])
def test_a_registration_in_an_unfamiliar_state_is_pending(state: str | None, endpoint_state: str) -> None:
    found = status_and_stage(endpoint_in(endpoint_state), registration(state=state))
    assert found == ("pending", "accept_endpoint_connection")


def test_every_status_says_what_it_means() -> None:
    assert set(NOTES) == STATUSES
    assert all(note.endswith(".") for note in NOTES.values())
