# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both clouds as scripts: the test sets what they list, and they record what they are asked to do."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import (
    InterfaceEndpoint,
    NetworkInterface,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Registration
from tests.support.endpoint_literals import interface_endpoint, registration
from tests.support.stopped_time import Time


def refusal(code: str = "", message: str = "refused", status: int | None = 400, **fields: t.Any) -> ApiError:
    return ApiError(message, api="ec2", code=code, status=status, **fields)


class Clouds:
    """In place of the core's `Clouds`, its reads and its TidbCloud at once.

    `calls`: every call that changes something, and every one to TiDB Cloud. `refusals`: the answers to the next calls
    of a name; an error is raised, null lets the call pass. `ineffective`: how many of the next calls of a name are
    accepted without any effect. `at`: what happens by itself after that many seconds, `after`: after each call of a
    name.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = Time()
        self._began = self.time.now
        self.endpoints: dict[str, InterfaceEndpoint] = {}
        self.interfaces: list[str] = []
        self.registrations: dict[str, Registration] = {}
        self.refusals: dict[str, list[ApiError | None]] = {}
        self.ineffective: dict[str, int] = {}
        self.at: dict[float, t.Callable[[], object]] = {}
        self.after: dict[str, t.Callable[[], object]] = {}
        self.calls: list[tuple[t.Any, ...]] = []
        # Registrations beside those of `registrations`, which has one for each interface endpoint.
        self.twins: list[Registration] = []
        self.lists_nothing = False
        self.finds_no_single = False
        # What AWS remembers of client tokens: the request and the id that it was answered with.
        self.tokens: dict[str, tuple[t.Any, str]] = {}
        # New endpoints are listed this many seconds after they were made.
        self.listed_after = 0.0
        # The interface endpoints that were requested by id, and whether AWS answers these requests, as it should.
        self.by_id: list[str] = []
        self.answers_by_id = True
        # Whether answers to a creation say how old the endpoint is.
        self.tells_age = True
        self._made_at: dict[str, float] = {}
        for name in ("create_vpc_endpoint", "modify_vpc_endpoint", "delete_vpc_endpoint", "create_tags", "delete_tags"):
            monkeypatch.setattr(api, name, getattr(self, name))
        monkeypatch.setattr(api, "describe_vpc_endpoints", lambda ec2, ids: self.vpc_endpoints(ids=ids))
        monkeypatch.setattr(api, "require_answer", lambda ec2, vpc_endpoint_id: self.asked_by_id(vpc_endpoint_id))

    @property
    def deadline(self) -> Deadline:
        return Deadline(900, 15, clock=self.time.clock, sleep=self._sleep, spread=lambda low, high: 1.0)

    def _sleep(self, seconds: float) -> None:
        self.time.sleep(seconds)
        for due in sorted(moment for moment in self.at if self._began + moment <= self.time.now):
            self.at.pop(due)()

    def _then(self, name: str) -> None:
        self.after.get(name, lambda: None)()

    def names(self) -> list[str]:
        return [call[0] for call in self.calls]

    def _answer(self, name: str, *details: t.Any) -> None:
        self.calls.append((name, *details))
        refusals = self.refusals.get(name)
        refused = refusals.pop(0) if refusals else None
        if refused is not None:
            raise refused

    # --- Clouds ---

    @property
    def tidb(self) -> Clouds:
        return self

    def ec2(self, region: str) -> Clouds:
        return self

    def reads(self, region: str) -> Clouds:
        return self

    # --- Reads ---

    def vpc_endpoints(
        self, *, ids: Sequence[str] = (), filters: Mapping[str, Sequence[str]] | None = None
    ) -> list[InterfaceEndpoint]:
        shown = [
            one
            for one in self.endpoints.values()
            if self.time.now >= self._made_at.get(one.vpc_endpoint_id, 0) + self.listed_after
        ]
        return [one for one in shown if not ids or one.vpc_endpoint_id in ids]

    def asked_by_id(self, vpc_endpoint_id: str) -> None:
        self.by_id.append(vpc_endpoint_id)
        if not self.answers_by_id:
            raise refusal("UnreadableAnswer", f"it neither has {vpc_endpoint_id} nor says that it does not exist")

    def network_interfaces(self, ids: Sequence[str]) -> list[NetworkInterface]:
        return [NetworkInterface(one, "subnet-a") for one in self.interfaces if one in ids]

    # --- AWS ---

    def create_vpc_endpoint(self, ec2: object, *, client_token: str, **arguments: t.Any) -> api.Created:
        """An ambiguous refusal is a lost answer: the call took effect."""
        refused = None
        try:
            self._answer("create_vpc_endpoint", client_token)
        except ApiError as error:
            if not error.ambiguous:
                raise
            refused = error
        made = self._create(client_token, arguments)
        if refused is not None:
            raise refused
        return api.Created(made, self.time.now - self._made_at[made.vpc_endpoint_id] if self.tells_age else None)

    def _create(self, client_token: str, arguments: dict[str, t.Any]) -> InterfaceEndpoint:
        asked, vpce = self.tokens.setdefault(client_token, (arguments, f"vpce-{len(self.tokens) + 1}"))
        if asked != arguments:
            raise refusal("IdempotentParameterMismatch")
        options = {name: arguments[name] for name in ("vpc_id", "subnet_ids", "security_group_ids", "tags")}
        created_at = datetime.fromtimestamp(self._made_at.get(vpce, self.time.now), tz=timezone.utc)
        made = interface_endpoint(
            vpce, state="pendingacceptance", private_dns_enabled=False, created_at=created_at, **options
        )
        if vpce not in self._made_at:
            self._made_at[vpce] = self.time.now
            self.endpoints[vpce] = made
        # A repeated request gets the first result, whatever became of it.
        return made

    def modify_vpc_endpoint(self, ec2: object, vpc_endpoint_id: str, **arguments: t.Any) -> None:
        self._answer("modify_vpc_endpoint", vpc_endpoint_id, arguments)
        # Ids are added and removed; everything else is set.
        fields = {name: value for name, value in arguments.items() if not name.endswith("_ids")}
        endpoint = self.endpoints.get(vpc_endpoint_id)
        for option in ("subnet_ids", "security_group_ids") if endpoint else ():
            there = {*getattr(endpoint, option), *arguments.get(f"add_{option}", ())}
            fields[option] = tuple(sorted(there - set(arguments.get(f"remove_{option}", ()))))
        self._take_effect("modify_vpc_endpoint", vpc_endpoint_id, **fields)

    def delete_vpc_endpoint(self, ec2: object, vpc_endpoint_id: str) -> None:
        self._answer("delete_vpc_endpoint", vpc_endpoint_id)
        self._take_effect("delete_vpc_endpoint", vpc_endpoint_id, state="deleting")

    def create_tags(self, ec2: object, resource_id: str, tags: Mapping[str, str]) -> None:
        self._answer("create_tags", resource_id, dict(tags))
        endpoint = self.endpoints.get(resource_id)
        self._take_effect("create_tags", resource_id, tags={**(endpoint.tags if endpoint else {}), **tags})

    def delete_tags(self, ec2: object, resource_id: str, keys: Sequence[str]) -> None:
        self._answer("delete_tags", resource_id, tuple(keys))
        endpoint = self.endpoints.get(resource_id)
        tags = endpoint.tags if endpoint else {}
        self._take_effect("delete_tags", resource_id, tags={key: tags[key] for key in tags if key not in keys})

    def _has_no_effect(self, name: str) -> bool:
        left = self.ineffective.get(name, 0)
        self.ineffective[name] = max(0, left - 1)
        return left > 0

    def _take_effect(self, name: str, vpc_endpoint_id: str, **fields: t.Any) -> None:
        if vpc_endpoint_id in self.endpoints and not self._has_no_effect(name):
            self.endpoints[vpc_endpoint_id] = replace(self.endpoints[vpc_endpoint_id], **fields)
        self._then(name)

    # --- TidbCloud ---

    def register_endpoint(self, cluster_id: str, node_group_id: str, vpc_endpoint_id: str) -> Registration:
        """An ambiguous refusal is a lost answer: the call took effect."""
        try:
            self._answer("register_endpoint", cluster_id, node_group_id, vpc_endpoint_id)
        except ApiError as refused:
            if refused.ambiguous:
                self.registrations[vpc_endpoint_id] = registration(vpc_endpoint_id, "PENDING")
            raise
        self.registrations[vpc_endpoint_id] = registration(vpc_endpoint_id, "PENDING")
        self._then("register_endpoint")
        return self.registrations[vpc_endpoint_id]

    def list_registrations(self, *_place: str) -> list[Registration]:
        self._answer("list_registrations")
        self._then("list_registrations")
        return [] if self.lists_nothing else [*self.registrations.values(), *self.twins]

    def get_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> Registration | None:
        self._answer("get_registration", connection_id)
        rows = [*self.registrations.values(), *self.twins]
        found = next((row for row in rows if row.private_endpoint_connection_id == connection_id), None)
        return None if self.finds_no_single else found

    def terminate_registration(self, cluster_id: str, node_group_id: str, connection_id: str) -> None:
        self._answer("terminate_registration", connection_id)
        if self._has_no_effect("terminate_registration"):
            return
        self.twins = [row for row in self.twins if row.private_endpoint_connection_id != connection_id]
        for vpc_endpoint_id, row in list(self.registrations.items()):
            if row.private_endpoint_connection_id == connection_id:
                self.registrations[vpc_endpoint_id] = replace(row, state="DELETING")
