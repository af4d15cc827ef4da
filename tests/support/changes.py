# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each change of an interface endpoint in place: what it has before and after the one step that does it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import InterfaceEndpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import Change
from tests.support.endpoint_literals import OWNED, current, desired, interface_endpoint, pair, registration

Attributes = dict[str, t.Any]


@dataclass(frozen=True)
class InPlace:
    """`before` and `after` are attributes of the interface endpoint, by the names of the options that set them."""

    before: Attributes
    after: Attributes

    @property
    def endpoint(self) -> InterfaceEndpoint:
        """As it is before."""
        return interface_endpoint(**self.before)

    @property
    def changed(self) -> InterfaceEndpoint:
        """As it is after."""
        return interface_endpoint(**self.after)

    @property
    def wanted(self) -> Desired:
        return desired(**self.after)

    @property
    def step(self) -> Change:
        """The one that is planned."""
        (step,) = plan(self.wanted, current(main=pair(self.endpoint, registration()))).steps
        return t.cast(Change, step)


IN_PLACE = {
    "set_tags": InPlace({"tags": OWNED}, {"tags": {**OWNED, "stage": "test"}}),
    "remove_tags": InPlace({"tags": {**OWNED, "old": "x"}}, {"tags": OWNED}),
    "add_security_groups": InPlace({"security_group_ids": ("sg-1",)}, {"security_group_ids": ("sg-1", "sg-2")}),
    "remove_security_groups": InPlace({"security_group_ids": ("sg-1", "sg-2")}, {"security_group_ids": ("sg-1",)}),
    "add_subnets": InPlace({"subnet_ids": ("subnet-a",)}, {"subnet_ids": ("subnet-a", "subnet-b")}),
    "remove_subnets": InPlace({"subnet_ids": ("subnet-a", "subnet-b")}, {"subnet_ids": ("subnet-a",)}),
    "set_ip_address_type": InPlace({"ip_address_type": "ipv4"}, {"ip_address_type": "dualstack"}),
    "enable_private_dns": InPlace({"private_dns_enabled": False}, {"private_dns_enabled": True}),
    "disable_private_dns": InPlace({"private_dns_enabled": True}, {"private_dns_enabled": False}),
}
# One that is finished, with a value for each of its attributes.
LIVE = interface_endpoint(ip_address_type="ipv4")
# The options of a creation that can be changed later, each with another value than `desired` has.
OTHERWISE: Attributes = {
    "tags": {**OWNED, "stage": "test"},
    "subnet_ids": ("subnet-b",),
    "security_group_ids": ("sg-2",),
    "ip_address_type": "dualstack",
}
