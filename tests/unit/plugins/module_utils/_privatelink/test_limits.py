# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every limit: broken once with its whole message, all broken together, and each allowed."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import Subnet, Vpc
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.limits import LIMITS, check
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.situation import LimitFacts, Reserved
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import (
    AddSecurityGroups,
    AddSubnets,
    DisablePrivateDns,
    Plan,
    RegisterEndpoint,
    RemoveTags,
    SetIpAddressType,
    SetTags,
    Step,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import ALLOWABLE, Verdict
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import EndpointService
from tests.support.endpoint_literals import (
    AWS_SERVICE,
    CLUSTER,
    CLUSTER_ID,
    GROUP_ID,
    HOST,
    NETWORK,
    OTHER_VPC,
    OTHER_VPCE,
    OWNED,
    SERVICE,
    SERVICE_NAME,
    SUBNETS,
    VPC,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)

FACTS = LimitFacts(
    vpc=NETWORK,
    subnets=SUBNETS,
    security_groups={"sg-1": VPC, "sg-2": VPC},
    aws_service=AWS_SERVICE,
    endpoint_quota=50,
)


def checked(wanted: Desired, here: Current | None = None, **facts: t.Any) -> Verdict:
    here = here or current()
    return check(wanted, here, plan(wanted, here), replace(FACTS, **facts))


def broken(wanted: Desired, here: Current | None = None, **facts: t.Any) -> dict[str, str]:
    """Code to message, and the remedy after it."""
    violations = checked(wanted, here, **facts).violations
    codes = [violation.code for violation in violations]
    assert len(set(codes)) == len(codes)
    return {violation.code: f"{violation.message} {violation.remedy}" for violation in violations}


def test_a_creation_that_keeps_every_limit_breaks_none() -> None:
    assert checked(desired()) == Verdict()


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        ("CREATING", "Wait until the cluster is ACTIVE."),
        ("INACTIVE", "Wait until the cluster is ACTIVE."),
        ("PAUSING", "Resume the cluster first."),
        ("PAUSED", "Resume the cluster first."),
        ("DELETING", "Choose a cluster that is not being deleted."),
        ("DELETED", "Choose a cluster that is not being deleted."),
    ],
)
def test_a_cluster_that_does_not_run_accepts_no_new_private_endpoint(state: str, remedy: str) -> None:
    found = broken(desired(), current(cluster=replace(CLUSTER, state=state)))
    assert found == {
        "cluster_not_ready": f"Cluster {CLUSTER_ID} (main) is {state}; it accepts no new private endpoint. {remedy}"
    }


@pytest.mark.parametrize("state", ["ACTIVE", "MAINTENANCE", "MODIFYING", "UPGRADING", "IMPORTING", None])
def test_a_cluster_that_runs_accepts_one(state: str | None) -> None:
    assert broken(desired(), current(cluster=replace(CLUSTER, state=state))) == {}


@pytest.mark.parametrize("name", [None, SERVICE_NAME])
@pytest.mark.parametrize("state", ["creating", "deleting"])
def test_nothing_is_made_before_the_service_is_active(state: str, name: str | None) -> None:
    """That AWS does not show it yet, or no longer, says nothing about the account."""
    found = broken(desired(), current(service=EndpointService(GROUP_ID, name, state)), aws_service=None)
    assert found == {
        "service_not_active": f"The endpoint service of node group {GROUP_ID} of cluster {CLUSTER_ID} is "
        f"{state.upper()}."
        " Wait for it with tidbcloud.privatelink.endpoint_service, then run again."
    }


def test_a_service_that_was_never_begun_is_begun_in_the_console() -> None:
    found = broken(desired(), current(service=None), aws_service=None)
    assert list(found) == ["service_not_created"]
    assert f"node group {GROUP_ID} of cluster {CLUSTER_ID}" in found["service_not_created"]
    assert "Create Private Endpoint Connection" in found["service_not_created"]


