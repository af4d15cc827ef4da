# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What TiDB Cloud sees of AWS as the provider of the endpoint services."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol


class Endpoint(Protocol):
    """An interface endpoint that requests one of the services."""

    @property
    def vpc_endpoint_id(self) -> str: ...

    @property
    def service_name(self) -> str: ...

    @property
    def state(self) -> str: ...


class Provider(Protocol):
    """What TiDB Cloud does there."""

    def add_service(
        self,
        *,
        region: str,
        service_name: str,
        zone_ids: Iterable[str],
        private_dns_name: str,
        principals: Iterable[str],
    ) -> None: ...

    def remove_service(self, service_name: str, /) -> None: ...

    def endpoint(self, vpc_endpoint_id: str, /) -> Endpoint | None: ...

    def endpoints(self, service_name: str, /) -> Sequence[Endpoint]: ...

    def accept(self, vpc_endpoint_id: str, /) -> object: ...

    def reject(self, vpc_endpoint_id: str, /) -> object: ...
