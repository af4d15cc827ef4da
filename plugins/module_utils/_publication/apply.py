# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries a plan out: await, step; await, step. The only room that changes the world, with create.py."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from .._aws import api, balancer_api
from .._aws import provider_api as aws
from .._run.errors import ApiError, WaitFailed
from .._run.text import listed
from .._run.wait import Await, Seen, Work
from .create import Creation, create_service
from .current import Current, Published
from .desired import Desired
from .provider import Provider
from .read import find_service, read_published
from .steps import (
    AVAILABLE,
    BALANCERS_ACTIVE,
    CONNECTED,
    DISCONNECTED,
    GONE,
    Condition,
    CreateEndpointService,
    DeleteEndpointService,
    Plan,
    Step,
    VerifyPrivateDnsName,
)

# What shows no effect in time, or was changed by another run, is requested again at most this often.
_REPETITIONS = 2
_WHAT = {
    BALANCERS_ACTIVE: "the load balancers to be active",
    CONNECTED: "AWS to connect what was accepted",
    DISCONNECTED: "AWS to end the connections",
    GONE: "AWS to delete the endpoint service",
}


class Run:
    """One plan being carried out. `done` collects the finished steps, even if it ends in an error.

    `adopted` is set if another run made the service that was to be made: the plan is not for that one.
    """

    def __init__(self, desired: Desired, current: Current, provider: Provider, done: list[Step]) -> None:
        self._desired = desired
        self._current = current
        self._provider = provider
        self._id = current.service.service_id if current.service else None
        # Until a new service has been listed by id, AWS may not know it everywhere.
        self._is_new = False
        record = current.service.record if current.service else None
        self._is_verifying = record is not None and record.state == "pendingverification"
        self._done = done
        self.adopted: Creation | None = None

    def carry_out(self, planned: Plan) -> Work[Published | None]:
        """Returns the service as the last look showed it; null if it is gone, or if `adopted` is set.

        Raises ApiError, WaitFailed or WaitTimedOut; what is done stays done, and the next run continues from there.
        """
        own: list[Step] = []
        for step in planned.steps:
            for condition in step.needs:
                yield self._awaited(condition)
            if isinstance(step, CreateEndpointService):
                yield from self._create(step)
                if self.adopted is not None:
                    return None
            else:
                yield from self._change(step)
            own.append(step)
            self._done.append(step)
        for goal in planned.goals:
            if goal.kind == AVAILABLE:
                yield from self._reach(own)
            else:
                yield self._awaited(goal)
        now = self._now()
        if now is None and planned.goals and self._desired.state == "present":
            raise WaitFailed(_vanished(self._desired, str(self._id)))
        return now

    # --- awaiting -----------------------------------------------------------------------------------------------

    def _awaited(self, condition: Condition) -> Await:
        looks: dict[str, t.Callable[[], Seen]] = {
            BALANCERS_ACTIVE: lambda: self._look_at_balancers(condition.ids),
            CONNECTED: lambda: self._look_for_pending(condition.ids),
            DISCONNECTED: self._look_for_connections,
            GONE: self._look_for_rest,
        }
        return Await(looks[condition.kind], _WHAT[condition.kind])

    def _look_at_balancers(self, arns: t.Sequence[str]) -> Seen:
        found = balancer_api.describe_load_balancers(self._provider.elb, arns)
        failed = [one.name for one in found if one.state == "failed"]
        if failed or len(found) < len(arns):
            what = f"{listed(failed)} failed" if failed else "one of them no longer exists"
            raise WaitFailed(
                f"The load balancers of {self._desired.target} were waited for, but {what}. Look at them in "
                "the AWS console, then run again."
            )
        waiting = [one.name for one in found if one.is_provisioning]
        return Seen(not waiting, f"{listed(waiting)} is provisioning")

    def _look_for_pending(self, ids: t.Sequence[str]) -> Seen:
        now = self._now()
        left = [one for one in now.connections if one.vpc_endpoint_id in ids and one.state == "pending"] if now else ()
        return Seen(not left, listed(f"{one.vpc_endpoint_id} is {one.state}" for one in left) or "connected")

    def _look_for_connections(self) -> Seen:
        now = self._now()
        left = now.live if now else ()
        shown = listed(f"{one.vpc_endpoint_id} of account {one.account_id} is {one.state}" for one in left)
        return Seen(not left, shown or "none is left")

    def _look_for_rest(self) -> Seen:
        """The service itself, or those of its name that were being deleted already."""
        ids = [self._id] if self._id else [one.service_id for one in self._current.gone]
        left = [one for item in ids if (one := find_service(self._provider, item))]
        return Seen(not left, listed(f"{one.service_id} is {one.state}" for one in left) or "gone")

    def _now(self) -> Published | None:
        """The service as AWS shows it; null if it does not list it."""
        service = find_service(self._provider, self._id) if self._id else None
        if service is None:
            return None
        try:
            return read_published(self._provider, service)
        except ApiError as error:
            if not aws.is_unknown(error):
                raise
            return None

    # --- changing -----------------------------------------------------------------------------------------------

    def _create(self, step: CreateEndpointService) -> Work[None]:
        if step.made is not None:
            self._id, self._is_new = step.made, True
            return
        gone = [one.service_id for one in self._current.gone]
        creation = yield from create_service(self._provider, self._desired, step, gone)
        self._id, self._is_new = creation.service_id, True
        self.adopted = None if creation.made else creation

    def _change(self, step: Step) -> Work[None]:
        """One change. A refusal of what is in effect already comes from an attempt whose answer was lost."""

        def attempt() -> Seen:
            try:
                ask_for(self._provider.ec2, step, str(self._id))
            except ApiError as refused:
                if not self._is_done_with(step, refused):
                    if not self._is_passing(step, refused):
                        raise
                    return Seen(False, str(refused))
            return Seen(True, "accepted")

        yield Await(attempt, f"AWS to accept the change of {self._desired.target}")

    def _is_done_with(self, step: Step, refused: ApiError) -> bool:
        """Raises WaitFailed if something else deletes the service that is to be changed."""
        now = self._now()
        if isinstance(step, DeleteEndpointService):
            return now is None or step.is_done(now)
        if now is None or now.service.is_gone:
            if self._desired.state == "absent":
                return True
            if self._is_new and now is None:
                return False
            raise WaitFailed(_vanished(self._desired, str(self._id))) from refused
        return step.is_done_unanswered(now)

    def _is_passing(self, step: Step, refused: ApiError) -> bool:
        """Whether to ask again: all of these may be asked for twice."""
        if refused.ambiguous or refused.code in aws.SERVICE_BUSY:
            return True
        if isinstance(step, DeleteEndpointService) and refused.code == aws.CONNECTIONS_EXIST:
            self._end_connections()
            return True
        return self._is_new and aws.is_unknown(refused)

    def _end_connections(self) -> None:
        """Rejects whoever connected after the last look. Connections that were rejected count for some seconds more.

        Raises WaitFailed, which names them, if the user did not permit it.
        """
        now = self._now()
        live = now.live if now else ()
        if live and self._desired.on_connections != "reject":
            shown = listed(f"{one.vpc_endpoint_id} of account {one.account_id} ({one.state})" for one in live)
            raise WaitFailed(
                f"{self._desired.target} is not deleted: {shown} connected while this run worked on it. Have its "
                "consumers delete their endpoints, or end them with on_connections=reject."
            )
        if live:
            # Another refusal shows at the next attempt to delete.
            with contextlib.suppress(ApiError):
                aws.reject_connections(self._provider.ec2, str(self._id), [one.vpc_endpoint_id for one in live])

    # --- the end ------------------------------------------------------------------------------------------------

    def _reach(self, steps: t.Sequence[Step]) -> Work[None]:
        """Waits until every step is in effect and the service is available. What shows no effect is requested again.

        Raises WaitFailed if something else keeps changing it.
        """
        patience = max((step.patience for step in steps), default=None)
        effects = Await(lambda: self._look_at_effects(steps), "AWS to show every change", patience)
        for repetition in range(_REPETITIONS + 1):
            seen = yield effects
            if seen.done:
                return
            untaken = self._untaken(steps)
            if not untaken:
                break
            if repetition == _REPETITIONS:
                raise WaitFailed(
                    f"{self._desired.target} is not as desired, although AWS accepted each change: {seen.state}. "
                    "Something else may change it at the same time. Run again once that has ended."
                )
            for step in untaken:
                yield from self._change(step)
        yield replace(effects, at_most=None)

    def _untaken(self, steps: t.Sequence[Step]) -> list[Step]:
        """The changes that AWS does not work on."""
        now = self._now()
        changes = [step for step in steps if not isinstance(step, CreateEndpointService)]
        return [step for step in changes if now and not step.is_done(now)]

    def _look_at_effects(self, steps: t.Sequence[Step]) -> Seen:
        now = self._now()
        if now is None or now.service.is_gone:
            if self._is_new and now is None:
                return Seen(False, "it is not listed yet")
            raise WaitFailed(_vanished(self._desired, str(self._id)))
        if now.service.state == "failed":
            raise WaitFailed(
                f"{self._desired.target} ({self._id}) has failed and will not recover. Delete it with state=absent, "
                "then run again."
            )
        if now.service.state != "available":
            return Seen(False, _state(now))
        self._is_new = False
        self._require_verifiable(steps, now)
        missing = [f"{step.name} {step.detail}" for step in steps if not step.is_in_effect(now)]
        return Seen(not missing, f"still missing: {listed(missing, '; ')}")

    def _require_verifiable(self, steps: t.Sequence[Step], now: Published) -> None:
        """Raises WaitFailed if AWS has looked for the TXT record and not found it."""
        record = now.service.record
        step = next((step for step in steps if isinstance(step, VerifyPrivateDnsName)), None)
        if step is None or record is None:
            return
        self._is_verifying = self._is_verifying or record.state == "pendingverification"
        # A state from before the request may be shown for some seconds.
        if record.state == "failed" and self._is_verifying:
            raise WaitFailed(
                f"AWS could not verify the private name {step.private_dns_name} of {self._desired.target}. Check that "
                f"public DNS has the TXT record {record.name} = {record.value}, then run again."
            )


