# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both clouds as the I/O rooms use them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._aws.reads import Reads
from .errors import PrivateLinkError

if t.TYPE_CHECKING:
    from .._aws.session import AwsSession
    from .._tidbcloud.api import TidbCloud


@dataclass(frozen=True)
class Clouds:
    """TiDB Cloud and one AWS account. C(tidbcloud) is null where only an AWS endpoint service is concerned."""

    aws: AwsSession
    tidbcloud: TidbCloud | None = None

    @property
    def tidb(self) -> TidbCloud:
        """Raises PrivateLinkError where a run that has nothing to do with TiDB Cloud asks for it: a defect."""
        if self.tidbcloud is None:
            raise PrivateLinkError(
                "This run has no access to TiDB Cloud: give cluster_id, tidbcloud_public_key and tidbcloud_private_key."
            )
        return self.tidbcloud

    def ec2(self, region: str) -> t.Any:
        """The client to write with."""
        return self.aws.client("ec2", region)

    def reads(self, region: str) -> Reads:
        """What to read with."""
        return Reads(self.ec2(region), lambda: self.aws.client("service-quotas", region))
