# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS to TiDB Cloud with one verdict on every Python: from 3.13 on, urllib3 adds rules that OpenSSL leaves out."""

from __future__ import annotations

import contextlib
import ssl
import typing as t

with contextlib.suppress(ImportError):  # Without it nothing here is called: then there is no Session.
    from requests.adapters import HTTPAdapter
    from urllib3.util.ssl_ import create_urllib3_context

    class Adapter(HTTPAdapter):
        """Connections that verify as OpenSSL does by default, to the API itself and through a proxy."""

        def init_poolmanager(self, *arguments: t.Any, **options: t.Any) -> None:
            super().init_poolmanager(*arguments, **{"ssl_context": _context(), **options})

        def proxy_manager_for(self, proxy: str, **options: t.Any) -> t.Any:
            return super().proxy_manager_for(proxy, **{"ssl_context": _context(), **options})


def _context() -> ssl.SSLContext:
    context = create_urllib3_context()
    context.verify_flags = ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
    return context
