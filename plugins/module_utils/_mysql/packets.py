# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packets of the MySQL protocol over one connection, bounded in size and by one deadline.

Source of the framing: U(https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html).
"""

from __future__ import annotations

import socket
import time
import typing as t

from .failures import StageFailed, from_os_error, not_mysql, timed_out

if t.TYPE_CHECKING:
    import ssl

# Nothing in a handshake or `SELECT VERSION()` comes near this size; a longer packet is not read at all.
MAX_PACKET_BYTES = 16 * 1024


class Deadline:
    """The one deadline of a check: `seconds` from now."""

    def __init__(self, seconds: float, clock: t.Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds left, always above zero. Raises StageFailed when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise timed_out()
        return left

    def left(self) -> float:
        """Seconds left, or zero."""
        return max(0.0, self._end - self._clock())

    def half_is_left(self) -> bool:
        """Whether at least half of the time is left."""
        return self._end - self._clock() >= self._seconds / 2


class Connection:
    """A connection to one address: plain at first, TLS after `start_tls`."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline
        self._sequence = 0
        self.tls: ssl.SSLSocket | None = None

    @classmethod
    def to(cls, address: str, port: int, deadline: Deadline) -> Connection:
        """Connect by TCP. Raises OSError or StageFailed."""
        try:
            sock = socket.create_connection((address, port), timeout=deadline.remaining())
        except ConnectionResetError as error:
            # A refused connection has an error of its own. This one was open already, and the peer reset it.
            raise from_os_error(error, "greeting") from error
        # Otherwise the stages would measure how long the system holds small packets back.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(sock, deadline)

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Upgrade to TLS. Raises ssl.SSLError, OSError or StageFailed."""
        tls = context.wrap_socket(self._socket, server_hostname=host, do_handshake_on_connect=False)
        self._socket = tls
        tls.settimeout(self._deadline.remaining())
        tls.do_handshake()
        self.tls = tls

    def receive_packet(self) -> bytes:
        """The payload of the next packet. Raises OSError or StageFailed."""
        header = self._receive(4)
        size = int.from_bytes(header[:3], "little")
        if not 0 < size <= MAX_PACKET_BYTES:
            raise not_mysql(f"what arrived is not a MySQL packet (it begins with {header!r})")
        self._sequence = (header[3] + 1) % 256
        return self._receive(size)

    def send_packet(self, payload: bytes) -> None:
        """Send one packet in reply to the last one. Raises OSError or StageFailed."""
        self._socket.settimeout(self._deadline.remaining())
        self._socket.sendall(len(payload).to_bytes(3, "little") + bytes([self._sequence]) + payload)
        self._sequence = (self._sequence + 1) % 256

    def send_command(self, payload: bytes) -> None:
        """Send one packet that begins a new exchange. Raises OSError or StageFailed."""
        self._sequence = 0
        self.send_packet(payload)

    def close(self) -> None:
        self._socket.close()

    def _receive(self, size: int) -> bytes:
        received = bytearray()
        while len(received) < size:
            # Set for every piece: a peer that sends one byte at a time must not stretch the deadline.
            self._socket.settimeout(self._deadline.remaining())
            piece = self._socket.recv(size - len(received))
            if not piece:
                raise StageFailed("closed", "the connection was closed by the other side")
            received += piece
        return bytes(received)


class PayloadReader:
    """Reads the fields of a payload from front to back; a field that is incomplete raises StageFailed."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._position = 0

    def take(self, size: int) -> bytes:
        end = self._position + size
        if end > len(self._payload):
            raise not_mysql("a packet ended in the middle of a field")
        taken = self._payload[self._position : end]
        self._position = end
        return taken

    def integer(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def null_terminated(self) -> bytes:
        end = self._payload.find(b"\0", self._position)
        if end < 0:
            raise not_mysql("a text in a packet has no end")
        text = self.take(end - self._position)
        self.take(1)
        return text

    def length_encoded(self) -> bytes:
        """A length-prefixed text; texts of 64 KiB and more do not fit into our packets."""
        first = self.integer(1)
        if first > 0xFC:
            raise not_mysql("a text in a packet is longer than the packet")
        return self.take(self.integer(2) if first == 0xFC else first)

    def rest(self) -> bytes:
        return self.take(len(self._payload) - self._position)


def readable(text: bytes) -> str:
    """Text from an untrusted server, fit for a message: printable, at most 200 characters."""
    decoded = text.decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "?" for character in decoded)[:200]