def test_a_service_that_these_credentials_cannot_see_may_be_of_another_account_region_or_name() -> None:
    assert broken(desired(), aws_service=None) == {
        "service_not_visible": f"AWS does not show the endpoint service {SERVICE_NAME} to these credentials in "
        "us-east-1."
        " Check the AWS account (it must be a permitted principal of the service), the region and the service name."
    }


def test_a_vpc_that_is_not_there() -> None:
    assert broken(desired(), vpc=None) == {
        "vpc_not_found": f"There is no VPC {VPC} in us-east-1 that these credentials can see."
        " Check vpc_id, the AWS account and the region (a VPC must be in the cluster's region)."
    }


def test_a_subnet_that_is_not_there() -> None:
    assert broken(desired(subnet_ids=("subnet-x",))) == {
        "subnet_not_found": "There is no subnet subnet-x that these credentials can see."
        " Check subnet_ids, the AWS account and the region."
    }


def test_a_subnet_of_another_vpc() -> None:
    stranger = Subnet("subnet-x", OTHER_VPC, "use1-az1", "us-east-1a")
    assert broken(desired(subnet_ids=("subnet-x",)), subnets=(stranger,)) == {
        "subnet_not_in_vpc": f"Subnet subnet-x is in VPC {OTHER_VPC}, not in {VPC}. Give subnets of the VPC in vpc_id."
    }


def test_a_subnet_in_a_zone_that_the_service_does_not_have() -> None:
    remote = Subnet("subnet-x", VPC, "use1-az6", "us-east-1f")
    assert broken(desired(subnet_ids=("subnet-x",)), subnets=(remote,)) == {
        "zone_not_supported": f"Subnet subnet-x is in zone use1-az6, which the endpoint service {SERVICE_NAME} does "
        "not"
        " have (it has use1-az1, use1-az2, use1-az4). Give subnets in the zones of the service."
    }


@pytest.mark.parametrize("zones", [("us-east-1a",), ("use1-az1",), ("us-east-1a", "use1-az1")])
def test_zones_are_compared_by_id_and_by_name_where_the_api_gives_names(zones: tuple[str, ...]) -> None:
    service = replace(SERVICE, availability_zones=zones)
    assert broken(desired(), current(service=service)) == {}
    assert list(broken(desired(subnet_ids=("subnet-b",)), current(service=service))) == ["zone_not_supported"]


def test_the_zones_that_aws_gives_count_where_tidb_cloud_gives_none() -> None:
    unsaid = current(service=replace(SERVICE, availability_zones=()))
    elsewhere = replace(AWS_SERVICE, availability_zones=("us-east-1f",), availability_zone_ids=("use1-az6",))
    assert list(broken(desired(), unsaid, aws_service=elsewhere)) == ["zone_not_supported"]


def test_zones_that_nobody_gives_are_not_judged() -> None:
    unsaid = current(service=replace(SERVICE, availability_zones=()))
    silent = replace(AWS_SERVICE, availability_zones=(), availability_zone_ids=())
    assert broken(desired(), unsaid, aws_service=silent) == {}


def test_two_subnets_in_one_zone() -> None:
    twin = Subnet("subnet-a2", VPC, "use1-az1", "us-east-1a")
    assert broken(desired(subnet_ids=("subnet-a", "subnet-a2")), subnets=(*SUBNETS, twin)) == {
        "subnets_share_zone": "Subnets subnet-a, subnet-a2 are in one zone, use1-az1. Give one subnet for each zone."
    }


FULL = replace(SUBNETS[0], free_addresses=0)


def test_a_subnet_without_a_free_address_is_full() -> None:
    assert broken(desired(), subnets=(FULL,)) == {
        "subnet_full": "Subnet subnet-a has no free IPv4 address for the network interface. Give another subnet of the "
        "zone, or delete network interfaces in this one that are not needed."
    }


@pytest.mark.parametrize("free", [1, 4091, None])
def test_a_subnet_with_an_address_left_or_of_which_that_is_not_known_is_not_full(free: int | None) -> None:
    assert broken(desired(), subnets=(replace(FULL, free_addresses=free),)) == {}


