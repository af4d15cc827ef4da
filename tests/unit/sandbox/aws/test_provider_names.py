# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A naive client gives a service a private name and proves that the domain is its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_sandbox import OTHER_ACCOUNT, Cloud, Vpc, create, describe, make_vpc, refused
from tests.support.provider_sandbox import ROOT_OF_OTHER, make_balancer, publish, published

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

NAME = "tidb.orders.example.com"


@pytest.fixture
def service(cloud: Cloud, vpc: Vpc) -> Any:
    """A service with a private name that nobody has verified, permitted to the other account, without acceptance."""
    return publish(cloud, [make_balancer(cloud, vpc)], [ROOT_OF_OTHER], PrivateDnsName=NAME, AcceptanceRequired=False)


def _record(cloud: Cloud, service: Any) -> Any:
    return published(cloud, service["ServiceId"])["PrivateDnsNameConfiguration"]


def _verify(cloud: Cloud, service: Any) -> str:
    """The state that the verification ends in."""
    cloud.client().start_vpc_endpoint_service_private_dns_verification(ServiceId=service["ServiceId"])
    cloud.clock.advance(cloud.settings.private_name_verification)
    return str(_record(cloud, service)["State"])


def test_a_new_name_is_pending_and_says_which_record_proves_it(cloud: Cloud, service: Any) -> None:
    record = _record(cloud, service)
    assert (record["State"], record["Type"]) == ("pendingVerification", "TXT")
    assert re.fullmatch(r"_[a-z0-9]{20}", record["Name"]), "the label alone, without the domain"
    assert re.fullmatch(r"vpce:[a-zA-Z0-9]{20}", record["Value"])
    assert published(cloud, service["ServiceId"])["PrivateDnsName"] == NAME


def test_nothing_is_verified_before_somebody_starts_it(cloud: Cloud, service: Any) -> None:
    record = _record(cloud, service)
    cloud.aws.dns.publish(f"{record['Name']}.{NAME}", [record["Value"]])
    cloud.clock.advance(10_000)
    assert _record(cloud, service)["State"] == "pendingVerification"


def test_a_published_record_verifies_the_name_after_a_while(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    record = _record(cloud, service)
    cloud.aws.dns.publish(f"{record['Name']}.{NAME}.", ["something else", record["Value"]])
    ec2.start_vpc_endpoint_service_private_dns_verification(ServiceId=service["ServiceId"])
    assert _record(cloud, service)["State"] == "pendingVerification"
    cloud.clock.advance(cloud.settings.private_name_verification)
    assert _record(cloud, service) == {**record, "State": "verified"}


def test_the_record_counts_that_is_there_when_it_is_looked_for(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    record = _record(cloud, service)
    ec2.start_vpc_endpoint_service_private_dns_verification(ServiceId=service["ServiceId"])
    cloud.clock.advance(cloud.settings.private_name_verification / 2)
    cloud.aws.dns.publish(f"{record['Name']}.{NAME}", [record["Value"]])
    cloud.clock.advance(cloud.settings.private_name_verification / 2)
    assert _record(cloud, service)["State"] == "verified"


def test_a_missing_record_fails_the_name_until_it_is_started_again(cloud: Cloud, service: Any) -> None:
    record = _record(cloud, service)
    assert _verify(cloud, service) == "failed"
    cloud.aws.dns.publish(f"{record['Name']}.{NAME}", [record["Value"].lower()])
    assert _verify(cloud, service) == "failed", "the value must match exactly"
    cloud.aws.dns.publish(f"{record['Name']}.{NAME}", [record["Value"]])
    assert _verify(cloud, service) == "verified"


@pytest.mark.parametrize("place", ["{label}.orders.example.com", "{label}.example.com", "example.com", NAME])
def test_a_domain_above_or_a_record_without_the_label_will_do(cloud: Cloud, service: Any, place: str) -> None:
    record = _record(cloud, service)
    cloud.aws.dns.publish(place.format(label=record["Name"]), [record["Value"]])
    assert _verify(cloud, service) == "verified"


def test_another_name_starts_over_and_the_same_does_not(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    record = _record(cloud, service)
    cloud.aws.dns.publish("example.com", [record["Value"]])
    assert _verify(cloud, service) == "verified"
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], PrivateDnsName=NAME)
    assert _record(cloud, service)["State"] == "verified"
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], PrivateDnsName="b.example.com")
    changed = _record(cloud, service)
    assert changed["State"] == "pendingVerification"
    assert changed["Value"] != record["Value"]


