# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the automation controller counts, computed by jq as the controller does."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

QUERIES = yaml.safe_load((Path(__file__).parents[2] / "extensions/audit/event_query.yml").read_text(encoding="utf-8"))


def counted(module: str, result: dict[str, Any]) -> list[dict[str, Any]]:
    query = QUERIES[f"tidbcloud.privatelink.{module}"]["query"]
    asked = ["jq", "--slurp", f"map({query})"]
    run = subprocess.run(asked, input=json.dumps(result), capture_output=True, text=True, check=True)
    nodes: list[dict[str, Any]] = json.loads(run.stdout)
    return nodes


pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


def test_a_private_endpoint_is_counted_by_its_id() -> None:
    (node,) = counted("private_endpoint", {"private_endpoint": {"vpc_endpoint_id": "vpce-0123456789abcdef0"}})
    assert node["name"] == "vpce-0123456789abcdef0"
    assert node["canonical_facts"] == {"vpc_endpoint_id": "vpce-0123456789abcdef0"}
    assert node["facts"]["infra_type"] == "PublicCloud"


def test_a_private_endpoint_that_is_not_there_is_not_counted() -> None:
    assert counted("private_endpoint", {"private_endpoint": {"vpc_endpoint_id": None}}) == []
    assert counted("private_endpoint", {"failed": True}) == []
