# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the private DNS name that AWS refuses is about to be free: its holder is being deleted."""

from __future__ import annotations

import typing as t

from .._aws.model import InterfaceEndpoint
from .current import Provider

if t.TYPE_CHECKING:
    from .._aws.shared import Reads

# After the holder is deleted, AWS frees its name a little later: this many looks, about a minute.
_LOOKS_AFTER_DELETION = 10


class FreedName:
    """Looks at the interface endpoints of the VPC after each refusal."""

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
