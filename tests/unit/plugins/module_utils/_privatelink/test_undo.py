# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Only what this run made is undone, and only if another run is in the way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.conditions import Conditions
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import (
    DeleteVpcEndpoint,
    RegisterEndpoint,
    TerminateRegistration,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.undo import (
    undo_creation,
    undo_registrations,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, WaitFailed
from tests.support.endpoint_literals import (
    CLUSTER_ID,
    CONNECTION_ID,
    GROUP_ID,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)
from tests.support.scripted_clouds import Clouds, refusal

STEP = RegisterEndpoint(VPCE, (), CLUSTER_ID, GROUP_ID)
ERROR = WaitFailed("It is deleted.")


def undone(clouds: Clouds, state: str) -> list[TerminateRegistration]:
    clouds.endpoints[VPCE] = interface_endpoint(state=state)
    here = current(main=pair(clouds.endpoints[VPCE], registration()))
    steps: list[TerminateRegistration] = []
    conditions = Conditions(desired(), here, t.cast(t.Any, clouds))
    undo_registrations(ERROR, {VPCE: STEP}, conditions, steps.append)
    return steps


@pytest.mark.parametrize("state", ["available", "pendingacceptance", "rejected"])
def test_a_registration_stays_while_its_interface_endpoint_is_there(clouds: Clouds, state: str) -> None:
    assert undone(clouds, state) == []


def test_a_registration_ends_where_another_run_deletes_its_interface_endpoint(clouds: Clouds) -> None:
    assert undone(clouds, "deleting") == [STEP.undone(VPCE, CONNECTION_ID)]


@pytest.mark.parametrize("refused", [refusal("OperationInProgress"), refusal(ambiguous=True)])
def test_a_deletion_of_the_own_twin_is_asked_for_again_where_that_may_pass(clouds: Clouds, refused: ApiError) -> None:
    clouds.refusals["delete_vpc_endpoint"] = [refused]
    assert not undo_creation(clouds, DeleteVpcEndpoint(VPCE, ())).done
    assert undo_creation(clouds, DeleteVpcEndpoint(VPCE, ())).done


def test_a_deletion_that_may_not_be_is_an_error(clouds: Clouds) -> None:
    clouds.refusals["delete_vpc_endpoint"] = [refusal("UnauthorizedOperation")]
    with pytest.raises(ApiError):
        undo_creation(clouds, DeleteVpcEndpoint(VPCE, ()))
