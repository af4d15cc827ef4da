# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries a plan out: step, await; step, await. The only room that changes the world."""

from __future__ import annotations

import itertools
import random
import typing as t
from dataclasses import replace
from http import HTTPStatus

from .._aws import api as aws
from .._aws.model import InterfaceEndpoint
from .._aws.refusals import MOST_UNKNOWN, is_busy, is_limit, is_name_conflict, is_too_early, is_unknown_part
from .._run.errors import ApiError, WaitFailed
from .._run.wait import Await, Seen, Work
from .clouds import Clouds
from .conditions import DESCRIPTIONS, Conditions, FreedName
from .create import Creation, create_interface_endpoint
from .current import Current
from .desired import Desired
from .promise import differences, is_overtaken
from .register import end_registration, register, undo_registrations
from .registrations import is_registered
from .steps import (
    DONE,
    GONE,
    UNREGISTERED,
    Change,
    Condition,
    CreateVpcEndpoint,
    DeleteVpcEndpoint,
    EnablePrivateDns,
    Plan,
    RegisterEndpoint,
    Step,
    TerminateRegistration,
    one_by_one,
    requests_of,
)

# A change or a removal that shows no effect after this many seconds is requested once more, at most this often.
_EFFECT_WITHIN = 30.0
_REPETITIONS = 2
# After the last one it has longer.
_LAST_EFFECT_WITHIN = 240.0
# What another run changed meanwhile is corrected at once, and then three times more at most, each time after a random
# number of looks without any change: of several runs that take each other's changes back, the last one that tries
# succeeds.
_CORRECTIONS = 4
_CALM_LOOKS = (2, 12)
# Seconds in which there must be as many.
_CALM_WITHIN = 60.0
_WITHOUT_EFFECT = "AWS accepted the change several times and does not show it, or something else changes it back"