def test_of_subnets_for_ipv6_only_no_ipv4_address_is_needed() -> None:
    assert broken(desired(ip_address_type="ipv6"), subnets=(FULL,)) == {}
    assert list(broken(desired(ip_address_type="dualstack"), subnets=(FULL,))) == ["subnet_full"]


def test_only_the_subnets_that_are_added_need_an_address() -> None:
    here = current(main=pair(interface_endpoint(), registration()))
    added = desired(subnet_ids=("subnet-a", "subnet-b"))
    assert broken(added, here, subnets=(FULL, SUBNETS[1])) == {}
    full = replace(SUBNETS[1], free_addresses=0)
    assert list(broken(added, here, subnets=(SUBNETS[0], full))) == ["subnet_full"]
    ipv6 = current(main=pair(interface_endpoint(ip_address_type="ipv6"), registration()))
    assert broken(added, ipv6, subnets=(SUBNETS[0], full)) == {}


def test_an_address_that_the_run_frees_first_counts() -> None:
    rejected = current(dead=(pair(interface_endpoint(state="rejected")),))
    assert broken(desired(recreate_failed=True), rejected, subnets=(FULL,)) == {}
    elsewhere = current(dead=(pair(interface_endpoint(state="rejected", subnet_ids=("subnet-b",))),))
    assert list(broken(desired(recreate_failed=True), elsewhere, subnets=(FULL,))) == ["subnet_full"]


def test_the_last_address_may_be_another_items() -> None:
    last = replace(FULL, free_addresses=1)
    facts, planned = replace(FACTS, subnets=(last,)), plan(desired(), current())
    assert check(desired(), current(), planned, facts, Reserved()).violations == ()
    (violation,) = check(desired(), current(), planned, facts, Reserved(addresses={"subnet-a": 1})).violations
    assert violation.code == "subnet_full"
    assert "it has 1, and other items take 1" in violation.message


def test_a_security_group_that_is_associated_with_the_vpc_may_be_used_there() -> None:
    facts: dict[str, t.Any] = {"security_groups": {"sg-1": OTHER_VPC}}
    assert broken(desired(), **facts, associated_groups=frozenset({"sg-1"})) == {}
    unknown = broken(desired(), **facts, associated_groups=None)["security_group_not_in_vpc"]
    assert "ec2:DescribeSecurityGroupVpcAssociations" in unknown
    assert "allow_violations=security_group_not_in_vpc" in unknown


def test_a_security_group_that_is_not_there() -> None:
    assert broken(desired(security_group_ids=("sg-x",))) == {
        "security_group_not_found": "There is no security group sg-x that these credentials can see."
        " Check security_group_ids, the AWS account and the region."
    }


def test_a_security_group_of_another_vpc() -> None:
    assert broken(desired(), security_groups={"sg-1": OTHER_VPC}) == {
        "security_group_not_in_vpc": f"Security group sg-1 belongs to VPC {OTHER_VPC}, not to {VPC}."
        " Give security groups of the VPC in vpc_id, or associate this one with it."
    }


@pytest.mark.parametrize(
    ("support", "hostnames", "off", "flags"),
    [
        (False, True, "enableDnsSupport on VPC {0}, which is off", ["--enable-dns-support"]),
        (True, False, "enableDnsHostnames on VPC {0}, which is off", ["--enable-dns-hostnames"]),
        (
            False,
            False,
            "enableDnsSupport and enableDnsHostnames on VPC {0}, which are off",
            ["--enable-dns-support", "--enable-dns-hostnames"],
        ),
    ],
)
def test_private_dns_needs_both_attributes_of_the_vpc(
    support: bool, hostnames: bool, off: str, flags: list[str]
) -> None:
    found = broken(desired(), vpc=Vpc(VPC, support, hostnames))
    assert list(found) == ["vpc_dns_disabled"]
    assert found["vpc_dns_disabled"].startswith(f"Private DNS needs {off.format(VPC)}.")
    assert all(flag in found["vpc_dns_disabled"] for flag in flags)
    assert "private_dns_enabled=false" in found["vpc_dns_disabled"]


