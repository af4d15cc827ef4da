# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first run over 200 private endpoints, compared with what the rate limit allows at best."""

from __future__ import annotations

import re

from tests.benchmarks.place import COLLECTION, LIMIT, Place
from tests.benchmarks.report import Report

NUMBER = 200
WITHIN = 1.15


def measure(place: Place) -> Report:
    with place.unlimited():
        fleet = place.fleet(NUMBER)
    summary = {"ansible.builtin.debug": {"msg": "failed: {{ fleet.summary.failed }} ok: {{ fleet.summary.ok }}"}}
    task = {
        f"{COLLECTION}.private_endpoints": {"endpoints": fleet.endpoints, "wait_timeout": 1800},
        "register": "fleet",
        "ignore_errors": True,
    }
    with place.measured() as found:
        output = place.playbook([task, summary])
    failed, done = (int(number) for number in re.findall(r"failed: (\d+) ok: (\d+)", output)[0])
    pages = 2 * -(-NUMBER // 100)
    # By formula: a POST and a read of the service for each (its zones are needed for the limits), and the pages.
    bound = 60 * (2 * NUMBER + pages) / LIMIT
    exchanges = found[0].count("tidbcloud")
    row = {"private endpoints": NUMBER, "done": done, "failed": failed}
    return Report(
        "first_run",
        f"The first run over {NUMBER} private endpoints",
        [
            {
                "how": "private_endpoints, one task",
                **row,
                "exchanges with TiDB Cloud": exchanges,
                "refused (429)": found[0].refused(),
                "calls to AWS": found[0].count("aws"),
                "seconds": found[0].seconds,
            },
            {
                "how": "the bound",
                **row,
                "exchanges with TiDB Cloud": 2 * NUMBER + pages,
                "refused (429)": None,
                "calls to AWS": None,
                "seconds": bound,
            },
        ],
        [
            (
                f"within {WITHIN} of the bound: {found[0].seconds / bound:.2f} of it in seconds,"
                f" {exchanges / (2 * NUMBER + pages):.2f} of it in requests",
                found[0].seconds <= WITHIN * bound,
            ),
            ("nothing failed", failed == 0 and done == NUMBER),
        ],
        [
            f"The bound: {NUMBER} registrations, {NUMBER} reads of a service and {pages} pages at {LIMIT} a minute.",
            f"The calls: {found[0].calls('tidbcloud')}, {found[0].calls('aws')}.",
        ],
    )
