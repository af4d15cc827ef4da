# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resolver of a VPC: knows the names in a file (name to list of addresses), which it reads for every question.

    python -m tests.support.network.resolver ADDRESS FILE

Source of the format: RFC 1035, section 4; RFC 3596 for AAAA.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_TYPES = {1: 4, 28: 6}  # A and AAAA: the version of IP
_INTERNET = 1
_RESPONSE = 0x8180  # an answer; recursion was wanted and is available
_NO_SUCH_NAME = 3
_HEADER_BYTES = 12
_NAME_OF_THE_QUESTION = 0xC00C


def answer(question: bytes, records: Mapping[str, Sequence[str]]) -> bytes:
    """The answer to one message with one question. A name that is known, but not with this type, has an empty one."""
    labels, position = [], _HEADER_BYTES
    while size := question[position]:
        labels.append(question[position + 1 : position + 1 + size].decode("ascii").lower())
        position += 1 + size
    end = position + 5  # the name's end, type and class
    (record_type,) = struct.unpack_from("!H", question, position + 1)
    known = records.get(".".join(labels))
    addresses = [ipaddress.ip_address(address) for address in known or ()]
    fitting = [address for address in addresses if address.version == _TYPES.get(record_type)]
    flags = _RESPONSE | (_NO_SUCH_NAME if known is None else 0)
    rows = [
        struct.pack("!HHHIH", _NAME_OF_THE_QUESTION, record_type, _INTERNET, 0, len(address.packed)) + address.packed
        for address in fitting
    ]
    header = question[:2] + struct.pack("!HHHHH", flags, 1, len(rows), 0, 0)
    return header + question[_HEADER_BYTES:end] + b"".join(rows)


def main(address: str, path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))
        print("ready", flush=True)
        while True:
            question, client = server.recvfrom(512)
            server.sendto(answer(question, json.loads(path.read_text(encoding="utf-8"))), client)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
