# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The conditions that a run awaits: looks at both clouds and says whether one holds, failed, or does not hold yet."""

from __future__ import annotations

import typing as t

from .._aws.model import DEAD_STATES, LEFTOVER_STATES, InterfaceEndpoint
from .._aws.shared import Reads
from .._run.errors import WaitFailed
from .._run.text import listed
from .._run.wait import Seen
from .._tidbcloud.model import Registration
from .clouds import Clouds
from .current import Current, Provider
from .desired import Desired
from .promise import differences, is_overridden, missing
from .registrations import RegistrationUnknown, is_registered, read_registrations
from .steps import ACCEPTED, AVAILABLE, DONE, GONE, LISTED, UNREGISTERED, Change

# AWS allows any number of requests, TiDB Cloud 100 a minute: while the interface endpoint is not available yet, only
# every third look also asks for the registration (it may have failed).
_LOOKS_PER_REGISTRATION = 3
# What was seen once and is missing in this many looks in a row is gone. What is new may be missing again for seconds:
# answers come from several copies of the truth.
_MISSES = 5
# After the holder is deleted, AWS frees its name a little later: this many looks, about a minute.
_LOOKS_AFTER_DELETION = 10

DESCRIPTIONS = {
    LISTED: "AWS to show the interface endpoint",
    AVAILABLE: "the interface endpoint to be available",
    ACCEPTED: "TiDB Cloud to accept the connection",
    DONE: "the private endpoint to be ready",
    UNREGISTERED: "TiDB Cloud to end the registration",
    GONE: "the interface endpoint, its network interfaces and its registration to be gone",
}