class Run:
    """One plan being carried out. `done` collects the finished steps, even if it ends in an error.

    `adopted` is set if another run made the interface endpoint that was to be made: the plan is not for that one.
    """

    def __init__(self, desired: Desired, current: Current, clouds: Clouds, done: list[Step] | None = None) -> None:
        self._desired = desired
        self._current = current
        self._clouds = clouds
        self._ec2 = clouds.ec2(str(current.provider.region))
        self._reads = clouds.reads(str(current.provider.region))
        self._conditions = Conditions(desired, current, clouds)
        self._made: str | None = None
        # The steps by which this run registered interface endpoints itself, by their ids.
        self._registered: dict[str, RegisterEndpoint] = {}
        self.done: list[Step] = [] if done is None else done
        self.adopted: Creation | None = None

    def carry_out(self, planned: Plan) -> Work[Desired]:
        """Returns the desired state with the id of the interface endpoint that was made, to read the outcome by. Ends
        early if `adopted` is set.

        Raises ApiError or WaitFailed; what is done stays done, and the next run continues from there. Only a
        registration that this run made is withdrawn if another run deletes its interface endpoint: no other run would
        find it.
        """
        try:
            for steps in requests_of(planned.steps):
                for condition in dict.fromkeys(condition for step in steps for condition in step.needs):
                    yield from self._await(condition)
                yield from self._do(steps)
                if self.adopted is not None:
                    return replace(self._desired, vpc_endpoint_id=self._made)
                self.done.extend(steps)
            for goal in planned.goals:
                yield from (self._reach(goal) if goal.kind == DONE else self._await(goal))
        except (ApiError, WaitFailed) as error:
            undo_registrations(error, self._registered, self._conditions, self._terminate)
            raise
        return replace(self._desired, vpc_endpoint_id=self._made) if self._made else self._desired

    def _id_of(self, about: Condition | Step) -> str:
        """The interface endpoint that it is about; without an id of its own, the one that this run made."""
        return about.vpc_endpoint_id or self._made or ""

    def _await(self, condition: Condition) -> Work[None]:
        """Awaits it. A removal that was accepted but has not begun after a while is requested once more."""
        if condition.kind in (UNREGISTERED, GONE):
            if (yield self._awaited(condition, at_most=_EFFECT_WITHIN)).done:
                return
            yield from self._remove_again(condition)
        yield self._awaited(condition)

    def _awaited(self, condition: Condition, at_most: float | None = None) -> Await:
        vpc_endpoint_id = self._id_of(condition)
        return Await(
            lambda: self._conditions.look(condition.kind, vpc_endpoint_id), DESCRIPTIONS[condition.kind], at_most
        )

    def _reach(self, goal: Condition) -> Work[None]:
        """Waits until everything is as desired. What has no effect, or was changed by others, is requested again.

        Raises WaitFailed if others keep changing it.
        """
        vpc_endpoint_id = self._id_of(goal)
        repetitions = corrections = 0
        while True:
            is_last = repetitions == _REPETITIONS and not corrections
            at_most = _LAST_EFFECT_WITHIN if is_last else _EFFECT_WITHIN
            seen = yield Await(lambda: self._look_for_change(vpc_endpoint_id), DESCRIPTIONS[goal.kind], at_most)
            if seen.done and not self._conditions.overridden:
                return
            if seen.done or (corrections and self._conditions.missing):
                is_hopeless = corrections == _CORRECTIONS
                if is_hopeless or (seen.done and corrections and not (yield from self._is_calm(vpc_endpoint_id))):
                    raise self._not_as_desired(vpc_endpoint_id, "something else changes it at the same time")
                corrections += 1
            elif self._conditions.missing:
                if repetitions == _REPETITIONS:
                    raise self._not_as_desired(vpc_endpoint_id, _WITHOUT_EFFECT)
                repetitions += 1
            for steps in requests_of(self._conditions.begin_again(vpc_endpoint_id)):
                yield from self._change(steps, again=True)

    def _not_as_desired(self, vpc_endpoint_id: str, why: str) -> WaitFailed:
        return WaitFailed(
            f"Interface endpoint {vpc_endpoint_id} is not as desired: {why}. What differs: "
            f"{differences(self._conditions.missing)}. Run again once that has ended."
        )

    def _is_calm(self, vpc_endpoint_id: str) -> Work[bool]:
        """Whether other runs seem to have ended. They wait as well, each for another number of looks."""
        needed = random.randint(*_CALM_LOOKS)
        like: list[t.Any] = []

        def look() -> Seen:
            self._conditions.look(DONE, vpc_endpoint_id)
            now = self._conditions.seen.get(vpc_endpoint_id)
            if like and now != like[-1]:
                like.clear()
            like.append(now)
            return Seen(len(like) > needed, f"{vpc_endpoint_id} is being changed")

        what = f"other runs to end their changes of {vpc_endpoint_id}"
        return (yield Await(look, what, at_most=_CALM_WITHIN, leaves_half=True)).done

    def _look_for_change(self, vpc_endpoint_id: str) -> Seen:
        seen = self._conditions.look(DONE, vpc_endpoint_id)
        return Seen(seen.done or bool(self._conditions.overridden), seen.state)

    def _remove_again(self, condition: Condition) -> Work[None]:
        vpc_endpoint_id = self._id_of(condition)
        registration = self._conditions.registration(vpc_endpoint_id)
        if registration is not None and is_registered(registration) and registration.state != "DELETING":
            connection_id = registration.private_endpoint_connection_id
            self._terminate(TerminateRegistration(vpc_endpoint_id, (), self._desired.target, connection_id))
        endpoint = self._conditions.endpoint(vpc_endpoint_id) if condition.kind == GONE else None
        deletion = DeleteVpcEndpoint(vpc_endpoint_id, ())
        if not deletion.is_in_effect(endpoint):
            yield from self._change((deletion,))

    def _do(self, steps: tuple[Step, ...]) -> Work[None]:
        """Carries out the steps of one request in the way of their kind; most are one call to EC2."""
        step = steps[0]
        if isinstance(step, CreateVpcEndpoint):
            yield from self._create(step)
        elif isinstance(step, RegisterEndpoint):
            yield from self._register(step)
        elif isinstance(step, TerminateRegistration):
            self._terminate(step)
        else:
            yield from self._change(steps)

    def _register(self, step: RegisterEndpoint) -> Work[None]:
        vpc_endpoint_id = self._id_of(step)
        registered = yield from register(self._clouds.tidb, self._current.provider, vpc_endpoint_id)
        self._conditions.registrations[vpc_endpoint_id] = registered.registration
        if registered.own:
            self._registered[vpc_endpoint_id] = step
        # Another run may have deleted it between the last look and the registration.
        self._conditions.require_alive(vpc_endpoint_id, self._conditions.endpoint(vpc_endpoint_id))

    def _terminate(self, step: TerminateRegistration) -> None:
        vpce = str(step.vpc_endpoint_id)
        end_registration(self._clouds.tidb, self._current.provider, self._conditions, vpce, step.connection_id)

    def _change(self, steps: tuple[Step, ...], *, again: bool = False) -> Work[None]:
        """One change of an interface endpoint, or its deletion. `again`: it was accepted once already."""
        vpc_endpoint_id = self._id_of(steps[0])
        attempts, names = itertools.count(1), FreedName(self._reads, self._current.provider)

        def attempt() -> Seen:
            number = next(attempts)
            try:
                ask_for(self._ec2, steps, vpc_endpoint_id)
            except ApiError as refused:
                endpoint = self._look_after(steps, vpc_endpoint_id)
                # A change that was done although its answer was lost may be refused when it is requested again.
                if all(step.is_in_effect(endpoint) for step in steps):
                    return Seen(True, "done")
                if len(steps) > 1 and is_limit(refused):
                    return Seen(True, "refused", refused)
                if self._passes(refused, steps, names):
                    return Seen(False, str(refused))
                # What is then missing is requested at the end.
                if again or self._is_overtaken(steps, endpoint):
                    return Seen(True, "left to the end")
                if not self._may_pass(number, refused, steps):
                    raise
                return Seen(False, str(refused))
            return Seen(True, "accepted")

        seen = yield Await(attempt, f"AWS to accept the change of {vpc_endpoint_id}")
        if isinstance(seen.value, ApiError):
            yield from self._change_one_by_one(steps, seen.value, again)

    def _change_one_by_one(self, steps: tuple[Step, ...], refused: ApiError, again: bool) -> Work[None]:
        """What AWS refused at once because of a limit. If it fails on the way, what was done of it stays done."""
        endpoint = self._conditions.endpoint(self._id_of(steps[0]))
        if endpoint is None:
            raise refused
        done = [] if again else self.done
        begun = len(done)
        for single in one_by_one(endpoint.security_group_ids, steps):
            yield from self._change((single,), again=again)
            done.append(single)
        del done[begun:]

    def _passes(self, refused: ApiError, steps: tuple[Step, ...], names: FreedName) -> bool:
        """Whether the same request may succeed later."""
        if is_busy(refused) or refused.code in aws.ENDPOINT_NOT_FOUND:
            # A new interface endpoint may be unknown for some seconds.
            return True
        if not isinstance(steps[0], EnablePrivateDns):
            return False
        if is_name_conflict(refused):
            vpc_endpoint_id = self._id_of(steps[0])
            endpoint = self._conditions.seen.get(vpc_endpoint_id) or self._conditions.before(vpc_endpoint_id)
            return self._desired.wait and endpoint is not None and names.is_being_freed(endpoint)
        return is_too_early(refused)

    def _look_after(self, steps: tuple[Step, ...], vpc_endpoint_id: str) -> InterfaceEndpoint | None:
        """The interface endpoint after a refusal.

        Raises WaitFailed if something else deletes what is to be changed: no repetition would help.
        """
        found = aws.describe_vpc_endpoints(self._ec2, ids=[vpc_endpoint_id])
        endpoint = self._conditions.note(vpc_endpoint_id, found)
        if isinstance(steps[0], Change):
            self._conditions.require_alive(vpc_endpoint_id, endpoint)
        return endpoint

    def _is_overtaken(self, steps: tuple[Step, ...], endpoint: InterfaceEndpoint | None) -> bool:
        """Whether another run has changed the endpoint so that the steps cannot be done as planned."""
        if endpoint is None or not isinstance(steps[0], Change) or not self._desired.wait:
            return False
        return is_overtaken(self._conditions.before(endpoint.vpc_endpoint_id), self.done, endpoint)

    def _may_pass(self, number: int, refused: ApiError, steps: tuple[Step, ...]) -> bool:
        """Whether the reason of this refusal, the first or a later one, may be gone by now although nothing shows it.

        A part of the network that was listed may be new. Another run may have changed the endpoint before the refusal
        and changed it back before the look after it: AWS answers 400 to what the state of the endpoint forbids, 401 and
        403 if a permission is missing.
        """
        if number > 1:
            return number <= MOST_UNKNOWN and is_unknown_part(refused)
        about_state = isinstance(steps[0], Change) and not isinstance(steps[0], EnablePrivateDns)
        return about_state and refused.status == HTTPStatus.BAD_REQUEST and self._desired.wait

    def _create(self, step: CreateVpcEndpoint) -> Work[None]:
        if step.made is not None:
            self._made = step.made
            return
        creation = yield from create_interface_endpoint(
            self._ec2, self._reads, step, self._desired, self._current.unseen
        )
        self._made = creation.vpc_endpoint_id
        self.adopted = None if creation.made else creation


def ask_for(ec2: t.Any, steps: t.Sequence[Step], vpc_endpoint_id: str) -> None:
    """Makes the one call that changes or deletes an interface endpoint. Raises ApiError."""
    calls: dict[str, t.Callable[..., None]] = {
        "CreateTags": aws.create_tags,
        "DeleteTags": aws.delete_tags,
        "DeleteVpcEndpoints": aws.delete_vpc_endpoint,
        "ModifyVpcEndpoint": aws.modify_vpc_endpoint,
    }
    request = {option: value for step in steps for option, value in step.request.items()}
    calls[steps[0].action](ec2, vpc_endpoint_id, **request)
