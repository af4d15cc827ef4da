# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented IAM policies are what the collection needs: with them all works; without a part, the run names it."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from tests.policies.documents import differing, documents, path_of
from tests.policies.jobs import JOBS, grants_of
from tests.sandbox.aws import app, policies
from tests.sandbox.aws.endpoints import Endpoint
from tests.sandbox.aws.policies import Target
from tests.support.customer import Customer, Result
from tests.support.sampling import sampled
from tests.support.transitions import by_hand

TOGETHER = {"adoption": ("endpoints", "adoption"), "costs": ("info", "costs")}
"""Policies that go with another one."""
OURS = "ChangeAndDeleteWhatIsOurs"
UNTOLD = ("Read", "SwitchOnPrivateDns")
"""Statements about which no DryRun is sent, or answers."""
LATE = (OURS, "ec2:ModifyVpcEndpoint")
"""A creation cannot ask whether it may switch on private DNS: there is nothing yet to ask about."""
Document = dict[str, t.Any]


def policy_of(*uses: str) -> Document:
    statements = [one for use in uses for one in json.loads(path_of(use).read_text(encoding="utf-8"))["Statement"]]
    return {"Version": "2012-10-17", "Statement": statements}


def actions(statement: Document) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


def without(policy: Document, sid: str, action: str) -> Document:
    """The policy without one action of one statement."""
    statements = [
        {**one, "Action": [kept for kept in actions(one) if (one["Sid"], kept) != (sid, action)]}
        for one in policy["Statement"]
    ]
    return {**policy, "Statement": [one for one in statements if one["Action"]]}


def parts(*uses: str) -> list[tuple[str, str]]:
    return [(one["Sid"], action) for one in policy_of(*uses)["Statement"] for action in actions(one)]


class Limited:
    """Runs of a customer who may do what a policy allows; what a test prepares for them may do everything."""

    def __init__(self, customer: Customer, policy: Document) -> None:
        self.customer = customer
        self._policy = policy

    def __call__(self, module: str, **options: t.Any) -> Result:
        authorizer, key = self.customer.sandbox.aws.authorizer, self.customer.account["access_key"]
        authorizer.attach(key, self._policy)
        try:
            return self.customer.run(module, **options)
        finally:
            authorizer.detach(key)


def dry_runs(customer: Customer) -> list[str]:
    """Of the last run."""
    calls = [entry.call for entry in customer.requests if entry.call.endswith(app.DRY_RUN)]
    return sorted(call.removesuffix(app.DRY_RUN) for call in calls)


def test_the_policies_are_what_the_modules_ask_for(customer: Customer) -> None:
    asked = {use: grants_of(use, customer) for use in JOBS}
    assert differing(documents(asked)) == [], "Run python -m tests.policies to write them."


@pytest.mark.parametrize("path", sorted(path_of("info").parent.parent.rglob("*.json")), ids=lambda path: path.name)
def test_nothing_is_made_without_the_ownership_tag_and_nothing_touched_that_has_none(path: Path) -> None:
    policy = policies.read(json.loads(path.read_text(encoding="utf-8")))
    kinds = {"Subnet": "subnet", "SecurityGroup": "security-group", "Vpc": "vpc", "VpcEndpoint": "vpc-endpoint"}
    for noun, kind in kinds.items():
        plain = Target(f"arn:aws:ec2:us-east-1:210987654321:{kind}/one", kind)
        calls = [f"{verb}{noun}" for verb in ("Create", "Modify", "Delete")]
        for call in (*calls, "DeleteVpcEndpoints", "CreateTags", "DeleteTags", "ModifyVpcAttribute"):
            if not (call == "ModifyVpcEndpoint" and kind != "vpc-endpoint"):
                assert policy.judge(f"ec2:{call}", plain) == "not allowed", call


@pytest.mark.parametrize("use", JOBS)
def test_with_exactly_its_policy_each_use_works(customer: Customer, use: str) -> None:
    limited = Limited(customer, policy_of(*TOGETHER.get(use, (use,))))

    def run(module: str, **options: t.Any) -> Result:
        result = limited(module, **options)
        assert not result["failed"], result["msg"]
        return result

    JOBS[use](customer, run)


