# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet import ensure
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.ensure import Item, ensure_fleet
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.report import Ended, report
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.clouds import SharedClouds
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Found
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.lifecycle import Outcome
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.situation import Reserved
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import Step
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import (
    LimitsViolated,
    Verdict,
    Violation,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import (
    ApiError,
    PrivateLinkError,
    WaitFailed,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import (
    Await,
    Deadline,
    Patience,
    Seen,
    Work,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import NodeGroup
from tests.support.endpoint_literals import (
    GROUP,
    OTHER_VPC,
    SERVICE,
    SERVICE_NAME,
    VPC,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)
from tests.support.stopped_time import Time

CLOUDS = t.cast(SharedClouds, "clouds")
OTHER_CLOUDS = t.cast(SharedClouds, "other clouds")
CREATION = ["create_vpc_endpoint", "register_endpoint", "enable_private_dns"]
FORBIDDEN = ApiError("Allow it.", api="ec2", code="UnauthorizedOperation", status=403)
LIMIT = LimitsViolated([Violation("vpc_not_found", "There is no such VPC.", "Name another.")])


class Panic(BaseException):
    """As libraries in other languages raise it."""


DEFECTS = [KeyError("a key that the code takes for granted"), SystemExit(3), Panic("broken")]


class Rooms:
    """The rooms of one private endpoint, faked. `there`: the VPCs that have a finished one; `forbidden` and `broken`:
    those where a limit forbids it, and where it fails while it is carried out; `unpermitted`: those where a permission
    is missing.
    """

    def __init__(self) -> None:
        self.time = Time()
        self.log: list[str] = []
        self.there: set[str] = set()
        self.forbidden: set[str] = set()
        self.broken: set[str] = set()
        self.lost: set[str] = set()
        self.unpermitted: set[str] = set()
        self.asked: list[list[str]] = []
        self.reserved: list[Reserved] = []
        self.groups: dict[str, NodeGroup] = {}
        # Seconds that checking one takes, the rooms that meet a defect, as (room, VPC), and what is known meanwhile.
        self.checking = 0.0
        self.reported: list[str] = []
        self.defects: set[tuple[str, str]] = set()
        self.defect: BaseException = DEFECTS[0]
        self.deadline = Deadline(60, 1, clock=self.time.clock, sleep=self.time.sleep)
        self.so_far: dict[tuple[str, str], t.Any] = {}

    def met(self, room: str, vpc_id: str) -> None:
        self.so_far[room, vpc_id] = self.deadline.so_far()
        if (room, vpc_id) in self.defects:
            raise self.defect

    def prepare(
        self, wanted: Desired, clouds: SharedClouds, *, check_mode: bool, reserved: Reserved, patience: Patience | None
    ) -> Outcome:
        assert check_mode is (patience is None)
        vpc_id = wanted.vpc_id or ""
        self.log.append(f"prepare {vpc_id}")
        self.reserved.append(reserved)
        self.time.sleep(self.checking)
        self.met("prepare", vpc_id)
        if vpc_id in self.forbidden:
            raise LIMIT
        here: dict[str, t.Any] = {"service": None if wanted.state == "absent" else SERVICE}
        if wanted.node_group_id:
            here["node_group"] = self.groups[wanted.node_group_id]
        if vpc_id in self.there:
            vpce = f"vpce-of-{vpc_id}"
            here["main"] = pair(interface_endpoint(vpce, vpc_id=vpc_id), registration(vpce))
        before = current(**here)
        return Outcome(wanted, before, before, plan(wanted, before), Verdict(warnings=(f"beware of {vpc_id}",)))

    def permitted(self, items: t.Sequence[tuple[Outcome, t.Any]]) -> list[Outcome | ApiError]:
        self.asked.append([outcome.desired.vpc_id or "" for outcome, _clouds in items])
        for vpc_id in self.asked[-1]:
            self.met("permitted", vpc_id)
        return [FORBIDDEN if found.desired.vpc_id in self.unpermitted else found for found, _clouds in items]

    def carry_out(self, outcome: Outcome, clouds: SharedClouds, done: list[Step]) -> Work[Outcome]:
        vpc_id = outcome.desired.vpc_id or ""
        self.log.append(f"begin {vpc_id}")
        done.append(outcome.planned.steps[0])
        yield Await(lambda: Seen(True, "ready"), "it")
        self.met("carry_out", vpc_id)
        if vpc_id in self.broken:
            error = WaitFailed("It is rejected.")
            error.steps = [outcome.planned.steps[0].returned()]
            raise error
        done.extend(outcome.planned.steps[1:])
        return replace(outcome, desired=replace(outcome.desired, vpc_endpoint_id=VPCE))

    def settled(self, outcome: Outcome, clouds: SharedClouds) -> Work[Outcome]:
        yield Await(lambda: Seen(True, "as desired"), "it")
        self.log.append(f"read {outcome.desired.vpc_id} {outcome.desired.vpc_endpoint_id}")
        self.met("finished", outcome.desired.vpc_id or "")
        if outcome.desired.vpc_id in self.lost:
            error = PrivateLinkError("It cannot be read again.")
            error.steps = [step.returned() for step in outcome.planned.steps]
            raise error
        found = Found(pair(interface_endpoint(), registration()))
        return replace(outcome, after=replace(outcome.before, found=found))

    def run(self, *items: Item | PrivateLinkError, check_mode: bool = False, strict: bool = False) -> list[Ended]:
        self.deadline = Deadline(60, 1, clock=self.time.clock, sleep=self.time.sleep)
        self.deadline.report = self.reported.append
        numbered = [
            Item(number, one) if isinstance(one, PrivateLinkError) else replace(one, number=number)
            for number, one in enumerate(items, start=1)
        ]
        return ensure_fleet(numbered, self.deadline, self._refresh, check_mode=check_mode, strict=strict)

    def _refresh(self) -> None:
        self.log.append("refresh")


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> Rooms:
    rooms = Rooms()
    for room in ("prepare", "permitted", "carry_out", "settled"):
        monkeypatch.setattr(ensure, room, getattr(rooms, room))
    return rooms


def item(vpc_id: str = VPC, clouds: SharedClouds = CLOUDS, **fields: t.Any) -> Item:
    return Item(0, desired(vpc_id=vpc_id, **fields), clouds)


def names(result: dict[str, t.Any]) -> list[str]:
    return [step["name"] for step in result["steps"]]


def test_every_item_is_checked_before_the_first_change_and_read_again_after_the_last(rooms: Rooms) -> None:
    ended = rooms.run(item(VPC), item(OTHER_VPC))
    assert rooms.log == [
        f"prepare {VPC}",
        f"prepare {OTHER_VPC}",
        f"begin {VPC}",
        f"begin {OTHER_VPC}",
        "refresh",
        "refresh",
        f"read {VPC} {VPCE}",
        f"read {OTHER_VPC} {VPCE}",
    ]
    results = [one.returned() for one in ended]
    assert [(one["changed"], one["failed"], one["msg"], names(one)) for one in results] == [
        (True, False, "", CREATION)
    ] * 2
    assert [one["private_endpoint"]["status"] for one in results] == ["active", "active"]


def test_an_item_that_is_as_wanted_costs_nothing_more(rooms: Rooms) -> None:
    rooms.there = {VPC}
    ended = rooms.run(item(VPC))
    assert rooms.log == [f"prepare {VPC}"]
    assert ended[0].returned()["changed"] is False


def test_check_mode_stops_after_the_limits(rooms: Rooms) -> None:
    ended = rooms.run(item(VPC), item(OTHER_VPC), check_mode=True)
    assert rooms.log == [f"prepare {VPC}", f"prepare {OTHER_VPC}"]
    result = ended[0].returned()
    assert (result["changed"], result["private_endpoint"]["status"]) == (True, "not_configured")
    assert names(result) == CREATION


def test_items_that_fail_in_any_room_never_stop_the_others(rooms: Rooms) -> None:
    rooms.forbidden, rooms.broken, rooms.lost = {"vpc-forbidden"}, {"vpc-broken"}, {"vpc-lost"}
    wrong = PrivateLinkError("An option is wrong.")
    ended = rooms.run(wrong, item("vpc-forbidden"), item("vpc-broken"), item("vpc-lost"), item(VPC))
    results = [one.returned() for one in ended]
    assert [(one["failed"], one["changed"], one["msg"], names(one)) for one in results] == [
        (True, False, "An option is wrong.", []),
        (True, False, "There is no such VPC. Name another.", []),
        (True, True, "It is rejected.", ["create_vpc_endpoint"]),
        (True, True, "It cannot be read again.", CREATION),
        (False, True, "", CREATION),
    ]
    assert results[1]["violations"] == [LIMIT.violations[0].returned()]
    assert all("private_endpoint" not in one for one in results[:4])


@pytest.mark.parametrize("check_mode", [False, True])
def test_strict_touches_nothing_where_any_item_is_refused_and_says_so_for_each(rooms: Rooms, check_mode: bool) -> None:
    rooms.forbidden = {"vpc-forbidden"}
    ended = rooms.run(item(VPC), item("vpc-forbidden"), check_mode=check_mode, strict=True)
    assert not [line for line in rooms.log if line.startswith("begin")]
    spared, refused = (one.returned() for one in ended)
    assert (spared["failed"], spared["changed"], spared["steps"]) == (False, False, [])
    assert spared["msg"] == "Not touched: strict is set, and another item is refused."
    assert (refused["failed"], refused["changed"]) == (True, False)


def test_what_aws_would_not_permit_fails_before_anything_is_touched_and_with_strict_nothing_is(rooms: Rooms) -> None:
    rooms.unpermitted = {"vpc-2"}
    ended = rooms.run(item("vpc-1"), item("vpc-2"))
    assert rooms.asked == [["vpc-1", "vpc-2"]]
    assert [one.returned()["failed"] for one in ended] == [False, True]
    assert ended[1].error is FORBIDDEN
    assert "begin vpc-2" not in rooms.log
    rooms.log.clear()
    ended = rooms.run(item("vpc-1"), item("vpc-2"), strict=True)
    assert [one.returned()["msg"] for one in ended] == [ensure.NOT_TOUCHED, "Allow it."]
    assert [line for line in rooms.log if line.startswith("begin")] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=repr)
def test_a_defect_while_aws_is_asked_is_the_error_of_its_item_alone(rooms: Rooms, defect: BaseException) -> None:
    rooms.defect = defect
    rooms.defects = {("permitted", "vpc-2")}
    results = [one.returned() for one in rooms.run(item("vpc-1"), item("vpc-2"))]
    assert [one["failed"] for one in results] == [False, True]
    assert "a defect of tidbcloud.privatelink" in results[1]["msg"]
    assert "begin vpc-2" not in rooms.log


def test_in_check_mode_nothing_is_asked_of_what_aws_permits(rooms: Rooms) -> None:
    rooms.run(item(), check_mode=True)
    assert rooms.asked == []


def test_strict_changes_nothing_where_no_item_is_refused(rooms: Rooms) -> None:
    assert [one.returned()["changed"] for one in rooms.run(item(VPC), item(OTHER_VPC), strict=True)] == [True, True]


@pytest.mark.parametrize("there", [set(), {VPC}], ids=["to be made", "there already"])
def test_two_items_that_mean_the_same_private_endpoint_are_reported_and_the_first_one_counts(
    rooms: Rooms, there: set[str]
) -> None:
    rooms.there = there
    first, second = (one.returned() for one in rooms.run(item(VPC), item(VPC)))
    assert (first["failed"], second["failed"]) == (False, True)
    assert second["violations"][0]["code"] == "ambiguous_match"
    assert second["msg"].startswith("Items 1 and 2 of endpoints mean the same private endpoint of cluster ")


def test_items_that_differ_in_name_vpc_or_account_are_not_the_same(rooms: Rooms) -> None:
    ended = rooms.run(
        item(name="one", state="absent"),
        item(name="two", state="absent"),
        item(OTHER_VPC),
        item(name="one", clouds=OTHER_CLOUDS),
    )
    assert [one.returned()["failed"] for one in ended] == [False] * 4


def test_two_items_that_would_both_make_one_in_a_vpc_are_reported_whatever_their_names(rooms: Rooms) -> None:
    first, second = (one.returned() for one in rooms.run(item(name="one"), item(name="two")))
    assert (first["failed"], second["failed"]) == (False, True)
    assert second["violations"][0]["code"] == "ambiguous_match"
    assert second["violations"][0]["remedy"] == "Keep one of them: a VPC needs one."


def test_the_very_same_desired_state_is_reported_before_limits_that_it_would_break(rooms: Rooms) -> None:
    ended = rooms.run(item(VPC), item(VPC))
    assert rooms.log.count(f"prepare {VPC}") == 1
    assert ended[1].returned()["violations"][0]["code"] == "ambiguous_match"


def test_the_same_private_endpoint_in_other_words_is_reported_too(rooms: Rooms) -> None:
    rooms.groups = {GROUP.node_group_id: GROUP}
    ended = rooms.run(item(VPC), item(VPC, node_group_id=GROUP.node_group_id))
    assert ended[1].returned()["violations"][0]["code"] == "ambiguous_match"


def test_two_node_groups_are_not_the_same_also_where_a_delete_learns_no_service(rooms: Rooms) -> None:
    rooms.groups = {"1": replace(GROUP, node_group_id="1"), "2": replace(GROUP, node_group_id="2")}
    ended = rooms.run(*(item(state="absent", node_group_id=group_id) for group_id in ("1", "2", "1")))
    assert [one.returned()["failed"] for one in ended] == [False, False, True]


def test_each_item_is_checked_against_what_those_before_it_will_take_up(rooms: Rooms) -> None:
    rooms.there = {"vpc-finished"}
    other = item(VPC, clouds=OTHER_CLOUDS, private_dns_enabled=False)
    rooms.run(item(VPC), other, item("vpc-finished"), item(OTHER_VPC))
    holder = {(VPC, SERVICE_NAME): "Item 1 of endpoints"}
    assert rooms.reserved == [
        Reserved(),
        Reserved({VPC: 1}, holder, {"subnet-a": 1}),
        Reserved({VPC: 2}, holder, {"subnet-a": 2}),
        Reserved({VPC: 2}, holder, {"subnet-a": 2}),
    ]


def test_warnings_are_those_of_the_items_that_did_not_fail(rooms: Rooms) -> None:
    rooms.forbidden = {OTHER_VPC}
    ended = rooms.run(item(VPC), item(OTHER_VPC))
    assert [one.warnings for one in ended] == [(f"beware of {VPC}",), ()]


def test_a_warning_about_options_comes_also_of_an_item_that_fails(rooms: Rooms) -> None:
    rooms.forbidden = {OTHER_VPC}
    ended = rooms.run(item(OTHER_VPC, tags={"aws:a": "b"}), PrivateLinkError("no such option"))
    assert [len(one.warnings) for one in ended] == [1, 0]
    assert "Ignored in tags: aws:a" in ended[0].warnings[0]


def test_without_items_there_is_no_work(rooms: Rooms) -> None:
    assert rooms.run() == []
    nothing: dict[str, t.Any] = {"before": {}, "after": {}}
    summary = {"ok": 0, "changed": 0, "failed": 0}
    assert report([]) == {"changed": False, "results": [], "summary": summary, "diff": nothing}


def test_the_counts_that_are_reported_include_what_was_refused_and_what_was_there(rooms: Rooms) -> None:
    rooms.there, rooms.forbidden, rooms.broken = {"vpc-there"}, {"vpc-forbidden"}, {"vpc-broken"}
    rooms.unpermitted = {"vpc-denied"}
    places = ["vpc-there", "vpc-forbidden", "vpc-broken", "vpc-denied", VPC]
    rooms.run(PrivateLinkError("An option is wrong."), *(item(vpc_id) for vpc_id in places))
    assert rooms.reported[0] == "6 of 6 checked"
    assert rooms.reported[-1] == "2 done, 4 failed, 0 waiting"


def test_what_is_not_touched_for_another_item_has_no_difference(rooms: Rooms) -> None:
    rooms.forbidden = {OTHER_VPC}
    returned = report(rooms.run(item(VPC), item(OTHER_VPC), check_mode=True, strict=True))
    assert returned["diff"] == {"before": {}, "after": {}}
    assert returned["results"][0]["diff"]["before"] == returned["results"][0]["diff"]["after"]


def test_the_report_sums_up_and_names_every_failure(rooms: Rooms) -> None:
    rooms.there, rooms.broken, rooms.forbidden = {OTHER_VPC}, {"vpc-broken"}, {"vpc-forbidden"}
    returned = report(rooms.run(item(VPC), item(OTHER_VPC), item("vpc-broken"), item("vpc-forbidden")))
    assert returned["summary"] == {"ok": 2, "changed": 2, "failed": 2}
    assert (returned["changed"], returned["failed"]) == (True, True)
    assert returned["msg"] == (
        "2 of 4 private endpoints failed. Item 3: It is rejected. Item 4: There is no such VPC. Name another."
    )
    assert len(returned["results"]) == 4


def test_a_report_without_failures_has_no_message(rooms: Rooms) -> None:
    rooms.there = {VPC}
    returned = report(rooms.run(item(VPC)))
    assert returned["changed"] is False
    assert not {"failed", "msg"} & set(returned)


@pytest.mark.parametrize("defect", DEFECTS, ids=repr)
def test_a_defect_in_any_room_is_the_error_of_its_item_and_no_other_result_is_lost(
    rooms: Rooms, defect: BaseException
) -> None:
    rooms.defect = defect
    places = {"vpc-a": "prepare", "vpc-b": "carry_out", "vpc-c": "finished"}
    rooms.defects = {(room, vpc_id) for vpc_id, room in places.items()}
    returned = report(rooms.run(*(item(vpc_id) for vpc_id in places), item(VPC)))
    results = returned["results"]
    assert [one["failed"] for one in results] == [True, True, True, False]
    assert all("a defect of tidbcloud.privatelink" in one["msg"] for one in results[:3])
    assert names(results[2]) == CREATION
    assert names(results[1]) == ["create_vpc_endpoint"]
    assert returned["summary"] == {"ok": 1, "changed": 3, "failed": 3}
    assert not [one for one in results if "exception" in one]


@pytest.mark.parametrize("room", ["prepare", "carry_out", "finished"])
def test_the_user_ends_the_whole_run(rooms: Rooms, room: str) -> None:
    rooms.defect, rooms.defects = KeyboardInterrupt(), {(room, VPC)}
    with pytest.raises(KeyboardInterrupt):
        rooms.run(item(VPC), item(OTHER_VPC))


def test_tracebacks_of_defects_are_returned_on_request(rooms: Rooms) -> None:
    rooms.defects = {("prepare", VPC)}
    returned = report(rooms.run(item(VPC), item(OTHER_VPC)), tracebacks=True)
    assert "KeyError: 'a key that the code takes for granted'" in returned["results"][0]["exception"]
    assert "exception" not in returned["results"][1]


def test_items_that_cannot_be_checked_before_the_deadline_end_at_once_and_the_others_stand(rooms: Rooms) -> None:
    rooms.checking, rooms.there = 25.0, {f"vpc-{number}" for number in range(8)}
    results = [one.returned() for one in rooms.run(*(item(f"vpc-{number}") for number in range(8)))]
    assert [one["failed"] for one in results] == [False, False, False, *[True] * 5]
    assert all("before this one was started" in one["msg"] for one in results[3:])
    assert sum(rooms.time.slept) == 75


def test_nothing_is_begun_where_the_checks_took_all_of_the_time(rooms: Rooms) -> None:
    rooms.checking = 60.0
    (result,) = (one.returned() for one in rooms.run(item(VPC)))
    assert (result["failed"], result["changed"]) == (True, False)
    assert f"begin {VPC}" not in rooms.log


def test_a_run_that_has_to_be_left_behind_keeps_what_is_known_of_each_item(rooms: Rooms) -> None:
    rooms.there, rooms.forbidden = {"vpc-there"}, {"vpc-forbidden"}
    rooms.run(item("vpc-there"), item("vpc-forbidden"), item(VPC), item(OTHER_VPC))
    checking, changing = rooms.so_far["prepare", OTHER_VPC], rooms.so_far["carry_out", OTHER_VPC]
    assert all("before this one was started" in one["msg"] for one in checking["results"])
    assert [one["failed"] for one in changing["results"]] == [False, True, True, True]
    assert [names(one) for one in changing["results"]] == [[], [], CREATION, ["create_vpc_endpoint"]]
    assert "was in progress" in changing["results"][2]["msg"]
    assert rooms.so_far["finished", OTHER_VPC]["summary"] == {"ok": 2, "changed": 2, "failed": 2}
