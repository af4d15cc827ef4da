# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.files import file_problem

PATH = "/no/such/file-of-the-tests"


def missing(path: object = PATH) -> OSError:
    return OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def test_the_variables_that_name_the_file_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert file_problem(missing()) == f"the file {PATH} cannot be used on this host: No such file or directory"
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", PATH)
    assert file_problem(missing(PATH.encode())) == (
        f"the file {PATH}, which AWS_WEB_IDENTITY_TOKEN_FILE names, cannot be used on this host: "
        "No such file or directory"
    )


def test_a_file_is_found_within_what_libraries_raise() -> None:
    outer = ValueError("broken")
    outer.__cause__ = PermissionError(errno.EACCES, "Permission denied", PATH)
    assert file_problem(outer) == f"the file {PATH} cannot be used on this host: Permission denied"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
        FileNotFoundError(errno.ENOENT, "No such file or directory"),
        OSError(errno.EHOSTUNREACH, "No route to host", PATH),
        ValueError("no file at all"),
    ],
)
def test_what_is_not_about_a_file_is_left_to_others(error: Exception) -> None:
    assert file_problem(error) is None


def test_a_hostile_path_is_one_printable_line() -> None:
    assert str(file_problem(missing("/no/such\x1b[2J\n/x"))).isprintable()
