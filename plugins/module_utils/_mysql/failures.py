# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can fail on the way to the server: one exception, and problem codes for what sockets and TLS raise."""

from __future__ import annotations

import errno
import re
import socket
import ssl

_PROBLEM_BY_ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "closed",
    errno.ECONNABORTED: "closed",
    errno.ENOTCONN: "closed",
    errno.EPIPE: "closed",
    errno.ETIMEDOUT: "timed_out",
}
_FOUND = {
    "refused": "the connection was refused",
    "closed": "the connection was closed by the other side",
    "timed_out": "there was no answer in time",
}
# The X509_V_ERR_ numbers of OpenSSL; every other one means that the certificate does not chain to a trusted CA.
_PROBLEM_BY_VERIFY_CODE = {
    9: "certificate_not_yet_valid",
    10: "certificate_expired",
    62: "certificate_wrong_host",
    64: "certificate_wrong_host",
}


# What Python adds to OpenSSL's words: a library and a name in front, a line of its own source behind.
_AROUND_REASON = re.compile(r"^\[[^\]]*\]\s*|\s*\(_ssl\.c:\d+\)$")
# Characters of foreign text in one sentence.
MOST = 300


def shown(text: str, most: int = MOST) -> str:
    """Text from outside, fit for a message: printable, on one line, cut."""
    words = "".join(character if character.isprintable() else " " for character in text[: most * 8]).split()
    line = " ".join(words)
    return line if len(line) <= most else line[: most - 1] + "…"


def reason_of(error: Exception) -> str:
    """The reason that the system or OpenSSL gives, without the numbers and names that only programs need."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return shown(_AROUND_REASON.sub("", _AROUND_REASON.sub("", text))) or "no reason is given"


class StageFailed(Exception):
    """A stage of the check failed.

    `problem` is a code of the public contract; `found` says what was found, without a full stop; `stage` is set by the
    caller that knows which stage was running, unless it is given. `causes`: where to look, if it is better known than
    by stage and problem.
    """

    def __init__(self, problem: str, found: str, stage: str | None = None, causes: tuple[str, ...] = ()) -> None:
        super().__init__(found)
        self.problem = problem
        self.found = found
        self.stage = stage
        self.causes = causes


def not_mysql(found: str) -> StageFailed:
    """The other side does not speak the MySQL protocol, or speaks it incorrectly."""
    return StageFailed("not_mysql", found)


def timed_out() -> StageFailed:
    """The deadline passed."""
    return StageFailed("timed_out", _FOUND["timed_out"])


def from_os_error(error: OSError, stage: str) -> StageFailed:
    """The failure behind what an operation on a socket raised; TLS errors are OSErrors, too."""
    if isinstance(error, ssl.SSLCertVerificationError):
        problem = _PROBLEM_BY_VERIFY_CODE.get(error.verify_code, "certificate_untrusted")
        return StageFailed(problem, f"the certificate was not accepted: {shown(error.verify_message)}", stage)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return StageFailed("closed", _FOUND["closed"], stage)
    if isinstance(error, ssl.SSLError):
        return StageFailed("tls_failed", f"TLS could not be negotiated: {error.reason or reason_of(error)}", stage)
    # On Python 3.9 socket.timeout is not yet a TimeoutError.
    out_of_time = isinstance(error, socket.timeout)
    problem = "timed_out" if out_of_time else _PROBLEM_BY_ERRNO.get(error.errno or 0, "unreachable")
    return StageFailed(problem, _FOUND.get(problem, f"the address cannot be reached: {reason_of(error)}"), stage)
