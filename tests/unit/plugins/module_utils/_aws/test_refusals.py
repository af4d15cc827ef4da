# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of AWS means, by its code or, since many codes are the same, by its words."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.refusals import (
    is_busy,
    is_limit,
    is_name_conflict,
    is_too_early,
    is_unknown_part,
)
from tests.support.scripted_clouds import refusal

# Code, words, and what it means; each text was seen in the field.
REFUSALS = [
    ("OperationInProgress", "VpcEndpoint modify operation in progress", "busy"),
    ("IncorrectState", "The VPC endpoint is in the state pending", "busy"),
    ("IdempotentOperationInProgress", "wait", "busy"),
    ("InvalidParameter", "at this time because there is an idempotent operation going on", "busy"),
    ("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups has been reached.", "limit"),
    ("InvalidParameterValue", "user 1 exceeded limit 5 on the number of interface security group memberships", "limit"),
    ("VpcEndpointLimitExceeded", "The maximum number of VPC endpoints has been reached.", "limit"),
    ("InvalidParameter", "there is already a conflicting DNS domain for x in the VPC y", "conflict"),
    ("ConflictingDomainExists", "x", "conflict"),
    ("InvalidParameter", "Private DNS can only be enabled after the endpoint connection is accepted.", "too early"),
    ("InvalidParameter", "the service x does not provide a private DNS name.", ""),
    ("InvalidParameter", "the service x has not verified the private DNS name.", ""),
    ("InvalidParameter", "both enableDnsSupport and enableDnsHostnames VPC attributes set to true", ""),
    ("RequestLimitExceeded", "Request limit exceeded.", ""),
    ("Throttling", "Rate exceeded", ""),
    ("UnauthorizedOperation", "You are not authorized to perform this operation.", ""),
    ("InvalidGroup.NotFound", "The security group 'sg-1' does not exist", "unknown part"),
    ("InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist", "unknown part"),
    ("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist", "unknown part"),
    ("InvalidVpcId.NotFound", "The Vpc Id vpc-1 does not exist", "unknown part"),
    ("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id 'vpce-1' does not exist", ""),
]


@pytest.mark.parametrize(("code", "words", "meaning"), REFUSALS)
def test_a_refusal_has_one_meaning(code: str, words: str, meaning: str) -> None:
    refused = refusal(code, words)
    meant = {
        "busy": is_busy(refused),
        "limit": is_limit(refused),
        "conflict": is_name_conflict(refused),
        "unknown part": is_unknown_part(refused),
    }
    assert [one for one, is_meant in meant.items() if is_meant] == [meaning] * (meaning in meant)
    assert is_too_early(refused) == (meaning in ("too early", "busy", "limit") and code == "InvalidParameter")
