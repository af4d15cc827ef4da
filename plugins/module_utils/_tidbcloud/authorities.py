# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate authorities that a user names, checked before anything is sent."""

from __future__ import annotations

import os
import re
import ssl

from .._run.errors import PrivateLinkError
from .._run.text import printable

# OpenSSL finds an authority in a directory by a hash of its name.
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")


# Where requests looks for them by default.
_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def check_authorities(ca_path: str | None) -> None:
    """Check the file or directory of tidbcloud_ca_path, or else that of the environment.

    Raises PrivateLinkError, which says where it comes from, where no certificate authority can be read there.
    """
    for source, path in [("tidbcloud_ca_path", ca_path), *((name, os.environ.get(name)) for name in _VARIABLES)]:
        if path:
            _check(source, path)
            return


def _check(source: str, path: str) -> None:
    named = f"{source} names {printable(path)}, which"
    try:
        if os.path.isdir(path):
            if not any(_HASHED.fullmatch(name) for name in os.listdir(path)):
                raise PrivateLinkError(
                    f"{named} is a directory without hashed certificates."
                    " Name a file in PEM format, or run openssl rehash on the directory."
                )
            return
        with open(path, "rb"):
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except FileNotFoundError:
        raise PrivateLinkError(f"{named} does not exist on this host.") from None
    except (ssl.SSLError, ValueError):
        raise PrivateLinkError(f"{named} holds no certificate in PEM format.") from None
    except OSError:
        raise PrivateLinkError(f"{named} cannot be read. Check its permissions on this host.") from None
