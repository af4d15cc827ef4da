# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the sandbox's AWS."""

from __future__ import annotations

from moto.ec2.exceptions import EC2ClientError
from moto.elbv2.exceptions import ELBClientError


class Refused(EC2ClientError):
    """An EC2 error: the code for programs, and AWS's sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


class BalancerRefused(ELBClientError):
    """The same of Elastic Load Balancing."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
