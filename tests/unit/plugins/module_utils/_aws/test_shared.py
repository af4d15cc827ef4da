# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import (
    InterfaceEndpoint,
    NetworkInterface,
    Subnet,
    Vpc,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.shared import Reads, SharedReads, matches
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError


def endpoint(number: int, **fields: t.Any) -> InterfaceEndpoint:
    defaults: dict[str, t.Any] = {
        "state": "available",
        "service_name": f"service-{number}",
        "vpc_id": "vpc-1",
        "region": "us-east-1",
        "subnet_ids": ("subnet-a",),
        "network_interface_ids": (f"eni-{number}",),
        "tags": {"Name": f"name-{number}"},
    }
    return InterfaceEndpoint(f"vpce-{number}", **{**defaults, **fields})


class Account:
    """The content of an account. `calls` are the calls that were made, with their parameters."""

    def __init__(self) -> None:
        self.endpoints = [endpoint(1), endpoint(2, vpc_id="vpc-2"), endpoint(3, subnet_ids=("subnet-b",))]
        self.interfaces = {f"eni-{number}" for number in (1, 2, 3)}
        self.unlisted = {"subnet-unknown"}
        self.calls: list[t.Any] = []

    def describe_vpc_endpoints(
        self, client: object, *, ids: Sequence[str] = (), filters: Mapping[str, Sequence[str]] | None = None
    ) -> list[InterfaceEndpoint]:
        self.calls.append(("endpoints", list(ids), dict(filters or {})))
        return [one for one in self.endpoints if not ids or one.vpc_endpoint_id in ids]

    def describe_network_interfaces(self, client: object, ids: Sequence[str]) -> list[NetworkInterface]:
        self.calls.append(("interfaces", *ids))
        return [NetworkInterface(one, "subnet-a") for one in ids if one in self.interfaces]

    def describe_subnets(self, client: object, ids: Sequence[str]) -> list[Subnet]:
        self.calls.append(("subnets", *ids))
        return [Subnet(one, "vpc-1") for one in ids if one not in self.unlisted]

    def describe_security_groups(self, client: object, ids: Sequence[str]) -> dict[str, str]:
        self.calls.append(("groups", *ids))
        return dict.fromkeys(ids, "vpc-1")

    def describe_associated_groups(self, client: object, vpc_id: str, ids: Sequence[str]) -> frozenset[str]:
        self.calls.append(("associations", vpc_id, *ids))
        return frozenset()

    def describe_vpc(self, client: object, vpc_id: str) -> Vpc | None:
        self.calls.append(("vpc", vpc_id))
        return None if vpc_id == "vpc-unknown" else Vpc(vpc_id, True, True)

    def describe_vpc_endpoint_service(self, client: object, service_name: str) -> None:
        self.calls.append(("service", service_name))

    def endpoint_quota(self, client: object) -> int:
        self.calls.append(("quota", client))
        return 50

    def caller_account(self, client: object) -> str:
        self.calls.append(("account", client))
        if client == "no way to sts":
            raise ApiError("no way", api="sts")
        return "210987654321"


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    account = Account()
    for name in dir(account):
        if name.startswith("describe") or name in ("endpoint_quota", "caller_account"):
            monkeypatch.setattr(api, name, getattr(account, name))
    return account


@pytest.fixture
def shared(account: Account) -> SharedReads:
    return SharedReads("ec2", lambda: "quotas", lambda: "sts")


def ids(endpoints: Sequence[InterfaceEndpoint]) -> list[str]:
    return [one.vpc_endpoint_id for one in endpoints]


def test_for_one_private_endpoint_each_read_is_a_call(account: Account) -> None:
    reads = Reads("ec2", lambda: "quotas", lambda: "sts")
    reads.vpc_endpoints(ids=["vpce-1"])
    reads.vpc_endpoints(filters={"vpc-id": ["vpc-1"]})
    reads.network_interfaces(["eni-1"])
    reads.subnets(["subnet-a"])
    reads.security_groups(["sg-1"])
    reads.vpc("vpc-1")
    reads.vpc_endpoint_service("service-1")
    reads.endpoint_quota()
    assert reads.caller_account() == "210987654321"
    assert account.calls == [
        ("endpoints", ["vpce-1"], {}),
        ("endpoints", [], {"vpc-id": ["vpc-1"]}),
        ("interfaces", "eni-1"),
        ("subnets", "subnet-a"),
        ("groups", "sg-1"),
        ("vpc", "vpc-1"),
        ("service", "service-1"),
        ("quota", "quotas"),
        ("account", "sts"),
    ]


def test_who_the_caller_is_may_stay_unknown(account: Account) -> None:
    assert Reads("ec2", lambda: "quotas", lambda: "no way to sts").caller_account() is None
    assert Reads("ec2", lambda: "quotas").caller_account() is None
    assert account.calls == [("account", "no way to sts")]


def test_all_endpoints_are_listed_once_and_chosen_by_id_and_filters(account: Account, shared: SharedReads) -> None:
    assert ids(shared.vpc_endpoints(ids=["vpce-2"])) == ["vpce-2"]
    assert ids(shared.vpc_endpoints(filters={"vpc-id": ["vpc-1"]})) == ["vpce-1", "vpce-3"]
    assert ids(shared.vpc_endpoints(ids=["vpce-9"])) == []
    assert account.calls == [("endpoints", [], {})]


