# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connectivity check: can this host reach the cluster by its private host name, and if not, why."""

from __future__ import annotations

import datetime
import threading
import typing as t
from dataclasses import dataclass, field

from .causes import causes_of, causes_of_a_part
from .failures import StageFailed, shown, timed_out
from .handshake import relax, tls_context
from .packets import Deadline
from .probe import Probe, Target, Trace, probe
from .resolve import Resolver, check_addresses, check_name, is_address, is_among, is_private, resolve, system_resolver

if t.TYPE_CHECKING:
    from .login import Account

# An endpoint has one address in each zone, two with IPv6; the check must not flood a name with hundreds.
_ADDRESSES_AT_A_TIME = 16
# Source: "ssl.create_default_context" in the documentation of Python 3.13, which sets VERIFY_X509_STRICT.
_STRICT = (
    "A stricter client would refuse the certificate: OpenSSL and the clients of MySQL accept it, but not a client that "
    "checks by all rules of RFC 5280, as Python does by default from 3.13 on. There {found}. Have the CA and the "
    "certificate issued again by these rules."
)


@dataclass(frozen=True)
class Check:
    """What to check. `tls` is `verify`, `encrypt` or `off`; `timeout` is in seconds, for all of it."""

    host: str
    port: int = 4000
    connect_to: tuple[str, ...] = ()
    expected_addresses: tuple[str, ...] = ()
    require_private_address: bool = True
    tls: str = "verify"
    ca_path: str | None = None
    ca_pem: str | None = None
    account: Account | None = None
    attempts: int = 3
    timeout: float = 15.0


@dataclass
class Outcome:
    """What the check found. It succeeded where `failure` is null.

    `remarks`: what a user should know although the check succeeded, as sentences.
    """

    check: Check
    trace: Trace = field(default_factory=Trace)
    probes: list[Probe] = field(default_factory=list)
    login: Probe | None = None
    failure: StageFailed | None = None
    remarks: tuple[str, ...] = ()

    def returned(self) -> dict[str, t.Any]:
        """The module's return values: always the same keys, and after a failure also where, what and why."""
        tried = [*self.probes, self.login] if self.login else self.probes
        greeting = next((found.greeting for found in tried if found.greeting), None)
        # Show the certificate that was not accepted.
        tls = next((found.tls for found in sorted(tried, key=_is_reachable) if found.tls), None)
        values = {
            "reachable": self.failure is None,
            "addresses": [_address(found, self.check.expected_addresses) for found in self.probes],
            "server_version": (self.login and self.login.version) or (greeting and greeting.server_version),
            "is_tidb": greeting and greeting.is_tidb,
            "auth_plugin": greeting and greeting.auth_plugin,
            "capabilities": greeting.capability_names if greeting else [],
            "tls": tls and tls.returned(datetime.datetime.now(datetime.timezone.utc)),
            "timings_ms": self.trace.summary(*(found.trace for found in tried)),
            "remarks": list(self.remarks),
        }
        return {**values, **self._why()}

    def message(self) -> str:
        """What is wrong and what to check first; empty after a success."""
        if not self.failure:
            return ""
        return f"{self._found(self.failure)} Likely: {self._causes(self.failure)[0]}"

    def _found(self, failure: StageFailed) -> str:
        return (
            f"{shown(self.check.host)}, port {self.check.port}, cannot be used from this host. "
            f"Stage {failure.stage}{self._where()}: {failure.found}."
        )

    def _where(self) -> str:
        """Which addresses failed, and out of how many, for the message; nothing where it is the only one."""
        failed = [found.address for found in self.probes if found.failure]
        if not failed:
            return ""
        if len(self.probes) == 1:
            return f", address {shown(failed[0])}"
        if len(failed) == len(self.probes):
            return f", all {len(failed)} addresses"
        return f", {len(failed)} of {len(self.probes)} addresses ({shown(', '.join(failed))})"

    def _why(self) -> dict[str, t.Any]:
        if not self.failure:
            return {}
        causes = self._causes(self.failure)
        return {
            "failed_stage": self.failure.stage,
            "problem": self.failure.problem,
            "found": self._found(self.failure),
            "causes": list(causes),
        }

    def _causes(self, failure: StageFailed) -> tuple[str, ...]:
        if failure.causes:
            return failure.causes
        failing = [found.address for found in self.probes if found.failure]
        answering = [found.address for found in self.probes if found.reachable]
        of_a_part = causes_of_a_part(failure.problem, self.check.port, failing, answering)
        return of_a_part or causes_of(str(failure.stage), failure.problem, shown(self.check.host), self.check.port)


