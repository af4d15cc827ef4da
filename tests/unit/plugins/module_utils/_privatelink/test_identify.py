# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which private endpoint is meant: the rules of identity."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import DEAD_STATES, InterfaceEndpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Found, Pair
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.identify import find
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Registration
from tests.support.endpoint_literals import (
    OTHER_VPC,
    OTHER_VPCE,
    OWNED,
    SERVICE_NAME,
    VPCE,
    desired,
    interface_endpoint,
    registration,
)

LIVE_STATES = ["pendingacceptance", "pending", "partial", "available"]
WITHOUT_VPC: dict[str, t.Any] = {"vpc_id": None, "subnet_ids": None, "security_group_ids": None}


def found_by(
    wanted: Desired, endpoints: t.Sequence[InterfaceEndpoint] = (), registrations: t.Sequence[Registration] = ()
) -> Found:
    return find(wanted, endpoints, registrations)


def named(vpc_endpoint_id: str, name: str | None, **fields: t.Any) -> InterfaceEndpoint:
    return interface_endpoint(vpc_endpoint_id, tags={**OWNED, **({"Name": name} if name else {})}, **fields)


@pytest.mark.parametrize("state", LIVE_STATES)
def test_the_single_live_endpoint_of_the_service_in_the_vpc_is_meant(state: str) -> None:
    found = found_by(desired(), [interface_endpoint(state=state, tags={})], [registration()])
    assert found.main == Pair(interface_endpoint(state=state, tags={}), registration())
    assert found.violations == ()


def test_an_endpoint_in_another_vpc_is_not_meant() -> None:
    assert found_by(desired(), [interface_endpoint(vpc_id=OTHER_VPC)]) == Found()


@pytest.mark.parametrize("state", sorted(DEAD_STATES))
def test_a_dead_endpoint_is_never_present(state: str) -> None:
    found = found_by(desired(), [interface_endpoint(state=state)])
    assert found.main is None
    assert found.gone == (VPCE,)


@pytest.mark.parametrize("state", ["rejected", "failed", "expired", "deleting"])
def test_what_is_left_of_a_dead_endpoint_is_remembered(state: str) -> None:
    assert [pair.vpc_endpoint_id for pair in found_by(desired(), [interface_endpoint(state=state)]).dead] == [VPCE]


def test_of_a_deleted_endpoint_nothing_is_left_but_its_registration() -> None:
    deleted = interface_endpoint(state="deleted")
    assert found_by(desired(), [deleted]).dead == ()
    assert found_by(desired(), [deleted], [registration(state="DISCOVERED")]).dead == ()
    assert found_by(desired(), [deleted], [registration()]).dead == (Pair(deleted, registration()),)


def test_dead_ones_are_set_apart_from_the_live_one() -> None:
    found = found_by(desired(), [interface_endpoint(OTHER_VPCE, state="rejected"), interface_endpoint()])
    assert found.main is not None
    assert found.main.vpc_endpoint_id == VPCE
    assert [pair.vpc_endpoint_id for pair in found.dead] == [OTHER_VPCE]


def test_the_named_one_of_several_is_meant() -> None:
    found = found_by(desired(name="tidb"), [named(OTHER_VPCE, "other"), named(VPCE, "tidb")])
    assert found.main is not None
    assert found.main.vpc_endpoint_id == VPCE


@pytest.mark.parametrize("name", [None, "other"])
def test_a_name_that_no_live_one_has_is_an_error_that_lists_them(name: str | None) -> None:
    found = found_by(desired(name="tidb"), [named(VPCE, name)])
    (violation,) = found.violations
    assert found.main is None
    assert violation.code == "ambiguous_match"
    assert f"{VPCE} ({name or 'unnamed'})" in violation.message
    assert "vpc_endpoint_id" in violation.remedy


def test_a_name_that_no_live_one_has_is_nothing_to_delete() -> None:
    assert found_by(desired(name="tidb", state="absent"), [named(VPCE, "other")]) == Found()


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("name", [None, "tidb"])
def test_several_that_fit_are_an_error_that_lists_them(state: str, name: str | None) -> None:
    found = found_by(desired(state=state, name=name), [named(VPCE, "tidb"), named(OTHER_VPCE, "tidb")])
    (violation,) = found.violations
    assert found.main is None
    assert violation.code == "ambiguous_match"
    assert f"{VPCE} (tidb), {OTHER_VPCE} (tidb)" in violation.message


def test_dead_ones_with_another_name_are_not_ours() -> None:
    found = found_by(desired(name="tidb"), [named(VPCE, "other", state="rejected")])
    assert found.dead == ()


@pytest.mark.parametrize("state", ["present", "absent"])
def test_without_a_vpc_only_what_carries_the_ownership_tags_of_the_cluster_counts(state: str) -> None:
    wanted = desired(state=state, **WITHOUT_VPC)
    others = [
        interface_endpoint("vpce-1", tags={}),
        interface_endpoint("vpce-2", tags={**OWNED, "tidbcloud:managed-by": "somebody"}),
        interface_endpoint("vpce-3", tags={**OWNED, "tidbcloud:cluster-id": "1"}),
    ]
    assert found_by(wanted, others) == Found()
    found = found_by(wanted, [*others, interface_endpoint()])
    assert found.main is not None
    assert found.main.vpc_endpoint_id == VPCE


def test_without_a_vpc_another_name_is_another_endpoint() -> None:
    assert found_by(desired(name="tidb", **WITHOUT_VPC), [named(VPCE, "other")]) == Found()


def test_without_a_vpc_the_service_alone_is_enough_where_there_is_no_cluster() -> None:
    wanted = Desired(service_name=SERVICE_NAME)
    found = found_by(wanted, [interface_endpoint(tags={"tidbcloud:managed-by": "tidbcloud.privatelink"})])
    assert found.main is not None


def test_the_one_with_the_id_is_meant_whatever_else_there_is() -> None:
    wanted = desired(vpc_endpoint_id=VPCE, name="tidb")
    found = found_by(wanted, [named(OTHER_VPCE, "tidb"), interface_endpoint(tags={})], [registration()])
    assert found == Found(main=Pair(interface_endpoint(tags={}), registration()))


def test_a_registration_with_the_id_whose_endpoint_cannot_be_seen_can_be_removed() -> None:
    found = found_by(desired(vpc_endpoint_id=VPCE), [], [registration()])
    assert found == Found(dead=(Pair(None, registration(), visible=False),))


def test_a_dead_one_with_the_id_is_not_present() -> None:
    rejected, deleted = interface_endpoint(state="rejected"), interface_endpoint(state="deleted")
    assert found_by(desired(vpc_endpoint_id=VPCE), [rejected]) == Found(dead=(Pair(rejected, None),))
    assert found_by(desired(vpc_endpoint_id=VPCE), [deleted]) == Found(gone=(VPCE,))


def test_an_unknown_id_finds_nothing() -> None:
    assert found_by(desired(vpc_endpoint_id=VPCE), [interface_endpoint(OTHER_VPCE)]) == Found()


@pytest.mark.parametrize("state", ["PENDING", "ACTIVE", "FAILED", "DELETING"])
def test_registrations_whose_endpoint_cannot_be_seen_are_left_alone(state: str) -> None:
    assert found_by(desired(), [], [registration(state=state)]) == Found()
    assert found_by(desired(state="absent"), [], [registration(state=state)]) == Found()
