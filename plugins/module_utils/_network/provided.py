# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at the provider's side of a connection, and at the account of whoever runs it. It changes nothing."""

from __future__ import annotations

import typing as t

from .._aws import api
from .._aws.session import AwsSession
from .._publication.desired import Desired
from .._publication.provider import provider_of
from .._publication.read import read_current
from .._publication.result import endpoint_service
from .._run.errors import PrivateLinkError
from .._run.wait import Deadline


def look_at_account(session: AwsSession, region: str) -> dict[str, t.Any]:
    """The values of connection_network for the part `account`. Raises ApiError."""
    return {"changed": False, "account_id": api.caller_account(session.client("sts", region))}


def look_at_service(params: t.Mapping[str, t.Any], session: AwsSession, deadline: Deadline) -> dict[str, t.Any]:
    """The values of connection_network for the part `service`: the keys of the service are null where there is none.

    Raises PrivateLinkError, also where it is in doubt which service is meant.
    """
    name = params["self_hosted_name"]
    if not name:
        raise PrivateLinkError("self_hosted_name is needed to look at the service.")
    arns = tuple(params["load_balancer_arns"] or ()) or None
    # What is to be removed is read whole, and no load balancer is.
    desired = Desired(name, "absent", params["service_id"] or None, load_balancer_arns=arns)
    provider = provider_of(session, desired)
    deadline.doing = f"reading {desired.target}"
    current = deadline.drive(read_current(desired, provider))
    return {**look_at_account(session, provider.region), "endpoint_service": endpoint_service(desired, current)}
