# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the limits say: violations, which end a run before anything is touched, and warnings."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .errors import PrivateLinkError
from .text import sentence


@dataclass(frozen=True)
class Violation:
    """A limit that the request breaks: a code of the public contract, what was found, and what to do."""

    code: str
    message: str
    remedy: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", sentence(self.message))
        object.__setattr__(self, "remedy", sentence(self.remedy))

    def returned(self) -> dict[str, str]:
        """The shape of one item of the return value `violations`."""
        return {"code": self.code, "message": self.message, "remedy": self.remedy}


@dataclass(frozen=True)
class Verdict:
    """What the limits say: `violations` stop the run; `warnings` are sentences about limits that cannot be known or
    were allowed; `unchecked` are the codes of those that can be checked only later.
    """

    violations: tuple[Violation, ...] = ()
    warnings: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "warnings", tuple(sentence(warning) for warning in self.warnings))


class LimitsViolated(PrivateLinkError):
    """One or more limits forbid what was requested; nothing was touched."""

    def __init__(self, violations: t.Sequence[Violation]) -> None:
        super().__init__(" ".join(f"{violation.message} {violation.remedy}" for violation in violations))
        self.violations = tuple(violations)

    def returned(self) -> dict[str, t.Any]:
        return {"violations": [violation.returned() for violation in self.violations]}


def judged(
    found: t.Iterable[Violation],
    warnings: t.Iterable[str],
    allowed_codes: t.Collection[str],
    unchecked: tuple[str, ...] = (),
) -> Verdict:
    """The verdict on what was found. Violations that the user allows become warnings: the cloud has the last word."""
    found = tuple(found)
    allowed = tuple(violation for violation in found if violation.code in allowed_codes)
    said = (
        *warnings,
        *(f"{violation.message} Continuing, since allow_violations names {violation.code}." for violation in allowed),
    )
    return Verdict(tuple(violation for violation in found if violation not in allowed), said, unchecked)
