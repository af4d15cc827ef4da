# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate authorities that a user names, checked before anything is sent."""

from __future__ import annotations

import os
import re
import ssl

from .._mysql.authorities import pem_flaw
from .._run.errors import ApiError
from .._run.text import printable

# OpenSSL finds an authority in a directory by a hash of its name.
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")

# Bytes of a file, to see what it is.
_MOST = 1024 * 1024
# Where requests looks for them by default.
_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def check_authorities(ca_path: str | None) -> None:
    """Check the file or directory of tidbcloud_ca_path, or else that of the environment.

    Raises ApiError, which says where it comes from, where no certificate authority can be read there.
    """
    for source, path in [("tidbcloud_ca_path", ca_path), *((name, os.environ.get(name)) for name in _VARIABLES)]:
        if path:
            _check(f"{source} names {printable(path)}, which", path)
            return


def _check(named: str, path: str) -> None:
    content = b""
    try:
        if os.path.isdir(path):
            if not any(_HASHED.fullmatch(name) for name in os.listdir(path)):
                raise _unusable(
                    f"{named} is a directory without hashed certificates."
                    " Name a file in PEM format, or run openssl rehash on the directory."
                )
            return
        if os.path.exists(path) and not os.path.isfile(path):
            raise _unusable(f"{named} is not a regular file. Name a file in PEM format.")
        with open(path, "rb") as file:
            content = file.read(_MOST)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except FileNotFoundError:
        raise _unusable(f"{named} does not exist on this host.") from None
    except ssl.SSLError:
        raise _unusable(f"{named} holds no certificate in PEM format: {pem_flaw(content)}.") from None
    except OSError:
        raise _unusable(f"{named} cannot be read. Check its permissions on this host.") from None
    except ValueError:
        raise _unusable(f"{named} is not the path of a file.") from None


def _unusable(sentence: str) -> ApiError:
    return ApiError(sentence, api="tidbcloud", code="ca_unusable")
