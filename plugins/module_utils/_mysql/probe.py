# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""One address of a host: connect, read the greeting, negotiate TLS and log in, as often as asked, timing each stage."""

from __future__ import annotations

import contextlib
import datetime
import ssl
import statistics
import time
import typing as t
from dataclasses import dataclass, field

from .certificate import Certificate, read_certificate
from .failures import StageFailed, from_os_error, shown
from .handshake import Greeting, receive_greeting, start_tls, tls_context
from .login import Account, log_in
from .packets import Connection, Deadline

# Of the names in a certificate, which can be thousands.
_NAMES_SHOWN = 5
STAGES = ("resolve", "tcp", "greeting", "tls", "login")


class Trace:
    """How long each stage took, in milliseconds, for every success."""

    def __init__(self) -> None:
        self.durations: dict[str, list[float]] = {name: [] for name in STAGES}

    @contextlib.contextmanager
    def stage(self, name: str) -> t.Iterator[None]:
        """Time a stage. An error inside becomes a StageFailed of this stage."""
        began = time.perf_counter()
        try:
            yield
        except StageFailed as failure:
            failure.stage = failure.stage or name
            raise
        except OSError as error:
            raise from_os_error(error, name) from error
        self.durations[name].append((time.perf_counter() - began) * 1000)

    def summary(self, *others: Trace) -> dict[str, dict[str, float] | None]:
        """Each stage's `min`, `median`, `max` over this trace and `others`; null where none succeeded."""
        merged = {name: [ms for trace in (self, *others) for ms in trace.durations[name]] for name in STAGES}
        return {name: _spread(durations) for name, durations in merged.items()}


def _spread(durations: t.Sequence[float]) -> dict[str, float] | None:
    if not durations:
        return None
    return {
        "min": round(min(durations), 3),
        "median": round(statistics.median(durations), 3),
        "max": round(max(durations), 3),
    }


@dataclass(frozen=True)
class TlsFacts:
    """What was negotiated with the server, and its certificate (null where it cannot be read)."""

    protocol: str | None
    cipher: str | None
    certificate: Certificate | None

    def returned(self, now: datetime.datetime) -> dict[str, t.Any]:
        """The shape of the return value `tls`."""
        certificate = self.certificate
        return {
            "protocol": self.protocol,
            "cipher": self.cipher,
            "subject": certificate and certificate.subject,
            "issuer": certificate and certificate.issuer,
            "names": list(certificate.names) if certificate else [],
            "not_after": certificate and certificate.not_after.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "days_left": certificate and certificate.days_left(now),
        }


@dataclass(frozen=True)
class Target:
    """What to check at every address. `context` is null without TLS; `attempts` is at least one."""

    host: str
    port: int
    context: ssl.SSLContext | None
    attempts: int
    deadline: Deadline


@dataclass
class Probe:
    """What was found at one address."""

    address: str
    trace: Trace = field(default_factory=Trace)
    greeting: Greeting | None = None
    tls: TlsFacts | None = None
    version: str | None = None
    failure: StageFailed | None = None

    @property
    def reachable(self) -> bool:
        return self.greeting is not None and self.failure is None


def probe(address: str, target: Target, account: Account | None = None) -> Probe:
    """Go through the stages at one address until the attempts are made or one fails; log in where an account is given.

    Further attempts begin only while half of the time is left: a slow network then costs measurements, not the verdict.
    """
    found = Probe(address)
    try:
        for attempt in range(target.attempts):
            if attempt and not target.deadline.half_is_left():
                break
            _attempt(found, target, account)
    except StageFailed as failure:
        if failure.problem.startswith("certificate_"):
            found.tls = _facts_unverified(address, target)
            explain(failure, found.tls, target.host)
        found.failure = failure
    return found


def _attempt(found: Probe, target: Target, account: Account | None) -> None:
    with found.trace.stage("tcp"):
        connection = Connection.to(found.address, target.port, target.deadline)
    with contextlib.closing(connection):
        with found.trace.stage("greeting"):
            found.greeting = receive_greeting(connection)
        if target.context:
            with found.trace.stage("tls"):
                start_tls(connection, found.greeting, target.context, target.host)
            found.tls = _facts(connection)
        if account:
            with found.trace.stage("login"):
                found.version = log_in(connection, found.greeting, account)


def _facts(connection: Connection) -> TlsFacts | None:
    session = connection.tls
    if session is None:
        return None
    cipher = session.cipher()
    try:
        certificate = read_certificate(session.getpeercert(binary_form=True) or b"")
    except ValueError:
        certificate = None
    return TlsFacts(session.version(), cipher[0] if cipher else None, certificate)


def _facts_unverified(address: str, target: Target) -> TlsFacts | None:
    """Connect once more without verification, only to see which certificate was not accepted."""
    try:
        with contextlib.closing(Connection.to(address, target.port, target.deadline)) as connection:
            start_tls(connection, receive_greeting(connection), tls_context(verify=False), target.host)
            return _facts(connection)
    except (OSError, StageFailed):
        return None


def explain(failure: StageFailed, facts: TlsFacts | None, host: str) -> None:
    """Give details from the certificate where OpenSSL is general."""
    certificate = facts and facts.certificate
    if not certificate:
        return
    ended = certificate.not_after <= datetime.datetime.now(datetime.timezone.utc)
    if failure.problem == "certificate_wrong_host":
        failure.found = f"the certificate is for {shown(_names(certificate))}, not for {shown(host)}"
    elif failure.problem == "certificate_expired" and ended:
        failure.found = f"the certificate ended on {certificate.not_after:%Y-%m-%d}"
    else:
        failure.found += f" (subject {shown(certificate.subject)}, issuer {shown(certificate.issuer)})"


def _names(certificate: Certificate) -> str:
    """As many of them as fit a sentence."""
    names = certificate.names
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return (", ".join(names[:_NAMES_SHOWN]) or certificate.subject) + more
