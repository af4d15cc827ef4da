# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network of AWS in memory that lists what was made only after a while, and a clock that moves only with waiting."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.calls import Network
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.claims import Part
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Work

BEGIN = 1_800_000_000.0
VPC_RANGE = "10.42.0.0/16"

Result = t.TypeVar("Result")


@dataclass
class Clock:
    seconds: float = BEGIN


@dataclass
class Item:
    part: Part
    listed_at: float
    vpc_id: str = ""


@dataclass
class FakeNetwork(Network):
    """`lag`: seconds until AWS lists what was made; `gap`: seconds from the date that a run asks for to the creation;
    `on_create`: what else happens when something is made.
    """

    clock: Clock = field(default_factory=Clock)
    lag: float = 0.0
    gap: float = 0.0
    kept: dict[str, dict[str, Item]] = field(default_factory=lambda: {"vpc": {}, "subnet": {}, "sg": {}})
    dns: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    next_id: int = 0x1000
    on_create: t.Callable[[str], t.Any] = str

    def now(self) -> float:
        return float(int(self.clock.seconds))

    def vpcs(self, tags: t.Mapping[str, str]) -> list[Part]:
        return [part for part in self._listed("vpc") if part.carries(tags)]

    def subnets(self, vpc_id: str) -> list[Part]:
        return self._listed("subnet", vpc_id)

    def security_groups(self, vpc_id: str) -> list[Part]:
        return self._listed("sg", vpc_id)

    def create_vpc(self, cidr: str, tags: t.Mapping[str, str]) -> str:
        return self.add("vpc", Part(id="", tags=dict(tags), cidr=cidr))

    def create_subnet(self, vpc_id: str, cidr: str, zone_id: str, tags: t.Mapping[str, str]) -> str:
        if any(item.part.cidr == cidr and item.vpc_id == vpc_id for item in self.kept["subnet"].values()):
            raise ApiError("The range is taken.", api="ec2", code="InvalidSubnet.Conflict")
        return self.add("subnet", Part(id="", tags=dict(tags), cidr=cidr, zone_id=zone_id), vpc_id)

    def create_security_group(self, vpc_id: str, name: str, description: str, tags: t.Mapping[str, str]) -> str:
        if any(item.part.name == name and item.vpc_id == vpc_id for item in self.kept["sg"].values()):
            raise ApiError("The name is taken.", api="ec2", code="InvalidGroup.Duplicate")
        return self.add("sg", Part(id="", tags=dict(tags), name=name, description=description), vpc_id)

    def has_dns(self, vpc_id: str) -> bool:
        return vpc_id in self.dns

    def enable_dns(self, vpc_id: str) -> None:
        self.calls.append(f"enable DNS of {vpc_id}")
        self.dns.add(vpc_id)

    def delete_vpc(self, vpc_id: str) -> bool:
        return self._remove("vpc", vpc_id)

    def delete_subnet(self, subnet_id: str) -> bool:
        return self._remove("subnet", subnet_id)

    def delete_security_group(self, group_id: str) -> bool:
        return self._remove("sg", group_id)

    def add(self, kind: str, part: Part, vpc_id: str = "") -> str:
        """The id of what is made now, lowest last."""
        self.next_id -= 1
        part_id = f"{kind}-{self.next_id:x}"
        named = Part(part_id, part.tags, part.cidr, part.zone_id, part.name, part.description)
        self.kept[kind][part_id] = Item(named, self.clock.seconds + self.gap + self.lag, vpc_id)
        self.calls.append(f"create {part_id}")
        self.on_create(part_id)
        return part_id

    def _listed(self, kind: str, vpc_id: str = "") -> list[Part]:
        items = self.kept[kind].values()
        return [item.part for item in items if item.listed_at <= self.clock.seconds and item.vpc_id == vpc_id]

    def _remove(self, kind: str, part_id: str) -> bool:
        if part_id in self.used:
            return False
        self.kept[kind].pop(part_id, None)
        self.calls.append(f"delete {part_id}")
        return True


def together(clock: Clock, runs: t.Sequence[tuple[float, Work[Result]]]) -> list[Result]:
    """The results of several runs that start at these intervals (seconds), each in steps of half a second."""
    begin = clock.seconds
    results: dict[int, Result] = {}
    waiting: dict[int, tuple[t.Any, float]] = {}
    while len(results) < len(runs):
        for number, (delay, work) in enumerate(runs):
            if number in results or clock.seconds < begin + delay:
                continue
            try:
                if number not in waiting:
                    waiting[number] = _until(next(work), clock)
                awaited, until = waiting[number]
                seen = awaited.look()
                if seen.done or clock.seconds >= until:
                    waiting[number] = _until(work.send(seen), clock)
            except StopIteration as end:
                results[number] = end.value
        clock.seconds += 0.5
    return [results[number] for number in range(len(runs))]


def _until(awaited: t.Any, clock: Clock) -> tuple[t.Any, float]:
    return awaited, clock.seconds + (900.0 if awaited.at_most is None else awaited.at_most)
