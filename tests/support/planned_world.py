# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both clouds as a model that carries plans out: it asserts what the clouds require, and time passes on demand."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import LEFTOVER_STATES, InterfaceEndpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import steps as privatelink_steps
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.identify import find
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import Condition, Plan, Step
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.model import Registration
from tests.support.endpoint_literals import OTHER, current, interface_endpoint, registration

MADE = "vpce-made"


class World:
    """Interface endpoints and registrations of one service. Other services are accepted without a registration."""

    def __init__(self, endpoints: t.Iterable[InterfaceEndpoint], registrations: t.Iterable[Registration]) -> None:
        self.endpoints = {endpoint.vpc_endpoint_id: endpoint for endpoint in endpoints}
        self.registrations = {row.vpc_endpoint_id: row for row in registrations}

    def read(self, desired: Desired) -> Current:
        """As the core reads it."""
        endpoints = [
            endpoint
            for endpoint in self.endpoints.values()
            if not desired.vpc_endpoint_id or endpoint.vpc_endpoint_id == desired.vpc_endpoint_id
        ]
        rows = list(self.registrations.values()) if desired.registrable else []
        found = find(desired, endpoints, rows)
        assert not found.violations
        provider = current() if desired.registrable else current(**OTHER)
        return replace(provider, found=found)

    def carry_out(self, desired: Desired, planned: Plan) -> None:
        """Every step with its condition awaited; then the end of the plan."""
        for step in planned.steps:
            for condition in step.needs:
                self.pass_time(desired)
                self._assert_holds(condition, desired)
            self._do(step, desired)
        if planned.goals:
            self.pass_time(desired)
        for goal in planned.goals:
            self._assert_holds(goal, desired)

    def carry_out_at_once(self, desired: Desired, planned: Plan) -> None:
        """Every step without waiting: what it needs must hold already."""
        for step in planned.steps:
            for condition in step.needs:
                self._assert_holds(condition, desired)
            self._do(step, desired)

    def pass_time(self, desired: Desired) -> None:
        """Everything that is under way ends."""
        for vpce, row in list(self.registrations.items()):
            endpoint = self.endpoints.get(vpce)
            if row.state == "DELETING":
                del self.registrations[vpce]
                if endpoint is not None and endpoint.is_live:
                    self._change(vpce, state="rejected", private_dns_enabled=False)
            elif row.state == "PENDING":
                alive = endpoint is not None and endpoint.is_live
                self.registrations[vpce] = replace(row, state="ACTIVE" if alive else "FAILED")
        for vpce, endpoint in list(self.endpoints.items()):
            if endpoint.state == "deleting":
                self._change(vpce, state="deleted", private_dns_enabled=False)
            elif endpoint.state in ("pending", "pendingacceptance", "partial") and self._is_accepted(vpce, desired):
                self._change(vpce, state="available")

    def _is_accepted(self, vpce: str, desired: Desired) -> bool:
        row = self.registrations.get(vpce)
        return not desired.registrable or (row is not None and row.state == "ACTIVE")

    def _change(self, vpce: str, **changes: t.Any) -> None:
        self.endpoints[vpce] = replace(self.endpoints[vpce], **changes)

    def _assert_holds(self, condition: Condition, desired: Desired) -> None:
        vpce = condition.vpc_endpoint_id or MADE
        endpoint, row = self.endpoints.get(vpce), self.registrations.get(vpce)
        if condition.kind == privatelink_steps.UNREGISTERED:
            assert row is None or row.state == "DISCOVERED"
        elif condition.kind == privatelink_steps.GONE:
            assert endpoint is None or endpoint.state == "deleted"
        elif condition.kind == privatelink_steps.LISTED:
            assert endpoint is not None
        else:
            assert endpoint is not None
            assert endpoint.state == "available"
            if condition.kind != privatelink_steps.AVAILABLE:
                assert self._is_accepted(vpce, desired)

    def _do(self, step: Step, desired: Desired) -> None:
        vpce = step.vpc_endpoint_id or MADE
        if isinstance(step, privatelink_steps.Modification) and not any(name.endswith("_ids") for name in step.request):
            self._modify(vpce, desired, **step.request)
        else:
            getattr(self, f"_{step.name}")(vpce, step, desired)

    def _create_vpc_endpoint(self, vpce: str, step: t.Any, desired: Desired) -> None:
        live = [one for one in self.endpoints.values() if one.is_live and one.vpc_id == step.vpc_id]
        assert not live, "a live interface endpoint of the service is there"
        self.endpoints[vpce] = interface_endpoint(
            vpce,
            state="pendingacceptance",
            private_dns_enabled=False,
            **{name: step.request[name] for name in ("vpc_id", "subnet_ids", "security_group_ids", "tags")},
        )

    def _register_endpoint(self, vpce: str, step: t.Any, desired: Desired) -> None:
        assert desired.registrable
        row = self.registrations.get(vpce)
        assert row is None or row.state == "DISCOVERED", "it is registered already"
        assert self.endpoints[vpce].is_live
        self.registrations[vpce] = registration(vpce, "PENDING")

    def _terminate_registration(self, vpce: str, step: t.Any, desired: Desired) -> None:
        row = self.registrations[vpce]
        assert row.state not in ("DISCOVERED", "DELETING")
        assert step.connection_id == row.private_endpoint_connection_id
        self.registrations[vpce] = replace(row, state="DELETING")

    def _delete_vpc_endpoint(self, vpce: str, step: t.Any, desired: Desired) -> None:
        row = self.registrations.get(vpce)
        assert row is None or row.state == "DISCOVERED", "the registration goes first"
        assert self.endpoints[vpce].is_live or self.endpoints[vpce].state in LEFTOVER_STATES
        self._change(vpce, state="deleting")

    def _modify(self, vpce: str, desired: Desired, **changes: t.Any) -> None:
        assert self.endpoints[vpce].state == "available"
        assert self._is_accepted(vpce, desired)
        self._change(vpce, **changes)

    def _add_subnets(self, vpce: str, step: t.Any, desired: Desired) -> None:
        subnet_ids = (*self.endpoints[vpce].subnet_ids, *step.ids)
        self._modify(vpce, desired, subnet_ids=subnet_ids)

    def _remove_subnets(self, vpce: str, step: t.Any, desired: Desired) -> None:
        removed = step.ids
        left = tuple(one for one in self.endpoints[vpce].subnet_ids if one not in removed)
        assert left
        self._modify(vpce, desired, subnet_ids=left)

    def _add_security_groups(self, vpce: str, step: t.Any, desired: Desired) -> None:
        group_ids = (*self.endpoints[vpce].security_group_ids, *step.ids)
        self._modify(vpce, desired, security_group_ids=group_ids)

    def _remove_security_groups(self, vpce: str, step: t.Any, desired: Desired) -> None:
        removed = step.ids
        left = tuple(one for one in self.endpoints[vpce].security_group_ids if one not in removed)
        assert left
        self._modify(vpce, desired, security_group_ids=left)

    def _set_tags(self, vpce: str, step: t.Any, desired: Desired) -> None:
        self._change(vpce, tags={**self.endpoints[vpce].tags, **step.tags})

    def _remove_tags(self, vpce: str, step: t.Any, desired: Desired) -> None:
        tags = self.endpoints[vpce].tags
        assert set(step.keys) <= set(tags)
        self._change(vpce, tags={key: value for key, value in tags.items() if key not in step.keys})
