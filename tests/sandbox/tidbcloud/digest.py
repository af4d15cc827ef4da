# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP digest authentication, the server's side (RFC 7616)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping

from werkzeug.datastructures import Authorization

from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.refusal import Code, Refusal

REALM = "tidb.cloud"
_HASHES = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
# The message of a challenge: no credentials at all, or valid ones for a nonce that is used up.
CHALLENGE = "The request must be authenticated by HTTP digest with an API key."


class Digest:
    """Knows the API keys, issues nonces and checks credentials.

    A nonce is an expiry and a serial, sealed by HMAC, so that nothing is kept but the counts seen for it.
    """

    def __init__(self, keys: Mapping[str, str], now: Callable[[], float], settings: Settings) -> None:
        self._keys = keys
        self._now = now
        self._settings = settings
        self._seal_key = secrets.token_bytes(32)
        self._counts: dict[str, set[int]] = {}

    def check(self, authorization: Authorization | None, method: str, target: str, body: bytes = b"") -> str:
        """The public key that the request proves to hold.

        :param target: path and query as on the request line.
        :param body: what was sent, for qop=auth-int.
        :raises Refusal: 401 with one challenge for each algorithm on offer.
        """
        if authorization is None or authorization.type != "digest":
            raise self._refused(CHALLENGE)
        given = {name: value or "" for name, value in authorization.parameters.items()}
        public_key = given.get("username", "")
        if public_key not in self._keys:
            raise self._refused(f"The public key {public_key} is not found.", Code.UNKNOWN_PUBLIC_KEY)
        if not self._proves(given, self._keys[public_key], f"{method}:{target}", body):
            raise self._refused("The private key is wrong, or the digest is not that of this request.")
        if not self._take(given["nonce"], int(given["nc"], 16)):
            raise self._refused(CHALLENGE, stale=True)
        return public_key

    def _proves(self, given: Mapping[str, str], private_key: str, request: str, body: bytes) -> bool:
        """RFC 7616, 3.4.1. What counts is the request itself, not what `uri` says about it (3.4.6)."""
        named, qop = given.get("algorithm", "MD5").lower(), given.get("qop")
        algorithm = next((one for one in self._settings.digest_algorithms if one.lower() == named), None)
        if algorithm is None or qop not in self._settings.digest_qop.split(","):
            return False
        if not {"nonce", "nc", "cnonce", "response"} <= given.keys() or not _is_count(given["nc"]):
            return False
        if given.get("realm") != REALM:
            return False
        secret = _hash(algorithm, f"{given['username']}:{REALM}:{private_key}".encode())
        if algorithm.endswith("-sess"):
            secret = _hash(algorithm, f"{secret}:{given['nonce']}:{given['cnonce']}".encode())
        if qop == "auth-int":
            request = f"{request}:{_hash(algorithm, body)}"
        message = f"{given['nonce']}:{given['nc']}:{given['cnonce']}:{qop}:{_hash(algorithm, request.encode())}"
        return hmac.compare_digest(_hash(algorithm, f"{secret}:{message}".encode()), given["response"])

    def _take(self, nonce: str, count: int) -> bool:
        """Whether the nonce is ours, alive, and this count of it was never seen: no replays (RFC 7616, 5.12)."""
        expiry, _dot, rest = nonce.partition(".")
        serial, _dot, seal = rest.partition(".")
        if not hmac.compare_digest(seal, self._seal(expiry, serial)) or float(expiry) <= self._now():
            return False
        seen = self._counts.setdefault(nonce, set())
        if count in seen or (seen and not self._settings.nonce_reuse):
            return False
        seen.add(count)
        return True

    def _refused(self, message: str, code: Code = Code.UNAUTHENTICATED, *, stale: bool = False) -> Refusal:
        expiry, serial = f"{self._now() + self._settings.nonce_lifetime:.0f}", secrets.token_hex(8)
        nonce = f"{expiry}.{serial}.{self._seal(expiry, serial)}"
        suffix = ", stale=true" if stale else ""
        challenges = tuple(
            f'Digest realm="{REALM}", nonce="{nonce}", qop="{self._settings.digest_qop}", algorithm={algorithm}{suffix}'
            for algorithm in self._settings.digest_algorithms
        )
        return Refusal(401, code, message, challenges)

    def _seal(self, expiry: str, serial: str) -> str:
        return hmac.new(self._seal_key, f"{expiry}.{serial}".encode(), hashlib.sha256).hexdigest()[:32]


def _hash(algorithm: str, content: bytes) -> str:
    return hashlib.new(_HASHES[algorithm.removesuffix("-sess")], content, usedforsecurity=False).hexdigest()


def _is_count(text: str) -> bool:
    """nc-value is exactly eight hexadecimal digits (RFC 7616, 3.4)."""
    return len(text) == 8 and all(character in "0123456789abcdefABCDEF" for character in text)
