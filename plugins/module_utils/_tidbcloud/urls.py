# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The base addresses of the two TiDB Cloud APIs."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from .._run.errors import PrivateLinkError
from .._run.text import printable

DEDICATED_URL = "https://dedicated.tidbapi.com/v1beta1"
SERVERLESS_URL = "https://serverless.tidbapi.com/v1beta1"
API_VERSION_PATH = "/v1beta1"
_LONGEST_NAME = 253
_LABEL = re.compile(r"[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?")
_EXAMPLE = f"An example: {DEDICATED_URL}"


def base_url(url: str, option: str) -> str:
    """The address that paths are appended to, without a trailing slash; an address without a path gets `/v1beta1`.

    `option` is where the address came from, for the message. Raises PrivateLinkError for an address that must not be
    used: the error does not repeat it, since it may contain a password.
    """
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise PrivateLinkError(f"{option} is not a valid URL. {_EXAMPLE}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise PrivateLinkError(f"{option} must be a URL that begins with https:// and names a host. {_EXAMPLE}")
    if parts.username is not None or parts.password is not None:
        raise PrivateLinkError(
            f"{option} holds credentials; give them as tidbcloud_public_key and tidbcloud_private_key, never in a URL."
        )
    if parts.query or parts.fragment:
        raise PrivateLinkError(f"{option} must end with its path, without '?' or '#'. {_EXAMPLE}")
    if parts.scheme == "http" and not is_loopback(host):
        raise PrivateLinkError(
            f"{option} begins with http:// and names the host {printable(host, 100)}: plain HTTP is accepted for"
            " loopback addresses (127.0.0.1, ::1, localhost) only. Write https://."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/') or API_VERSION_PATH}"


def is_host(host: str) -> bool:
    """Whether the text can be the name or the address of a host."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _is_name(host)
    return True


def _is_name(host: str) -> bool:
    try:
        encoded = host.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return len(encoded) <= _LONGEST_NAME and all(_LABEL.fullmatch(label) for label in encoded.split("."))


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its name alone: 127.0.0.0/8, ::1 or localhost."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
