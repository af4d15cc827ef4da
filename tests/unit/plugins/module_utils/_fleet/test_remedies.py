# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks that remedy findings name every option that they need."""

from __future__ import annotations

import typing as t

import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.remedies import Remedies
from tests.support.endpoint_literals import CLUSTER_ID, GROUP_ID, REGION, SERVICE_NAME, VPC, VPCE
from tests.support.healthy_endpoint import ACCOUNT, HEALTHY

OF_CLUSTER = {"cluster_id": CLUSTER_ID, "node_group_id": GROUP_ID, "region": REGION}
OF_ENDPOINT = {**OF_CLUSTER, "vpc_endpoint_id": VPCE}


def options(text: str) -> t.Any:
    return yaml.safe_load(text)["tidbcloud.privatelink.private_endpoint"]


def test_which_one_where_and_of_what_is_named() -> None:
    remedies = Remedies()
    assert options(remedies.remove(HEALTHY)) == {**OF_ENDPOINT, "state": "absent"}
    assert options(remedies.run(HEALTHY, recreate_failed=True)) == {**OF_ENDPOINT, "recreate_failed": True}
    in_vpc = options(remedies.in_vpc(HEALTHY, remove_duplicates=True))
    assert in_vpc == {**OF_CLUSTER, "vpc_id": VPC, "remove_duplicates": True}


def test_without_a_cluster_the_service_is_named() -> None:
    strange = {**HEALTHY, "cluster_id": None}
    expected = {"state": "absent", "vpc_endpoint_id": VPCE, "service_name": SERVICE_NAME, "region": REGION}
    assert options(Remedies().remove(strange)) == expected


def test_what_leads_to_another_account_is_named() -> None:
    access = {"assume_role_arn": f"arn:aws:iam::{ACCOUNT}:role/reader", "assume_role_external_id": "sandbox"}
    removal = options(Remedies({ACCOUNT: access}).remove(HEALTHY))
    assert removal == {**OF_ENDPOINT, "state": "absent", **access}
    elsewhere = {**HEALTHY, "account_id": None}
    assert options(Remedies({ACCOUNT: access}).remove(elsewhere)) == {**OF_ENDPOINT, "state": "absent"}
