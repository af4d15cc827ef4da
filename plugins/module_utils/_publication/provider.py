# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWS account and region of a published service as the I/O rooms use them."""

from __future__ import annotations

import typing as t

from .._aws.provider_model import region_of
from .._run.errors import PrivateLinkError
from .desired import Desired

if t.TYPE_CHECKING:
    from .._aws.session import AwsSession


class Provider:
    """Clients of one account in one region."""

    def __init__(self, aws: AwsSession, region: str) -> None:
        self._aws = aws
        self.region = region

    @property
    def ec2(self) -> t.Any:
        return self._aws.client("ec2", self.region)

    @property
    def elb(self) -> t.Any:
        return self._aws.client("elbv2", self.region)


def provider_of(aws: AwsSession, desired: Desired) -> Provider:
    """Where no region is set, that of the load balancers counts. Raises PrivateLinkError if there is none."""
    arns = desired.load_balancer_arns or ()
    region = aws.region or next((region for arn in arns if (region := region_of(arn))), None)
    if region is None:
        raise PrivateLinkError(
            f"The region of {desired.target} is not known. Set region, AWS_REGION, or the profile's region."
        )
    return Provider(aws, region)
