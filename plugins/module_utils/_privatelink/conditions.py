# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run awaits: looks at both clouds and says whether a condition holds, fails, or does not hold yet."""

from __future__ import annotations

import typing as t

from . import plan
from .clouds import Clouds
from .current import Current
from .desired import Desired
from .errors import WaitFailed
from .model import LEFTOVER_STATES, InterfaceEndpoint, Registration
from .wait import Seen

# AWS may be asked as often as we like, TiDB Cloud 100 times a minute: while the interface endpoint is not available
# yet, only each so manyth look asks for the registration, too (it may have failed).
_LOOKS_PER_REGISTRATION = 3

DESCRIPTIONS = {
    plan.LISTED: "AWS to show the interface endpoint",
    plan.AVAILABLE: "the interface endpoint to be available",
    plan.ACCEPTED: "TiDB Cloud to accept the connection",
    plan.DONE: "the private endpoint to be ready",
    plan.UNREGISTERED: "TiDB Cloud to end the registration",
    plan.GONE: "AWS to remove the interface endpoint and its network interfaces",
}


class Conditions:
    """Looks at one private endpoint. C(connection_ids) maps interface endpoints to registrations made in this run."""

    def __init__(self, desired: Desired, current: Current, clouds: Clouds) -> None:
        self._desired = desired
        self._current = current
        self._clouds = clouds
        self._reads = clouds.reads(str(current.region))
        self._looks = 0
        self.connection_ids: dict[str, str] = {
            pair.vpc_endpoint_id: pair.registration.private_endpoint_connection_id
            for pair in (current.main, *current.dead)
            if pair and pair.registration and pair.registration.private_endpoint_connection_id
        }

    def look(self, kind: str, vpc_endpoint_id: str) -> Seen:
        """Raises WaitFailed where the condition can never hold again, and ApiError."""
        if kind == plan.UNREGISTERED:
            return self._unregistered(vpc_endpoint_id)
        endpoint = self._endpoint(vpc_endpoint_id)
        if kind == plan.GONE:
            return self._gone(vpc_endpoint_id, endpoint)
        if kind == plan.LISTED:
            return Seen(endpoint is not None, f"{vpc_endpoint_id} is not listed yet")
        return self._usable(kind, vpc_endpoint_id, endpoint)

    def _endpoint(self, vpc_endpoint_id: str) -> InterfaceEndpoint | None:
        found = self._reads.vpc_endpoints(ids=[vpc_endpoint_id])
        return found[0] if found else None

    def registration(self, vpc_endpoint_id: str) -> Registration | None:
        """The registration of an interface endpoint as TiDB Cloud has it now."""
        cluster, group_id = self._current.cluster, self._current.node_group_id
        if cluster is None or group_id is None:
            return None
        connection_id = self.connection_ids.get(vpc_endpoint_id)
        if connection_id:
            return self._clouds.tidb.get_registration(cluster.cluster_id, group_id, connection_id)
        rows = self._clouds.tidb.list_registrations(cluster.cluster_id, group_id)
        return next((row for row in rows if row.vpc_endpoint_id == vpc_endpoint_id), None)

    def _usable(self, kind: str, vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> Seen:
        self._looks += 1
        # Right after its creation AWS may not show it yet.
        state = endpoint.state if endpoint else "not listed yet"
        if state in LEFTOVER_STATES | {"deleted", "deleting"}:
            raise WaitFailed(_ended(vpc_endpoint_id, endpoint, state))
        available = state == "available"
        needs_registration = kind != plan.AVAILABLE and self._desired.registrable
        if not available and not (needs_registration and self._looks % _LOOKS_PER_REGISTRATION == 0):
            return Seen(False, f"interface endpoint {vpc_endpoint_id} is {state}")
        if needs_registration:
            registration = self.registration(vpc_endpoint_id)
            registration_state = (registration.state if registration else None) or "not listed yet"
            if registration is not None and registration_state in ("FAILED", "DELETING"):
                raise WaitFailed(_refused(vpc_endpoint_id, registration))
            if registration_state != "ACTIVE" or not available:
                return Seen(
                    False, f"interface endpoint {vpc_endpoint_id} is {state}, its registration {registration_state}"
                )
        return self._as_wanted(endpoint) if kind == plan.DONE and endpoint else Seen(True, "ready")

    def _as_wanted(self, endpoint: InterfaceEndpoint) -> Seen:
        """Changes take effect some seconds after AWS has taken them."""
        wanted = self._current.private_dns_wanted(self._desired)
        if endpoint.private_dns_enabled != wanted:
            return Seen(False, f"private DNS of {endpoint.vpc_endpoint_id} is {'off' if wanted else 'on'} still")
        for wish, found in (
            (self._desired.subnet_ids, endpoint.subnet_ids),
            (self._desired.security_group_ids, endpoint.security_group_ids),
        ):
            if wish is not None and set(wish) != set(found):
                return Seen(False, f"{endpoint.vpc_endpoint_id} still has {', '.join(sorted(found)) or 'none'}")
        return Seen(True, "ready")

    def _unregistered(self, vpc_endpoint_id: str) -> Seen:
        registration = self.registration(vpc_endpoint_id)
        # What is left may be AWS's own wish only: an endpoint that asks for the service, registered by nobody.
        if registration is None or registration.state == "DISCOVERED":
            return Seen(True, "gone")
        return Seen(False, f"the registration of {vpc_endpoint_id} is {registration.state}")

    def _gone(self, vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> Seen:
        if endpoint is not None and endpoint.state != "deleted":
            return Seen(False, f"interface endpoint {vpc_endpoint_id} is {endpoint.state}")
        left = self._interfaces_left(vpc_endpoint_id, endpoint)
        return Seen(not left, f"network interfaces of {vpc_endpoint_id} are left: {', '.join(left)}")

    def _interfaces_left(self, vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None) -> t.Sequence[str]:
        pairs = [
            pair
            for pair in (self._current.main, *self._current.dead)
            if pair and pair.vpc_endpoint_id == vpc_endpoint_id
        ]
        halves = [*(pair.endpoint for pair in pairs), endpoint]
        ids = sorted({interface_id for half in halves if half for interface_id in half.network_interface_ids})
        return [interface.network_interface_id for interface in self._reads.network_interfaces(ids)] if ids else []


def _ended(vpc_endpoint_id: str, endpoint: InterfaceEndpoint | None, state: str) -> str:
    reason = f" ({endpoint.last_error})" if endpoint and endpoint.last_error else ""
    return (
        f"Interface endpoint {vpc_endpoint_id} is {state}{reason} and will not become available. Run again with "
        "recreate_failed=true to replace it."
    )


def _refused(vpc_endpoint_id: str, registration: Registration) -> str:
    reason = f": {registration.message}" if registration.message else ""
    return (
        f"TiDB Cloud's registration of {vpc_endpoint_id} is {registration.state}{reason}. Run again with "
        "recreate_failed=true to replace it."
    )
