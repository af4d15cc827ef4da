# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import threading
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.tidbcloud.privatelink.plugins.modules import endpoint_ping
from tests.sandbox.database import Authority, Database

ROOT = Path(__file__).resolve().parents[4]
HOST = "privatelink-12345678.abcdefghijkl.clusters.tidb-cloud.com"
USER, PASSWORD = "application", "password-of-the-application"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(Authority(tmp_path_factory.mktemp("authority")), {USER: PASSWORD})
    database.start()
    yield database
    database.stop()


@pytest.fixture
def options(database: Database) -> dict[str, t.Any]:
    """What it takes to reach the database."""
    return {"host": HOST, "port": database.port, "connect_to": ["127.0.0.1"], "ca_path": str(database.ca.ca_path)}


class Run(t.Protocol):
    def __call__(self, **options: t.Any) -> dict[str, t.Any]: ...


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the module in this process and gives what it printed."""

    def run(**options: t.Any) -> dict[str, t.Any]:
        with patch_module_args(options), pytest.raises(SystemExit):
            endpoint_ping.main()
        printed: dict[str, t.Any] = json.loads(capsys.readouterr().out)
        return printed

    return run


def test_a_cluster_that_answers_changes_nothing_and_is_reachable(run: Run, options: dict[str, t.Any]) -> None:
    result = run(**options)
    assert (result["changed"], result["reachable"], "failed" in result) == (False, True, False)
    assert not {"failed_stage", "problem", "found", "causes"} & set(result)


def test_check_mode_does_the_same(run: Run, options: dict[str, t.Any]) -> None:
    result = run(**options, login_user=USER, login_password=PASSWORD, _ansible_check_mode=True)
    assert (result["changed"], result["reachable"]) == (False, True)
    assert result["timings_ms"]["login"] is not None


def test_a_failure_has_the_same_keys_and_says_where_what_and_why(run: Run, options: dict[str, t.Any]) -> None:
    reachable = run(**options)
    failure = run(**{**options, "connect_to": ["127.0.0.1", "203.0.113.7"]})
    assert set(reachable) - {"invocation"} <= set(failure)
    assert failure["failed"] is True
    assert failure["changed"] is False
    assert (failure["failed_stage"], failure["problem"]) == ("resolve", "public_address")
    assert failure["causes"]
    assert HOST in failure["msg"]


def test_the_password_is_not_shown(run: Run, options: dict[str, t.Any]) -> None:
    result = run(**options, login_user=USER, login_password="a-password-that-is-wrong")
    assert result["problem"] == "access_denied"
    assert "a-password-that-is-wrong" not in json.dumps(result)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"port": 0}, "port is 0"),
        ({"port": 65536}, "port is 65536"),
        ({"attempts": 0}, "attempts is 0"),
        ({"attempts": 101}, "attempts is 101"),
        ({"timeout": 0}, "timeout is 0"),
        ({"timeout": "nan"}, "timeout is nan"),
        ({"timeout": "inf"}, "timeout is inf"),
        ({"expected_addresses": "10.0.1.17,db.example.com"}, "no IP address: db.example.com"),
        ({"expected_addresses": ["a\n\x1b[2Jb"]}, "no IP address: a [2Jb."),
        ({"ca_pem": "as well"}, "ca_path and ca_pem are both given"),
        ({"login_user": USER}, "without login_password"),
        ({"login_user": USER, "login_password": PASSWORD, "tls": "off"}, "a password is sent over TLS only"),
    ],
)
def test_options_that_make_no_sense_are_refused_with_a_sentence(
    run: Run, options: dict[str, t.Any], wrong: dict[str, t.Any], sentence: str
) -> None:
    result = run(**{**options, **wrong})
    assert result["failed"] is True
    assert sentence in result["msg"]


def test_empty_texts_are_options_that_are_not_set(run: Run, options: dict[str, t.Any]) -> None:
    empty = {"login_user": "", "login_password": "", "ca_pem": "", "expected_addresses": "", "tls": " "}
    result = run(**{**options, **empty, "host": f"{options['host']} "})
    assert result["reachable"] is True
    assert result["timings_ms"]["login"] is None


def test_a_list_in_one_text_and_a_name_with_a_dot_at_the_end_are_understood(
    run: Run, options: dict[str, t.Any]
) -> None:
    result = run(**{**options, "host": HOST + ".", "connect_to": "127.0.0.1, 203.0.113.7"})
    assert [address["address"] for address in result["addresses"]] == ["127.0.0.1", "203.0.113.7"]
    assert result["msg"].startswith(f"{HOST}, port ")


def test_the_documented_return_values_are_those_returned(run: Run, options: dict[str, t.Any]) -> None:
    yaml = pytest.importorskip("yaml")
    documented = yaml.safe_load(endpoint_ping.RETURN)
    result = run(**options)
    always = {key for key, value in documented.items() if value["returned"] == "always"}
    # What Ansible adds by itself depends on what ran before in this process.
    assert set(result) - {"invocation", "changed", "deprecations"} == always
    assert set(documented) - always == {"failed_stage", "problem", "found", "causes", "error"}
    for key in ("tls", "timings_ms"):
        assert set(result[key]) == set(documented[key]["contains"])
    assert set(result["addresses"][0]) == set(documented["addresses"]["contains"])


def test_bytes_can_be_a_password_and_half_a_character_cannot() -> None:
    params = {name: spec.get("default") for name, spec in endpoint_ping.ARGUMENT_SPEC.items()}
    assert endpoint_ping.violation({**params, "login_user": "a\udcff", "login_password": "\udc80"}) is None
    for wrong in ("\ud800", "\udc7f", "\udd00"):
        assert "lone surrogates" in str(
            endpoint_ping.violation({**params, "login_user": USER, "login_password": wrong})
        )


def test_a_check_that_never_ends_is_left_behind(
    run: Run, options: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()
    monkeypatch.setattr(endpoint_ping, "ping", lambda _check: never.wait())
    monkeypatch.setattr(endpoint_ping, "GRACE", 0.0)
    result = run(**{**options, "timeout": 0.05})
    assert (result["failed"], result["reachable"], result["problem"]) == (True, False, "timed_out")
    never.set()


def test_an_unexpected_error_is_reported_as_a_defect(
    run: Run, options: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint_ping, "ping", lambda _check: dict[str, int]()["missing"])
    result = run(**options)
    assert "a defect of tidbcloud.privatelink" in result["msg"]
    assert "KeyError" not in result["msg"]


def interpreters() -> list[str]:
    """This Python, and a Python 3.9, where there is one."""
    found = subprocess.run([ROOT / "tests/tools/find_python.sh", "3.9"], capture_output=True, text=True, check=False)
    return [sys.executable, found.stdout.strip()]


HAS_ANSIBLE = any(one.metadata["Name"] == "ansible-core" for one in importlib.metadata.distributions())


@pytest.mark.skipif(not HAS_ANSIBLE, reason="Ansible itself is not installed in this environment")
@pytest.mark.parametrize("interpreter", interpreters(), ids=["controller", "python3.9"])
def test_ansible_runs_it_on_either_python(options: dict[str, t.Any], tmp_path: Path, interpreter: str) -> None:
    if not interpreter:
        pytest.skip("Python 3.9 is not here, so nothing shows that the module runs on it")
    (tmp_path / "ansible_collections/tidbcloud").mkdir(parents=True)
    (tmp_path / "ansible_collections/tidbcloud/privatelink").symlink_to(ROOT)
    arguments = json.dumps({**options, "login_user": USER, "login_password": PASSWORD})
    command = [sys.executable, "-m", "ansible", "adhoc", "localhost", "-m", "tidbcloud.privatelink.endpoint_ping"]
    process = subprocess.run(
        [*command, "-a", arguments, "-e", f"ansible_python_interpreter={interpreter}"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(tmp_path),
            "ANSIBLE_LOCALHOST_WARNING": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert "localhost | SUCCESS => {" in process.stdout, process.stdout + process.stderr
    result = json.loads(process.stdout.partition("=>")[2])
    assert (result["reachable"], result["server_version"]) == (True, "8.0.11-TiDB-v8.5.2")
    assert PASSWORD not in process.stdout + process.stderr
