# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a certificate, even of one that was not accepted.

Python decodes only certificates that it has verified and hands over the bytes of the others. So the few fields that a
person needs are read here, with the same code for both. Source: RFC 5280, section 4.1; X.690 for the encoding.
"""

from __future__ import annotations

import datetime
import ipaddress
import typing as t
from dataclasses import dataclass

_SEQUENCE_OF_EXTENSIONS = 0xA3
_VERSION = 0xA0
_GENERALIZED_TIME = 0x18
_DNS_NAME = 0x82
_IP_ADDRESS = 0x87
_BMP_STRING = 0x1E
_SUBJECT_ALT_NAME = b"\x55\x1d\x11"
_ATTRIBUTES = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
}


@dataclass(frozen=True)
class Certificate:
    """A server's certificate. `names` are the host names and addresses that it is for; `not_after` is in UTC."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_after: datetime.datetime

    def days_left(self, now: datetime.datetime) -> int:
        """Whole days until the certificate ends; below zero once it has."""
        return (self.not_after - now).days


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate in DER. Raises ValueError where it is not one."""
    try:
        fields = _parts(_parts(_parts(der)[0][1])[0][1])
        if fields[0][0] == _VERSION:
            fields = fields[1:]
        issuer, validity, subject = (_parts(content) for _tag, content in fields[2:5])
        return Certificate(
            subject=_name(subject),
            issuer=_name(issuer),
            names=_alternative_names(fields[6:]),
            not_after=_time(*validity[1]),
        )
    except IndexError as error:
        raise ValueError("a part of the certificate is missing") from error


def _parts(content: bytes) -> list[tuple[int, bytes]]:
    """The consecutive elements in `content`, as tag and content. Raises ValueError."""
    parts = []
    position = 0
    while position < len(content):
        tag = content[position]
        size, start = _size(content, position + 1)
        if start + size > len(content):
            raise ValueError("an element ends beyond its container")
        parts.append((tag, content[start : start + size]))
        position = start + size
    return parts


def _size(content: bytes, position: int) -> tuple[int, int]:
    """The length encoded at `position`, and where the content begins."""
    if position >= len(content):
        raise ValueError("an element has no length")
    first = content[position]
    if first < 0x80:
        return first, position + 1
    end = position + 1 + (first & 0x7F)
    return int.from_bytes(content[position + 1 : end], "big"), end


def _name(relative_names: t.Iterable[tuple[int, bytes]]) -> str:
    """A distinguished name as `CN=…, O=…`, in the certificate's own order; rarer attributes are left out."""
    attributes = []
    for _set, content in relative_names:
        for _sequence, pair in _parts(content):
            (_oid_tag, oid), (tag, value) = _parts(pair)[:2]
            if oid in _ATTRIBUTES:
                text = value.decode("utf-16-be" if tag == _BMP_STRING else "utf-8", "replace")
                attributes.append(f"{_ATTRIBUTES[oid]}={text}")
    return ", ".join(attributes)


def _time(tag: int, content: bytes) -> datetime.datetime:
    """UTCTime has a two-digit year (50 to 49 are 1950 to 2049), GeneralizedTime four digits."""
    text = content.decode("ascii")
    if tag != _GENERALIZED_TIME:
        text = ("19" if text >= "5" else "20") + text
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=datetime.timezone.utc)


def _alternative_names(fields: t.Iterable[tuple[int, bytes]]) -> tuple[str, ...]:
    names: list[str] = []
    for tag, content in fields:
        if tag != _SEQUENCE_OF_EXTENSIONS:
            continue
        for _sequence, extension in _parts(_parts(content)[0][1]):
            parts = _parts(extension)
            if parts[0][1] == _SUBJECT_ALT_NAME:
                names.extend(_general_names(_parts(_parts(parts[-1][1])[0][1])))
    return tuple(names)


def _general_names(parts: t.Iterable[tuple[int, bytes]]) -> t.Iterator[str]:
    for tag, content in parts:
        if tag == _DNS_NAME:
            yield content.decode("ascii", "replace")
        elif tag == _IP_ADDRESS:
            yield str(ipaddress.ip_address(content))
