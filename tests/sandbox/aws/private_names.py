# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private names of endpoint services, and the public DNS where their owners prove that the domain is theirs.

Source: guide, "Manage DNS names for VPC endpoint services".
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection
from dataclasses import dataclass, field

PENDING, VERIFIED, FAILED = "pendingVerification", "verified", "failed"
STATES = (PENDING, VERIFIED, FAILED)


def _random(letters: str) -> str:
    return "".join(secrets.choice(letters) for _turn in range(20))


@dataclass
class PrivateName:
    """A name, the state of its verification and the TXT record that is looked for.

    label: what answers call Name: the record's name without the domain.
    """

    name: str
    state: str = PENDING
    label: str = field(default_factory=lambda: "_" + _random(string.ascii_lowercase + string.digits))
    value: str = field(default_factory=lambda: "vpce:" + _random(string.ascii_letters + string.digits))

    def is_published(self, dns: PublicDns) -> bool:
        """Whether the record exists, for the name or for a domain above it, with the label or without it.

        "Only when there is a verification record with an attribute value that exactly matches."
        """
        labels = self.name.removeprefix("*.").split(".")
        domains = [".".join(labels[start:]) for start in range(len(labels) - 1)]
        places = [place for domain in domains for place in (f"{self.label}.{domain}", domain)]
        return any(self.value in dns.texts(place) for place in places)


class PublicDns:
    """The TXT records that the whole world sees. Only tests set them: nobody's zone is in the sandbox."""

    def __init__(self) -> None:
        self._records: dict[str, tuple[str, ...]] = {}

    def publish(self, name: str, values: Collection[str]) -> None:
        """All values of one name; none: the record is gone."""
        self._records.pop(_canonical(name), None)
        if values:
            self._records[_canonical(name)] = tuple(values)

    def texts(self, name: str) -> tuple[str, ...]:
        return self._records.get(_canonical(name), ())

    def records(self) -> dict[str, list[str]]:
        return {name: list(values) for name, values in self._records.items()}

    def reset(self) -> None:
        self._records.clear()


def _canonical(name: str) -> str:
    """Names differ neither by case nor by the dot at the end (RFC 1035, 2.3.3 and 3.1)."""
    return name.lower().rstrip(".")
