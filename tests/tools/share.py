# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that runs a share of the tests and draws it from a seed.

    python -m pytest -p tests.tools.share --share 0.5 --share-seed 1 ...

Whether a test belongs to the share depends on the seed and on its own name alone, so each worker of pytest-xdist draws
the same, and a new test moves no other.
"""

from __future__ import annotations

from hashlib import sha256

import pytest


def lot(seed: str, name: str) -> float:
    """A number in [0, 1) that depends on nothing else."""
    return int.from_bytes(sha256(f"{seed} {name}".encode()).digest()[:8], "big") / 2**64


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--share", type=float, default=1.0, help="run this share of the tests, from 0 to 1")
    parser.addoption("--share-seed", default="1", help="what the share is drawn from")


def pytest_report_header(config: pytest.Config) -> str:
    return f"share: {config.getoption('share')} of the tests, drawn from seed {config.getoption('share_seed')}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    share, seed = config.getoption("share"), config.getoption("share_seed")
    left = [item for item in items if lot(seed, item.nodeid) >= share]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]
