# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role knows of a run, as its filters take it; each test says only what it is about."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import attributes_of
from tests.support.changes import LIVE

Values = dict[str, t.Any]
ENDPOINT: Values = {
    "status": "active",
    "status_note": "Connect with host and port.",
    "vpc_endpoint_id": "vpce-1",
    "vpc_endpoint_state": "available",
    "endpoint_state": "ACTIVE",
    **attributes_of(LIVE),
    "vpc_id": "vpc-1",
    "region": "us-east-1",
    "host": "db.example.com",
    "port": 4000,
    "subnet_ids": ["subnet-1"],
    "security_group_ids": ["sg-1"],
    "cluster_id": "1",
    "cluster_state": "ACTIVE",
    "availability_zone_ids": ["use1-az1"],
}
FAILED_PING: Values = {
    "reachable": False,
    "failed_stage": "tcp",
    "problem": "timed_out",
    "msg": "db.example.com, port 4000, cannot be used from this host. Likely: A rule is missing.",
    "found": "db.example.com, port 4000, cannot be used from this host.",
    "causes": ["A rule is missing.", "A route is missing."],
}
GOOD_PING: Values = {
    "reachable": True,
    "server_version": "8.0.11-TiDB-v8.5.2",
    "tls": {"protocol": "TLSv1.3", "days_left": 364},
}
ADD_GROUP: Values = {"name": "add_security_groups", "detail": "sg-2", "target": "vpce-1"}
TAG: Values = {"name": "set_tags", "detail": "team", "target": "vpce-1"}


def wanted(**options: t.Any) -> Values:
    return WantedConnection(**{"cluster_id": "1", "vpc_id": "vpc-1", **options}).returned()


def run(**known: t.Any) -> Values:
    """A run of connect that found nothing to do."""
    check = {"host": "app", "reachable": True, "verdict": []}
    return {
        "wanted": wanted(),
        "check_mode": False,
        "result": {**ENDPOINT, "check": check, "reverted": None},
        "look": {"private_endpoint": ENDPOINT, "is_settled": True, "is_live": True, "will_edit": False},
        "ping": GOOD_PING,
        "check_host": "app",
        **known,
    }


def changed(*steps: Values, **known: t.Any) -> Values:
    """A run of connect that changed a private endpoint that was active before, with on_failed_check=revert."""
    look = {"private_endpoint": ENDPOINT, "is_settled": False, "is_live": True, "will_edit": True}
    costs = {"monthly_cost_usd": 7.3}
    diff = {"before": costs, "after": costs}
    made = {"changed": bool(steps), "steps": list(steps), "unchecked_limits": [], "diff": diff}
    network = {"vpc_id": "vpc-1", "subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}
    verifying = wanted(on_failed_check="revert", subnet_ids=("subnet-1",), security_group_ids=("sg-2",))
    parts = ("made_vpc", "made_subnets", "agreed_security_group", "made_security_group")
    nothing: Values = {"subnets": {"zones": [], "subnets": []}, **{part: {} for part in parts}}
    return run(**{"wanted": verifying, "look": look, "made": made, "network": network, **nothing, **known})
