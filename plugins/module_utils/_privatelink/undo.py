# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Undoes steps of this run if another run is in the way. What this run did not do itself is left alone."""

from __future__ import annotations

import typing as t

from .._aws import api as aws
from .._run.errors import ApiError, PrivateLinkError, WaitFailed
from .._run.wait import Seen
from .conditions import Conditions
from .refusals import is_busy
from .steps import DeleteVpcEndpoint, RegisterEndpoint, TerminateRegistration


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


def undo_creation(ec2: t.Any, step: DeleteVpcEndpoint) -> Seen:
    """Requests once the deletion of the twin that this run made. Raises ApiError if repeating that would not help."""
    try:
        aws.delete_vpc_endpoint(ec2, str(step.vpc_endpoint_id))
    except ApiError as refused:
        if not is_busy(refused) and not refused.ambiguous:
            raise
        return Seen(False, str(refused))
    return Seen(True, "accepted")
