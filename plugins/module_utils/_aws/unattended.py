# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials without a person: botocore would ask for MFA codes on the terminal, and wait for a helper forever."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import typing as t

from .._run.cause import cause
from .._run.errors import ApiError

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before a session is made.
    from botocore.credentials import ProcessProvider
    from botocore.exceptions import UnknownCredentialError


# Seconds before the run stops waiting for its client: a helper must not outlast it.
_BEFORE_THE_END = 0.5


def unattended(core_session: t.Any, left: t.Callable[[], float]) -> None:
    """Keep this botocore session from prompting, and end a `credential_process` within the seconds that are left.

    Raises what botocore raises if the profile or the configuration files cannot be read.
    """
    chain = core_session.get_component("credential_provider")
    helper = ProcessProvider(
        profile_name=core_session.get_config_variable("profile") or "default",
        load_config=lambda: core_session.full_config,
        popen=lambda command, **streams: _Helper(command, left, **streams),
    )
    with contextlib.suppress(UnknownCredentialError):
        chain.insert_after(helper.METHOD, helper)
        chain.remove(helper.METHOD)  # botocore's own.
    with contextlib.suppress(UnknownCredentialError):
        chain.get_provider("assume-role")._prompter = _reject  # There is no public API for it.


def _reject(_prompt: str) -> t.NoReturn:
    raise ApiError(
        "The AWS profile assumes a role with MFA, which needs a person to type a code. Get a session first (aws sts "
        "get-session-token, or aws sts assume-role) and give its access_key, secret_key and session_token, or a role "
        "that needs no MFA.",
        api="aws",
        code="MfaNeeded",
    )


class _Helper(subprocess.Popen):  # type: ignore[type-arg]
    """The program of `credential_process`, without a terminal and in a process group of its own.

    botocore takes what it prints as it is: whatever is wrong with it is said here.
    """

    def __init__(self, command: t.Sequence[str], left: t.Callable[[], float], **streams: t.Any) -> None:
        if not command:
            raise _unusable("names no program")
        try:
            super().__init__(command, stdin=subprocess.DEVNULL, start_new_session=True, **streams)
        except (OSError, ValueError) as error:
            raise _unusable(f"cannot be started: {cause(error)}") from None
        self._left = left

    def communicate(self, *_arguments: t.Any, **_options: t.Any) -> tuple[t.Any, t.Any]:
        seconds = max(0.0, self._left() - _BEFORE_THE_END)
        try:
            printed, complaints = super().communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
            raise _unusable(f"did not end within {seconds:.0f} seconds and was stopped") from None
        if self.returncode == 0:
            _require_credentials(printed)
        # botocore decodes it.
        return printed, (complaints or b"").decode("utf-8", "replace").encode()


def _require_credentials(printed: bytes) -> None:
    """Raises PrivateLinkError for what is not in the documented form. It holds secrets: nothing of it is quoted.

    Source: "Sourcing credentials with an external process" in the AWS SDKs and Tools reference guide.
    """
    try:
        given = json.loads(printed.decode("utf-8"))
    except (ValueError, RecursionError):
        raise _unusable("did not print JSON") from None
    if not isinstance(given, dict) or given.get("Version") != 1:
        raise _unusable("did not print a JSON object with Version 1")
    for name in ("AccessKeyId", "SecretAccessKey"):
        if not isinstance(given.get(name), str):
            raise _unusable(f"did not print {name} as a text")
    for name in ("SessionToken", "Expiration"):
        if not isinstance(given.get(name), (str, type(None))):
            raise _unusable(f"did not print {name} as a text")


def _unusable(found: str) -> ApiError:
    return ApiError(
        f"The credential_process of the AWS profile {found}. Check that program, or give access_key and secret_key.",
        api="aws",
        code="CredentialProcess",
    )
