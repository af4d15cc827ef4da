# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import datetime
import ssl
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.certificate import read_certificate
from tests.sandbox.database import Authority

END = datetime.datetime(2049, 12, 31, 23, 59, 59, tzinfo=datetime.timezone(datetime.timedelta()))
NAMES = ("db.example.com", "*.db.example.com", "10.0.1.17", "fd00::17")


def shown(context: ssl.SSLContext, authority: Authority) -> tuple[bytes, dict[str, t.Any]]:
    """The certificate that a server with this context shows, as bytes and as Python decodes it."""
    client, server = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.create_default_context(cafile=str(authority.ca_path))
    here = trusting.wrap_bio(server, client, server_hostname=NAMES[0])
    there = context.wrap_bio(client, server, server_side=True)
    for side in (here, there, here, there):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return here.getpeercert(binary_form=True) or b"", dict(here.getpeercert() or {})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, t.Any]]:
    authority = Authority(tmp_path_factory.mktemp("certificate"))
    return shown(authority.issue(*NAMES, not_after=END), authority)


def test_the_facts_are_those_that_python_reads_after_a_verification(
    certificate: tuple[bytes, dict[str, t.Any]],
) -> None:
    der, decoded = certificate
    read = read_certificate(der)
    subject = dict(pair for (pair,) in decoded["subject"])
    assert f"CN={subject['commonName']}" in read.subject
    assert f"O={subject['organizationName']}" in read.subject
    assert "O=Sandbox CA" in read.issuer
    assert read.names == NAMES
    assert read.not_after.timestamp() == ssl.cert_time_to_seconds(str(decoded["notAfter"]))


def test_the_year_has_four_digits_from_2050_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    authority = Authority(tmp_path_factory.mktemp("later"))
    later = END + datetime.timedelta(seconds=1)
    der, _decoded = shown(authority.issue(NAMES[0], not_after=later), authority)
    assert read_certificate(der).not_after == later


@pytest.mark.parametrize(("hours", "days"), [(49, 2), (47, 1), (1, 0), (-1, -1)])
def test_days_left_are_whole_days_and_negative_after_the_end(
    certificate: tuple[bytes, dict[str, t.Any]], hours: int, days: int
) -> None:
    read = read_certificate(certificate[0])
    assert read.days_left(END - datetime.timedelta(hours=hours)) == days


@pytest.mark.parametrize("size", [0, 1, 3, 40, -1])
def test_a_truncated_certificate_is_invalid(certificate: tuple[bytes, dict[str, t.Any]], size: int) -> None:
    with pytest.raises(ValueError, match=r"certificate|element"):
        read_certificate(certificate[0][:size])


@given(data=st.data())
def test_a_damaged_certificate_raises_value_error_only(
    certificate: tuple[bytes, dict[str, t.Any]], data: st.DataObject
) -> None:
    der = bytearray(certificate[0])
    for _damage in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        read_certificate(bytes(der[: data.draw(st.integers(0, len(der)))]))
