# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, passwords and tokens appear in nothing that anybody reads: not at -vvvvv, not in kept files, not on failure.

One rule is Ansible's own: the arguments of a task are in the module's file, which is deleted unless somebody keeps
remote files. So secrets from the environment are in no such file; what an option gave is looked for everywhere else.
"""

from __future__ import annotations

import json
import threading
import typing as t
from pathlib import Path

import ansible_runner
import pytest

from tests.sandbox.sandbox import Sandbox
from tests.support.customer import Customer
from tests.support.operator import Operator

LOUD = 5
ROLE = "arn:aws:iam::{account}:role/private-endpoints"


class ProcessList(threading.Thread):
    """Reads the command line of every process of this home, again and again, while a run lasts."""

    def __init__(self, home: Path, secrets: t.Collection[str]) -> None:
        super().__init__(daemon=True)
        self._home = str(home).encode()
        self._secrets = [secret.encode() for secret in secrets]
        self._over = threading.Event()
        self.looks = 0
        self.found: list[str] = []

    def run(self) -> None:
        while not self._over.wait(0.02):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    line, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
                except OSError:
                    continue  # It has ended.
                if self._home not in environment:
                    continue  # Somebody else's.
                self.looks += 1
                if any(secret in line for secret in self._secrets):
                    self.found.append(line.decode(errors="replace"))

    def __enter__(self) -> ProcessList:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self.join()


def secrets_of(sandbox: Sandbox) -> dict[str, str]:
    """Everything that must never be shown, with what it is. Sessions of roles are there once they were assumed."""
    facts = sandbox.facts()
    found = {
        "private key": facts["tidbcloud"]["private_key"],
        "database password": facts["database"]["password"],
        **{f"secret key of {name}": one["secret_key"] for name, one in facts["aws"]["accounts"].items()},
    }
    for session in sandbox.aws.sessions():
        key = session.access_key
        found.update({f"secret of {key}": session.secret_key, f"token of {key}": str(session.session_token)})
    return {what: str(secret) for what, secret in found.items()}


def files_with(directory: Path, secrets: t.Mapping[str, str]) -> list[str]:
    """Which file below the directory holds which secret; but for what the runner writes down of its own environment."""
    return [
        f"{path.relative_to(directory)}: {what}"
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not (path.name == "command" or path.parent.name == "env")
        for what, secret in secrets.items()
        if secret.encode() in path.read_bytes()
    ]


@pytest.fixture
def operator(moving: Sandbox, tmp_path: Path) -> Operator:
    moving.reset()
    operator = Operator(moving, tmp_path)
    operator.environment.update(
        ANSIBLE_KEEP_REMOTE_FILES="true",
        ANSIBLE_LOG_PATH=str(tmp_path / "ansible.log"),
        ANSIBLE_REMOTE_TMP=str(tmp_path / "remote"),
        ANSIBLE_LOCAL_TEMP=str(tmp_path / "local"),
        ANSIBLE_CACHE_PLUGIN="jsonfile",
        ANSIBLE_CACHE_PLUGIN_CONNECTION=str(tmp_path / "cache"),
        ANSIBLE_RETRY_FILES_ENABLED="true",
        ANSIBLE_RETRY_FILES_SAVE_PATH=str(tmp_path / "retry"),
        TMPDIR=str(tmp_path),
    )
    return operator


def job(operator: Operator, directory: Path, *playbooks: str, **options: t.Any) -> t.Any:
    """The playbooks as one job of ansible-runner, which keeps every event."""
    (directory / "project").mkdir(parents=True)
    plays = [{"ansible.builtin.import_playbook": f"tidbcloud.privatelink.{name}"} for name in playbooks]
    (directory / "project/job.yml").write_text(json.dumps(plays), encoding="utf-8")
    given = {"cluster_id": operator.cluster_id(), "wait_delay": 0.2, **options}
    return ansible_runner.run(
        private_data_dir=str(directory),
        playbook="job.yml",
        envvars=operator.environment,
        extravars={f"private_connection_{name}": value for name, value in given.items()},
        verbosity=LOUD,
        quiet=True,
    )


@pytest.mark.exhaustive
def test_a_whole_life_at_full_verbosity_leaves_no_secret_in_anything_that_is_kept(
    operator: Operator, tmp_path: Path
) -> None:
    account = operator.facts["aws"]["accounts"]["other"]["account_id"]
    options = {
        **operator.check_options(),
        "vpc_cidr": "10.20.0.0/16",
        "assume_role_arn": ROLE.format(account=account),
        "export_file": str(tmp_path / "export.yml"),
    }
    with ProcessList(tmp_path, secrets_of(operator.sandbox).values()) as processes:
        ended = job(operator, tmp_path / "job", "connect", "status", "check", "disconnect", **options)
    assert ended.rc == 0, ended.stdout.read()
    secrets = secrets_of(operator.sandbox)
    assert any("token" in what for what in secrets), "no role was assumed"
    assert processes.looks > 0
    assert processes.found == []
    assert files_with(tmp_path / "job/artifacts", secrets) == []
    kept = files_with(tmp_path, secrets)
    given = {"database password"} | {what for what in secrets if what.startswith(("secret of", "token of"))}
    assert [line for line in kept if not ("AnsiballZ_" in line and line.partition(": ")[2] in given)] == []
    assert [line for line in kept if "AnsiballZ_" in line], "no module's file was kept: nothing was looked at"


@pytest.mark.parametrize(
    ("api", "call", "fault"),
    [
        ("tidbcloud", "GetCluster", {"kind": "status", "value": 403}),
        ("tidbcloud", "ListPrivateEndpointConnections", {"kind": "not_json", "value": 200}),
        ("tidbcloud", "CreatePrivateEndpointConnection", {"kind": "status", "value": 400}),
        ("aws", "DescribeVpcEndpoints", {"kind": "not_json", "value": 200}),
        ("aws", "DescribeSubnets", {"kind": "status", "value": 403}),
        ("aws", "CreateVpcEndpoint", {"kind": "status", "value": 400}),
        ("aws", "ModifyVpcEndpoint", {"kind": "status", "value": 400}),
    ],
)
def test_a_module_that_fails_at_any_stage_returns_no_secret(
    customer: Customer, capfd: pytest.CaptureFixture[str], api: str, call: str, fault: dict[str, t.Any]
) -> None:
    """Secrets are given as options here: what is returned repeats the options."""
    network = customer.network()
    customer.sandbox.faults.add({"api": api, "call": call, "times": 1000, **fault})
    facts = customer.sandbox.facts()
    result = customer.run(
        "private_endpoint",
        cluster_id=customer.cluster_id("main"),
        tidbcloud_public_key=facts["tidbcloud"]["public_key"],
        tidbcloud_private_key=facts["tidbcloud"]["private_key"],
        access_key=customer.account["access_key"],
        secret_key=customer.account["secret_key"],
        **network.options,
    )
    assert result["failed"]
    shown = json.dumps(result) + "".join(capfd.readouterr()) + " ".join(customer.warnings)
    assert [what for what, secret in secrets_of(customer.sandbox).items() if secret in shown] == []


def test_a_wrong_key_is_not_repeated(operator: Operator, tmp_path: Path) -> None:
    wrong = {"TIDBCLOUD_PRIVATE_KEY": "a-wrong-private-key-0123456789abcdef", "AWS_SECRET_ACCESS_KEY": "wrong" * 8}
    operator.environment.update(wrong)
    ended = job(operator, tmp_path / "job", "status")
    assert ended.rc != 0
    assert files_with(tmp_path, wrong) == []
