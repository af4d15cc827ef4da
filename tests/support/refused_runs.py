# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are refused: what they say, and that they touch nothing."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.support.customer import Customer, Result


def refused(customer: Customer, module: str = "private_endpoint", **options: Any) -> Result:
    """A run that failed as it should, also in check mode; the sentence says what to do."""
    dry = customer.run(module, check=True, **options)
    assert customer.writing_calls == []
    result = customer.run(module, **options)
    assert (dry["failed"], _without_ids(dry["msg"])) == (True, _without_ids(result["msg"]))
    assert dry.get("violations") == result.get("violations")
    assert result["failed"]
    assert customer.writing_calls == []
    assert result.get("changed", False) is False
    assert result.get("steps", []) == []
    assert_clean(customer, json.dumps(result))
    return result


def _without_ids(message: str) -> str:
    """Each request has an id of its own, which the clouds' support asks for."""
    return re.sub(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", message)


def codes(result: Result) -> set[str]:
    """The codes of the limits that are broken; each is reported with its remedy."""
    assert "error" not in result
    for violation in result["violations"]:
        assert set(violation) == {"code", "message", "remedy"}
        assert f"{violation['message']} {violation['remedy']}" in result["msg"]
    return {violation["code"] for violation in result["violations"]}


def error(result: Result) -> dict[str, Any]:
    """What an API said."""
    assert "violations" not in result
    assert set(result["error"]) == {"code", "status", "api", "request_id"}
    return dict(result["error"])


def assert_clean(customer: Customer, output: str) -> None:
    """No traceback and no secret."""
    assert "Traceback" not in output
    for secret in (customer.facts["tidbcloud"]["private_key"], customer.account["secret_key"]):
        assert secret not in output
