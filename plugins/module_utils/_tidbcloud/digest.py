# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP Digest authentication (RFC 7616): what a server asks for, and the header that answers it.

Written here because the implementation in `requests` reads a challenge's whole body, keeps its nonce for one thread
only, and mistakes a challenge that it cannot answer for a refused key.
"""

from __future__ import annotations

import hashlib
import os
import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .._run.errors import PrivateLinkError
from .._run.text import printable

# The strongest first. TiDB Cloud is not known to use the other algorithms of RFC 7616.
_HASHES = {"sha-256": "sha256", "md5": "md5"}
# A parameter, the name of a scheme, or something else.
_PART = re.compile(r'[\s,]*(?:([\w-]+)\s?=\s?(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([^\s,="]+)|(.))', re.DOTALL)


class Unusable(Exception):
    """The server asks for something unsupported. The text completes "it ..."."""


@dataclass(frozen=True)
class Credentials:
    """An API key. The private half is not in its `repr`."""

    public_key: str
    private_key: str = field(repr=False)

    def __post_init__(self) -> None:
        """A key that was pasted with a line end or quotes would only get a 401."""
        for option, value in (("public", self.public_key), ("private", self.private_key)):
            if not value:
                found = "it is empty"
            elif not (value.isascii() and value.isprintable()) or " " in value or '"' in value:
                found = "it holds a space, a quote, a line end or another character that no key has"
            else:
                continue
            raise PrivateLinkError(
                f"The {option} API key of TiDB Cloud cannot be used: {found}."
                f" Set tidbcloud_{option}_key or the environment variable TIDBCLOUD_{option.upper()}_KEY."
            )


@dataclass(frozen=True)
class Challenge:
    """What a server asks for. `qop` is false for servers older than RFC 2617, which do not count uses of a nonce."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    opaque: str | None = None
    qop: bool = True

    def digest(self, text: str) -> str:
        """The hash of text whose characters represent bytes, as in HTTP headers."""
        return hashlib.new(_HASHES[self.algorithm.lower()], text.encode("latin-1")).hexdigest()


def read_challenge(header: str) -> Challenge:
    """The challenge of a WWW-Authenticate header with the strongest supported algorithm.

    Raises Unusable, which says why there is none.
    """
    offered = [parameters for scheme, parameters in _challenges(header) if scheme == "digest"]
    if not offered:
        raise Unusable("does not ask for Digest authentication")
    usable: list[Challenge] = []
    reasons: list[str] = []
    for parameters in offered:
        try:
            usable.append(_challenge(parameters))
        except Unusable as found:
            reasons.append(str(found))
    if not usable:
        raise Unusable(f"asks for Digest authentication {reasons[0]}")
    order = list(_HASHES)
    return min(usable, key=lambda challenge: order.index(challenge.algorithm.lower()))


def authorization(challenge: Challenge, credentials: Credentials, method: str, uri: str, uses: int) -> str:
    """The Authorization header. `uri`: path and query as sent; `uses`: of the nonce, including this one."""
    count, client_nonce = f"{uses:08x}", os.urandom(16).hex()
    who = challenge.digest(f"{credentials.public_key}:{challenge.realm}:{credentials.private_key}")
    what = challenge.digest(f"{method}:{uri}")
    between = f"{challenge.nonce}:{count}:{client_nonce}:auth" if challenge.qop else challenge.nonce
    quoted = {
        "username": credentials.public_key,
        "realm": challenge.realm,
        "nonce": challenge.nonce,
        "uri": uri,
        "response": challenge.digest(f"{who}:{between}:{what}"),
        **({"opaque": challenge.opaque} if challenge.opaque is not None else {}),
        **({"cnonce": client_nonce} if challenge.qop else {}),
    }
    parts = [f'{name}="{_escaped(value)}"' for name, value in quoted.items()]
    parts += [f"algorithm={challenge.algorithm}", *(["qop=auth", f"nc={count}"] if challenge.qop else [])]
    return f"Digest {', '.join(parts)}"


class Digest:
    """Signs requests once a server has asked for it. `requests` calls it for each one; it reuses a nonce."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        # By the server that sent it.
        self._challenges: dict[str, tuple[Challenge, int]] = {}

    def __call__(self, request: t.Any) -> t.Any:
        server = _server(request.url)
        if server in self._challenges:
            challenge, uses = self._challenges[server]
            self._challenges[server] = (challenge, uses + 1)
            request.headers["Authorization"] = authorization(
                challenge, self._credentials, request.method, request.path_url, uses + 1
            )
        return request

    def take(self, url: str, header: str) -> None:
        """Answer this challenge from now on. Raises Unusable."""
        self._challenges[_server(url)] = (read_challenge(header), 0)


def _server(url: str) -> str:
    return urlsplit(url).netloc


def _challenges(header: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The schemes of a header, lower case, each with its parameters. Several headers come as one, with commas."""
    scheme: str | None = None
    parameters: dict[str, str] = {}
    for name, quoted, bare, word, _junk in _PART.findall(header):
        if word:
            if scheme is not None:
                yield scheme, parameters
            scheme, parameters = word.lower(), {}
        elif name:
            parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted else bare)
    if scheme is not None:
        yield scheme, parameters


def _challenge(parameters: Mapping[str, str]) -> Challenge:
    """Raises Unusable; the text completes "asks for Digest authentication ..."."""
    algorithm = parameters.get("algorithm") or "MD5"
    if algorithm.lower() not in _HASHES:
        raise Unusable(f"with the algorithm {printable(algorithm, 40)}, but only SHA-256 and MD5 are supported")
    for name in ("nonce", "realm"):
        if not parameters.get(name):
            raise Unusable(f"without a {name}")
    if not all(parameters.get(name, "").isprintable() for name in ("nonce", "realm", "opaque")):
        raise Unusable("with control characters in its challenge")
    qop = parameters.get("qop")
    if qop and "auth" not in [one.strip().lower() for one in qop.split(",")]:
        raise Unusable(f"with qop={printable(qop, 40)}, but only qop=auth is supported")
    challenge = Challenge(parameters["realm"], parameters["nonce"], algorithm, parameters.get("opaque"), qop=bool(qop))
    try:
        challenge.digest("")
    except ValueError:
        raise Unusable(f"with {algorithm.upper()}, which this host's Python refuses, as it does in FIPS mode") from None
    return challenge


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