def ask_for(ec2: t.Any, step: Step, service_id: str) -> None:
    """Makes the one call that changes or deletes a service. Raises ApiError."""
    request = step.request
    calls: dict[str, t.Callable[[], None]] = {
        "ModifyVpcEndpointServiceConfiguration": lambda: aws.modify_own_service(ec2, service_id, **request),
        "ModifyVpcEndpointServicePermissions": lambda: aws.modify_principals(ec2, service_id, **request),
        "StartVpcEndpointServicePrivateDnsVerification": lambda: aws.verify_private_dns_name(ec2, service_id),
        "AcceptVpcEndpointConnections": lambda: aws.accept_connections(ec2, service_id, **request),
        "RejectVpcEndpointConnections": lambda: aws.reject_connections(ec2, service_id, **request),
        "CreateTags": lambda: api.create_tags(ec2, service_id, **request),
        "DeleteTags": lambda: api.delete_tags(ec2, service_id, **request),
        "DeleteVpcEndpointServiceConfigurations": lambda: aws.delete_own_service(ec2, service_id),
    }
    calls[step.action]()


def _state(now: Published | None) -> str:
    return f"{now.service.service_id} is {now.service.state}" if now else "it is not listed"


def _vanished(desired: Desired, service_id: str) -> str:
    return (
        f"Endpoint service {service_id}, published as {desired.name}, was deleted by another run, or somebody in AWS, "
        "while this run worked on it. Run again to make a new one, or leave it deleted."
    )
