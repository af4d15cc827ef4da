# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of every type and size, as a module finds them after Ansible has converted them: accepted or rejected."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import options
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run import options as run_options
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import in_time
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.digest import (
    Credentials,
    Unusable,
    read_challenge,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.ids import answered_id, tidb_id
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.urls import base_url
from tests.chaos.hostile.odd import assert_fit, hostile_texts, scalars, values

BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "str": st.none() | hostile_texts | st.sampled_from(["1379661944646413143", "vpc-1", "vpce-0a1b2c3d4e5f60718"]),
    "list": st.none() | st.lists(hostile_texts, max_size=3),
    "dict": st.none() | st.dictionaries(hostile_texts, values, max_size=3),
    "bool": st.booleans() | st.none(),
    "int": st.integers() | st.sampled_from([0, 900, 10**30]),
    "float": st.floats() | st.sampled_from([0.0, 2.0, float("inf"), float("nan")]),
    "path": st.none() | hostile_texts,
    "raw": values,
}
ENDPOINT = {**options.shared_arguments(), **options.endpoint_arguments(), **run_options.wait_arguments(900)}

CHALLENGE = ("Digest ", 'realm="', 'nonce="', "qop=auth", ", ", "=", '"', "algorithm=MD5", "\\", "stale=true")


@st.composite
def params(draw: st.DrawFn) -> dict[str, Any]:
    """Of `private_endpoint`: each option has its default, or something odd of its type."""
    found = {}
    for name, argument in ENDPOINT.items():
        odd = BY_TYPE[argument.get("type", "str")]
        if argument.get("choices"):
            odd = st.sampled_from(argument["choices"])
        found[name] = draw(odd) if draw(st.integers(0, 3)) == 0 else argument.get("default")
    found["cluster_id"] = draw(st.sampled_from(["1379661944646413143", "", None]) | hostile_texts)
    found["state"] = draw(st.sampled_from(["present", "absent"]))
    return found


def assert_taken_or_refused(act: Any) -> None:
    try:
        act()
    except PrivateLinkError as error:
        assert_fit(str(error))


@given(params())
def test_any_options_are_accepted_or_rejected(given_options: dict[str, Any]) -> None:
    assert_taken_or_refused(lambda: in_time(given_options, lambda _deadline: options.desired_endpoint(given_options)))


@given(hostile_texts | st.sampled_from(["https://", "http://"]).flatmap(lambda head: hostile_texts.map(head.__add__)))
def test_any_url_is_accepted_or_rejected(url: str) -> None:
    assert_taken_or_refused(lambda: base_url(url, "tidbcloud_api_url"))


@given(scalars)
def test_any_id_is_accepted_or_rejected(value: object) -> None:
    assert_taken_or_refused(lambda: tidb_id(value, "cluster_id"))
    found = answered_id(value)
    assert found is None or found.isascii()


@given(hostile_texts, hostile_texts)
def test_any_key_is_accepted_or_rejected(public: str, private: str) -> None:
    assert_taken_or_refused(lambda: Credentials(public, private))


@given(hostile_texts | st.lists(st.sampled_from(CHALLENGE) | hostile_texts).map("".join))
def test_any_challenge_is_read_or_rejected(header: str) -> None:
    try:
        read_challenge(header)
    except Unusable as error:
        assert_fit(str(error))


def test_the_odd_options_are_those_of_the_module() -> None:
    assert {argument.get("type", "str") for argument in ENDPOINT.values()} <= set(BY_TYPE)
    with pytest.raises(PrivateLinkError):
        base_url("", "tidbcloud_api_url")
