# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
import yaml
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.ensure_options import fleet_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.report import Ended
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import shared_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.modules import private_endpoint, private_endpoints
from tests.support import module_documents as documents

ONE = {"cluster_id": "1379661944646413143"}


class FakeEnded(Ended):
    """An item that ends as a test says."""

    def __init__(self, failed: bool, changed: bool, warning: str = "") -> None:
        self._result = {"changed": changed, "failed": failed, "msg": "It is broken." if failed else ""}
        self._warnings = (warning,) if warning else ()

    @property
    def warnings(self) -> tuple[str, ...]:
        return self._warnings

    def returned(self) -> dict[str, t.Any]:
        return self._result


class Run:
    """The module with both clouds faked. `asked`: what `ensure_all` was asked for."""

    def __init__(self) -> None:
        self.ended: list[Ended] = []
        self.asked: dict[str, t.Any] = {}
        self.warnings: list[str] = []
        self.params: dict[str, t.Any] = {}
        self.errors: list[PrivateLinkError] = []
        self.items = ["item"]

    def fleet(self, module: t.Any, deadline: t.Any) -> Run:
        self.params = module.params
        for error in self.errors:
            raise error
        return self

    def refresh(self) -> None:
        """Nothing is shared."""

    def ensure_fleet(self, items: t.Any, deadline: t.Any, refresh: t.Any, **options: t.Any) -> list[Ended]:
        self.asked = {"items": items, "seconds": deadline.seconds, **options}
        return self.ended


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    run = Run()
    monkeypatch.setattr(private_endpoints, "FleetOptions", run.fleet)
    monkeypatch.setattr(private_endpoints, "ensure_fleet", run.ensure_fleet)
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text: run.warnings.append(text))
    return run


def result(capsys: pytest.CaptureFixture[str], **options: t.Any) -> dict[str, t.Any]:
    with patch_module_args(options), pytest.raises(SystemExit):
        private_endpoints.main()
    printed: dict[str, t.Any] = json.loads(capsys.readouterr().out)
    return printed


def test_the_items_are_carried_out_within_one_deadline_and_summed_up(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.ended = [FakeEnded(failed=False, changed=True), FakeEnded(failed=False, changed=False)]
    found = result(capsys, endpoints=[ONE, ONE], wait_timeout=7, strict=True, _ansible_check_mode=True)
    assert run.asked == {"items": ["item"], "seconds": 7, "check_mode": True, "strict": True}
    assert (found["changed"], found["summary"]) == (True, {"ok": 2, "changed": 1, "failed": 0})
    assert "failed" not in found


def test_the_task_fails_where_any_item_did_and_still_has_all_results(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.ended = [FakeEnded(failed=False, changed=True), FakeEnded(failed=True, changed=False)]
    found = result(capsys, endpoints=[ONE, ONE])
    assert (found["failed"], found["changed"]) == (True, True)
    assert found["msg"] == "1 of 2 private endpoints failed. Item 2: It is broken."
    assert len(found["results"]) == 2


def test_the_warnings_of_all_items_are_said(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.ended = [FakeEnded(False, False, "beware of one"), FakeEnded(False, False, "beware of two")]
    result(capsys, endpoints=[ONE, ONE])
    # Some versions of amazon.aws pass each to Ansible twice, which prints it once.
    assert list(dict.fromkeys(run.warnings)) == ["beware of one", "beware of two"]


def test_where_tidb_cloud_cannot_be_asked_at_all_the_module_fails(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run.errors = [PrivateLinkError("The API key is missing.")]
    found = result(capsys, endpoints=[ONE])
    assert (found["failed"], found["msg"], found["changed"]) == (True, "The API key is missing.", False)


def test_unless_said_otherwise_a_run_waits_for_fifteen_minutes_and_is_not_strict(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    result(capsys, endpoints=[])
    assert run.asked == {"items": ["item"], "seconds": 900, "check_mode": False, "strict": False}


def test_every_option_is_documented_as_it_is_taken() -> None:
    taken = {**shared_arguments(), **fleet_arguments(), **wait_arguments(900)}
    documented = documents.options(private_endpoints)
    assert documents.shapes(documented) == documents.shapes(taken)
    items = documented["endpoints"]["suboptions"]
    assert documents.shapes(items) == documents.shapes(taken["endpoints"]["options"])


def test_both_modules_document_the_same_private_endpoint() -> None:
    single = yaml.safe_load(private_endpoint.RETURN)["private_endpoint"]["contains"]
    item = yaml.safe_load(private_endpoints.RETURN)["results"]["contains"]["private_endpoint"]["contains"]
    assert single == item
