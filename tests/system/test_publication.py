# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An endpoint service of the user's own against the sandbox, over two accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.customer import Customer, Result
from tests.support.service_provider import ServiceProvider


@pytest.fixture
def provider(customer: Customer) -> ServiceProvider:
    return ServiceProvider(customer)


def names(result: Result) -> list[str]:
    assert not result["failed"], result["msg"]
    return [step["name"] for step in result["steps"]]


def done(provider: ServiceProvider, expected: list[str], **options: Any) -> Result:
    """Check mode, the run, and again both: the first two agree, the last two find nothing to do."""
    dry = provider.publish(check=True, **options)
    assert provider.writes == []
    run = provider.publish(**options)
    assert names(run) == names(dry) == expected
    assert (dry["steps"], dry["diff"], dry["changed"]) == (run["steps"], run["diff"], run["changed"])
    for check in (True, False):
        again = provider.publish(check=check, **options)
        assert (names(again), again["changed"], provider.writes) == ([], False, [])
        assert again["diff"]["before"] == again["diff"]["after"]
    return run


def test_a_service_is_made_edited_and_deleted_each_as_check_mode_says(provider: ServiceProvider) -> None:
    first, second = provider.balancer(), provider.balancer("more")
    permitted = {"allowed_principals": [provider.consumer_account]}
    options: dict[str, Any] = {"load_balancer_arns": [first], **permitted}
    made = done(provider, ["create_endpoint_service", "permit_principals"], **options)["endpoint_service"]
    assert (made["state"], made["hosting"]) == ("active", "self_hosted")
    assert made["allowed_principals"] == [f"arn:aws:iam::{provider.consumer_account}:root"]
    assert len(made["availability_zone_ids"]) == 2
    options["load_balancer_arns"] = [first, second]
    done(provider, ["add_load_balancers"], **options)
    options["load_balancer_arns"] = [second]
    done(provider, ["remove_load_balancers"], **options)
    done(provider, ["set_tags"], **options, tags={"team": "data"})
    done(provider, ["remove_tags"], **options, tags={})
    done(provider, ["set_regions"], **options, supported_regions=["eu-west-1"])
    done(provider, ["set_acceptance_required"], **options, acceptance_required=False)
    done(provider, ["set_acceptance_required", "withdraw_principals"], allowed_principals=[])
    done(provider, ["delete_endpoint_service"], state="absent")


def test_an_unchanged_run_takes_four_calls(provider: ServiceProvider) -> None:
    options: dict[str, Any] = {"load_balancer_arns": [provider.balancer()]}
    provider.publish(**options)
    provider.publish(**options)
    assert sorted(entry.call for entry in provider.customer.requests) == [
        "DescribeLoadBalancers",
        "DescribeVpcEndpointConnections",
        "DescribeVpcEndpointServiceConfigurations",
        "DescribeVpcEndpointServicePermissions",
    ]


def test_who_connects_is_accepted_withdrawn_described_and_rejected(provider: ServiceProvider) -> None:
    account = provider.consumer_account
    options: dict[str, Any] = {"load_balancer_arns": [provider.balancer()]}
    service = provider.publish(**options, allowed_principals=[account])["endpoint_service"]
    vpce = provider.connect(service["service_name"])
    waiting = provider.publish(**options, accepted_endpoint_ids=[vpce], check=True)
    assert names(waiting) == ["accept_connections"]
    (connection,) = waiting["endpoint_service"]["connections"]
    assert (connection["vpc_endpoint_id"], connection["account_id"]) == (vpce, account)
    assert (connection["state"], connection["permitted"]) == ("pendingAcceptance", True)
    accepted = done(provider, ["accept_connections"], **options, accepted_accounts=[account])
    assert [one["state"] for one in accepted["endpoint_service"]["connections"]] == ["available"]
    withdrawn = done(provider, ["withdraw_principals"], **options, allowed_principals=[])
    (connection,) = withdrawn["endpoint_service"]["connections"]
    assert (connection["state"], connection["permitted"]) == ("available", False)
    assert any("reject_unpermitted=true" in warning for warning in provider.customer.warnings)
    refused = provider.publish(state="absent")
    assert [violation["code"] for violation in refused["violations"]] == ["connections_exist"]
    assert vpce in refused["msg"]
    rejected = done(provider, ["reject_connections"], **options, reject_unpermitted=True)
    assert [one["state"] for one in rejected["endpoint_service"]["connections"]] == ["rejected"]
    done(provider, ["delete_endpoint_service"], state="absent")


def test_absent_ends_connections_only_if_it_may(provider: ServiceProvider) -> None:
    options: dict[str, Any] = {
        "load_balancer_arns": [provider.balancer()],
        "allowed_principals": [provider.consumer_account],
    }
    service = provider.publish(**options)["endpoint_service"]
    provider.connect(service["service_name"])
    provider.customer.sandbox.clock.advance(10)
    expected = ["reject_connections", "delete_endpoint_service"]
    done(provider, expected, state="absent", on_connections="reject")


def test_a_zone_that_the_load_balancer_gets_later_is_drift(provider: ServiceProvider) -> None:
    options: dict[str, Any] = {"load_balancer_arns": [provider.balancer(subnets=1)]}
    provider.publish(**options)
    assert any("only" in warning for warning in provider.customer.warnings)
    (arn,) = options["load_balancer_arns"]
    provider.elb.set_subnets(LoadBalancerArn=arn, Subnets=list(provider.network.subnet_ids[:2]))
    run = done(provider, ["refresh_zones"], **options)
    assert len(run["endpoint_service"]["availability_zone_ids"]) == 2