class Refused(Exception):
    """A run named what was missing."""


@pytest.mark.parametrize(("sid", "action"), sampled(parts("endpoints")))
def test_without_any_part_of_it_the_error_names_the_action_and_nothing_is_half_done(
    customer: Customer, sid: str, action: str
) -> None:
    limited = Limited(customer, without(policy_of("endpoints"), sid, action))

    def run(module: str, **options: t.Any) -> Result:
        result = limited(module, **options)
        if not result["failed"]:
            return result
        assert f"allow {action} in the IAM policy of these credentials" in result["msg"]
        if sid not in UNTOLD and (sid, action) != LATE:
            assert customer.writing_calls == []
            assert (result["changed"], result["steps"]) == (False, [])
            assert result["msg"].endswith("Nothing was touched.")
            assert result["error"]["code"] == "UnauthorizedOperation"
        raise Refused

    with pytest.raises(Refused):
        JOBS["endpoints"](customer, run)


def test_an_edit_changes_nothing_where_only_a_part_of_it_is_permitted(customer: Customer) -> None:
    desired = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    assert not customer.run("private_endpoint", **desired)["failed"]
    changes = {"private_dns_enabled": False, "tags": {"stage": "test"}}
    result = Limited(customer, without(policy_of("endpoints"), *LATE))("private_endpoint", **{**desired, **changes})
    assert "allow ec2:ModifyVpcEndpoint" in result["msg"]
    assert (customer.writing_calls, result["steps"]) == ([], [])


def test_adoption_is_refused_before_anything_is_touched_where_only_endpoints_may_be_managed(customer: Customer) -> None:
    desired = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    desired["vpc_endpoint_id"] = by_hand(customer, desired)
    result = Limited(customer, policy_of("endpoints"))("private_endpoint", **desired)
    assert result["failed"]
    assert "allow ec2:CreateTags" in result["msg"]
    assert (customer.writing_calls, customer.registered()) == ([], [])


def test_what_is_not_ours_can_be_deleted_by_nobody_with_these_policies(customer: Customer) -> None:
    desired = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    vpce = by_hand(customer, desired)
    result = Limited(customer, policy_of("endpoints"))(
        "private_endpoint", **desired, vpc_endpoint_id=vpce, state="absent"
    )
    assert "allow ec2:DeleteVpcEndpoints" in result["msg"]
    assert (customer.writing_calls, customer.live_endpoints()) == ([], [vpce])


def test_everything_that_is_missing_is_named_at_once(customer: Customer) -> None:
    desired = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    assert not customer.run("private_endpoint", **desired)["failed"]
    changes = {"private_dns_enabled": False, "tags": {"stage": "test"}}
    result = Limited(customer, policy_of("info"))("private_endpoint", **{**desired, **changes})
    assert "allow ec2:CreateTags" in result["msg"]
    assert "allow ec2:ModifyVpcEndpoint" in result["msg"]
    assert customer.writing_calls == []


def test_an_explicit_denial_is_called_one(customer: Customer) -> None:
    desired = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    denial = {"Sid": "No", "Effect": "Deny", "Action": "ec2:CreateVpcEndpoint", "Resource": "*"}
    policy = policy_of("endpoints")
    result = Limited(customer, {**policy, "Statement": [*policy["Statement"], denial]})("private_endpoint", **desired)
    assert "an IAM policy of these credentials denies ec2:CreateVpcEndpoint explicitly" in result["msg"]
    assert "allow ec2:CreateVpcEndpoint" not in result["msg"]


# --- what asking costs


def fleet_of(customer: Customer, number: int) -> list[dict[str, t.Any]]:
    cluster_id = customer.cluster_id("main")
    return [{"cluster_id": cluster_id, **customer.network().options} for _one in range(number)]


