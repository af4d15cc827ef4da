# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module returns of a published service."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import (
    Connection,
    PrivateDnsRecord,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.result import endpoint_service
from tests.support.publication_literals import ID, OTHER, ROOT, TAGS, arn, connection, current, desired, published

CREATED = datetime(2026, 1, 1, 12, 0, 0, tzinfo=timezone.utc)
NOTHING: dict[str, t.Any] = {
    "service_name": None,
    "state": None,
    "host": None,
    "port": 4000,
    "availability_zone_ids": [],
    "region": "us-east-1",
    "cloud_provider": "aws",
    "cluster_id": None,
    "cluster_name": None,
    "cluster_state": None,
    "node_group_id": None,
    "project_id": None,
    "hosting": "self_hosted",
    "service_id": None,
    "acceptance_required": None,
    "allowed_principals": [],
    "load_balancer_arns": [],
    "private_dns_name": None,
    "private_dns_name_record": None,
    "supported_ip_address_types": [],
    "regions": [],
    "payer": None,
    "connections": [],
    "tags": {},
    "created_at": None,
}


def test_the_keys_are_the_same_where_there_is_no_service() -> None:
    assert endpoint_service(desired(), current()) == NOTHING


def test_a_service_is_returned_with_who_may_connect_and_who_does() -> None:
    found = published(
        Connection("vpce-1", "pendingacceptance", OTHER, "ipv4", None, CREATED),
        principals=[ROOT],
        private_dns_name="tidb.example.com",
        record=PrivateDnsRecord("pendingverification", "_abc", "TXT", "vpce:xyz"),
        regions={"eu-west-1": "available"},
        payer="ServiceOwner",
    )
    returned = endpoint_service(desired(port=9092), current(found))
    assert returned == {
        **NOTHING,
        "service_name": f"com.amazonaws.vpce.us-east-1.{ID}",
        "state": "active",
        "host": "tidb.example.com",
        "port": 9092,
        "availability_zone_ids": ["use1-az1", "use1-az2"],
        "service_id": ID,
        "acceptance_required": True,
        "allowed_principals": [ROOT],
        "load_balancer_arns": [arn("orders")],
        "private_dns_name": "tidb.example.com",
        "private_dns_name_record": {
            "name": "_abc",
            "type": "TXT",
            "value": "vpce:xyz",
            "state": "pendingVerification",
        },
        "supported_ip_address_types": ["ipv4"],
        "regions": ["eu-west-1"],
        "payer": "ServiceOwner",
        "connections": [
            {
                "vpc_endpoint_id": "vpce-1",
                "account_id": OTHER,
                "state": "pendingAcceptance",
                "ip_address_type": "ipv4",
                "region": "us-east-1",
                "created_at": "2026-01-01T12:00:00+00:00",
                "permitted": True,
            }
        ],
        "tags": TAGS,
    }


def test_states_are_those_of_any_endpoint_service() -> None:
    states = ("pending", "available", "deleting", "failed")
    found = [endpoint_service(desired(), current(published(state=state)))["state"] for state in states]
    assert found == ["creating", "active", "deleting", "failed"]


def test_whether_one_is_permitted_may_be_unknown() -> None:
    returned = endpoint_service(desired(), current(published(connection(), principals=["AROA1234567890EXAMPLE"])))
    assert returned["connections"][0]["permitted"] is None


def test_zones_that_come_by_name_get_their_ids() -> None:
    now = current(published(availability_zone_ids=()), zone_ids={"us-east-1a": "use1-az4", "us-east-1b": "use1-az6"})
    assert endpoint_service(desired(), now)["availability_zone_ids"] == ["use1-az4", "use1-az6"]
