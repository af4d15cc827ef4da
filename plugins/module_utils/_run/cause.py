# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reason in a library's exception, as a part of a sentence."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator

from .text import MOST, printable

_LOGIN = re.compile(r"//\S*@")
# A header may hold a session token.
_QUOTED = re.compile(r"(?<=Invalid header value).*", re.DOTALL)
_NOISE = re.compile(
    r"\[(?:Errno|WinError|SSL|X509|SYS|PEM)\b[^\]]*\]"  # [Errno 111], [SSL: CERTIFICATE_VERIFY_FAILED]
    r"|\(_\w+\.c:\d+\)"  # (_ssl.c:1006)
    r"|<[^<>]*\bat 0x[0-9a-fA-F]+>:?"  # <urllib3.connection.HTTPConnection object at 0x7f…>:
    r"|\b(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning)\b[:(]?"  # builtins.ValueError:
)


def cause(error: BaseException, most: int = MOST) -> str:
    """The innermost reason of `error` as a part of a sentence, without a full stop; empty if there is none.

    Class names, memory addresses, error numbers, source lines and the login in a URL are left out.
    """
    found = ""
    seen: list[BaseException] = []
    while error not in seen:
        seen.append(error)
        found = _words(error, most) or found
        error = _within(error) or error
    return found


def causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything that it wraps: libraries nest the real one deeply."""
    seen: set[int] = set()
    waiting: list[t.Any] = [error]
    while waiting:
        found = waiting.pop(0)
        if not isinstance(found, BaseException) or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [*_inside(found), found.__context__]


def without_login(text: str) -> str:
    """The text without user names and passwords in URLs."""
    return _LOGIN.sub("//", text)


def _words(error: BaseException, most: int) -> str:
    said = str(error)
    if isinstance(error, OSError) and error.strerror:
        said = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    elif isinstance(error, UnicodeError):
        said = "a text that cannot be encoded or decoded"
    said = _QUOTED.sub("", without_login(said[: most * 8]))
    return printable(_NOISE.sub(" ", said), most).strip(" .,:;")


def _within(error: BaseException) -> BaseException | None:
    return next((one for one in _inside(error) if isinstance(one, BaseException)), None)


def _inside(error: BaseException) -> tuple[t.Any, ...]:
    """What libraries wrap: urllib3 in `reason` or the arguments, botocore in the argument `error`."""
    return (
        getattr(error, "reason", None),
        (getattr(error, "kwargs", None) or {}).get("error"),
        *error.args,
        error.__cause__,
    )
