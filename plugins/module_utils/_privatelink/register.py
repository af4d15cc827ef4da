# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registers an interface endpoint with TiDB Cloud. There is no idempotency key: it looks before every repetition, and
after the registration, since another run may have registered it at the same time. Also ends registrations.
"""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass
from functools import partial

from .._run.errors import ApiError, PrivateLinkError, WaitFailed
from .._run.wait import Await, Seen, Work
from .._tidbcloud.model import Cluster, Registration
from .conditions import Conditions
from .current import Provider
from .registrations import Registrations, RegistrationUnknown, eldest, is_registered, read_registrations
from .steps import RegisterEndpoint, TerminateRegistration

if t.TYPE_CHECKING:
    from .._tidbcloud.api import TidbCloud

# Not published: whether TiDB Cloud immediately refuses an interface endpoint that it does not see yet.
_ATTEMPTS = 4
# Seconds in which a registration must be listed. After a refusal that says what is wrong it is looked for not so long.
_LISTED_WITHIN = 15.0
_REPEATED_AFTER = 4.0


@dataclass(frozen=True)
class Registered:
    """The registration that an interface endpoint has now. `own`: this run made it, so this run may withdraw it."""

    registration: Registration
    own: bool


@dataclass(frozen=True)
class _Place:
    """An interface endpoint and the node group to register it with."""

    tidb: TidbCloud
    cluster: Cluster
    node_group_id: str
    vpc_endpoint_id: str

    def register(self) -> Registration:
        return self.tidb.register_endpoint(self.cluster.cluster_id, self.node_group_id, self.vpc_endpoint_id)

    def registrations(self) -> Registrations:
        return read_registrations(self.tidb, self.cluster, self.node_group_id)

    def listed(self) -> list[Registration]:
        return self.registrations().every(self.vpc_endpoint_id)

    def withdraw(self, connection_id: str) -> None:
        self.tidb.terminate_registration(self.cluster.cluster_id, self.node_group_id, connection_id)


def register(tidb: TidbCloud, provider: Provider, vpc_endpoint_id: str) -> Work[Registered]:
    """Returns the one registration, made now or found.

    Two runs that register at once both succeed and one registration stays: each withdraws its own unless it is the
    eldest. Raises ApiError if TiDB Cloud keeps refusing.
    """
    if provider.cluster is None or provider.node_group_id is None:
        raise PrivateLinkError(f"There is no node group to register {vpc_endpoint_id} with.")
    place = _Place(tidb, provider.cluster, provider.node_group_id, vpc_endpoint_id)
    registered = yield from _ask(place)
    return (yield from _without_twin(place, registered)) if registered.own else registered


def _ask(place: _Place) -> Work[Registered]:
    """Asks for it, and before it asks again, looks for a while whether it is listed: a lost answer may have taken
    effect, and the list may be behind.
    """
    attempts = itertools.count(1)
    while True:
        seen = yield Await(partial(_attempt, place), "TiDB Cloud to accept the registration", costs_request=True)
        if isinstance(seen.value, Registered):
            return seen.value
        refused = t.cast(ApiError, seen.value)
        look = partial(_look, place, refused)
        at_most = _LISTED_WITHIN if refused.ambiguous else _REPEATED_AFTER
        seen = yield Await(look, "TiDB Cloud to accept the registration", at_most, costs_request=True)
        if seen.done:
            return Registered(eldest(seen.value), own=False)
        if isinstance(seen.value, RegistrationUnknown):
            raise seen.value
        if next(attempts) == _ATTEMPTS:
            raise refused


def _attempt(place: _Place) -> Seen:
    """Asks for it once. The value is the registration, or the refusal if that may pass."""
    try:
        return Seen(True, "registered", Registered(place.register(), own=True))
    except ApiError as refused:
        if _may_pass(refused):
            return Seen(True, str(refused), refused)
        existing = place.listed()
        if not existing:
            raise
        return Seen(True, "registered", Registered(eldest(existing), own=False))


def _look(place: _Place, refused: ApiError) -> Seen:
    """The value is what is listed, or the error that says why the list does not tell."""
    listed = place.registrations()
    existing = listed.every(place.vpc_endpoint_id)
    try:
        listed.of(place.vpc_endpoint_id)
    except RegistrationUnknown as unknown:
        return Seen(False, str(unknown), unknown)
    return Seen(bool(existing), str(refused), existing)


def _without_twin(place: _Place, registered: Registered) -> Work[Registered]:
    """Looks until the list shows the registration, for some seconds at most, and keeps the eldest in the list."""
    own_id = registered.registration.private_endpoint_connection_id

    def look() -> Seen:
        rows = place.listed()
        is_listed = any(row.private_endpoint_connection_id == own_id for row in rows)
        return Seen(is_listed, "it is not listed yet", rows)

    seen = yield Await(look, "TiDB Cloud to list the registration", at_most=_LISTED_WITHIN)
    kept = eldest(seen.value) if seen.value else registered.registration
    if own_id is None or kept.private_endpoint_connection_id in (None, own_id):
        return registered
    place.withdraw(own_id)
    return Registered(kept, own=False)


def _may_pass(refused: ApiError) -> bool:
    """A lost answer, or an interface endpoint that TiDB Cloud does not see yet; a refused key will not pass."""
    return refused.status not in (401, 403)


def end_registration(
    tidb: TidbCloud, provider: Provider, conditions: Conditions, vpc_endpoint_id: str, connection_id: str | None
) -> None:
    """Asks for it once; another run may end it at the same time. Raises ApiError."""
    known = conditions.registrations.get(vpc_endpoint_id)
    group_id = provider.node_group_id or (known.node_group_id if known else None)
    if connection_id is None or provider.cluster is None or group_id is None:
        raise ApiError(
            f"TiDB Cloud lists the registration of {vpc_endpoint_id} without an id. Run again in a minute.",
            api="tidbcloud",
        )
    try:
        tidb.terminate_registration(provider.cluster.cluster_id, group_id, connection_id)
    except ApiError:
        registration = conditions.registration(vpc_endpoint_id)
        if registration is not None and is_registered(registration) and registration.state != "DELETING":
            raise


def undo_registrations(
    error: PrivateLinkError,
    registered: t.Mapping[str, RegisterEndpoint],
    conditions: Conditions,
    terminate: t.Callable[[TerminateRegistration], None],
) -> None:
    """Ends the registrations that this run made of interface endpoints that another run deletes.

    `registered`: the steps that made them, by interface endpoint. Raises WaitFailed if one may be left, with the text
    of `error`, which ends the run.
    """
    for vpc_endpoint_id, step in sorted(registered.items()):
        connection_id = conditions.registrations[vpc_endpoint_id].private_endpoint_connection_id
        try:
            if conditions.is_lost(vpc_endpoint_id, conditions.endpoint(vpc_endpoint_id)):
                terminate(step.undone(vpc_endpoint_id, connection_id))
        except PrivateLinkError as refused:
            raise WaitFailed(
                f"{error} Its registration {connection_id} may be left, because it could not be withdrawn: {refused}"
            ) from refused
