# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One answer of TiDB Cloud is the object that was asked for, or one sentence about why there is none."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.answers import read_answer
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.failures import (
    Failure,
    NotFound,
    PageNotFound,
    Request,
    Unreadable,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.transport import Answer
from tests.support.hostile_texts import HOSTILE

PAGE = b"  <!DOCTYPE html><html>Sign in</html>"
NOT_FOUND = {"code": 5, "message": "not found"}
CHALLENGE = {"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'}


def request(method: str = "GET", *, known: bool = False) -> Request:
    return Request(method, "/clusters/10", "https://tidb.example/x", "tidb.example", "tidbcloud_api_url", known)


def answer(body: object = b"", status: int = 200, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, headers, content)


def failed(found: dict[str, t.Any] | Failure) -> Failure:
    assert isinstance(found, Failure)
    assert found.error.api == "tidbcloud"
    return found


def test_an_object_is_returned_as_it_is() -> None:
    assert read_answer(request(), answer({"clusterId": "10", "more": [1.5]})) == {"clusterId": "10", "more": [1.5]}


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_object_of_another_kind_is_unreadable_and_asking_again_does_not_help(method: str) -> None:
    failure = failed(read_answer(request(method), answer({"status": "ok"}), lambda body: "clusterId" in body))
    assert isinstance(failure.error, Unreadable)
    assert "a JSON object of another kind" in str(failure.error)
    assert (failure.passing, failure.error.ambiguous) == (False, method != "GET")


@pytest.mark.parametrize(
    ("content", "what", "passing"),
    [
        (b"", "a broken or empty JSON text", True),
        (b'{"clusterId": "1', "a broken or empty JSON text", True),
        (b"null", "a broken or empty JSON text", True),
        (b"\xff\xfe", "a broken or empty JSON text", True),
        (b"[" * 100_000, "a broken or empty JSON text", True),
        (b"[]", "JSON of another shape", False),
        (b'"text"', "JSON of another shape", False),
        (b"7", "JSON of another shape", False),
        (PAGE, "a web page", False),
    ],
    ids=["empty", "cut off", "null", "bytes", "deep", "list", "text", "number", "page"],
)
def test_a_success_without_an_object_is_unreadable_and_may_pass_if_it_was_cut_off(
    content: bytes, what: str, passing: bool
) -> None:
    failure = failed(read_answer(request(), answer(content)))
    assert isinstance(failure.error, Unreadable)
    assert f"was answered with {what}, not with what the TiDB Cloud API answers (HTTP 200)" in str(failure.error)
    assert failure.passing is passing
    assert not failure.without_effect


@pytest.mark.parametrize(("method", "content"), [("DELETE", b""), ("DELETE", b" \r\n")])
def test_only_a_delete_may_be_answered_with_nothing(method: str, content: bytes) -> None:
    assert read_answer(request(method), answer(content)) == {}
    assert isinstance(failed(read_answer(request("POST"), answer(content))).error, Unreadable)


@pytest.mark.parametrize("digits", ["9" * 21, "-" + "9" * 5000])
def test_a_number_larger_than_any_of_the_api_is_null(digits: str) -> None:
    found = read_answer(request(), answer(f'{{"port": {digits}, "state": "ACTIVE"}}'.encode()))
    assert found == {"port": None, "state": "ACTIVE"}


def test_the_largest_number_of_the_api_is_exact() -> None:
    assert read_answer(request(), answer(b'{"clusterId": 18446744073709551615}')) == {"clusterId": 2**64 - 1}


@pytest.mark.parametrize("status", [200, 400, 404, 500])
def test_the_code_for_not_found_counts_whatever_the_status_is_of_a_refusal(status: int) -> None:
    found = read_answer(request(), answer(NOT_FOUND, status))
    if status == 200:
        assert found == NOT_FOUND  # A success is judged by its kind, not by a field named code.
    else:
        assert failed(found).error.__class__ is NotFound
        assert (failed(found).passing, failed(found).without_effect) == (False, True)


@pytest.mark.parametrize(
    ("content", "known", "kind"),
    [
        (b'{"message": "no"}', False, NotFound),
        (b"", False, NotFound),
        (PAGE, False, ApiError),
        (PAGE, True, PageNotFound),
        (b"not found", False, ApiError),
        (b"not found", True, NotFound),
    ],
)
def test_a_web_page_with_404_is_no_lost_cluster_unless_the_api_was_heard_from_there(
    content: bytes, known: bool, kind: type[ApiError]
) -> None:
    assert failed(read_answer(request(known=known), answer(content, 404))).error.__class__ is kind


@pytest.mark.parametrize("body", [NOT_FOUND, {}, PAGE, b"", b"404 page not found"])
def test_a_wrong_path_of_the_address_is_named_with_its_option(body: object) -> None:
    wrong = replace(request(), url="https://tidb.example/v1/clusters/10")
    assert str(failed(read_answer(wrong, answer(body, 404))).error).endswith(
        " It was asked at tidb.example/v1, where nothing has answered as the API yet: check the path of"
        " tidbcloud_api_url. The API's own path is /v1beta1."
    )


@pytest.mark.parametrize(("path", "known"), [("/v1beta1", False), ("/proxied/v1beta1", True)])
def test_a_path_that_is_the_api_s_is_not_doubted(path: str, known: bool) -> None:
    right = replace(request(known=known), url=f"https://tidb.example{path}/clusters/10")
    assert "check the path" not in str(failed(read_answer(right, answer(NOT_FOUND, 404))).error)


@pytest.mark.parametrize(
    ("status", "passing", "without_effect"),
    [(429, True, True), (408, True, False), (500, True, False), (503, True, False), (302, False, False)],
)
def test_what_may_have_had_an_effect_is_not_repeated_as_a_post(
    status: int, passing: bool, without_effect: bool
) -> None:
    failure = failed(read_answer(request("POST"), answer({}, status)))
    assert (failure.passing, failure.without_effect, failure.throttled) == (passing, without_effect, status == 429)
    assert failure.repeatable("POST") == (status == 429)
    assert failure.repeatable("GET") == passing


@pytest.mark.parametrize(
    ("body", "headers", "named"),
    [
        ({"message": "bad key"}, {}, "did not accept the API key"),
        (b"", CHALLENGE, "did not accept the API key"),
        (b"", {}, "Check that tidbcloud_api_url is the address"),
        (b"", {"WWW-Authenticate": 'Basic realm="x"'}, "Check that tidbcloud_api_url is the address"),
    ],
)
def test_a_401_is_about_the_key_only_where_the_key_could_be_shown(
    body: object, headers: dict[str, str], named: str
) -> None:
    failure = failed(read_answer(request(), answer(body, 401, **headers)))
    assert named in str(failure.error)
    assert (failure.passing, failure.error.status) == (False, 401)


@pytest.mark.parametrize(
    ("code", "found"), [(7, 7), ("PERMISSION", "PERMISSION"), (True, None), ([7], None), ("", None), (1.5, None)]
)
def test_the_code_of_the_api_is_a_number_or_a_word(code: object, found: object) -> None:
    failure = failed(read_answer(request(), answer({"code": code, "message": "No.", "x": 1}, 403)))
    assert (failure.error.code, type(failure.error.code)) == (found, type(found))
    assert "(HTTP 403): No. Use a key with the role" in str(failure.error)


def test_the_request_id_is_said_and_returned() -> None:
    error = failed(read_answer(request(), answer({}, 400, **{"X-Debug-Trace-Id": "t-1"}))).error
    assert str(error).endswith("The request id is t-1.")
    assert error.request_id == "t-1"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 302])
def test_hostile_text_of_the_api_is_printable_and_short_in_messages_and_fields(text: str, status: int) -> None:
    body = json.dumps({"code": text, "message": text}).encode()
    headers = {"X-Debug-Trace-Id": text, "WWW-Authenticate": f'Digest algorithm="{text}", nonce="{text}"'}
    asked = request()
    failure = read_answer(asked, Answer(status, headers, body))
    assert isinstance(failure, Failure)
    error = failure.error
    for found in (str(error), str(error.code), str(error.request_id)):
        assert found.isprintable()
    assert len(str(error)) < 1100
    assert len(str(error.request_id)) <= 100
    assert len(str(error.code)) <= 100
