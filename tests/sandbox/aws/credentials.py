# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifies the caller: access keys, assumed roles, and the check of a request's signature."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.core.exceptions import InvalidClientTokenIdError

_SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/[^/]+/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)"
)


@dataclass(frozen=True)
class Principal:
    """One set of keys and the principal that it stands for."""

    account_id: str
    access_key: str
    secret_key: str
    arn: str
    user_id: str
    session_token: str | None = None
    role_arn: str | None = None
    """Of temporary keys."""


@dataclass(frozen=True)
class Signature:
    access_key: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    value: str


class Keys:
    """All access keys that work."""

    def __init__(self) -> None:
        self._principals: dict[str, Principal] = {}

    def add_account(self, account_id: str, access_key: str, secret_key: str) -> None:
        user_id = "AIDA" + hashlib.sha256(access_key.encode()).hexdigest()[:17].upper()
        arn = f"arn:aws:iam::{account_id}:user/sandbox"
        self._principals[access_key] = Principal(account_id, access_key, secret_key, arn, user_id)

    def assume_role(self, role_arn: str, session_name: str) -> Principal | None:
        """Temporary keys for the role's account; None if the sandbox has no such account."""
        match = re.fullmatch(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)", role_arn)
        if match is None or match[1] not in self.account_ids():
            return None
        principal = Principal(
            account_id=match[1],
            access_key="ASIA" + secrets.token_hex(8).upper(),
            secret_key=secrets.token_urlsafe(30),
            arn=f"arn:aws:sts::{match[1]}:assumed-role/{match[2]}/{session_name}",
            user_id=f"AROA{hashlib.sha256(role_arn.encode()).hexdigest()[:17].upper()}:{session_name}",
            session_token=secrets.token_urlsafe(120),
            role_arn=role_arn,
        )
        self._principals[principal.access_key] = principal
        return principal

    def account_ids(self) -> set[str]:
        return {principal.account_id for principal in self._principals.values()}

    def get(self, access_key: str) -> Principal | None:
        return self._principals.get(access_key)

    def caller(self, headers: Mapping[str, str]) -> Principal:
        """Who signed a request that was let through."""
        signature = read_signature(headers["Authorization"])
        principal = self.get(signature.access_key) if signature else None
        if principal is None:
            # the application in front lets no other caller through
            raise InvalidClientTokenIdError
        return principal

    def sessions(self) -> list[Principal]:
        """Those of assumed roles."""
        return [principal for principal in self._principals.values() if principal.session_token]

    def forget_sessions(self) -> None:
        self._principals = {key: one for key, one in self._principals.items() if one.session_token is None}


def read_signature(authorization: str) -> Signature | None:
    """The parts of an Authorization header (Signature Version 4)."""
    match = _SIGNATURE.match(authorization)
    if match is None:
        return None
    return Signature(match[1], match[2], match[3], tuple(match[4].split(";")), match[5])


def is_signed_by(
    principal: Principal,
    signature: Signature,
    *,
    method: str,
    url: str,
    query: str,
    headers: dict[str, str],
    body: bytes,
) -> bool:
    """Whether the request was signed with the principal's secret key; temporary keys need their token as well."""
    if principal.session_token != headers.get("x-amz-security-token"):
        return False
    auth = SigV4Auth(Credentials(principal.access_key, principal.secret_key), signature.service, signature.region)
    signed = {name: headers.get(name, "") for name in signature.signed_headers}
    request = AWSRequest(method=method, url=url, params=dict(parse_qsl(query)), data=body, headers=signed)
    request.context["timestamp"] = headers.get("x-amz-date", "")
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return secrets.compare_digest(expected, signature.value)
