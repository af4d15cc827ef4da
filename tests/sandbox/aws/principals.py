# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom an endpoint service permits: the principals of its permissions, and who of an account each of them means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tests.sandbox.aws.credentials import Principal
from tests.sandbox.aws.errors import Refused

EVERYBODY = "*"
_ARN = re.compile(r"arn:aws:iam::(\d{12}):(root|role/[\w+=,.@-]+|user/[\w+=,.@-]+)")
"""API ModifyVpcEndpointServicePermissions: ARNs of accounts, users and roles; those with a path "aren't supported"."""


def root_of(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:root"


def check(principal: str) -> None:
    """API error codes: `InvalidPrincipal`; seen with the caller's ARN of STS and with paths (HyperShift removes them).

    Wording not published.
    """
    if principal != EVERYBODY and not _ARN.fullmatch(principal):
        raise Refused("InvalidPrincipal", f"Invalid Principal: '{principal}'")


def kind(principal: str) -> str:
    """`PrincipalType` of the API."""
    if principal == EVERYBODY:
        return "All"
    if principal.endswith(":root"):
        return "Account"
    return "User" if ":user/" in principal or principal.startswith("AIDA") else "Role"


def permit(principals: Iterable[str], caller: Principal) -> bool:
    """Whether one of the principals means the caller; of a role or a user only it, not the rest of its account."""
    return not set(principals).isdisjoint({EVERYBODY, root_of(caller.account_id), _without_path(caller)})


def _without_path(caller: Principal) -> str:
    """The ARN of the caller's role or user as permissions name it."""
    prefix, _slash, path = (caller.role_arn or caller.arn).partition("/")
    return f"{prefix}/{path.rsplit('/', 1)[-1]}"


def unique_id(principal: str) -> str:
    """What is shown for a role or user that was deleted (IAM guide, "Unique identifiers")."""
    letters = "".join(chr(ord("A") + ord(letter) % 26) for letter in principal)[-17:]
    return ("AIDA" if kind(principal) == "User" else "AROA") + letters