class Conditions:
    """Looks at one private endpoint, and remembers what it has seen: what was there before and is missing is gone, not
    "not there yet".

    `registrations` maps interface endpoints to their registrations, as read or made in this run. `overridden` is
    what something else changed while this run changed it, as found by the last look for DONE.
    """

    def __init__(self, desired: Desired, current: Current, clouds: Clouds) -> None:
        self._desired = desired
        self._current = current
        self._clouds = clouds
        self._reads = clouds.reads(str(current.provider.region))
        self._looks = 0
        pairs = current.found.pairs
        self.registrations = {pair.vpc_endpoint_id: pair.registration for pair in pairs if pair.registration}
        self._registered = {pair.vpc_endpoint_id for pair in pairs if pair.registered}
        # Interface endpoints whose registration is not found by its id, or has no id: only the list decides then.
        self._not_found: set[str] = set()
        # How many times in a row an interface endpoint that was once listed was missing, or its registration.
        self._misses = {pair.vpc_endpoint_id: 0 for pair in pairs if pair.listed}
        self._unlisted: dict[str, int] = {}
        self._before = {pair.vpc_endpoint_id: pair.endpoint for pair in pairs if pair.endpoint}
        self.seen: dict[str, InterfaceEndpoint] = {}
        # What each interface endpoint was like since its changes were requested, and in how many looks in a row one of
        # these was missing although it had been in effect.
        self._like: dict[str, list[InterfaceEndpoint]] = {}
        self._taken_back: dict[str, int] = {}
        self.missing: tuple[Change, ...] = ()
        self.overridden: tuple[Change, ...] = ()

    def look(self, kind: str, vpc_endpoint_id: str) -> Seen:
        """Raises WaitFailed if the condition can never hold again, and ApiError."""
        try:
            return self._look(kind, vpc_endpoint_id)
        except RegistrationUnknown as unknown:
            return Seen(False, str(unknown))

    def _look(self, kind: str, vpc_endpoint_id: str) -> Seen:
        if kind == UNREGISTERED:
            return self._unregistered(vpc_endpoint_id)
        endpoint = self.endpoint(vpc_endpoint_id)
        if kind == GONE:
            return self._gone(vpc_endpoint_id, endpoint)
        self.require_alive(vpc_endpoint_id, endpoint)
        if kind == LISTED:
            return Seen(endpoint is not None, f"{vpc_endpoint_id} is not listed yet")
        return self._usable(kind, vpc_endpoint_id, endpoint)

    def endpoint(self, vpc_endpoint_id: str) -> InterfaceEndpoint | None:
        """The interface endpoint as AWS has it now."""
        return self.note(vpc_endpoint_id, self._reads.vpc_endpoints(ids=[vpc_endpoint_id]))

    def note(self, vpc_endpoint_id: str, found: t.Sequence[InterfaceEndpoint]) -> InterfaceEndpoint | None:
        """The interface endpoint in an answer to a request for it by its id; remembers whether it was in it."""
        if not found:
            if vpc_endpoint_id in self._misses:
                self._misses[vpc_endpoint_id] += 1
            return None
        self._misses[vpc_endpoint_id] = 0
        if found[0] != self.seen.get(vpc_endpoint_id):
            self._like.setdefault(vpc_endpoint_id, []).append(found[0])
        self.seen[vpc_endpoint_id] = found[0]
        return found[0]

    def before(self, vpc_endpoint_id: str) -> InterfaceEndpoint | None:
        """The interface endpoint as it was when the run began, null for one that the run made."""
        return self._before.get(vpc_endpoint_id)

    def is_lost(self, vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> bool:
        """Whether the interface endpoint is being deleted, or has been."""
        if endpoint is not None:
            return endpoint.state in DEAD_STATES - LEFTOVER_STATES
        return self._misses.get(vpc_endpoint_id, 0) >= _MISSES

    def require_alive(self, vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> None:
        """Raises WaitFailed if the interface endpoint will never be available. One that is not listed yet may be."""
        if self.is_lost(vpc_endpoint_id, endpoint):
            raise WaitFailed(_deleted(vpc_endpoint_id, endpoint))
        if endpoint is not None and endpoint.state in LEFTOVER_STATES:
            raise WaitFailed(_ended(endpoint))

    def registration(self, vpc_endpoint_id: str) -> Registration | None:
        """The registration of an interface endpoint as TiDB Cloud has it now; null if it certainly has none.

        One that is not found by its id is looked for in the list, which decides. Raises ApiError, RegistrationUnknown.
        """
        cluster = self._current.provider.cluster
        if cluster is None or self._current.provider.dropped:
            return None  # It went with its cluster or node group.
        known = self.registrations.get(vpc_endpoint_id)
        group_id = self._current.provider.node_group_id or (known.node_group_id if known else None)
        found = None
        if known and known.private_endpoint_connection_id and group_id and vpc_endpoint_id not in self._not_found:
            connection_id = known.private_endpoint_connection_id
            found = self._clouds.tidb.get_registration(cluster.cluster_id, group_id, connection_id)
        if found is None:
            self._not_found.add(vpc_endpoint_id)
            found = read_registrations(self._clouds.tidb, cluster, group_id).of(vpc_endpoint_id)
        if found is not None and found.private_endpoint_connection_id:
            self.registrations[vpc_endpoint_id] = found
            self._not_found.discard(vpc_endpoint_id)
        if is_registered(found):
            self._registered.add(vpc_endpoint_id)
        return found

    def _usable(self, kind: str, vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> Seen:
        self._looks += 1
        # Right after its creation AWS may not show it yet.
        state = endpoint.state if endpoint else "not listed yet"
        available = state == "available"
        needs_registration = kind != AVAILABLE and self._desired.registrable
        if not available and not (needs_registration and self._looks % _LOOKS_PER_REGISTRATION == 0):
            return Seen(False, f"interface endpoint {vpc_endpoint_id} is {state}")
        registration = self._require_registration(vpc_endpoint_id) if needs_registration else None
        if needs_registration:
            registration_state = "not listed yet" if registration is None else registration.state or "without a state"
            if registration_state != "ACTIVE" or not available:
                seen = f"interface endpoint {vpc_endpoint_id} is {state}, its registration {registration_state}"
                return Seen(False, seen)
        return self._as_desired(endpoint, registration) if kind == DONE and endpoint else Seen(True, "ready")

    def _require_registration(self, vpc_endpoint_id: str) -> Registration | None:
        """Null if it is not listed yet. Raises WaitFailed if it will never be ACTIVE."""
        was_there = vpc_endpoint_id in self._registered
        registration = self.registration(vpc_endpoint_id)
        if registration is not None and registration.state in ("FAILED", "DELETING"):
            raise WaitFailed(_refused(vpc_endpoint_id, registration))
        missed = self._unlisted.get(vpc_endpoint_id, 0) + 1 if was_there and not is_registered(registration) else 0
        self._unlisted[vpc_endpoint_id] = missed
        if missed >= _MISSES:
            raise WaitFailed(
                f"TiDB Cloud had a registration of {vpc_endpoint_id} and no longer has one: another run, or somebody "
                "in its console, ended it. Run again to register it once more, or with state=absent to remove the rest."
            )
        return registration

    def _as_desired(self, endpoint: InterfaceEndpoint, registration: Registration | None) -> Seen:
        """Changes take effect some seconds after AWS has accepted them."""
        self.missing = missing(self._desired, self._current, endpoint, registration)
        before = self._before.get(endpoint.vpc_endpoint_id)
        taken_back = self._all_taken_back(endpoint.vpc_endpoint_id)
        self.overridden = tuple(
            step for step in self.missing if step in taken_back or is_overridden(step, before, endpoint)
        )
        return Seen(not self.missing, f"still missing at {endpoint.vpc_endpoint_id}: {differences(self.missing)}")

    def _all_taken_back(self, vpc_endpoint_id: str) -> list[Change]:
        """What is missing, was in effect, and stays missing: an answer may be behind, five in a row are not."""
        like = self._like.get(vpc_endpoint_id, [])
        found = [step for step in self.missing if any(step.is_in_effect(one) for one in like)]
        self._taken_back[vpc_endpoint_id] = self._taken_back.get(vpc_endpoint_id, 0) + 1 if found else 0
        return found if self._taken_back[vpc_endpoint_id] >= _MISSES else []

    def begin_again(self, vpc_endpoint_id: str) -> tuple[Change, ...]:
        """The changes that have no effect yet, to request them again. The present state then counts as the old one."""
        if vpc_endpoint_id in self.seen:
            self._before[vpc_endpoint_id] = self.seen[vpc_endpoint_id]
        self._like.pop(vpc_endpoint_id, None)
        self._taken_back.pop(vpc_endpoint_id, None)
        steps, self.missing, self.overridden = self.missing, (), ()
        return steps

    def _unregistered(self, vpc_endpoint_id: str) -> Seen:
        registration = self.registration(vpc_endpoint_id)
        # What is left may be an interface endpoint that requests the service and that nobody registered.
        if registration is None or not is_registered(registration):
            return Seen(True, "gone")
        return Seen(False, f"the registration of {vpc_endpoint_id} is {registration.state}")

    def _gone(self, vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> Seen:
        if endpoint is not None and endpoint.state != "deleted":
            return Seen(False, f"interface endpoint {vpc_endpoint_id} is {endpoint.state}")
        left = self._interfaces_left(vpc_endpoint_id, endpoint)
        if left:
            return Seen(False, f"network interfaces of {vpc_endpoint_id} are left: {listed(left)}")
        # Another run may have registered it while this one deleted it.
        return self._unregistered(vpc_endpoint_id)

    def _interfaces_left(self, vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> t.Sequence[str]:
        halves = [self._before.get(vpc_endpoint_id), self.seen.get(vpc_endpoint_id), endpoint]
        ids = sorted({interface_id for half in halves if half for interface_id in half.network_interface_ids})
        return [interface.network_interface_id for interface in self._reads.network_interfaces(ids)] if ids else []


class FreedName:
    """Whether the private DNS name that AWS refuses will be free: its holder is being deleted.

    It looks at the interface endpoints of the VPC after each refusal.
    """

    def __init__(self, reads: Reads, provider: Provider) -> None:
        self._reads = reads
        self._provider = provider
        self._looks = 0

    def is_being_freed(self, endpoint: InterfaceEndpoint) -> bool:
        """Whether the name that `endpoint` is to have will be free by itself. One that is live keeps it; without any,
        something else has it: a private hosted zone, or a Route 53 Profile.
        """
        others = [
            one
            for one in self._reads.vpc_endpoints(filters={"vpc-id": [endpoint.vpc_id]})
            if one.vpc_endpoint_id != endpoint.vpc_endpoint_id and one.vpc_id == endpoint.vpc_id
        ]
        if any(one.is_live and one.private_dns_enabled and self._provider.names(one) for one in others):
            return False
        if any(one.state == "deleting" for one in others):
            return True
        self._looks += 1
        deleted = any(one.state == "deleted" and self._provider.names(one) for one in others)
        return deleted and self._looks <= _LOOKS_AFTER_DELETION


def _deleted(vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> str:
    state = endpoint.state if endpoint else "no longer listed"
    return (
        f"Interface endpoint {vpc_endpoint_id} is {state}: another run, or somebody in AWS, deletes it while this run "
        "works on it. Run again to create a new one, or leave it deleted."
    )


def _ended(endpoint: InterfaceEndpoint) -> str:
    reason = f" ({endpoint.last_error})" if endpoint.last_error else ""
    return (
        f"Interface endpoint {endpoint.vpc_endpoint_id} is {endpoint.state}{reason} and will not become available. "
        "Run again with recreate_failed=true to replace it."
    )


def _refused(vpc_endpoint_id: str, registration: Registration) -> str:
    reason = f": {registration.message}" if registration.message else ""
    return (
        f"TiDB Cloud's registration of {vpc_endpoint_id} is {registration.state}{reason}. Run again with "
        "recreate_failed=true to replace it."
    )
