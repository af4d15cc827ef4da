# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""However many runs make the network of a connection at the same time, it is made once."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.claims import CLAIM_TAG, Part, claim
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.make import (
    Connection,
    Outcome,
    WantedSubnet,
    find_security_group,
    find_subnets,
    find_vpc,
    make_security_group,
    make_subnets,
    make_vpc,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Work
from tests.support.fake_network import BEGIN, VPC_RANGE, Clock, FakeNetwork, together

OWNERSHIP = {"Name": "tidbcloud-1", "tidbcloud:managed-by": "tidbcloud.privatelink"}
CONNECTION = Connection(ownership=OWNERSHIP, tags={"team": "data"})
WANTED = [WantedSubnet("10.42.0.0/19", "use1-az1"), WantedSubnet("10.42.32.0/19", "use1-az2")]


def alone(network: FakeNetwork, work: Work[Outcome]) -> Outcome:
    [outcome] = together(network.clock, [(0.0, work)])
    return outcome


def vpc(network: FakeNetwork, used: str = "") -> Work[Outcome]:
    return make_vpc(network, CONNECTION, VPC_RANGE, used)


def ids(outcome: Outcome) -> list[str]:
    return [part.id for part in outcome.parts]


def stopped_run(network: FakeNetwork, age: float, cidr: str = VPC_RANGE, tags: t.Any = None) -> str:
    """What a run left that was stopped after it had made a VPC, so many seconds ago."""
    own = OWNERSHIP if tags is None else tags
    made = network.add("vpc", Part("", {**own, CLAIM_TAG: claim(BEGIN - age, "0f")}, cidr))
    network.kept["vpc"][made].listed_at = 0
    network.calls.clear()
    return made


def test_a_vpc_is_made_with_all_tags_and_a_claim_and_both_dns_attributes() -> None:
    network = FakeNetwork()
    outcome = alone(network, vpc(network))
    [item] = network.kept["vpc"].values()
    assert {key: item.part.tags[key] for key in item.part.tags if key != CLAIM_TAG} == {**OWNERSHIP, "team": "data"}
    assert item.part.tags[CLAIM_TAG].startswith("2027-01-15T08:00:00Z.")
    assert (ids(outcome), outcome.changed, network.dns) == ([item.part.id], True, {item.part.id})


def test_a_second_run_changes_nothing_and_waits_for_nothing() -> None:
    network = FakeNetwork()
    [made] = ids(alone(network, vpc(network)))
    network.calls.clear()
    before = network.clock.seconds
    outcome = alone(network, vpc(network, used=made))
    assert (ids(outcome), outcome.changed, network.calls) == ([made], False, [])
    assert network.clock.seconds - before < 1


@settings(max_examples=200, deadline=None)
@given(
    delays=st.lists(st.floats(0, 40), min_size=2, max_size=5),
    lag=st.floats(0, 30),
    gap=st.floats(0, 3),
)
def test_however_runs_begin_and_however_late_aws_lists_all_of_them_agree_on_one_vpc(
    delays: list[float], lag: float, gap: float
) -> None:
    network = FakeNetwork(clock=Clock(), lag=lag, gap=gap)
    outcomes = together(network.clock, [(delay, vpc(network)) for delay in delays])
    assert len({tuple(ids(outcome)) for outcome in outcomes}) == 1
    assert list(network.kept["vpc"]) == ids(outcomes[0])


def test_the_oldest_claim_wins_and_then_the_lowest_id() -> None:
    network = FakeNetwork(lag=4.0)
    outcomes = together(network.clock, [(0.0, vpc(network)), (1.5, vpc(network)), (1.5, vpc(network))])
    assert [ids(outcome) for outcome in outcomes] == [["vpc-fff"]] * 3
    network = FakeNetwork(lag=4.0)
    outcomes = together(network.clock, [(0.0, vpc(network)), (0.0, vpc(network))])
    assert [ids(outcome) for outcome in outcomes] == [["vpc-ffe"]] * 2


def test_a_loser_that_is_not_empty_is_left_and_reported() -> None:
    network = FakeNetwork()
    first, second = stopped_run(network, 500), stopped_run(network, 400)
    network.add("subnet", Part("", {}, "10.42.0.0/19", "use1-az1"), second)
    outcome = alone(network, vpc(network))
    assert (ids(outcome), outcome.left, outcome.removed) == ([first], [second], [])
    assert second in network.kept["vpc"]


def test_what_a_run_left_that_was_stopped_is_removed_by_the_next_if_it_does_not_count() -> None:
    network = FakeNetwork()
    used, left = stopped_run(network, 400), stopped_run(network, 500)
    outcome = alone(network, vpc(network, used=used))
    assert (ids(outcome), outcome.removed, outcome.changed) == ([used], [left], True)


def test_what_a_run_left_that_was_stopped_is_taken_if_it_is_the_only_one() -> None:
    network = FakeNetwork()
    left = stopped_run(network, 1)
    outcome = alone(network, vpc(network))
    assert (ids(outcome), network.calls) == ([left], [f"enable DNS of {left}"])


def test_what_was_made_twice_because_an_answer_was_lost_is_left_once() -> None:
    network = FakeNetwork()

    def lose_the_answer(made: str) -> None:
        network.on_create = str
        network.add("vpc", network.kept["vpc"][made].part)

    network.on_create = lose_the_answer
    outcome = alone(network, vpc(network))
    assert (ids(outcome), outcome.removed) == (["vpc-ffe"], ["vpc-fff"])
    network = FakeNetwork(next_id=0x2000)

    def lose_it_with_a_higher_id(made: str) -> None:
        network.next_id = 0x1000
        lose_the_answer(made)

    network.on_create = lose_it_with_a_higher_id
    outcome = alone(network, vpc(network))
    assert (ids(outcome), outcome.removed) == (["vpc-1fff"], ["vpc-fff"])


def test_a_vpc_without_a_claim_counts_as_the_oldest_and_is_never_removed() -> None:
    network = FakeNetwork()
    old, older = (network.add("vpc", Part("", OWNERSHIP, VPC_RANGE)) for _number in range(2))
    claimed = stopped_run(network, 500)
    outcome = alone(network, vpc(network))
    assert (ids(outcome), outcome.left, outcome.removed) == ([min(old, older)], [max(old, older)], [claimed])


def test_one_that_was_just_seen_to_go_away_is_not_waited_for_until_the_deadline() -> None:
    network = FakeNetwork(lag=1.0)
    rival = stopped_run(network, 3)
    network.kept["vpc"][rival].listed_at = BEGIN + 2
    network.on_create = network.delete_vpc
    assert ids(alone(network, vpc(network))) == [rival]
    assert network.clock.seconds - BEGIN < 130


def test_another_range_is_an_error_and_what_this_run_made_goes() -> None:
    network = FakeNetwork()
    stopped_run(network, 500, "10.9.0.0/16")
    with pytest.raises(PrivateLinkError, match=r"has the range 10\.9\.0\.0/16"):
        alone(network, vpc(network))
    with pytest.raises(PrivateLinkError, match=r"has the range 10\.9\.0\.0/16"):
        find_vpc(network, CONNECTION, VPC_RANGE, "")
    assert network.calls == []


def test_a_vpc_that_lacks_one_of_the_tags_is_not_ours() -> None:
    network = FakeNetwork()
    other = stopped_run(network, 500, tags={"tidbcloud:managed-by": "tidbcloud.privatelink"})
    outcome = alone(network, vpc(network))
    assert ids(outcome) != [other]
    assert other in network.kept["vpc"]


@pytest.mark.parametrize("lag", [0.0, 20.0])
def test_runs_at_the_same_time_take_over_the_subnets_and_the_group_of_one_another(lag: float) -> None:
    network = FakeNetwork(lag=lag)
    runs = [(delay, make_subnets(network, CONNECTION, "vpc-1", WANTED)) for delay in (0.0, 0.5, 1.0)]
    outcomes = together(network.clock, runs)
    assert len({tuple(ids(outcome)) for outcome in outcomes}) == 1
    assert len(network.kept["subnet"]) == 2
    groups = [
        (delay, make_security_group(network, CONNECTION, "vpc-1", "tidbcloud-1", "Clients")) for delay in (0.0, 0.5)
    ]
    outcomes = together(network.clock, groups)
    assert [ids(outcome) for outcome in outcomes] == [list(network.kept["sg"])] * 2
    assert [outcome.changed for outcome in outcomes] == [True, False]


def test_a_range_or_name_of_another_owner_is_an_error_before_anything_is_made() -> None:
    network = FakeNetwork()
    network.add("subnet", Part("", {}, WANTED[1].cidr, "use1-az2"), "vpc-1")
    network.add("sg", Part("", {}, name="tidbcloud-1"), "vpc-1")
    network.calls.clear()
    with pytest.raises(PrivateLinkError, match="which this connection did not make in zone use1-az2"):
        alone(network, make_subnets(network, CONNECTION, "vpc-1", WANTED))
    with pytest.raises(PrivateLinkError, match="a security group named tidbcloud-1 already"):
        alone(network, make_security_group(network, CONNECTION, "vpc-1", "tidbcloud-1", "Clients"))
    assert network.calls == []


def test_a_range_that_another_owner_takes_meanwhile_is_the_same_error() -> None:
    network = FakeNetwork(lag=5.0)
    network.add("subnet", Part("", {}, WANTED[0].cidr, "use1-az1"), "vpc-1")
    network.add("sg", Part("", {}, name="tidbcloud-1"), "vpc-1")
    with pytest.raises(PrivateLinkError, match="which this connection did not make in zone use1-az1"):
        alone(network, make_subnets(network, CONNECTION, "vpc-1", WANTED[:1]))
    with pytest.raises(PrivateLinkError, match="a security group named tidbcloud-1 already"):
        alone(network, make_security_group(network, CONNECTION, "vpc-1", "tidbcloud-1", "Clients"))


def test_a_subnet_of_the_connection_in_another_zone_is_not_taken() -> None:
    network = FakeNetwork()
    network.add("subnet", Part("", OWNERSHIP, WANTED[0].cidr, "use1-az6"), "vpc-1")
    with pytest.raises(PrivateLinkError, match="did not make in zone use1-az1"):
        find_subnets(network, CONNECTION, "vpc-1", WANTED)


def test_a_look_tells_what_is_there_and_that_more_would_be_made() -> None:
    network = FakeNetwork()
    assert find_vpc(network, CONNECTION, VPC_RANGE, "").changed
    assert find_security_group(network, CONNECTION, "vpc-1", "tidbcloud-1").changed
    network.create_subnet("vpc-1", WANTED[0].cidr, WANTED[0].zone_id, OWNERSHIP)
    outcome = find_subnets(network, CONNECTION, "vpc-1", WANTED)
    assert ([part.cidr for part in outcome.parts], outcome.changed) == ([WANTED[0].cidr], True)


def test_a_look_names_what_a_run_would_remove_and_what_it_would_leave() -> None:
    network = FakeNetwork()
    [used] = ids(alone(network, vpc(network)))
    stopped, full = stopped_run(network, 500), stopped_run(network, 400)
    network.create_subnet(full, WANTED[0].cidr, WANTED[0].zone_id, {})
    network.calls.clear()
    outcome = find_vpc(network, CONNECTION, VPC_RANGE, used)
    assert (outcome.changed, outcome.removed, outcome.left, network.calls) == (True, [stopped], [full], [])
    carried = alone(network, vpc(network, used))
    assert (carried.removed, carried.left) == (outcome.removed, outcome.left)
    assert not find_vpc(network, CONNECTION, VPC_RANGE, used).changed


def test_no_claim_of_a_run_takes_the_place_of_another() -> None:
    network = FakeNetwork()
    alone(network, make_subnets(network, CONNECTION, "vpc-1", WANTED))
    claims = [item.part.tags[CLAIM_TAG] for item in network.kept["subnet"].values()]
    alone(network, make_subnets(network, CONNECTION, "vpc-1", WANTED))
    assert [item.part.tags[CLAIM_TAG] for item in network.kept["subnet"].values()] == claims


def test_a_range_that_overlaps_a_subnet_is_an_error_before_the_first_subnet_is_made() -> None:
    network = FakeNetwork()
    network.add("subnet", Part("", {}, "10.42.40.0/24", "use1-az2"), "vpc-1")
    network.calls.clear()
    with pytest.raises(PrivateLinkError, match=r"The subnet 10\.42\.32\.0/19 overlaps .*Give free ranges of vpc-1"):
        alone(network, make_subnets(network, CONNECTION, "vpc-1", WANTED))
    assert network.calls == []
