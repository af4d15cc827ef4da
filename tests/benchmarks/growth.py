# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What facts about a growing number of private endpoints cost."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.benchmarks.place import Place
from tests.benchmarks.report import Report, Row

NUMBERS = (10, 100, 1000, 5000)
EACH = 10  # private endpoints of a cluster
MORE = 1.1


def measure(place: Place) -> Report:
    rows: list[Row] = []
    clusters: list[dict[str, Any]] = []
    network: dict[str, Any] = {}
    for number in NUMBERS:
        with place.unlimited():
            network = network or place.network()
            new = place.clusters(number // EACH - len(clusters))
            place.grow(new, network, EACH)
            clusters += new
        with place.measured() as found:
            ran = place.module("endpoint_info", {})
        assert len(ran["result"]["private_endpoints"]) == number
        rows.append(
            {
                "private endpoints": number,
                "exchanges with TiDB Cloud": found[0].count("tidbcloud"),
                "calls to AWS": found[0].count("aws"),
                "seconds": ran["seconds"],
                "CPU seconds": ran["cpu_seconds"],
                "CPU ms for each": 1000 * ran["cpu_seconds"] / number,
                "peak memory (MB)": ran["peak_mb"],
                "KB for each": 1024 * (ran["peak_mb"] - rows[0]["peak memory (MB)"]) / (number - NUMBERS[0])
                if rows
                else None,
            }
        )
    costs = [row["CPU ms for each"] for row in rows[1:]]
    grows = max(later / earlier for earlier, later in pairwise(costs))
    return Report(
        "growth",
        "Growth of endpoint_info",
        rows,
        [(f"the CPU time for each does not grow from size to size: at most {grows:.2f} times", grows <= MORE)],
        [
            f"Clusters of one node group with {EACH} private endpoints each, in one project, beside some others.",
            "The seconds include the sandbox, which goes through its whole list for each page. CPU: of the module.",
            "KB for each: by how much the peak is higher than with the smallest number.",
        ],
    )
