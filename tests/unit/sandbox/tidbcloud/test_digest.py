# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials are computed here step by step (RFC 7616, 3.4), so that the test trusts no client library."""

from __future__ import annotations

import hashlib
import re

import pytest
import requests

from tests.sandbox.tidbcloud.seed import PRIVATE_KEY, PUBLIC_KEY
from tests.support.tidbcloud_sandbox import DEDICATED, World

TARGET = "/v1beta1/clusters?pageSize=1"
HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


def _ask(world: World, authorization: str | None = None) -> requests.Response:
    world.client.auth = None
    headers = {"Authorization": authorization} if authorization else {}
    return world.client.get(DEDICATED + TARGET, headers=headers)


def _nonce(answer: requests.Response) -> str:
    found = re.search(r'nonce="([^"]+)"', answer.headers["WWW-Authenticate"])
    if found is None:
        raise LookupError("no nonce")
    return found[1]


def _credentials(nonce: str, *, count: int = 1, algorithm: str = "MD5", target: str = TARGET, qop: str = "auth") -> str:
    def digest(text: str) -> str:
        return HASHES[algorithm](text.encode()).hexdigest()

    secret, request = digest(f"{PUBLIC_KEY}:tidb.cloud:{PRIVATE_KEY}"), digest(f"GET:{target}")
    response = digest(f"{secret}:{nonce}:{count:08x}:c0ffee:{qop}:{request}")
    return (
        f'Digest username="{PUBLIC_KEY}", realm="tidb.cloud", nonce="{nonce}", uri="{target}", '
        f'algorithm={algorithm}, qop={qop}, nc={count:08x}, cnonce="c0ffee", response="{response}"'
    )


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_either_algorithm_is_offered_and_taken(world: World, algorithm: str) -> None:
    challenge = _ask(world)
    assert f"algorithm={algorithm}" in challenge.headers["WWW-Authenticate"]
    assert _ask(world, _credentials(_nonce(challenge), algorithm=algorithm)).status_code == 200


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [
        ("SHA-512-256", "sha512_256"),
        ("MD5-sess", "md5"),
        ("SHA-256-sess", "sha256"),
        ("SHA-512-256-sess", "sha512_256"),
    ],
)
@pytest.mark.parametrize("qop", ["auth", "auth-int"])
def test_the_other_challenges_of_the_standard_are_offered_where_the_settings_say_so(
    algorithm: str, name: str, qop: str
) -> None:
    world = World(digest_algorithms=[algorithm], digest_qop=qop)

    def digest(text: str) -> str:
        return hashlib.new(name, text.encode()).hexdigest()

    challenge = _ask(world)
    assert f"algorithm={algorithm}" in challenge.headers["WWW-Authenticate"]
    assert f'qop="{qop}"' in challenge.headers["WWW-Authenticate"]
    nonce = _nonce(challenge)
    secret = digest(f"{PUBLIC_KEY}:tidb.cloud:{PRIVATE_KEY}")
    if algorithm.endswith("-sess"):
        secret = digest(f"{secret}:{nonce}:c0ffee")
    request = digest(f"GET:{TARGET}" + (f":{digest('')}" if qop == "auth-int" else ""))
    given = _credentials(nonce, algorithm="MD5", qop=qop).replace("algorithm=MD5", f"algorithm={algorithm}")
    proof = digest(f"{secret}:{nonce}:00000001:c0ffee:{qop}:{request}")
    assert _ask(world, re.sub('response="[^"]*"', f'response="{proof}"', given)).status_code == 200


@pytest.mark.parametrize(("offered", "other"), [("MD5", "SHA-256"), ("SHA-256", "MD5")])
def test_an_algorithm_that_is_not_offered_is_refused(offered: str, other: str) -> None:
    world = World(digest_algorithms=[offered])
    challenge = _ask(world)
    assert other not in challenge.headers["WWW-Authenticate"]
    assert _ask(world, _credentials(_nonce(challenge), algorithm=other)).status_code == 401
    assert _ask(world, _credentials(_nonce(challenge), algorithm=offered)).status_code == 200


@pytest.mark.parametrize("algorithms", [["MD5"], ["SHA-256"], ["MD5", "SHA-256"]])
def test_a_client_library_pays_one_challenge_for_many_calls(algorithms: list[str]) -> None:
    world = World(digest_algorithms=algorithms)
    for _turn in range(5):
        assert world.get("/clusters").status_code == 200
    assert [entry.status for entry in world.log.entries()] == [401, 200, 200, 200, 200, 200]


def test_one_nonce_serves_many_requests_but_no_count_twice(world: World) -> None:
    nonce = _nonce(_ask(world))
    first = _credentials(nonce, count=1)
    assert _ask(world, first).status_code == 200
    assert _ask(world, _credentials(nonce, count=2)).status_code == 200
    replayed = _ask(world, first)
    assert (replayed.status_code, "stale=true" in replayed.headers["WWW-Authenticate"]) == (401, True)
    assert world.log.entries()[-1].error == "challenge"


def test_a_nonce_is_for_one_request_where_the_setting_says_so() -> None:
    world = World(nonce_reuse=False)
    nonce = _nonce(_ask(world))
    assert _ask(world, _credentials(nonce, count=1)).status_code == 200
    again = _ask(world, _credentials(nonce, count=2))
    assert (again.status_code, "stale=true" in again.headers["WWW-Authenticate"]) == (401, True)


def test_a_nonce_that_has_expired_is_stale(world: World) -> None:
    nonce = _nonce(_ask(world))
    world.clock.advance(world.settings.nonce_lifetime)
    late = _ask(world, _credentials(nonce))
    assert "stale=true" in late.headers["WWW-Authenticate"]
    assert _ask(world, _credentials(_nonce(late))).status_code == 200


@pytest.mark.parametrize("nonce", ["", "1", "99999999999.0.0", "word"])
def test_a_made_up_nonce_is_stale(world: World, nonce: str) -> None:
    answer = _ask(world, _credentials(nonce))
    assert (answer.status_code, "stale=true" in answer.headers["WWW-Authenticate"]) == (401, True)


def test_credentials_for_another_path_are_refused(world: World) -> None:
    nonce = _nonce(_ask(world))
    answer = _ask(world, _credentials(nonce, target="/v1beta1/clusters"))
    assert (answer.status_code, "stale" in answer.headers["WWW-Authenticate"]) == (401, False)


@pytest.mark.parametrize("spoiled", ["qop=auth", "nc=00000001", 'cnonce="c0ffee"', 'realm="tidb.cloud"', "response="])
def test_credentials_that_lack_a_part_are_refused(world: World, spoiled: str) -> None:
    given = _credentials(_nonce(_ask(world)))
    answer = _ask(world, given.replace(spoiled, f"un{spoiled}"))
    assert (answer.status_code, "stale" in answer.headers["WWW-Authenticate"]) == (401, False)


def test_a_count_that_is_not_a_number_is_refused(world: World) -> None:
    given = _credentials(_nonce(_ask(world)))
    assert _ask(world, given.replace("nc=00000001", "nc=zzzzzzzz")).status_code == 401


def test_basic_authentication_gets_a_challenge(world: World) -> None:
    assert _ask(world, requests.auth._basic_auth_str(PUBLIC_KEY, PRIVATE_KEY)).json()["code"] == 16
