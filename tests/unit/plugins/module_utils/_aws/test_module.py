# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module class of amazon.aws, and who may know that there is amazon.aws."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from ansible.module_utils import basic

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import module, session
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.module_options import module_arguments

PLUGINS = Path(__file__).resolve().parents[5] / "plugins"


def imports_amazon(path: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ansible_collections.amazon")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def test_amazon_aws_is_imported_within_the_folder_for_aws_alone() -> None:
    importing = {str(path.relative_to(PLUGINS)) for path in PLUGINS.rglob("*.py") if imports_amazon(path)}
    assert "module_utils/_aws/module.py" in importing
    assert {name for name in importing if not name.startswith("module_utils/_aws/")} == set()


def test_a_missing_amazon_aws_is_for_a_sentence_and_not_for_ansible() -> None:
    """Ansible itself ends a task for want of what a file imports outside any block, with a list of paths."""
    for path in (PLUGINS / "module_utils/_aws").glob("*.py"):
        outside = ast.parse(path.read_text(encoding="utf-8")).body
        names = [node.module or "" for node in outside if isinstance(node, ast.ImportFrom)]
        assert not [name for name in names if name.startswith("ansible_collections.amazon")], path.name


def test_a_module_without_amazon_aws_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "HAS_AMAZON_AWS", False)
    with pytest.raises(SystemExit):
        module.AnsibleAWSModule(argument_spec={})
    result = json.loads(capsys.readouterr().out)
    assert result["failed"] is True
    assert "amazon.aws is missing where Ansible runs. Install it with: ansible-galaxy" in result["msg"]


def test_a_session_without_amazon_aws_says_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "HAS_AMAZON_AWS", False)
    with pytest.raises(PrivateLinkError, match=r"amazon\.aws is missing"):
        session.AwsSession(module)  # type: ignore[arg-type]


def test_missing_libraries_are_named_together(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "missing_libraries", lambda: "boto3 and requests cannot be imported.")
    with module_arguments({}), pytest.raises(SystemExit):
        module.AnsibleAWSModule(argument_spec={})
    assert json.loads(capsys.readouterr().out)["msg"] == "boto3 and requests cannot be imported."


@pytest.mark.parametrize(
    ("given", "variable", "found"),
    [
        ({}, None, None),
        ({}, "AWS_REGION", "eu-west-1"),
        ({"region": "us-east-1"}, "AWS_REGION", "us-east-1"),
        ({"aws_region": "us-east-2"}, None, "us-east-2"),
    ],
)
def test_a_module_takes_the_options_of_aws_with_their_environment(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], variable: str | None, found: str | None
) -> None:
    for name in ("AWS_REGION", "EC2_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "eu-west-1")
    with module_arguments({**given, "own": "x"}):
        made = module.AnsibleAWSModule(argument_spec={"own": {"type": "str"}}, supports_check_mode=True)
    assert (made.params["region"], made.params["own"]) == (found, "x")
    assert {"profile", "access_key", "secret_key", "session_token", "endpoint_url"} <= set(made.params)
    assert isinstance(made._module, basic.AnsibleModule)
