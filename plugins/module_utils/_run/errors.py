# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The errors that can end a run. Each has a sentence to act on, and the fields that modules return with it.

Their texts are made printable here, once: they may quote names and messages from outside.
"""

from __future__ import annotations

import traceback
import typing as t

from .text import sentence
from .version import ISSUES, VERSION


class PrivateLinkError(Exception):
    """A run cannot continue. The text is one sentence: what was asked, what was found, what to do.

    `steps` are the steps done before it happened, each in the shape of the return value.
    """

    steps: t.Sequence[t.Mapping[str, str]] = ()

    def __init__(self, message: str) -> None:
        super().__init__(sentence(message))

    def returned(self) -> dict[str, t.Any]:
        """The return values beside `msg`."""
        return {}


class ApiError(PrivateLinkError):
    """An API refused a call or could not be reached.

    `api` is `tidbcloud` or the AWS service (`ec2`); `code` the API's own code, `status` the HTTP status, `request_id`
    what its support asks for. Each is null if the API gave none. `ambiguous`: the call may have taken effect
    although it failed (its answer was lost or unreadable), so look before repeating it.
    """

    def __init__(
        self,
        message: str,
        *,
        api: str,
        code: str | int | None = None,
        status: int | None = None,
        request_id: str | None = None,
        ambiguous: bool = False,
    ) -> None:
        super().__init__(message)
        self.api = api
        self.code = code
        self.status = status
        self.request_id = request_id
        self.ambiguous = ambiguous

    def returned(self) -> dict[str, t.Any]:
        return {"error": {"code": self.code, "status": self.status, "api": self.api, "request_id": self.request_id}}


class WaitFailed(PrivateLinkError):
    """What was waited for ended in a state that it does not leave on its own."""


class WaitTimedOut(PrivateLinkError):
    """The deadline passed; the next run resumes where this one stopped."""


class Unexpected(PrivateLinkError):
    """A defect of this collection. `traceback` is for its developers; nothing of it is in the sentence."""

    def __init__(self, error: BaseException, doing: str) -> None:
        super().__init__(
            f"An unexpected error while {doing}: a defect of tidbcloud.privatelink {VERSION}. Run again to continue "
            f"from here, and report it at {ISSUES} with the task's options and the traceback that -vvv shows."
        )
        self.kind = type(error).__name__
        self.traceback = "".join(traceback.format_exception(type(error), error, error.__traceback__))

    def returned(self) -> dict[str, t.Any]:
        named = {"code": self.kind, "status": None, "api": None, "request_id": None}
        return {"error": named, "exception": self.traceback}


class MissingLibrary(PrivateLinkError):
    """A Python library is missing, or cannot be imported for the reason in `traceback`."""

    def __init__(self, message: str, traceback: str | None) -> None:
        super().__init__(message)
        self.traceback = traceback

    def returned(self) -> dict[str, t.Any]:
        return {"exception": self.traceback} if self.traceback else {}


def as_known(error: BaseException, doing: str) -> PrivateLinkError:
    """The error itself where it is one of these, else Unexpected. `doing` completes "while".

    Foreign code may end the process, or raise what is no Exception: that is an error like any other. Raises what ends
    the run from outside.
    """
    if isinstance(error, (KeyboardInterrupt, GeneratorExit)):
        raise error
    return error if isinstance(error, PrivateLinkError) else Unexpected(error, doing)