@pytest.mark.parametrize(
    "holder",
    [
        interface_endpoint(OTHER_VPCE),
        interface_endpoint(OTHER_VPCE, service_name="com.amazonaws.vpce.x", dns_names=(HOST,)),
    ],
)
def test_two_endpoints_of_one_vpc_cannot_hold_one_private_name(holder: t.Any) -> None:
    wanted = desired(vpc_endpoint_id=VPCE)
    here = current(main=pair(interface_endpoint(private_dns_enabled=False), registration()))
    found = broken(wanted, here, endpoints=(holder,))
    assert list(found) == ["private_dns_conflict"]
    assert found["private_dns_conflict"].startswith(
        f"{OTHER_VPCE} in VPC {VPC} already holds the private DNS name {HOST}. Two interface endpoints"
    )


@pytest.mark.parametrize(
    "other",
    [
        interface_endpoint(OTHER_VPCE, private_dns_enabled=False),
        interface_endpoint(OTHER_VPCE, state="deleting"),
        interface_endpoint(OTHER_VPCE, service_name="com.amazonaws.us-east-1.ec2", dns_names=("ec2.amazonaws.com",)),
        interface_endpoint(VPCE),
    ],
)
def test_others_do_not_stand_in_the_way_of_private_dns(other: t.Any) -> None:
    here = current(main=pair(interface_endpoint(private_dns_enabled=False), registration()))
    assert broken(desired(vpc_endpoint_id=VPCE), here, endpoints=(other,)) == {}


def test_without_private_dns_its_limits_are_not_checked() -> None:
    wanted = desired(private_dns_enabled=False)
    assert broken(wanted, vpc=Vpc(VPC, dns_support=False, dns_hostnames=False), endpoints=()) == {}


def test_the_quota_counts_all_interface_endpoints_of_the_vpc_but_deleted_ones() -> None:
    used = (interface_endpoint("vpce-a", vpc_id=VPC, private_dns_enabled=False, service_name="s"),)
    deleted = replace(used[0], state="deleted")
    assert broken(desired(), endpoints=(deleted,), endpoint_quota=1) == {}
    assert broken(desired(), endpoints=used, endpoint_quota=1) == {
        "endpoint_quota_reached": f"VPC {VPC} has 1 interface and Gateway Load Balancer endpoints; the quota is 1."
        " Delete unused ones, or have quota L-29B6F2EB (Amazon VPC) raised."
    }


def test_an_endpoint_that_is_replaced_needs_no_place_of_its_own() -> None:
    rejected = interface_endpoint(state="rejected")
    here = current(dead=(pair(rejected),))
    assert broken(desired(recreate_failed=True), here, endpoints=(rejected,), endpoint_quota=1) == {}


def test_where_the_quota_cannot_be_read_reaching_the_default_is_a_warning() -> None:
    used = tuple(
        interface_endpoint(f"vpce-{n}", private_dns_enabled=False, service_name="com.amazonaws.us-east-1.s3")
        for n in range(50)
    )
    verdict = checked(desired(), endpoints=used, endpoint_quota=None)
    assert verdict.violations == ()
    (warning,) = verdict.warnings
    assert warning.startswith(
        f"VPC {VPC} has 50 interface and Gateway Load Balancer endpoints; the quota is 50 by default"
    )
    assert "L-29B6F2EB" in warning
    assert checked(desired(), endpoints=used[1:], endpoint_quota=None) == Verdict()


@pytest.mark.parametrize("value", ["true", "True"])
def test_an_endpoint_that_is_protected_is_not_removed(value: str) -> None:
    protected = interface_endpoint(tags={**OWNED, "deletion-protection": value})
    found = broken(desired(state="absent"), current(main=pair(protected, registration())))
    assert found == {
        "deletion_protected": f"Interface endpoint {VPCE} carries the tag deletion-protection={value}."
        " Remove the tag, or set it to false, then run again."
    }