def test_a_verification_of_the_old_name_says_nothing_of_the_new_one(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    ec2.start_vpc_endpoint_service_private_dns_verification(ServiceId=service["ServiceId"])
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], PrivateDnsName="b.example.com")
    cloud.clock.advance(10_000)
    assert _record(cloud, service)["State"] == "pendingVerification"


def test_a_name_is_removed_only_when_that_is_requested(cloud: Cloud, ec2: EC2Client, service: Any) -> None:
    service_id = service["ServiceId"]
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, AcceptanceRequired=True)
    assert published(cloud, service_id)["PrivateDnsName"] == NAME
    text = "PrivateDnsName and RemovePrivateDnsName cannot be used at the same time."
    with refused("InvalidParameterCombination", text):
        ec2.modify_vpc_endpoint_service_configuration(
            ServiceId=service_id, PrivateDnsName="b.example.com", RemovePrivateDnsName=True
        )
    ec2.modify_vpc_endpoint_service_configuration(ServiceId=service_id, RemovePrivateDnsName=True)
    assert not {"PrivateDnsName", "PrivateDnsNameConfiguration"} & published(cloud, service_id).keys()
    with refused("InvalidParameter", f"The VPC endpoint service '{service_id}' does not have a private DNS name."):
        ec2.start_vpc_endpoint_service_private_dns_verification(ServiceId=service_id)


@pytest.mark.parametrize("name", ["TiDB.example.com", "tidb", "tidb..example.com", "-tidb.example.com", "a b.example"])
def test_a_name_that_is_not_lower_case_or_not_a_name_is_refused(
    cloud: Cloud, ec2: EC2Client, vpc: Vpc, service: Any, name: str
) -> None:
    arn = make_balancer(cloud, vpc, name="more")
    with refused("InvalidParameter", f"The private DNS name '{name}' is invalid."):
        publish(cloud, [arn], PrivateDnsName=name)
    with refused("InvalidParameter", f"The private DNS name '{name}' is invalid."):
        ec2.modify_vpc_endpoint_service_configuration(ServiceId=service["ServiceId"], PrivateDnsName=name)


def test_consumers_get_private_dns_only_once_the_name_is_verified(cloud: Cloud, service: Any) -> None:
    other: EC2Client = cloud.client(account=OTHER_ACCOUNT)
    vpc, name = make_vpc(other), service["ServiceName"]
    text = f"Private DNS can't be enabled because the service {name} has not verified the private DNS name."
    with refused("InvalidParameter", text):
        create(other, vpc, ServiceName=name, PrivateDnsEnabled=True)
    seen: Any = other.describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"][0]
    assert (seen["PrivateDnsName"], seen["PrivateDnsNameVerificationState"]) == (NAME, "pendingVerification")
    cloud.aws.dns.publish("example.com", [_record(cloud, service)["Value"]])
    assert _verify(cloud, service) == "verified"
    vpc_endpoint_id = create(other, vpc, ServiceName=name, PrivateDnsEnabled=True)
    cloud.clock.advance(cloud.settings.endpoint_available + cloud.settings.private_dns)
    endpoint = describe(other, vpc_endpoint_id)
    assert endpoint["PrivateDnsEnabled"]
    assert NAME in {entry["DnsName"] for entry in endpoint["DnsEntries"]}


def test_a_name_that_is_lost_denies_new_requests_and_leaves_the_rest(cloud: Cloud, service: Any) -> None:
    other: EC2Client = cloud.client(account=OTHER_ACCOUNT)
    vpc, name = make_vpc(other), service["ServiceName"]
    cloud.aws.dns.publish("example.com", [_record(cloud, service)["Value"]])
    _verify(cloud, service)
    first = create(other, vpc, ServiceName=name, PrivateDnsEnabled=True)
    cloud.clock.advance(cloud.settings.endpoint_available + cloud.settings.private_dns)
    cloud.aws.provider.force_name(service["ServiceId"], "failed")
    assert describe(other, first)["PrivateDnsEnabled"]
    with refused(
        "InvalidParameter",
        f"Private DNS can't be enabled because the service {name} has not verified the private DNS name.",
    ):
        create(other, make_vpc(other, cidr="10.40.0.0/16"), ServiceName=name, PrivateDnsEnabled=True)


def test_two_services_have_records_of_their_own(cloud: Cloud, vpc: Vpc, service: Any) -> None:
    other = publish(cloud, [make_balancer(cloud, vpc, name="more")], PrivateDnsName="b.example.com")
    cloud.aws.dns.publish("example.com", [_record(cloud, service)["Value"]])
    assert (_verify(cloud, service), _verify(cloud, other)) == ("verified", "failed")
