# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file or directory of certificate authorities that a user names, checked before anything is sent."""

from __future__ import annotations

import os
import re
import ssl

from .._privatelink.errors import PrivateLinkError
from .._run.text import printable

# How OpenSSL looks for an authority in a directory: by a hash of its name.
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")


def check_authorities(path: str) -> None:
    """Raises PrivateLinkError, which names tidbcloud_ca_path, where no certificate authority can be read there."""
    named = f"tidbcloud_ca_path names {printable(path)}, which"
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
