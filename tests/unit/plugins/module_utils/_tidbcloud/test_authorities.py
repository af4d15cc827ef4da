# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trustme

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud import authorities
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.authorities import check_authorities


def test_a_file_of_authorities_and_a_directory_with_hashed_names_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    check_authorities(str(path))
    path.rename(tmp_path / "0a1b2c3d.0")
    check_authorities(str(tmp_path))


@pytest.mark.parametrize(
    ("junk", "flaw"),
    [
        (b"", "it is empty"),
        (b"junk", "it is not in PEM format, whose certificates begin with -----BEGIN CERTIFICATE-----"),
        (
            b"-----BEGIN CERTIFICATE-----\njunk\n-----END CERTIFICATE-----\n",
            "the certificate in it is damaged or cut off",
        ),
        (trustme.CA().private_key_pem.bytes(), "it holds a private key and no certificate"),
    ],
)
def test_a_file_without_a_certificate_names_the_option_and_what_it_is(tmp_path: Path, junk: bytes, flaw: str) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(junk)
    with pytest.raises(ApiError) as caught:
        check_authorities(str(path))
    assert str(caught.value) == f"tidbcloud_ca_path names {path}, which holds no certificate in PEM format: {flaw}."
    assert caught.value.returned()["error"]["code"] == "ca_unusable"


def test_comments_in_any_language_are_no_flaw(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes("# Prüfstelle 認証局\n".encode() + trustme.CA().cert_pem.bytes())
    check_authorities(str(path))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ApiError, match="is not a regular file"):
        check_authorities(str(tmp_path / "pipe"))


def test_a_directory_without_hashed_certificates_names_the_option(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with pytest.raises(ApiError, match=r"^tidbcloud_ca_path names .* directory without hashed.*openssl rehash"):
        check_authorities(str(tmp_path))


def test_a_file_that_cannot_be_read_names_the_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def reject(*_args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(authorities, "open", reject, raising=False)
    with pytest.raises(ApiError, match=r"cannot be read\. Check its permissions on this host\.$") as caught:
        check_authorities(str(tmp_path / "ca.pem"))
    assert "Errno" not in str(caught.value)


@pytest.mark.parametrize("path", ["/no/such/ca.pem", "/no/such\x1b[31m/ca.pem"])
def test_a_path_that_is_not_there_names_the_option(path: str) -> None:
    with pytest.raises(ApiError, match=r"^tidbcloud_ca_path names /no/such.* does not exist") as caught:
        check_authorities(path)
    assert str(caught.value).isprintable()


def test_a_path_with_a_null_byte_is_a_sentence_too() -> None:
    with pytest.raises(ApiError, match="tidbcloud_ca_path"):
        check_authorities(f"{os.sep}a\0b")


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_authorities_of_the_environment_are_checked_where_none_are_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "/no/such/bundle.pem")
    with pytest.raises(ApiError, match=rf"^{name} names /no/such/bundle.pem, which does not exist"):
        check_authorities(None)
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    check_authorities(str(path))
