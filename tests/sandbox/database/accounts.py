# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The accounts that may log in, and the proof that each must give."""

from __future__ import annotations

import hashlib
import hmac
import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.sandbox.database import protocol

if TYPE_CHECKING:
    from tests.sandbox.database.protocol import Login, Wire

NATIVE = "mysql_native_password"
CACHING_SHA2 = "caching_sha2_password"
_FAST_PATH_TAKEN = b"\x01\x03"
_FULL_AUTHENTICATION = b"\x01\x04"


class Accounts:
    """Users with their passwords; `methods` names the method of those that do not log in by mysql_native_password."""

    def __init__(self, passwords: Mapping[str, str], methods: Mapping[str, str]) -> None:
        self._passwords = passwords
        self._methods = methods
        # Users whose password caching_sha2_password has seen once: from then on its hash is enough.
        self._cached: set[str] = set()

    def admit(self, wire: Wire, login: Login, nonce: bytes) -> bool:
        """Go through the user's method; an unknown user goes through one, too, and fails."""
        method = self._methods.get(login.user, NATIVE)
        answer = login.answer
        if login.method != method:
            wire.send(protocol.switch_method(method, nonce))
            answer = wire.receive()
        password = self._passwords.get(login.user)
        if not password:
            return False
        if method == NATIVE:
            return hmac.compare_digest(answer, native_answer(password, nonce))
        return self._admit_caching_sha2(
            wire, login.user, password, hmac.compare_digest(answer, sha2_answer(password, nonce))
        )

    def _admit_caching_sha2(self, wire: Wire, user: str, password: str, answered: bool) -> bool:
        if user in self._cached:
            if answered:
                wire.send(_FAST_PATH_TAKEN)
            return answered
        wire.send(_FULL_AUTHENTICATION)
        if not hmac.compare_digest(wire.receive(), password.encode() + b"\0"):
            return False
        self._cached.add(user)
        return True


def native_answer(password: str, nonce: bytes) -> bytes:
    once = hashlib.sha1(password.encode()).digest()
    return _xor(once, hashlib.sha1(nonce + hashlib.sha1(once).digest()).digest())


def sha2_answer(password: str, nonce: bytes) -> bytes:
    once = hashlib.sha256(password.encode()).digest()
    return _xor(once, hashlib.sha256(hashlib.sha256(once).digest() + nonce).digest())


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(map(operator.xor, left, right))
