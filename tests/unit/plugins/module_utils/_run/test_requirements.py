# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.requirements import (
    LIBRARIES,
    lacking,
    missing_libraries,
    require_python,
)

ROOT = Path(__file__).resolve().parents[5]


def test_a_python_that_is_too_old_ends_the_module_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    require_python()
    monkeypatch.setattr(sys, "version_info", (3, 8, 18, "final", 0))
    with pytest.raises(SystemExit) as ended:
        require_python()
    assert ended.value.code == 1
    result = json.loads(capsys.readouterr().out)
    assert result == {"failed": True, "changed": False, "msg": result["msg"]}
    assert "needs Python 3.9 or newer" in result["msg"]
    assert "is Python 3.8.18. Set ansible_python_interpreter" in result["msg"]


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({"boto3", "botocore"}, "on this host: boto3, botocore. Install"),
        ({"boto3", "botocore", "requests"}, "on this host: boto3, botocore, requests. Install"),
        ({"requests"}, "on this host: requests. Install"),
    ],
)
def test_missing_libraries_are_named_with_the_command_that_installs_all(
    monkeypatch: pytest.MonkeyPatch, missing: set[str], named: str
) -> None:
    assert missing_libraries() == ""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else object())
    assert named in missing_libraries()
    assert missing_libraries() == lacking([name for name in LIBRARIES if name in missing])
    assert f"{sys.executable} -m pip install 'boto3>=1.34.0' 'requests>=2.28'" in missing_libraries()


def test_the_versions_are_those_of_the_requirements() -> None:
    wanted = re.findall(r"^[a-z].*$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert wanted == list(LIBRARIES.values())


WITHOUT_LIBRARIES = """
import importlib, pathlib, sys, types
for name in ("ansible_collections", "boto3", "botocore", "requests", "urllib3"):
    sys.modules[name] = None
utils = pathlib.Path(sys.argv[1])
sys.modules["utils"] = types.ModuleType("utils")
sys.modules["utils"].__path__ = [str(utils)]
for path in sorted(utils.rglob("*.py")):
    importlib.import_module(".".join(("utils", *path.relative_to(utils).with_suffix("").parts)))
"""


def test_without_any_library_all_can_be_imported_so_that_a_module_can_say_what_is_missing() -> None:
    command = [sys.executable, "-c", WITHOUT_LIBRARIES, str(ROOT / "plugins/module_utils")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
