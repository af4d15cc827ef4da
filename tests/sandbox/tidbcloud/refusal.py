# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the TiDB Cloud API rejects requests: an HTTP status, a code and a sentence."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any


class Code(enum.IntEnum):
    """The `code` of an error body: a google.rpc.Code, or a number of TiDB Cloud's own.

    Source: googlerpcStatus in the specification; the TiDB Cloud numbers have been seen in answers.
    """

    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    FAILED_PRECONDITION = 9
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16
    UNKNOWN_PUBLIC_KEY = 49900001
    RATE_LIMIT = 49900007


class Refusal(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, code: Code, message: str, challenges: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.challenges = challenges

    def body(self) -> Mapping[str, Any]:
        """The documented shape of an error: {code, message, details}."""
        return {"code": int(self.code), "message": self.message, "details": []}


def invalid(message: str) -> Refusal:
    """A request field is invalid."""
    return Refusal(400, Code.INVALID_ARGUMENT, message)


def not_found(message: str) -> Refusal:
    """The specification documents no 404, only "default"; what the service really answers is not published."""
    return Refusal(404, Code.NOT_FOUND, message)


def not_now(message: str) -> Refusal:
    """The object is in a state that does not allow it. Status and code for this are not published."""
    return Refusal(400, Code.FAILED_PRECONDITION, message)
