# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries a plan out: step, await; step, await. The only room that changes the world."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._aws import api as aws
from .clouds import Clouds
from .conditions import DESCRIPTIONS, Conditions
from .create import create_interface_endpoint
from .current import Current
from .desired import Desired
from .errors import ApiError
from .model import InterfaceEndpoint
from .plan import Condition, Plan, Step
from .register import register
from .wait import Await, Seen, Work

# AWS takes one modification at a time, and in the first seconds after the acceptance refuses private DNS.
_BUSY_CODES = frozenset({"OperationInProgress", "IncorrectState", "InvalidState"})
_LASTING_DNS_REFUSALS = ("conflicting", "does not provide", "enablednssupport", "enablednshostnames", "attribute")


class Run:
    """One plan being carried out. C(done) takes the finished steps, also when it ends in an error."""

    def __init__(self, desired: Desired, current: Current, clouds: Clouds, done: list[Step] | None = None) -> None:
        self._desired = desired
        self._current = current
        self._clouds = clouds
        self._ec2 = clouds.ec2(str(current.region))
        self._reads = clouds.reads(str(current.region))
        self._conditions = Conditions(desired, current, clouds)
        self._made: str | None = None
        self.done: list[Step] = [] if done is None else done

    def carry_out(self, planned: Plan) -> Work[Desired]:
        """Returns the wish with the id of the interface endpoint that was made, to read the outcome by.

        Raises ApiError or WaitFailed; what is done stays done, and the next run goes on from there.
        """
        for step in planned.steps:
            if step.needs is not None:
                yield self._await(step.needs)
            yield from self._do(step)
            self.done.append(step)
        for goal in planned.goals:
            yield self._await(goal)
        return replace(self._desired, vpc_endpoint_id=self._made) if self._made else self._desired

    def _await(self, condition: Condition) -> Await:
        vpc_endpoint_id = condition.vpc_endpoint_id or self._made or ""
        return Await(lambda: self._conditions.look(condition.kind, vpc_endpoint_id), DESCRIPTIONS[condition.kind])

    def _do(self, step: Step) -> Work[None]:
        vpc_endpoint_id = step.vpc_endpoint_id or self._made or ""
        if step.name == "create_vpc_endpoint":
            self._made = yield from create_interface_endpoint(self._ec2, self._reads, step.arguments, self._current)
        elif step.name == "register_endpoint":
            yield from self._register(vpc_endpoint_id)
        elif step.name == "terminate_registration":
            self._terminate(vpc_endpoint_id, step.arguments["connection_id"])
        elif step.name == "delete_vpc_endpoint":
            aws.delete_vpc_endpoint(self._ec2, vpc_endpoint_id)
        elif step.name == "set_tags":
            aws.create_tags(self._ec2, vpc_endpoint_id, step.arguments["tags"])
        elif step.name == "remove_tags":
            aws.delete_tags(self._ec2, vpc_endpoint_id, step.arguments["keys"])
        else:
            yield from self._modify(vpc_endpoint_id, step.arguments)

    def _register(self, vpc_endpoint_id: str) -> Work[None]:
        registration = yield from register(self._clouds.tidb, self._current, vpc_endpoint_id)
        if registration.private_endpoint_connection_id:
            self._conditions.connection_ids[vpc_endpoint_id] = registration.private_endpoint_connection_id

    def _terminate(self, vpc_endpoint_id: str, connection_id: str | None) -> None:
        cluster, group_id = self._current.cluster, self._current.node_group_id
        if connection_id is None or cluster is None or group_id is None:
            raise ApiError(
                f"TiDB Cloud lists the registration of {vpc_endpoint_id} without an id. Run again in a minute.",
                api="tidbcloud",
            )
        self._clouds.tidb.terminate_registration(cluster.cluster_id, group_id, connection_id)

    def _modify(self, vpc_endpoint_id: str, arguments: t.Mapping[str, t.Any]) -> Work[None]:
        def attempt() -> Seen:
            try:
                aws.modify_vpc_endpoint(self._ec2, vpc_endpoint_id, **arguments)
            except ApiError as refused:
                if _is_passing(refused, arguments):
                    return Seen(False, str(refused))
                # What was done although its answer was lost, and asked for again by botocore, may be refused then.
                found = aws.describe_vpc_endpoints(self._ec2, ids=[vpc_endpoint_id])
                if not any(_is_in_effect(arguments, endpoint) for endpoint in found):
                    raise
            return Seen(True, "accepted")

        yield Await(attempt, f"AWS to accept the change of {vpc_endpoint_id}")


def _is_in_effect(arguments: t.Mapping[str, t.Any], endpoint: InterfaceEndpoint) -> bool:
    """Whether it has the subnets and security groups that a change adds, and none that it removes."""
    there = {*endpoint.subnet_ids, *endpoint.security_group_ids}
    added = {*arguments.get("add_subnet_ids", ()), *arguments.get("add_security_group_ids", ())}
    removed = {*arguments.get("remove_subnet_ids", ()), *arguments.get("remove_security_group_ids", ())}
    return bool(added or removed) and added <= there and not removed & there


def _is_passing(refused: ApiError, arguments: t.Mapping[str, t.Any]) -> bool:
    if refused.code in _BUSY_CODES:
        return True
    text = str(refused).lower()
    lasting = any(refusal in text for refusal in _LASTING_DNS_REFUSALS)
    return bool(arguments.get("private_dns_enabled")) and refused.code == "InvalidParameter" and not lasting