def test_a_fleet_asks_once_for_each_action_and_not_at_all_where_nothing_changes(customer: Customer) -> None:
    fleet = fleet_of(customer, 4)
    for options, asked in (
        ({}, ["CreateVpcEndpoint"]),
        ({}, []),
        ({"tags": {"stage": "test"}, "private_dns_enabled": False}, ["CreateTags", "ModifyVpcEndpoint"]),
        ({"state": "absent"}, ["DeleteVpcEndpoints"]),
    ):
        assert not customer.run("private_endpoints", check=True, endpoints=fleet, **options)["failed"]
        assert dry_runs(customer) == []
        assert not customer.run("private_endpoints", endpoints=fleet, **options)["failed"]
        assert dry_runs(customer) == asked


def test_a_fleet_that_may_not_delete_ends_no_registration(customer: Customer) -> None:
    fleet = fleet_of(customer, 3)
    assert not customer.run("private_endpoints", endpoints=fleet)["failed"]
    policy = without(policy_of("endpoints"), OURS, "ec2:DeleteVpcEndpoints")
    result = Limited(customer, policy)("private_endpoints", endpoints=fleet, state="absent")
    assert result["summary"] == {"ok": 0, "changed": 0, "failed": 3}
    assert all("allow ec2:DeleteVpcEndpoints" in one["msg"] for one in result["results"])
    assert customer.writing_calls == []
    assert len(customer.registered()) == 3


@pytest.mark.parametrize("kind", ["reset", "status", "xhtml", "throttle"])
def test_whatever_else_a_dry_run_meets_costs_no_run(customer: Customer, kind: str) -> None:
    fault = {"api": "aws", "call": f"CreateVpcEndpoint{app.DRY_RUN}", "kind": kind, "times": 100}
    if kind == "status":
        fault["value"] = 503
    customer.sandbox.faults.add(fault)
    desired = {"cluster_id": customer.cluster_id("main"), **customer.network().options}
    assert not customer.run("private_endpoint", **desired)["failed"]
    assert "CreateVpcEndpoint" in dry_runs(customer)


# --- a double of AWS that does not know DryRun


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch, customer: Customer) -> Customer:
    """A customer whose AWS carries out what it was only asked about."""
    monkeypatch.setattr(app, "_is_dry_run", lambda environ, body: False)
    return customer


def live(customer: Customer) -> list[Endpoint]:
    return [one for one in customer.sandbox.aws.endpoints() if one.is_live]


def test_where_dry_run_is_not_known_a_run_ends_as_it_should_and_makes_one_endpoint(deaf: Customer) -> None:
    desired = {"cluster_id": deaf.cluster_id("main"), **deaf.network().options}
    planned = deaf.run("private_endpoint", check=True, **desired)
    assert live(deaf) == []
    made = deaf.run("private_endpoint", **desired)
    assert not made["failed"], made["msg"]
    assert (made["steps"], made["diff"]) == (planned["steps"], planned["diff"])
    assert (made["private_endpoint"]["status"], deaf.warnings) == ("active", [])
    assert len(deaf.sandbox.aws.endpoints()) == 1
    changes = {"private_dns_enabled": False, "tags": {"stage": "test"}}
    changed = deaf.run("private_endpoint", **{**desired, **changes})
    assert [step["name"] for step in changed["steps"]] == ["set_tags", "disable_private_dns"]
    again = deaf.run("private_endpoint", **{**desired, **changes})
    assert (again["failed"], again["changed"]) == (False, False)
    removed = deaf.run("private_endpoint", **desired, state="absent")
    assert [step["name"] for step in removed["steps"]] == ["terminate_registration", "delete_vpc_endpoint"]
    assert (live(deaf), deaf.registered()) == ([], [])


def test_where_dry_run_is_not_known_a_fleet_makes_each_endpoint_once(deaf: Customer) -> None:
    fleet = fleet_of(deaf, 3)
    made = deaf.run("private_endpoints", endpoints=fleet)
    assert not made["failed"], made["msg"]
    assert len(deaf.sandbox.aws.endpoints()) == 3
    assert {one["steps"][0]["name"] for one in made["results"]} == {"create_vpc_endpoint"}
    removed = deaf.run("private_endpoints", endpoints=fleet, state="absent")
    assert not removed["failed"], removed["msg"]
    assert (live(deaf), deaf.registered()) == ([], [])
