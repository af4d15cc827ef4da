# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another run does something at the worst moment: the end is what one of them asked for; the loser says so at once."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api as aws
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.api import TidbCloud
from tests.support.customer import Customer, Network, Result

Act = t.Callable[[], object]


def connect(customer: Customer, network: Network, **options: t.Any) -> Result:
    return customer.run("private_endpoint", **{"cluster_id": customer.cluster_id("main"), **network.options, **options})


def disconnect(customer: Customer, network: Network) -> Result:
    desired: dict[str, t.Any] = {"cluster_id": customer.cluster_id("main"), "vpc_id": network.vpc_id, "state": "absent"}
    return customer.run("private_endpoint", **desired)


def before(monkeypatch: pytest.MonkeyPatch, owner: t.Any, name: str, act: Act, *, after: bool = False) -> list[str]:
    """Once, before (or after) the next call of a function, `act` happens. Returns a list that is filled then."""
    original = getattr(owner, name)
    done: list[str] = []

    def called(*args: t.Any, **kwargs: t.Any) -> t.Any:
        first = not done
        done.append(name)
        if first and not after:
            act()
        answer = original(*args, **kwargs)
        if first and after:
            act()
        return answer

    monkeypatch.setattr(owner, name, called)
    return done


def delete(customer: Customer) -> None:
    """As another run deletes it: it has read that nothing is registered."""
    customer.ec2().delete_vpc_endpoints(VpcEndpointIds=customer.live_endpoints())


def assert_ended_at_once(customer: Customer, began: float) -> None:
    assert customer.sandbox.clock.now() - began < 60


@pytest.mark.parametrize("after", [False, True], ids=["before the registration", "after it"])
@pytest.mark.parametrize("wait", [True, False])
def test_present_and_absent_leave_no_registration_of_an_endpoint_that_is_gone(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, wait: bool, after: bool
) -> None:
    network = customer.network()
    hit = before(monkeypatch, TidbCloud, "register_endpoint", lambda: delete(customer), after=after)
    began = customer.sandbox.clock.now()
    result = connect(customer, network, wait=wait)
    assert hit
    assert result["failed"]
    assert "another run" in result["msg"]
    assert [step["name"] for step in result["steps"]] == ["create_vpc_endpoint"]
    assert_ended_at_once(customer, began)
    customer.sandbox.clock.advance(60)
    assert (customer.live_endpoints(), customer.registered()) == ([], [])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("modify_vpc_endpoint", {"private_dns_enabled": False}),
        ("create_tags", {"tags": {"stage": "test"}}),
    ],
)
def test_an_edit_of_what_another_run_deletes_says_so_at_once(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, t.Any]
) -> None:
    network = customer.network()
    connect(customer, network)
    hit = before(monkeypatch, aws, name, lambda: delete(customer))
    began = customer.sandbox.clock.now()
    result = connect(customer, network, **options)
    assert hit
    assert result["failed"]
    assert "another run" in result["msg"]
    assert_ended_at_once(customer, began)


def test_two_deletes_both_succeed(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    network = customer.network()
    connect(customer, network)
    hit = before(monkeypatch, aws, "delete_vpc_endpoint", lambda: delete(customer))
    assert not disconnect(customer, network)["failed"]
    assert hit
    assert (customer.live_endpoints(), customer.registered()) == ([], [])


def test_two_edits_end_in_what_the_last_one_asked_for(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    network = customer.network()
    (vpce,) = [connect(customer, network)["private_endpoint"]["vpc_endpoint_id"]]
    theirs = [{"Key": "stage", "Value": "theirs"}]
    act: Act = lambda: customer.ec2().create_tags(Resources=[vpce], Tags=theirs)  # noqa: E731
    hit = before(monkeypatch, aws, "create_tags", act, after=True)
    result = connect(customer, network, tags={"stage": "ours"})
    assert len(hit) == 2
    assert not result["failed"]
    assert result["private_endpoint"]["tags"]["stage"] == "ours"


def test_two_that_register_at_once_both_succeed_with_one_registration(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = customer.network()
    results: list[Result] = []
    hit = before(monkeypatch, TidbCloud, "register_endpoint", lambda: results.append(connect(customer, network)))
    results.append(connect(customer, network))
    assert len(hit) >= 2
    assert [result["private_endpoint"]["status"] for result in results] == ["active", "active"]
    assert len(customer.live_endpoints()) == len(customer.registered()) == 1
