# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not listed, unknown, not found and not asked are four things."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.registrations import (
    Registrations,
    RegistrationUnknown,
    eldest,
    foremost,
    read_registrations,
    service_from,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.endpoint_literals import (
    CLUSTER,
    CONNECTION_ID,
    GROUP,
    GROUP_ID,
    HOST,
    OTHER_VPCE,
    REGION,
    SERVICE_NAME,
    VPCE,
    registration,
)
from tests.support.scripted_clouds import Clouds, refusal

UNNAMED = registration("", private_endpoint_connection_id="7")


def read(clouds: Clouds, group_id: str | None = GROUP_ID, **fields: t.Any) -> Registrations:
    return read_registrations(t.cast(t.Any, clouds), replace(CLUSTER, **fields), group_id)


def test_a_list_without_it_says_that_it_is_not_registered(clouds: Clouds) -> None:
    assert read(clouds).of(VPCE) is None
    clouds.registrations = {OTHER_VPCE: registration(OTHER_VPCE)}
    assert read(clouds).of(VPCE) is None
    assert read(clouds).of(OTHER_VPCE) == registration(OTHER_VPCE)


def test_a_list_with_a_row_that_names_none_leaves_it_open_but_for_those_that_others_name(clouds: Clouds) -> None:
    clouds.registrations = {"": UNNAMED, OTHER_VPCE: registration(OTHER_VPCE)}
    listed = read(clouds)
    assert listed.of(OTHER_VPCE) == registration(OTHER_VPCE)
    with pytest.raises(RegistrationUnknown, match=rf"\(7\), so it is not known whether {VPCE} is registered"):
        listed.of(VPCE)
    listed.require_known([OTHER_VPCE, ""])


def test_a_row_that_nobody_registered_leaves_nothing_open(clouds: Clouds) -> None:
    clouds.registrations = {"": registration("", "DISCOVERED")}
    assert read(clouds).of(VPCE) is None


def test_a_list_that_is_not_found_is_an_error_with_the_fields_of_the_answer(clouds: Clouds) -> None:
    clouds.refusals["list_registrations"] = [refusal("5", status=404, request_id="r-1")]
    with pytest.raises(ApiError, match="Nothing is concluded from that") as error:
        read(clouds)
    assert (error.value.status, error.value.code, error.value.request_id) == (404, "5", "r-1")


def test_another_refusal_is_reported_as_it_is(clouds: Clouds) -> None:
    clouds.refusals["list_registrations"] = [refusal(message="no", status=403)]
    with pytest.raises(ApiError, match=r"^no$"):
        read(clouds)


def test_without_a_node_group_the_list_of_the_project_tells_and_without_a_project_nothing_does(clouds: Clouds) -> None:
    clouds.registrations = {VPCE: registration(), OTHER_VPCE: registration(OTHER_VPCE, cluster_id="1")}
    assert read(clouds, None).named == (registration(),)
    with pytest.raises(RegistrationUnknown, match="neither the node group nor the project"):
        read(clouds, None, project_id=None)


def test_of_several_the_one_that_serves_counts_and_the_eldest_is_kept() -> None:
    old = registration(state="PENDING", private_endpoint_connection_id="99")
    new = registration(state="ACTIVE", private_endpoint_connection_id="100")
    assert foremost([old, new]) == new
    assert eldest([new, old]) == old
    assert Registrations((old, new)).of(VPCE) == new
    assert Registrations((old, new)).single == [new]
    dying = registration(state="DELETING", private_endpoint_connection_id="1")
    assert eldest([dying, new]) == new
    assert eldest([registration(private_endpoint_connection_id=None), new]) == new


@pytest.mark.parametrize("state", ["SOMETHING_NEW", None])
def test_a_state_that_is_not_known_counts_like_one_under_way(state: str | None) -> None:
    row = registration(state=state)
    assert foremost([row, registration(state="FAILED", private_endpoint_connection_id="1")]) == row
    assert row.private_endpoint_connection_id == CONNECTION_ID


def test_a_registration_names_the_service_and_spares_a_request() -> None:
    rows = [registration(service_name=None), registration(service_state="ACTIVE", host=None)]
    service = service_from(rows, GROUP, REGION)
    assert service is not None
    assert (service.service_name, service.state, service.host) == (SERVICE_NAME, "active", HOST)
    assert (service.node_group_id, service.region) == (GROUP_ID, REGION)


def test_where_no_registration_names_the_service_it_is_not_known() -> None:
    assert service_from([], GROUP, REGION) is None
    assert service_from([registration(service_name=None)], GROUP, REGION) is None
    assert service_from([registration()], None, REGION) is None
