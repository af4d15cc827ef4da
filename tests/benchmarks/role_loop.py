# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role looped over 60 clusters, unchanged."""

from __future__ import annotations

from tests.benchmarks.place import COLLECTION, Place
from tests.benchmarks.report import Report

NUMBER = 60


def measure(place: Place) -> Report:
    with place.unlimited():
        fleet = place.fleet(NUMBER, per_vpc=NUMBER)
        place.playbook([{f"{COLLECTION}.private_endpoints": {"endpoints": fleet.endpoints}}])
    network = fleet.networks[0]
    task = {
        "ansible.builtin.include_role": {"name": f"{COLLECTION}.private_connection"},
        "vars": {
            "private_connection_cluster_id": "{{ cluster_id }}",
            **{f"private_connection_{option}": value for option, value in network.items()},
            "private_connection_check": False,
        },
        "loop": [endpoint["cluster_id"] for endpoint in fleet.endpoints],
        "loop_control": {"loop_var": "cluster_id"},
    }
    with place.measured() as found:
        place.playbook([task])
    exchanges = found[0].count("tidbcloud")
    changed = [request for request in found[0].requests if request["call"].startswith(("Create", "Modify"))]
    return Report(
        "role_loop",
        f"The role looped over {NUMBER} clusters, unchanged",
        [
            {
                "how": "role private_connection",
                "clusters": NUMBER,
                "exchanges with TiDB Cloud": exchanges,
                "exchanges for each": exchanges / NUMBER,
                "refused (429)": found[0].refused(),
                "calls to AWS": found[0].count("aws"),
                "seconds": found[0].seconds,
            },
            {
                "how": "Terraform provider, by arithmetic (2 requests each)",
                "clusters": NUMBER,
                "exchanges with TiDB Cloud": 2 * NUMBER,
                "exchanges for each": 2.0,
                "refused (429)": None,
                "calls to AWS": None,
                "seconds": None,
            },
        ],
        [
            (f"at most 3 exchanges for each: {exchanges / NUMBER:.2f}", exchanges <= 3 * NUMBER),
            ("nothing was changed", not changed),
        ],
        [f"The calls: {found[0].calls('tidbcloud')}, {found[0].calls('aws')}."],
    )