def test_all_violations_come_in_one_run_and_nothing_is_touched(provider: ServiceProvider) -> None:
    busy, silent = provider.balancer("busy"), provider.balancer("silent", port=None)
    other = provider.publish(self_hosted_name="billing", load_balancer_arns=[busy])["endpoint_service"]
    result = provider.publish(
        load_balancer_arns=[busy, silent, busy.replace("/busy/", "/gone/")],
        allowed_principals=["*", "nobody"],
        acceptance_required=False,
        private_dns_name="TiDB.example.com",
        supported_ip_address_types=["ipv6"],
    )
    assert result["failed"]
    assert [violation["code"] for violation in result["violations"]] == [
        "load_balancer_not_found",
        "load_balancer_in_use",
        "listener_missing",
        "address_type_unsupported",
        "address_type_unsupported",
        "principal_invalid",
        "public_service",
        "private_dns_name_invalid",
    ]
    assert f"service_id: {other['service_id']}" in result["msg"]
    assert provider.writes == []


def test_a_service_that_was_made_by_hand_is_adopted(provider: ServiceProvider) -> None:
    arn = provider.balancer()
    provider.customer.sandbox.clock.advance(600)
    ec2 = provider.customer.ec2()
    answer = ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn])
    service_id = answer["ServiceConfiguration"]["ServiceId"]
    provider.customer.sandbox.clock.advance(600)
    taken = provider.publish(load_balancer_arns=[arn])
    assert [violation["code"] for violation in taken["violations"]] == ["load_balancer_in_use"]
    run = done(provider, ["set_tags"], service_id=service_id)
    assert run["endpoint_service"]["service_id"] == service_id
    assert names(provider.publish()) == []


def test_a_private_name_is_set_shown_with_its_record_and_removed(provider: ServiceProvider) -> None:
    options: dict[str, Any] = {"load_balancer_arns": [provider.balancer()]}
    provider.publish(**options)
    run = done(provider, ["set_private_dns_name"], **options, private_dns_name="tidb.example.com")
    record = run["endpoint_service"]["private_dns_name_record"]
    assert (record["type"], record["state"]) == ("TXT", "pendingVerification")
    assert record["name"]
    assert record["value"].startswith("vpce:")
    done(provider, ["remove_private_dns_name"], **options, remove_private_dns_name=True)


def test_a_private_name_is_verified_once_its_record_is_seen_in_public_dns(provider: ServiceProvider) -> None:
    dns = provider.customer.facts["dns"]
    options: dict[str, Any] = {
        "load_balancer_arns": [provider.balancer()],
        "private_dns_name": "tidb.example.com",
        "verify_dns_servers": [f"{dns['host']}:{dns['port']}"],
    }
    record = provider.publish(**options)["endpoint_service"]["private_dns_name_record"]
    waits = done(provider, [], **options)
    assert waits["endpoint_service"]["private_dns_name_record"] == record | {"state": "pendingVerification"}
    assert record["name"].endswith(".tidb.example.com"), "The whole name, as it is to be published."
    provider.customer.sandbox.aws.dns.publish(record["name"], [record["value"]])
    run = done(provider, ["verify_private_dns_name"], **options)
    assert run["endpoint_service"]["private_dns_name_record"]["state"] == "verified"


@pytest.mark.exhaustive
def test_a_resolver_that_does_not_answer_is_no_record_that_is_missing(provider: ServiceProvider) -> None:
    options: dict[str, Any] = {"load_balancer_arns": [provider.balancer()], "private_dns_name": "tidb.example.com"}
    provider.publish(**options, verify_private_dns=False)
    run = provider.publish(**options, verify_dns_servers=["127.0.0.1:9"])
    assert (names(run), "was not looked at" in " ".join(provider.customer.warnings)) == ([], True)


@pytest.mark.parametrize("number", range(2))
def test_a_service_can_be_made_again_after_it_was_deleted(provider: ServiceProvider, number: int) -> None:
    options: dict[str, Any] = {"load_balancer_arns": [provider.balancer()]}
    for _turn in range(2 + number):
        assert names(provider.publish(**options)) == ["create_endpoint_service"]
        assert names(provider.publish(state="absent")) == ["delete_endpoint_service"]


def test_a_right_that_is_no_call_is_named_before_anything_is_touched(provider: ServiceProvider) -> None:
    options: dict[str, Any] = {"load_balancer_arns": [provider.balancer()]}
    provider.publish(**options)
    allowed = {"Effect": "Allow", "Action": ["ec2:*", "elasticloadbalancing:*"], "Resource": "*"}
    authorizer, key = provider.customer.sandbox.aws.authorizer, provider.customer.account["access_key"]
    authorizer.attach(key, {"Version": "2012-10-17", "Statement": [allowed]})
    try:
        result = provider.publish(**options, tags={"team": "data"}, supported_regions=["eu-west-1"])
    finally:
        authorizer.detach(key)
    assert result["failed"]
    assert "allow vpce:AllowMultiRegion in the IAM policy" in result["msg"]
    assert (result["steps"], provider.writes) == ([], [])
