# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Four slices of a job at once, over an inventory that needs more requests than a minute allows, with one API key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.benchmarks.place import COLLECTION, LIMIT, Place
from tests.benchmarks.report import Report
from tests.support.sliced_job import SlicedJob

SLICES = 4
NUMBER = 120


def measure(place: Place) -> Report:
    with place.unlimited():
        endpoints = place.fleet(NUMBER).endpoints
        place.playbook([{f"{COLLECTION}.private_endpoints": {"endpoints": endpoints, "wait_delay": 1}}])
        directory = place.directory / "slices"
        directory.mkdir()
        job = SlicedJob(directory, place.environment)
    with place.measured() as found:
        ended = job.run(SLICES)
    measured = found[0]
    failed = NUMBER - sum(len(one.stats["ok"]) for one in ended if one.stats)
    changed = sum(len(one.stats["changed"]) for one in ended if one.stats)
    most = max(_served(measured.requests).values())
    return Report(
        "slices",
        f"{SLICES} slices of a job at once with one key, over {NUMBER} private endpoints, unchanged",
        [
            {
                "how": f"private_endpoint for each host, {SLICES} slices",
                "private endpoints": NUMBER,
                "failed": failed,
                "exchanges with TiDB Cloud": measured.count("tidbcloud"),
                "most in a minute": most,
                "refused (429)": measured.refused(),
                "calls to AWS": measured.count("aws"),
                "seconds": measured.seconds,
            }
        ],
        [
            (f"nothing failed: {failed}", failed == 0),
            ("nothing was changed", changed == 0),
            (f"more was asked than a minute allows: {2 * NUMBER}, and no minute had more: {most}", most <= LIMIT),
        ],
        [
            "Most in a minute: of the requests that count for the limit and were answered.",
            f"The calls: {measured.calls('tidbcloud')}, {measured.calls('aws')}.",
        ],
    )


def _served(requests: Iterable[dict[str, Any]]) -> Counter[int]:
    """What counted for the limit in each minute."""
    return Counter(
        int(request["time"] // 60)
        for request in requests
        if request["api"] == "tidbcloud" and request["status"] not in (401, 429)
    )