@pytest.mark.parametrize("tags", [{}, {"deletion-protection": "false"}])
def test_an_endpoint_that_is_not_protected_is_removed(tags: dict[str, str]) -> None:
    endpoint = interface_endpoint(tags=tags)
    assert checked(desired(state="absent"), current(main=pair(endpoint, registration()))) == Verdict()


# One request that breaks everything that can be broken at once.
EVERYTHING = desired(
    subnet_ids=("subnet-none", "subnet-stranger", "subnet-remote", "subnet-remote-too"),
    security_group_ids=("sg-none", "sg-stranger"),
)
EVERYTHING_HERE = current(cluster=replace(CLUSTER, state="PAUSED"))
EVERYTHING_FACTS: dict[str, t.Any] = {
    "vpc": Vpc(VPC, dns_support=True, dns_hostnames=False),
    "subnets": (
        Subnet("subnet-stranger", OTHER_VPC, "use1-az1", "us-east-1a"),
        Subnet("subnet-remote", VPC, "use1-az2", "us-east-1b", free_addresses=0),
        Subnet("subnet-remote-too", VPC, "use1-az2", "us-east-1b"),
        Subnet("subnet-elsewhere", VPC, "use1-az6", "us-east-1f"),
    ),
    "security_groups": {"sg-stranger": OTHER_VPC},
    "endpoints": (interface_endpoint(OTHER_VPCE),),
    "aws_service": None,
    "endpoint_quota": 1,
}
ALL_AT_ONCE = {
    "cluster_not_ready",
    "service_not_visible",
    "subnet_not_found",
    "subnet_not_in_vpc",
    "subnets_share_zone",
    "subnet_full",
    "security_group_not_found",
    "security_group_not_in_vpc",
    "vpc_dns_disabled",
    "private_dns_conflict",
    "endpoint_quota_reached",
}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert set(broken(EVERYTHING, EVERYTHING_HERE, **EVERYTHING_FACTS)) == ALL_AT_ONCE


def test_an_unknown_vpc_does_not_hide_what_else_is_wrong() -> None:
    found = set(broken(EVERYTHING, EVERYTHING_HERE, **{**EVERYTHING_FACTS, "vpc": None}))
    assert found >= {"cluster_not_ready", "vpc_not_found", "subnet_not_found", "security_group_not_found"}


def test_every_violation_that_is_allowed_becomes_a_warning() -> None:
    for code in ALL_AT_ONCE:
        wanted = replace(EVERYTHING, allow_violations=frozenset({code}))
        verdict = checked(wanted, EVERYTHING_HERE, **EVERYTHING_FACTS)
        assert {violation.code for violation in verdict.violations} == ALL_AT_ONCE - {code}
        (warning,) = [sentence for sentence in verdict.warnings if code in sentence]
        assert warning.endswith(f"Continuing, since allow_violations names {code}.")


def test_all_may_be_allowed_at_once() -> None:
    wanted = replace(EVERYTHING, allow_violations=frozenset(ALL_AT_ONCE))
    assert checked(wanted, EVERYTHING_HERE, **EVERYTHING_FACTS).violations == ()


@pytest.mark.parametrize(
    "step",
    [
        SetTags(VPCE, (), {"a": "b"}),
        RemoveTags(VPCE, (), ("a",)),
        DisablePrivateDns(VPCE, (), "a service"),
        SetIpAddressType(VPCE, (), "ipv4", "dualstack"),
    ],
)
def test_a_change_that_no_limit_concerns_needs_no_facts(step: Step) -> None:
    here = current(main=pair(interface_endpoint(), registration()))
    assert check(desired(), here, Plan((step,)), LimitFacts()) == Verdict()


def test_every_limit_that_may_be_allowed_has_its_rule() -> None:
    """One is checked before anything is read from AWS."""
    codes = [code for limit in LIMITS for code in limit.codes]
    assert sorted([*codes, "region_mismatch"]) == sorted(ALLOWABLE)


