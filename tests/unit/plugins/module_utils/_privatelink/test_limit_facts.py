# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limits of the planned steps are read, each once, and nothing that no planned step needs."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import (
    InterfaceEndpoint,
    Vpc,
    VpcEndpointService,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limit_facts import read_limit_facts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limits import NETWORK_STEPS
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.situation import LimitFacts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import EndpointService
from tests.support.endpoint_literals import (
    AWS_SERVICE,
    NETWORK,
    OTHER,
    OTHER_VPC,
    REGION,
    SERVICE,
    SUBNETS,
    VPC,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)


class Clouds:
    """Both clouds and the reads of AWS. `asked`: what was, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.region = ""
        self.vpc_of: dict[str, str] = {}

    @property
    def tidb(self) -> Clouds:
        return self

    def reads(self, region: str) -> Clouds:
        self.region = region
        return self

    def _answer(self, asked: str, found: t.Any) -> t.Any:
        self.asked.append(asked)
        return found

    def get_service(self, cluster_id: str, node_group_id: str) -> EndpointService | None:
        return t.cast(EndpointService, self._answer("service", SERVICE))

    def vpc_endpoint_service(self, name: str) -> VpcEndpointService | None:
        return t.cast(VpcEndpointService, self._answer(f"service of AWS {name}", AWS_SERVICE))

    def vpc(self, vpc_id: str) -> Vpc | None:
        return t.cast(Vpc, self._answer(f"VPC {vpc_id}", NETWORK))

    def security_groups(self, ids: Sequence[str]) -> dict[str, str]:
        found = {one: self.vpc_of.get(one, VPC) for one in ids}
        return t.cast("dict[str, str]", self._answer(f"groups {','.join(ids)}", found))

    def associated_groups(self, vpc_id: str, ids: Sequence[str]) -> frozenset[str] | None:
        return t.cast("frozenset[str]", self._answer(f"groups for {vpc_id} {','.join(ids)}", frozenset(ids)))

    def endpoints_in_quota(self, vpc_id: str) -> list[InterfaceEndpoint]:
        return t.cast("list[InterfaceEndpoint]", self._answer("endpoints", [interface_endpoint()]))

    def endpoint_quota(self) -> int:
        return t.cast(int, self._answer("quota", 50))

    def caller_account(self) -> str:
        return t.cast(str, self._answer("caller", "210987654321"))


def read(wanted: Desired, here: Current, clouds: Clouds) -> LimitFacts:
    return read_limit_facts(wanted, here, plan(wanted, here), t.cast(t.Any, clouds))


@pytest.fixture
def clouds() -> Clouds:
    return Clouds()


def live(**fields: t.Any) -> Current:
    """A finished private endpoint."""
    return current(main=pair(interface_endpoint(**fields), registration()))


def test_a_creation_needs_all_of_it_each_read_once(clouds: Clouds) -> None:
    facts = read(desired(), current(), clouds)
    assert clouds.asked == [
        f"service of AWS {SERVICE.service_name}",
        f"VPC {VPC}",
        "groups sg-1",
        "endpoints",
        "quota",
        "caller",
    ]
    assert clouds.region == REGION
    assert facts == LimitFacts(
        aws_service=AWS_SERVICE,
        vpc=NETWORK,
        subnets=SUBNETS,
        security_groups={"sg-1": VPC},
        endpoints=(interface_endpoint(),),
        endpoint_quota=50,
        caller_account="210987654321",
        service=None,
    )


@pytest.mark.parametrize(
    ("wanted", "here", "asked"),
    [
        (desired(), live(), []),
        (desired(tags={"team": "a"}), live(), []),
        (desired(state="absent"), live(), []),
        (desired(private_dns_enabled=False), live(), []),
        (desired(), live(private_dns_enabled=False), [f"VPC {VPC}", "groups sg-1", "endpoints"]),
        (desired(subnet_ids=("subnet-a", "subnet-b")), live(), [f"VPC {VPC}", "groups sg-1", "caller"]),
        (desired(security_group_ids=("sg-2",)), live(), [f"VPC {VPC}", "groups sg-2"]),
    ],
    ids=["unchanged", "tags", "deletion", "private DNS off", "private DNS on", "a subnet more", "another group"],
)
def test_a_change_asks_only_for_what_its_own_steps_need(
    clouds: Clouds, wanted: Desired, here: Current, asked: list[str]
) -> None:
    read(wanted, here, clouds)
    assert clouds.asked == asked


def test_a_registration_alone_touches_the_network_of_nobody(clouds: Clouds) -> None:
    wanted, here = desired(), current(main=pair(interface_endpoint()))
    assert not plan(wanted, here).has(*NETWORK_STEPS)
    read(wanted, here, clouds)
    assert not [asked for asked in clouds.asked if asked in ("quota", "caller", "endpoints")]


@pytest.mark.parametrize(
    ("service", "asked"),
    [(SERVICE, False), (replace(SERVICE, availability_zones=()), True), (None, False)],
    ids=["whole", "without its zones", "never begun"],
)
def test_tidb_cloud_is_asked_for_a_service_only_where_its_zones_are_not_known(
    clouds: Clouds, service: EndpointService | None, asked: bool
) -> None:
    facts = read(desired(), current(service=service), clouds)
    assert ("service" in clouds.asked) is asked
    assert facts.service == (SERVICE if asked else None)


def test_a_service_of_somebody_else_is_no_matter_of_tidb_cloud(clouds: Clouds) -> None:
    wanted = desired(cluster_id=None, service_name=AWS_SERVICE.service_name)
    read(wanted, current(**OTHER), clouds)
    assert "service" not in clouds.asked
    assert f"service of AWS {AWS_SERVICE.service_name}" in clouds.asked


def test_whether_the_name_of_somebody_elses_service_is_verified_is_asked_where_private_dns_is_switched_on(
    clouds: Clouds,
) -> None:
    wanted = desired(cluster_id=None, service_name=AWS_SERVICE.service_name, private_dns_enabled=True)
    endpoint = interface_endpoint(private_dns_enabled=False)
    facts = read(wanted, current(main=pair(endpoint), **OTHER), clouds)
    assert clouds.asked[0] == f"service of AWS {AWS_SERVICE.service_name}"
    assert facts.aws_service == AWS_SERVICE


def test_without_a_vpc_nothing_in_it_is_asked_for(clouds: Clouds) -> None:
    """In check mode, where the play makes the network only later."""
    wanted = desired(vpc_id=None, subnet_ids=None, security_group_ids=None, allow_missing_network=True)
    facts = read(wanted, current(), clouds)
    assert clouds.asked == [f"service of AWS {SERVICE.service_name}"]
    assert (facts.vpc, facts.endpoints) == (None, ())


def test_what_a_cloud_refuses_is_an_error_and_no_fact(clouds: Clouds, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(_vpc_id: str) -> t.NoReturn:
        raise ApiError("refused", api="ec2")

    monkeypatch.setattr(clouds, "vpc", deny)
    with pytest.raises(ApiError, match="refused"):
        read(desired(), current(), clouds)


def test_only_of_groups_of_other_vpcs_it_is_asked_whether_they_are_associated(clouds: Clouds) -> None:
    clouds.vpc_of = {"sg-2": OTHER_VPC}
    facts = read(desired(security_group_ids=("sg-1", "sg-2")), current(), clouds)
    assert f"groups for {VPC} sg-2" in clouds.asked
    assert facts.associated_groups == frozenset({"sg-2"})
