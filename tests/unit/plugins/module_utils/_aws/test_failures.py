# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What AWS refuses is reported with what it says."""

from __future__ import annotations

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.failures import Call, is_denied, refused

READ = Call("ec2", "DescribeVpcs", "us-east-1")
WRITE = Call("ec2", "CreateVpcEndpoint", "us-east-1")
WHO = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_NetworkAdministrator_0123456789abcdef/jane.doe@example.com"


def test_a_web_page_in_the_place_of_a_reason_is_not_repeated() -> None:
    problem = refused(READ, {"Error": {"Code": "500", "Message": "<html><p>sorry</p></html>"}})
    assert str(problem) == "AWS refused DescribeVpcs in us-east-1: a web page instead of a reason (500)"


def test_a_shared_vpc_is_no_missing_permission() -> None:
    said = f"User: {WHO} {'x' * 300} This operation does not support shared VPCs."
    error = refused(WRITE, {"Error": {"Code": "UnauthorizedOperation", "Message": said}})
    assert "Use the owner's credentials" in str(error)
    assert not is_denied(error)
