# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials come without a person, and no helper outlasts the run."""

from __future__ import annotations

import os
import re
import socket
import time
from pathlib import Path

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, PrivateLinkError
from tests.support.aws_peers import EMPTY, REGION, ROLE, SLACK, Peers, RunEnds, session_of
from tests.support.raw_server import answer

pytestmark = pytest.mark.usefixtures("clean_environment")


def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str) -> None:
    (tmp_path / "config").write_text(f"[default]\n{lines}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def test_a_credential_process_that_hangs_ends_with_the_run_and_so_do_its_children(
    run: RunEnds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    profile(tmp_path, monkeypatch, f"credential_process = sh -c 'sleep 60 > {alive} & wait'")
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    session = session_of(run)
    run.begin(1.0)
    with pytest.raises(PrivateLinkError, match=r"credential_process .* did not end within 0 seconds and was stopped"):
        session.client("ec2", REGION)
    # It ends where the last process that writes there is gone: the child by itself only after a minute.
    began = time.monotonic()
    assert os.read(reader, 1) == b""
    assert time.monotonic() - began < SLACK
    os.close(reader)


def test_a_credential_process_gives_the_credentials(
    run: RunEnds, peers: Peers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"Version": 1, "AccessKeyId": "AKIAHELPER", "SecretAccessKey": "helper-secret-0123456789"}'
    (tmp_path / "helper").write_text(text)
    profile(tmp_path, monkeypatch, f"credential_process = cat {tmp_path}/helper")
    heard: list[bytes] = []

    def speak(connection: socket.socket, request: bytes) -> None:
        heard.append(request)
        answer(connection, EMPTY.format(""))

    api.describe_vpc_endpoints(session_of(run, endpoint_url=peers(speak).url).client("ec2", REGION))
    assert b"Credential=AKIAHELPER/" in heard[0]


def test_nobody_is_asked_for_an_mfa_code(run: RunEnds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _prompt: pytest.fail("somebody was asked"))
    lines = f"role_arn = {ROLE}\nmfa_serial = arn:aws:iam::1:mfa/me\nsource_profile = base\nregion = {REGION}\n"
    profile(tmp_path, monkeypatch, lines + "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s")
    with pytest.raises(PrivateLinkError, match=r"MFA, which needs a person .* session_token"):
        api.describe_vpc_endpoints(session_of(run).client("ec2", REGION))


@pytest.mark.parametrize(
    ("program", "found"),
    [
        ("/no/such/helper", "cannot be started: No such file or directory: /no/such/helper"),
        ("{}/helper", "cannot be started: Permission denied"),
        ("echo the-secret", "did not print JSON"),
        ("printf '\\377'", "did not print JSON"),
        ("echo []", "did not print a JSON object with Version 1"),
        ("echo '{{\"Version\": 2}}'", "did not print a JSON object with Version 1"),
        ('echo \'{{"Version": 1, "AccessKeyId": "a"}}\'', "did not print SecretAccessKey as a text"),
        ('echo \'{{"Version": 1, "AccessKeyId": 1, "SecretAccessKey": 2}}\'', "did not print AccessKeyId as a text"),
        (
            'echo \'{{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": 3}}\'',
            "did not print SessionToken as a text",
        ),
        ("", "names no program"),
    ],
)
def test_a_credential_process_that_cannot_be_used_is_what_is_named(
    run: RunEnds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, found: str
) -> None:
    (tmp_path / "helper").write_text("no program")
    profile(tmp_path, monkeypatch, f"credential_process = {program.format(tmp_path)}")
    with pytest.raises(ApiError, match=f"The credential_process of the AWS profile {re.escape(found)}") as caught:
        session_of(run, region=REGION).client("sts", REGION)
    assert "the-secret" not in str(caught.value)
    assert caught.value.returned()["error"]["code"] == "CredentialProcess"
