# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both clouds as the I/O rooms use them."""

from __future__ import annotations

import typing as t

from .._aws.shared import Reads, SharedReads
from .._run.errors import PrivateLinkError

if t.TYPE_CHECKING:
    from .._aws.session import AwsSession
    from .._tidbcloud.api import TidbCloud


class Clouds:
    """TiDB Cloud and one AWS account. `tidbcloud` is null if only an AWS endpoint service is concerned."""

    def __init__(self, aws: AwsSession, tidbcloud: TidbCloud | None = None) -> None:
        self.aws = aws
        self._tidbcloud = tidbcloud

    @property
    def tidb(self) -> TidbCloud:
        """Raises PrivateLinkError if a run that has nothing to do with TiDB Cloud asks for it: a defect."""
        if self._tidbcloud is None:
            raise PrivateLinkError(
                "This run has no access to TiDB Cloud: give cluster_id, tidbcloud_public_key and tidbcloud_private_key."
            )
        return self._tidbcloud

    def ec2(self, region: str) -> t.Any:
        """The client to write with."""
        return self.aws.client("ec2", region)

    def reads(self, region: str) -> Reads:
        """What to read with."""
        return Reads(self.ec2(region), *self._advisers(region))

    def refresh(self) -> None:
        """Forget what changes while a run waits: nothing is kept."""

    def _advisers(self, region: str) -> tuple[t.Callable[[], t.Any], t.Callable[[], t.Any]]:
        """What makes the clients of Service Quotas and STS, which few runs need."""
        return lambda: self.aws.client("service-quotas", region), lambda: self.aws.client("sts", region)


class SharedClouds(Clouds):
    """The same for many private endpoints: what is read of a region is read once for all of them."""

    def __init__(self, aws: AwsSession, tidbcloud: TidbCloud | None = None) -> None:
        super().__init__(aws, tidbcloud)
        self._reads: dict[str, SharedReads] = {}

    def reads(self, region: str) -> SharedReads:
        if region not in self._reads:
            self._reads[region] = SharedReads(self.ec2(region), *self._advisers(region))
        return self._reads[region]

    def refresh(self) -> None:
        """Forget what changes while a run waits."""
        for reads in self._reads.values():
            reads.refresh()