def test_a_registration_alone_is_checked_against_cluster_and_service_only() -> None:
    here = current(main=pair(interface_endpoint()), cluster=replace(CLUSTER, state="PAUSED"))
    planned = Plan((RegisterEndpoint(VPCE, (), CLUSTER_ID, GROUP_ID),))
    verdict = check(desired(subnet_ids=None), here, planned, LimitFacts(vpc=NETWORK))
    assert [violation.code for violation in verdict.violations] == ["cluster_not_ready"]


def test_added_subnets_and_groups_are_checked_together_with_those_that_stay() -> None:
    here = current(main=pair(interface_endpoint(), registration()))
    twin = Subnet("subnet-a2", VPC, "use1-az1", "us-east-1a")
    verdict = check(
        desired(subnet_ids=("subnet-a", "subnet-a2"), security_group_ids=("sg-1", "sg-x")),
        here,
        Plan((AddSubnets(VPCE, (), ("subnet-a2",)), AddSecurityGroups(VPCE, (), ("sg-x",)))),
        replace(FACTS, subnets=(*SUBNETS, twin)),
    )
    assert {violation.code for violation in verdict.violations} == {"subnets_share_zone", "security_group_not_found"}


VPC_CODES = {"vpc_not_found", "vpc_dns_disabled", "private_dns_conflict", "endpoint_quota_reached"}
SUBNET_CODES = {"subnet_not_found", "subnet_not_in_vpc", "zone_not_supported", "subnets_share_zone", "subnet_full"}
GROUP_CODES = {"security_group_not_found", "security_group_not_in_vpc"}


@pytest.mark.parametrize(
    ("unknown", "codes"),
    [
        ({"vpc_id": None, "subnet_ids": None, "security_group_ids": None}, VPC_CODES | SUBNET_CODES | GROUP_CODES),
        ({"vpc_id": None}, VPC_CODES | SUBNET_CODES | GROUP_CODES),
        ({"subnet_ids": None}, SUBNET_CODES),
        ({"security_group_ids": None}, GROUP_CODES),
        ({}, set()),
    ],
)
def test_what_cannot_be_checked_yet_is_named(unknown: dict[str, None], codes: set[str]) -> None:
    verdict = checked(desired(allow_missing_network=True, **unknown))
    assert verdict.violations == ()
    assert set(verdict.unchecked) == codes


@pytest.mark.parametrize("owner_id", ["210987654321", None], ids=["own", "unknown"])
def test_a_subnet_of_the_callers_own_account_needs_no_word(owner_id: str | None) -> None:
    subnets = tuple(replace(subnet, owner_id=owner_id) for subnet in SUBNETS)
    assert checked(desired(), subnets=subnets, caller_account="210987654321") == Verdict()


def test_a_subnet_that_another_account_shares_is_a_warning_of_a_creation() -> None:
    subnets = tuple(replace(subnet, owner_id="310987654322") for subnet in SUBNETS)
    assert checked(desired(), subnets=subnets, caller_account="210987654321") == Verdict(
        warnings=(
            "Subnet subnet-a belongs to account 310987654322 and is shared with 210987654321. AWS lets only the owner "
            "of a VPC make and change VPC endpoints in it: use the owner's credentials.",
        )
    )
    assert checked(desired(), subnets=subnets) == Verdict()


def test_a_shared_subnet_is_a_warning_where_subnets_are_added_and_no_word_elsewhere() -> None:
    subnets = tuple(replace(subnet, owner_id="310987654322") for subnet in SUBNETS)
    here = current(main=pair(interface_endpoint(), registration()))
    facts = {"subnets": subnets, "caller_account": "210987654321"}
    added = checked(desired(subnet_ids=("subnet-b", "subnet-a")), here, **facts)
    assert [warning.split(" belongs")[0] for warning in added.warnings] == ["Subnet subnet-a", "Subnet subnet-b"]
    assert checked(desired(security_group_ids=("sg-1", "sg-2")), here, **facts) == Verdict()
