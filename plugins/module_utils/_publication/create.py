# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates the service of a name exactly once, even with concurrent runs."""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass
from functools import partial

from .._aws import provider_api as aws
from .._aws.provider_model import OwnService
from .._run.errors import ApiError, PrivateLinkError
from .._run.text import listed
from .._run.violations import LimitsViolated
from .._run.wait import Await, Seen, Work
from .desired import Desired
from .limits import in_use
from .provider import Provider
from .read import find_service, live_of_name
from .steps import CreateEndpointService

_MOST_TOKENS = 32
_MOST_LOST = 3
# Seconds in which AWS must list the service that another run has asked for, or one that it has answered.
_LISTED_WITHIN = 60.0
# Seconds in which a twin shows that another run made at the same time.
_TWINS_WITHIN = 5.0
_MISMATCH = "IdempotentParameterMismatch"


@dataclass(frozen=True)
class Creation:
    """The service of the name. `made` is false for another run's; `withdrawn` is then the one that this run made and
    deleted again, if any.
    """

    service_id: str
    made: bool = True
    withdrawn: str | None = None


def client_token(name: str, gone: t.Iterable[str], counter: int) -> str:
    """The same for every run that needs a service of this name, whatever options they differ in.

    AWS remembers the token of a deleted service, so it includes those that are listed as gone, and a counter.
    """
    identity = json.dumps(["endpoint service", name, sorted(gone), counter])
    return hashlib.sha256(identity.encode()).hexdigest()


def create_service(
    provider: Provider, desired: Desired, step: CreateEndpointService, gone: t.Sequence[str]
) -> Work[Creation]:
    """Returns the service of the name: made now, or by another run meanwhile.

    Two runs with the same token make one service; with different load balancers AWS answers the second with
    `IdempotentParameterMismatch`. A load balancer that is taken meanwhile was taken by such a run, or by a service of
    another name, which is then named.

    Raises LimitsViolated (`load_balancer_in_use`), ApiError, WaitTimedOut, and PrivateLinkError if every token is used
    up.
    """
    patience = _LISTED_WITHIN
    for counter in range(_MOST_TOKENS):
        live = live_of_name(desired, provider)
        if live:
            return Creation(_first(live).service_id, made=False)
        made = yield from _ask(provider, client_token(desired.name, gone, counter), step)
        if made is None:
            look = partial(_look_for_other, provider, desired)
            seen = yield Await(look, "AWS to show the endpoint service that another run has asked for", patience)
            if not seen.done:
                _require_free(provider, step)
        elif not made.is_gone:
            look = partial(_look_for_own, provider, desired, made.service_id)
            seen = yield Await(look, f"AWS to show the new endpoint service {made.service_id}", _LISTED_WITHIN)
            if seen.done:
                return (yield from _settle(provider, desired, made.service_id))
        patience = patience if made else 0.0
    raise PrivateLinkError(
        f"AWS remembers {_MOST_TOKENS} requests for {desired.target} and lists no service of any of them. Run again in "
        "an hour."
    )


def _ask(provider: Provider, token: str, step: CreateEndpointService) -> Work[OwnService | None]:
    """Null if another run has asked for it first. After a lost answer it asks again with the same token."""
    attempt = partial(_attempt, provider, token, step, iter(range(_MOST_LOST)))
    seen = yield Await(attempt, "AWS to answer the request for the endpoint service")
    return t.cast("OwnService | None", seen.value)


def _attempt(provider: Provider, token: str, step: CreateEndpointService, repetitions: t.Iterator[int]) -> Seen:
    try:
        return Seen(True, "answered", aws.create_own_service(provider.ec2, client_token=token, **step.request))
    except ApiError as refused:
        if refused.code == _MISMATCH or aws.LOAD_BALANCER_TAKEN in str(refused).lower():
            return Seen(True, "answered for another service")
        if not refused.ambiguous or next(repetitions, None) is None:
            raise
        return Seen(False, str(refused))


def _require_free(provider: Provider, step: CreateEndpointService) -> None:
    """Raises LimitsViolated if a service of another name has one of the load balancers."""
    services = [one for one in aws.describe_own_services(provider.ec2) if not one.is_gone]
    taken = [in_use(arn, one) for arn in step.load_balancer_arns for one in services if arn in one.load_balancer_arns]
    if taken:
        raise LimitsViolated(taken)


def _look_for_other(provider: Provider, desired: Desired) -> Seen:
    return Seen(bool(live_of_name(desired, provider)), "none is listed")


def _look_for_own(provider: Provider, desired: Desired, service_id: str) -> Seen:
    """By its id and by its name: tags may be listed later."""
    found = find_service(provider, service_id)
    named = [one.service_id for one in live_of_name(desired, provider)]
    return Seen(found is not None and not found.is_gone and service_id in named, f"{service_id} is not listed yet")


def _settle(provider: Provider, desired: Desired, made: str) -> Work[Creation]:
    """Two runs that saw different lists used different tokens, and made twins of different load balancers.

    All runs arrive at the same one to keep: one that is available, then the lowest id. Each withdraws only its own.
    """

    def look() -> Seen:
        live = live_of_name(desired, provider)
        return Seen(any(one.service_id != made for one in live), "there is one", live)

    live = (yield Await(look, "a twin that another run made at the same time", _TWINS_WITHIN, leaves_half=True)).value
    kept = _first(live).service_id if live else made
    if kept == made:
        return Creation(made)
    yield Await(partial(_withdraw, provider, made), f"AWS to withdraw {made}, the twin of {kept}")
    return Creation(kept, made=False, withdrawn=made)


def _withdraw(provider: Provider, service_id: str) -> Seen:
    """Nobody has been permitted to connect to it yet, so AWS has no reason to refuse."""
    service = find_service(provider, service_id)
    if service is None or service.is_gone:
        return Seen(True, "gone")
    try:
        aws.delete_own_service(provider.ec2, service_id)
    except ApiError as refused:
        if not (refused.ambiguous or refused.code in aws.SERVICE_BUSY):
            raise
        return Seen(False, str(refused))
    return Seen(False, f"{listed([service_id])} is not deleted yet")


def _first(live: t.Sequence[OwnService]) -> OwnService:
    return min(live, key=lambda one: (one.state != "available", one.service_id))
