# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that are not databases, one on each port.

python -m tests.support.network.strangers
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable

SSH, SILENT, RESETTING = 4022, 4080, 4099


def _says_what_ssh_says(client: socket.socket) -> None:
    client.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
    client.recv(1)


def _waits(client: socket.socket) -> None:
    client.recv(1)


def _resets(client: socket.socket) -> None:
    """Close with an RST, as a load balancer without targets does: without lingering."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


_BEHAVIOURS: dict[int, Callable[[socket.socket], None]] = {
    SSH: _says_what_ssh_says,
    SILENT: _waits,
    RESETTING: _resets,
}


def _meet(client: socket.socket, behave: Callable[[socket.socket], None]) -> None:
    with client:
        behave(client)


def _serve(server: socket.socket, behave: Callable[[socket.socket], None]) -> None:
    while True:
        client, _address = server.accept()
        threading.Thread(target=_meet, args=(client, behave), daemon=True).start()


def main() -> None:
    servers = {port: socket.create_server(("0.0.0.0", port)) for port in _BEHAVIOURS}
    threads = [threading.Thread(target=_serve, args=(servers[port], _BEHAVIOURS[port])) for port in servers]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
