# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PyMySQL says of a server: reads a JSON object from its input, prints "connected", or the error.

python -m tests.support.network.reference \\
    <<< '{"host": …, "port": …, "user": …, "password": …, "ca_pem": …, "timeout": …}'
"""

from __future__ import annotations

import json
import ssl
import sys
from typing import Any

import pymysql

CONNECTED = "connected"


def verdict(*, host: str, port: int, user: str, password: str, ca_pem: str, timeout: float) -> str:
    """PyMySQL resolves, connects to the first address that lets it, verifies the certificate, logs in and asks."""
    try:
        connection = pymysql.connect(
            host=host,
            port=port,
            user=user,
            password=password,
            ssl=ssl.create_default_context(cadata=ca_pem),
            connect_timeout=timeout,
            read_timeout=timeout,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT VERSION()")
    # It lets through what it stumbles over in an invalid greeting.
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return CONNECTED


if __name__ == "__main__":
    request: dict[str, Any] = json.load(sys.stdin)
    print(verdict(**request))