def ping(check: Check, resolver: Resolver = system_resolver) -> Outcome:
    """Go through the stages resolve, tcp, greeting, tls and login. Failures are in the outcome, never raised."""
    outcome = Outcome(check)
    deadline = Deadline(check.timeout)
    try:
        target = _target(check, deadline)
        _find_addresses(outcome, resolver, target.deadline)
        _probe_addresses(outcome, target)
        if check.account:
            _log_in_once(outcome, target, check.account)
    except StageFailed as failure:
        outcome.failure = failure
    return outcome


def _target(check: Check, deadline: Deadline) -> Target:
    check_name(check.host)
    context = None
    if check.tls != "off":
        context = tls_context(verify=check.tls == "verify", ca_path=check.ca_path, ca_pem=check.ca_pem)
    return Target(check.host, check.port, context, check.attempts, deadline)


def _find_addresses(outcome: Outcome, resolver: Resolver, deadline: Deadline) -> None:
    check = outcome.check
    names = check.connect_to or (check.host,)
    if all(is_address(name) for name in names):
        trace, attempts = Trace(), 1
    else:
        trace, attempts = outcome.trace, check.attempts
    addresses: dict[str, None] = {}
    # Of two resolvers that take turns, perhaps only one knows the name: an answer to any attempt counts.
    for attempt in range(attempts):
        if attempt and not deadline.half_is_left():
            break
        with trace.stage("resolve"):
            addresses.update(dict.fromkeys(resolve(names, resolver, deadline)))
    outcome.probes = [Probe(address) for address in addresses]
    check_addresses(tuple(addresses), check.expected_addresses, check.require_private_address)


def _probe_addresses(outcome: Outcome, target: Target) -> None:
    """All addresses at once, each on its own, so that a dead zone does not use up the others' time."""
    addresses = [found.address for found in outcome.probes]
    outcome.probes = _at_a_time(addresses, target)
    refusal = _untrusted(outcome.probes)
    if refusal and target.context and relax(target.context):
        outcome.probes = _at_a_time(addresses, target)
        if not _untrusted(outcome.probes):
            outcome.remarks = (_STRICT.format(found=refusal.found),)
    for found in outcome.probes:
        if found.failure:
            raise found.failure


def _untrusted(probes: t.Sequence[Probe]) -> StageFailed | None:
    failures = (found.failure for found in probes)
    return next((one for one in failures if one and one.problem == "certificate_untrusted"), None)


def _at_a_time(addresses: t.Sequence[str], target: Target) -> list[Probe]:
    """In daemon threads: what is not over a second after the deadline is left behind."""
    left = iter(addresses)
    lock = threading.Lock()
    found: dict[str, Probe] = {}
    defects: list[Exception] = []

    def work() -> None:
        try:
            while True:
                with lock:
                    address = next(left, None)
                if address is None:
                    return
                found[address] = probe(address, target)
        except Exception as error:  # Re-raised in the thread that waits.
            defects.append(error)

    workers = [threading.Thread(target=work, daemon=True) for _worker in addresses[:_ADDRESSES_AT_A_TIME]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(target.deadline.left() + 1)
    for defect in defects:
        raise defect
    return [found.get(address) or _left_behind(address) for address in addresses]


def _left_behind(address: str) -> Probe:
    failure = timed_out()
    failure.stage = "tcp"
    return Probe(address, failure=failure)


def _log_in_once(outcome: Outcome, target: Target, account: Account) -> None:
    """At one address, after all have proved reachable: so a wrong password counts only once against the account."""
    outcome.login = probe(outcome.probes[0].address, target, account)
    if outcome.login.failure:
        raise outcome.login.failure


def _is_reachable(found: Probe) -> bool:
    return found.reachable


def _address(found: Probe, expected: t.Sequence[str]) -> dict[str, t.Any]:
    """One item of the return value `addresses`: `tcp_ms` is the median; `expected` is null where no addresses are
    expected.
    """
    tcp = found.trace.summary()["tcp"]
    return {
        "address": found.address,
        "private": is_private(found.address),
        "expected": is_among(found.address, expected) if expected else None,
        "reachable": found.reachable,
        "tcp_ms": tcp and tcp["median"],
        "problem": found.failure and found.failure.problem,
    }
