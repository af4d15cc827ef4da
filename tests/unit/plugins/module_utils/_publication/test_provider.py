# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The account and region of a published service."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.provider import provider_of
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.publication_literals import arn, desired


class Session:
    """Remembers which clients were asked for."""

    def __init__(self, region: str | None) -> None:
        self.region = region

    def client(self, service: str, region: str) -> tuple[str, str]:
        return service, region


def of(region: str | None, **fields: t.Any) -> t.Any:
    return provider_of(t.cast(t.Any, Session(region)), desired(**fields))


def test_the_region_that_is_set_counts() -> None:
    provider = of("eu-west-1")
    assert (provider.ec2, provider.elb) == (("ec2", "eu-west-1"), ("elbv2", "eu-west-1"))


def test_else_that_of_the_load_balancers_does() -> None:
    assert of(None, load_balancer_arns=("odd", arn("orders", "eu-west-2"))).region == "eu-west-2"


@pytest.mark.parametrize("arns", [None, ("odd",)])
def test_without_any_the_error_says_where_to_set_it(arns: tuple[str, ...] | None) -> None:
    with pytest.raises(PrivateLinkError, match="AWS_REGION"):
        of(None, load_balancer_arns=arns)
