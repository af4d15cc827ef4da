# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.urls import base_url


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://dedicated.tidbapi.com", "https://dedicated.tidbapi.com/v1beta1"),
        ("https://dedicated.tidbapi.com/", "https://dedicated.tidbapi.com/v1beta1"),
        ("https://dedicated.tidbapi.com/v1beta1/", "https://dedicated.tidbapi.com/v1beta1"),
        ("https://gateway.example.com:8443/tidb/v2", "https://gateway.example.com:8443/tidb/v2"),
        (" https://dedicated.tidbapi.com\n", "https://dedicated.tidbapi.com/v1beta1"),
    ],
)
def test_an_address_without_a_path_gets_that_of_the_api_version(given: str, base: str) -> None:
    assert base_url(given, "tidbcloud_api_url") == base


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "localhost", "LOCALHOST:1"])
def test_plain_http_is_accepted_for_this_host_itself(host: str) -> None:
    assert base_url(f"http://{host}", "tidbcloud_api_url") == f"http://{host}/v1beta1"


@pytest.mark.parametrize(
    "host",
    ["dedicated.tidbapi.com", "10.0.0.1", "localhost.example.com", "127.0.0.1.example.com", "0.0.0.0", "2130706433"],
)
def test_plain_http_to_another_host_is_refused(host: str) -> None:
    with pytest.raises(PrivateLinkError, match=r"tidbcloud_api_url begins with http:// .* loopback"):
        base_url(f"http://{host}/v1beta1", "tidbcloud_api_url")


def test_credentials_in_the_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(PrivateLinkError, match=r"tidbcloud_private_key") as caught:
        base_url("https://someone:a-long-password@dedicated.tidbapi.com", "tidbcloud_api_url")
    assert "a-long-password" not in str(caught.value)


@pytest.mark.parametrize(
    "bad",
    ["dedicated.tidbapi.com", "ftp://host/", "https://", "https://host:port/", "https://[::1", "https://h/?a=b", ""],
)
def test_what_is_not_an_address_of_an_api_is_refused_with_an_example(bad: str) -> None:
    with pytest.raises(PrivateLinkError, match=r"tidbcloud_api_url .* https://dedicated\.tidbapi\.com/v1beta1"):
        base_url(bad, "tidbcloud_api_url")