def test_after_a_refresh_endpoints_and_their_interfaces_are_listed_again(account: Account, shared: SharedReads) -> None:
    shared.vpc_endpoints()
    shared.network_interfaces(["eni-1"])
    account.endpoints.append(endpoint(4))
    account.interfaces.add("eni-4")
    shared.refresh()
    assert len(shared.vpc_endpoints()) == 4
    assert [one.network_interface_id for one in shared.network_interfaces(["eni-4"])] == ["eni-4"]
    assert [call[0] for call in account.calls] == ["endpoints", "interfaces", "endpoints", "interfaces"]


def test_interfaces_that_are_gone_are_asked_for_once_in_each_round_however_many_wait_for_it(
    account: Account, shared: SharedReads
) -> None:
    shared.vpc_endpoints()
    account.endpoints.clear()
    account.interfaces = {"eni-2"}
    shared.refresh()
    left = [shared.network_interfaces([f"eni-{number}"]) for number in (1, 2, 3)]
    assert [[one.network_interface_id for one in found] for found in left] == [[], ["eni-2"], []]
    assert account.calls[1:] == [("endpoints", [], {}), ("interfaces", "eni-1", "eni-2", "eni-3")]


def test_an_interface_of_no_listed_endpoint_is_asked_for_with_all_others(account: Account, shared: SharedReads) -> None:
    shared.network_interfaces(["eni-1"])
    assert shared.network_interfaces(["eni-8"]) == []
    assert account.calls[1:] == [
        ("interfaces", "eni-1", "eni-2", "eni-3"),
        ("interfaces", "eni-1", "eni-2", "eni-3", "eni-8"),
    ]


def test_subnets_of_all_endpoints_are_read_together_and_others_when_they_are_asked_for(
    account: Account, shared: SharedReads
) -> None:
    assert [one.subnet_id for one in shared.subnets(["subnet-b"])] == ["subnet-b"]
    assert [one.subnet_id for one in shared.subnets(["subnet-a", "subnet-c"])] == ["subnet-a", "subnet-c"]
    for _item in range(2):
        assert shared.subnets(["subnet-unknown"]) == []
    shared.refresh()
    assert len(shared.subnets(["subnet-c"])) == 1
    assert account.calls[1:] == [
        ("subnets", "subnet-a", "subnet-b"),
        ("subnets", "subnet-c"),
        ("subnets", "subnet-unknown"),
    ]


def test_a_subnet_that_was_not_listed_is_asked_for_again_after_a_refresh(account: Account, shared: SharedReads) -> None:
    """It may be new."""
    assert shared.subnets(["subnet-unknown"]) == []
    account.unlisted.clear()
    shared.refresh()
    assert [one.subnet_id for one in shared.subnets(["subnet-unknown"])] == ["subnet-unknown"]


def test_a_vpc_and_groups_that_were_not_listed_are_asked_for_again_after_a_refresh_and_only_then(
    account: Account, shared: SharedReads
) -> None:
    """They may be new."""
    for _round in range(2):
        for _item in range(2):
            assert shared.vpc("vpc-unknown") is None
            assert shared.security_groups(["sg-2", "sg-1"]) == shared.security_groups(["sg-1", "sg-2"])
            assert shared.associated_groups("vpc-1", ["sg-1"]) is not None
        shared.refresh()
    assert [call[0] for call in account.calls] == ["vpc", "groups", "associations"] * 2


def test_what_else_the_limits_need_is_read_once_for_the_whole_run_also_where_it_is_not_there(
    account: Account, shared: SharedReads
) -> None:
    for _round in range(2):
        assert shared.vpc_endpoint_service("service-1") is None
        assert shared.endpoint_quota() == 50
        assert shared.caller_account() == "210987654321"
        shared.refresh()
    assert account.calls == [
        ("service", "service-1"),
        ("quota", "quotas"),
        ("account", "sts"),
    ]


@pytest.mark.parametrize(
    ("filters", "chosen"),
    [
        ({}, True),
        ({"vpc-id": ["vpc-1"]}, True),
        ({"vpc-id": ["vpc-7", "vpc-1"]}, True),
        ({"vpc-id": ["vpc-7"]}, False),
        ({"service-name": ["service-1"], "vpc-id": ["vpc-1"]}, True),
        ({"service-name": ["service-1"], "vpc-id": ["vpc-7"]}, False),
        ({"tag:Name": ["name-1"]}, True),
        ({"tag:Name": ["name-2"]}, False),
        ({"tag:missing": ["name-1"]}, False),
    ],
)
def test_an_endpoint_is_chosen_as_aws_would_every_filter_and_any_of_its_values(
    filters: dict[str, list[str]], chosen: bool
) -> None:
    assert matches(endpoint(1), filters) is chosen


def test_a_filter_that_cannot_be_judged_here_is_a_mistake_and_not_an_answer() -> None:
    with pytest.raises(KeyError):
        matches(endpoint(1), {"vpc-endpoint-state": ["available"]})
