# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole HTTP answer, before it is sent."""

from __future__ import annotations

import dataclasses
import http
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Answer:
    """status is the status line without the protocol (200 OK)."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        """The HTTP status as a number."""
        return int(self.status.split(" ", 1)[0])

    def with_body(self, body: bytes) -> Answer:
        """The same with another body, announced with its true length."""
        return dataclasses.replace(self.with_headers({"Content-Length": str(len(body))}), body=body)

    def with_headers(self, changes: Mapping[str, str | None]) -> Answer:
        """The same with these headers replaced; null removes one."""
        changed = {name.lower() for name in changes}
        kept = [(name, value) for name, value in self.headers if name.lower() not in changed]
        new = [(name, value) for name, value in changes.items() if value is not None]
        return dataclasses.replace(self, headers=kept + new)


def answer(status: int, content_type: str, text: str, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer made by a fault; its reason phrase says so."""
    phrase = "OK" if status == http.HTTPStatus.OK else "Injected"
    sent = [("Content-Type", content_type), *(headers or {}).items()]
    return Answer(f"{status} {phrase}", sent, b"").with_body(text.encode("utf-8", "surrogatepass"))
