# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registers an interface endpoint with TiDB Cloud, which knows no idempotency key: look before every repetition."""

from __future__ import annotations

import typing as t

from .current import Current
from .errors import ApiError, PrivateLinkError
from .model import Registration
from .wait import Await, Seen, Work

if t.TYPE_CHECKING:
    from .._tidbcloud.api import TidbCloud

# Not published: whether TiDB Cloud refuses an interface endpoint that it does not see yet at once.
_ATTEMPTS = 4


def register(tidb: TidbCloud, current: Current, vpc_endpoint_id: str) -> Work[Registration]:
    """Returns the registration, made now or found.

    Raises ApiError where TiDB Cloud keeps refusing.
    """
    if current.cluster is None or current.node_group_id is None:
        raise PrivateLinkError(f"There is no node group to register {vpc_endpoint_id} with.")
    place = (current.cluster.cluster_id, current.node_group_id)
    made: list[Registration] = []
    refusals: list[ApiError] = []

    def attempt() -> Seen:
        try:
            made.append(tidb.register_endpoint(*place, vpc_endpoint_id))
        except ApiError as refused:
            existing = _find(tidb, place, vpc_endpoint_id)
            refusals.append(refused)
            if existing is not None:
                made.append(existing)
            elif not _may_pass(refused) or len(refusals) >= _ATTEMPTS:
                raise
        return Seen(bool(made), str(refusals[-1]) if refusals else "registered")

    yield Await(attempt, "TiDB Cloud to take the registration", costs_request=True)
    return made[0]


def _find(tidb: TidbCloud, place: tuple[str, str], vpc_endpoint_id: str) -> Registration | None:
    rows = tidb.list_registrations(*place)
    return next((row for row in rows if row.vpc_endpoint_id == vpc_endpoint_id and row.state != "DISCOVERED"), None)


def _may_pass(refused: ApiError) -> bool:
    """A lost answer, or an interface endpoint that TiDB Cloud does not see yet; a refused key will not pass."""
    return refused.status not in (401, 403)
