# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates the interface endpoint exactly once, whoever else is at it."""

from __future__ import annotations

import hashlib
import json
import typing as t

from .._aws import api as aws
from .._aws.reads import Reads
from .current import Current
from .errors import ApiError, PrivateLinkError
from .model import InterfaceEndpoint
from .wait import Await, Seen, Work

_MOST_TOKENS = 5
_LISTED_WITHIN = 15.0  # seconds
_MISMATCH = "IdempotentParameterMismatch"


def client_token(arguments: t.Mapping[str, t.Any], gone: t.Iterable[str], counter: int) -> str:
    """The same for everybody who wants the same endpoint in the same situation, so that two runs make one endpoint.

    A fixed token would break create-delete-create (AWS answers with the deleted endpoint), a random one would not stop
    a second control node: so the endpoints that are already gone, and a counter, are part of it. Source: ClientToken in
    the Amazon EC2 API reference, "Ensuring idempotency".
    """
    identity = json.dumps([arguments, sorted(gone), counter], sort_keys=True, default=list)
    return hashlib.sha256(identity.encode()).hexdigest()


def create_interface_endpoint(
    ec2: t.Any, reads: Reads, arguments: t.Mapping[str, t.Any], current: Current
) -> Work[str]:
    """Returns the id of a live interface endpoint, made now or by a run that had the same wish a moment ago.

    Raises ApiError, and PrivateLinkError where every token answers with an endpoint that is dead.
    """
    gone = set(current.gone) | {pair.vpc_endpoint_id for pair in current.dead}
    for counter in range(_MOST_TOKENS):
        token = client_token(arguments, gone, counter)
        try:
            made = aws.create_vpc_endpoint(ec2, client_token=token, **arguments)
        except ApiError as refused:
            if refused.code != _MISMATCH:
                raise
        else:
            if (yield from _is_alive(reads, made.vpc_endpoint_id)):
                return made.vpc_endpoint_id
        # The token is spent, on an endpoint that is dead or on another wish: perhaps that one is what is meant.
        twin = _live_twin(reads, arguments)
        if twin:
            return twin
    raise PrivateLinkError(
        f"AWS answered {_MOST_TOKENS} requests for a new interface endpoint with dead ones. Run again in an hour."
    )


def _is_alive(reads: Reads, vpc_endpoint_id: str) -> Work[bool]:
    """AWS shows a new endpoint after seconds; one that was deleted more than an hour ago it never shows again."""
    found: list[InterfaceEndpoint] = []

    def look() -> Seen:
        found[:] = reads.vpc_endpoints(ids=[vpc_endpoint_id])
        return Seen(bool(found), f"{vpc_endpoint_id} is not listed yet")

    listed = yield Await(look, "AWS to show the new interface endpoint", at_most=_LISTED_WITHIN)
    return listed and found[0].is_live


def _live_twin(reads: Reads, arguments: t.Mapping[str, t.Any]) -> str | None:
    filters = {"service-name": [arguments["service_name"]], "vpc-id": [arguments["vpc_id"]]}
    live = [endpoint for endpoint in reads.vpc_endpoints(filters=filters) if endpoint.is_live]
    twins = [endpoint.vpc_endpoint_id for endpoint in live if endpoint.tags == arguments["tags"]]
    return twins[0] if len(twins) == 1 else None
