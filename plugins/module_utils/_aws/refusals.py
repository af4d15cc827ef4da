# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of AWS means: it passes, it is about a limit, it is about a name. Pure.

AWS publishes few of its codes, and answers `InvalidParameter` to many things: then only its words tell them apart.
"""

from __future__ import annotations

import re

from .._run.errors import ApiError

# How often a part of a network that was listed may be unknown, about ten seconds of polls.
MOST_UNKNOWN = 6
# AWS takes one change of an interface endpoint at a time.
_BUSY_CODES = frozenset({"OperationInProgress", "IncorrectState", "InvalidState"})

# "Cannot modify VPC Endpoint vpce-... at this time because there is an idempotent operation going on" comes with the
# code InvalidParameter. Source: mongodb/terraform-provider-mongodbatlas #590.
_BUSY_WORDS = ("operation in progress", "operation is in progress", "operation going on")
# As EC2 writes them, in lower case: InvalidSubnetID.NotFound, InvalidGroup.NotFound, InvalidVpcID.NotFound.
_UNKNOWN_PARTS = re.compile(r"invalid(subnet|subnetid|vpcid|group|groupid|securitygroupid)\.notfound")
_LIMIT_WORDS = ("limit", "quota", "maximum number", "exceed", "too many")
_THROTTLED_WORDS = ("requestlimit", "throttl", "requestratetoohigh")
# In the first seconds after the acceptance AWS refuses private DNS; a refusal that says one of these lasts.
_LASTING_DNS_WORDS = (
    "conflicting",
    "does not provide",
    "enablednssupport",
    "enablednshostnames",
    "attribute",
    "verified",
)


def is_busy(refused: ApiError) -> bool:
    """Whether another change of the interface endpoint is under way, after which it can be requested again."""
    code = str(refused.code)
    return code in _BUSY_CODES or code.endswith("InProgress") or _says(refused, _BUSY_WORDS)


def is_unknown_part(refused: ApiError) -> bool:
    """Whether AWS does not know a VPC, a subnet or a security group. Where it was listed, it may only be new: what one
    call shows, the next may not know yet. Source: "Eventual consistency" in the Amazon EC2 Developer Guide.
    """
    return _UNKNOWN_PARTS.fullmatch(str(refused.code).lower()) is not None


def is_limit(refused: ApiError) -> bool:
    """Whether a quota forbids it. Codes and words differ: `SecurityGroupsPerInterfaceLimitExceeded`, but also
    `InvalidParameterValue` with "exceeded limit 5 on the number of interface security group memberships".

    Source: kubernetes-sigs/aws-load-balancer-controller #682, aws/amazon-vpc-resource-controller-k8s #583.
    """
    return not _says(refused, _THROTTLED_WORDS) and _says(refused, _LIMIT_WORDS)


def is_name_conflict(refused: ApiError) -> bool:
    """Whether something else in the VPC has the private DNS name."""
    return refused.code == "ConflictingDomainExists" or _says(refused, ("conflicting",))


def is_too_early(refused: ApiError) -> bool:
    """Whether private DNS is refused because the connection was accepted only seconds ago."""
    return refused.code == "InvalidParameter" and not _says(refused, _LASTING_DNS_WORDS)


def _says(refused: ApiError, words: tuple[str, ...]) -> bool:
    text = f"{refused.code} {refused}".lower()
    return any(word in text for word in words)
