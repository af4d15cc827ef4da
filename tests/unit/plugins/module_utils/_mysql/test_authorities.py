# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ssl

import pytest
import trustme

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.authorities import certificates, pem_flaw
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.handshake import tls_context

CA = trustme.CA().cert_pem.bytes().decode()


def trusted(pem: str) -> int:
    """How many CAs a context has with this text as ca_pem."""
    found: int = tls_context(verify=True, ca_pem=pem).cert_store_stats()["x509_ca"]
    return found


@pytest.mark.parametrize(
    "pem",
    [
        CA,
        f"# Zertifizierungsstelle für Prüfungen \u2013 認証局\n{CA}",
        f"\ufeff{CA}",
        CA.replace("\n", "\r\n"),
        CA.replace("\n", " "),
        CA.replace("\n", "\\n"),
        CA.replace("CERTIFICATE", "X509 CERTIFICATE"),
        f"  {CA}subject=CN = é\n",
    ],
    ids=["as it is", "comment", "byte order mark", "CRLF", "one line", "written line ends", "X509", "indented"],
)
def test_a_ca_is_read_as_people_hand_it_over(pem: str) -> None:
    assert trusted(pem) == 1
    assert ssl.PEM_cert_to_DER_cert(certificates(pem)) == ssl.PEM_cert_to_DER_cert(CA)


def test_all_certificates_of_a_text_count() -> None:
    assert trusted(f"one: é\n{CA}two: é\n{trustme.CA().cert_pem.bytes().decode()}") == 2


KEY = trustme.CA().issue_cert("a.example").private_key_pem.bytes()


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (CA.encode("utf-16"), "it is text in UTF-16: save it as UTF-8"),
        (ssl.PEM_cert_to_DER_cert(CA), "it is in DER format: convert it with openssl x509 -inform der"),
        (CA[:-60].encode(), "the certificate in it is damaged or cut off"),
        (KEY, "it holds a private key and no certificate"),
        (b"-----BEGIN CERTIFICATE REQUEST-----", "it holds no certificate, but a CERTIFICATE REQUEST"),
        (b"/etc/ssl/ca.pem", "it is not in PEM format, whose certificates begin with -----BEGIN CERTIFICATE-----"),
    ],
)
def test_what_is_no_ca_is_called_what_it_is(content: bytes, flaw: str) -> None:
    assert pem_flaw(content) == flaw


def test_the_flaw_of_a_text_in_the_options_is_in_its_message() -> None:
    for pem, flaw in (
        (KEY.decode(), "a private key"),
        (CA[:-60], "cut off"),
        (CA.replace("MII", "\u00e9", 1), "damaged"),
    ):
        with pytest.raises(StageFailed, match=f"from ca_pem: .*{flaw}"):
            tls_context(verify=True, ca_pem=pem)
