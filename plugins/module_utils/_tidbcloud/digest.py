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
from .._run.keys import flaw
from .._run.text import printable

# The algorithms of RFC 7616 by the names of hashlib, the preferred first. Some servers compute SHA-512-256 as a part of
# SHA-512, so it comes after its equal. TiDB Cloud is not known to use it.
_HASHES = {"sha-256": "sha256", "sha-512-256": "sha512_256", "md5": "md5"}
# Then the hash of the key is one for all requests with a nonce.
_SESSION = "-sess"
_QOPS = ("auth", "auth-int")
# A parameter, the name of a scheme, or something else.
_PART = re.compile(r'[\s,]*(?:([\w-]+)\s?=\s?(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([^\s,="]+)|(.))', re.DOTALL)


class Unusable(Exception):
    """The server asks for something unsupported. The text completes "it ..."."""


class Forbidden(Unusable):
    """This host's Python refuses what the server asks for. The server and the key are all right."""


@dataclass(frozen=True)
class Credentials:
    """An API key. The private half is not in its `repr`."""

    public_key: str
    private_key: str = field(repr=False)

    def __post_init__(self) -> None:
        """A key that was pasted with a line end or quotes would only get a 401."""
        for option, value in (("public", self.public_key), ("private", self.private_key)):
            found = flaw(value)
            if found is None:
                continue
            raise PrivateLinkError(
                f"The {option} API key of TiDB Cloud cannot be used: {found}."
                f" Set tidbcloud_{option}_key or the environment variable TIDBCLOUD_{option.upper()}_KEY."
            )


@dataclass(frozen=True)
class Challenge:
    """What a server asks for. `qop` is null for servers older than RFC 2617, which do not count uses of a nonce."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    opaque: str | None = None
    qop: str | None = "auth"

    @property
    def hash_name(self) -> str:
        """The algorithm without what it says of sessions."""
        return _hash_name(self.algorithm)

    @property
    def for_session(self) -> bool:
        return self.algorithm.lower().endswith(_SESSION)

    def digest(self, text: str) -> str:
        """The hash of text whose characters represent bytes, as in HTTP headers."""
        return self.digest_of(text.encode("latin-1"))

    def digest_of(self, content: bytes) -> str:
        """Raises ValueError if this host's Python does not have the algorithm, or refuses it."""
        return hashlib.new(_HASHES[self.hash_name], content).hexdigest()


def read_challenge(header: str) -> Challenge:
    """The challenge of a WWW-Authenticate header with the strongest supported algorithm.

    Raises Unusable, which says why there is none; Forbidden if it is for this host.
    """
    offered = [parameters for scheme, parameters in _challenges(header) if scheme == "digest"]
    if not offered:
        raise Unusable("does not ask for Digest authentication")
    usable: list[Challenge] = []
    reasons: list[Unusable] = []
    for parameters in offered:
        try:
            usable.append(_challenge(parameters))
        except Unusable as found:
            reasons.append(found)
    if not usable:
        first = min(reasons, key=lambda reason: not isinstance(reason, Forbidden))
        raise type(first)(f"asks for Digest authentication {first}")
    order = list(_HASHES)
    return min(usable, key=lambda challenge: (order.index(challenge.hash_name), challenge.for_session))


def is_stale(header: str) -> bool:
    """Whether a challenge says that only the nonce was too old: the key was right (RFC 7616, section 3.3)."""
    return any(parameters.get("stale", "").lower() == "true" for _scheme, parameters in _challenges(header))


def authorization(
    challenge: Challenge,
    credentials: Credentials,
    method: str,
    uri: str,
    uses: int,
    *,
    body: bytes = b"",
    client_nonce: str | None = None,
) -> str:
    """The Authorization header (RFC 7616, section 3.4). `uri`: path and query as sent; `uses`: of the nonce, including
    this one; `body`: what is sent. For a session `client_nonce` is the same as in its first request.
    """
    count, client_nonce = f"{uses:08x}", client_nonce or os.urandom(16).hex()
    who = challenge.digest(f"{credentials.public_key}:{challenge.realm}:{credentials.private_key}")
    if challenge.for_session:
        who = challenge.digest(f"{who}:{challenge.nonce}:{client_nonce}")
    integrity = f":{challenge.digest_of(body)}" if challenge.qop == "auth-int" else ""
    what = challenge.digest(f"{method}:{uri}{integrity}")
    between = challenge.nonce
    if challenge.qop:
        between = f"{challenge.nonce}:{count}:{client_nonce}:{challenge.qop}"
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
    parts += [f"algorithm={challenge.algorithm}", *([f"qop={challenge.qop}", f"nc={count}"] if challenge.qop else [])]
    return f"Digest {', '.join(parts)}"


@dataclass
class _Taken:
    """A challenge that is answered, and how often."""

    challenge: Challenge
    client_nonce: str
    uses: int = 0


class Digest:
    """Signs requests once a server has asked for it. `requests` calls it for each one; it reuses a nonce."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        # By the server that sent it.
        self._taken: dict[str, _Taken] = {}

    def __call__(self, request: t.Any) -> t.Any:
        taken = self._taken.get(_server(request.url))
        if taken is not None:
            taken.uses += 1
            request.headers["Authorization"] = authorization(
                taken.challenge,
                self._credentials,
                request.method,
                request.path_url,
                taken.uses,
                body=_bytes(getattr(request, "body", None)),
                client_nonce=taken.client_nonce,
            )
        return request

    def take(self, url: str, header: str) -> None:
        """Answer this challenge from now on. Raises Unusable."""
        self._taken[_server(url)] = _Taken(read_challenge(header), os.urandom(16).hex())


def _bytes(body: str | bytes | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _hash_name(algorithm: str) -> str:
    name = algorithm.lower()
    return name[: -len(_SESSION)] if name.endswith(_SESSION) else name


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
    if _hash_name(algorithm) not in _HASHES:
        supported = ", ".join(name.upper() for name in _HASHES)
        raise Unusable(f"with the algorithm {printable(algorithm, 40)}, but only {supported} are supported")
    for name in ("nonce", "realm"):
        if not parameters.get(name):
            raise Unusable(f"without a {name}")
    if not all(parameters.get(name, "").isprintable() for name in ("nonce", "realm", "opaque")):
        raise Unusable("with control characters in its challenge")
    qop = _qop(parameters.get("qop"))
    if qop is None and algorithm.lower().endswith(_SESSION):
        raise Unusable(f"with {algorithm.upper()} and without qop, which leaves open what to sign")
    challenge = Challenge(parameters["realm"], parameters["nonce"], algorithm, parameters.get("opaque"), qop)
    try:
        challenge.digest("")
    except ValueError:
        raise Forbidden(
            f"with {algorithm.upper()}, which this host's Python refuses, as it does in FIPS mode"
        ) from None
    return challenge


def _qop(offered: str | None) -> str | None:
    """The quality of protection to answer with: plain authentication if there is a choice."""
    if not offered:
        return None
    every = [one.strip().lower() for one in offered.split(",")]
    known = next((one for one in _QOPS if one in every), None)
    if known is None:
        raise Unusable(f"with qop={printable(offered, 40)}, but only {' and '.join(_QOPS)} are supported")
    return known


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
