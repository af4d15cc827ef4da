# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the module `private_endpoints`: those of the module are defaults for every item."""

from __future__ import annotations

import typing as t

from .._aws.session import AwsSession
from .._privatelink.clouds import SharedClouds
from .._privatelink.desired import Desired
from .._privatelink.options import desired_endpoint, endpoint_arguments, tidbcloud_session
from .._run.errors import PrivateLinkError, as_known
from .._run.wait import Deadline
from .._tidbcloud.shared import SharedTidbCloud
from .ensure import Item

# An item may be for another account and region than the module's own.
_ACCOUNT_OPTIONS = ("region", "profile", "assume_role_arn", "assume_role_external_id")


def fleet_arguments() -> dict[str, t.Any]:
    """Argument spec: the defaults, and the items. Items declare no defaults: theirs are the module's."""
    shared = endpoint_arguments()
    own = {name: {key: value for key, value in spec.items() if key != "default"} for name, spec in shared.items()}
    item = {**own, "project_id": {"type": "str"}, **{option: {"type": "str"} for option in _ACCOUNT_OPTIONS}}
    endpoints = {"type": "list", "elements": "dict", "required": True, "options": item}
    return {**shared, "endpoints": endpoints, "strict": {"type": "bool", "default": False}}


class FleetOptions:
    """The items in a module's options, and the clouds that they share."""

    def __init__(self, module: t.Any, deadline: Deadline) -> None:
        """A wrong item is an error of that item. Raises PrivateLinkError if TiDB Cloud cannot be reached at all, and no
        item can do without.
        """
        self._module = module
        self._clouds: dict[tuple[str | None, ...], SharedClouds] = {}
        params = [_merged(module.params, item) for item in module.params["endpoints"]]
        self._deadline = deadline
        desired = [_desired(item) for item in params]
        self._tidbcloud, self._unreached = self._connect([one for one in desired if isinstance(one, Desired)])
        self.items = [self._item(number, *one) for number, one in enumerate(zip(desired, params), start=1)]

    def refresh(self) -> None:
        """Forget what changes while a run waits."""
        if self._tidbcloud is not None:
            self._tidbcloud.refresh()
        for clouds in self._clouds.values():
            clouds.refresh()

    def _connect(self, items: t.Sequence[Desired]) -> tuple[SharedTidbCloud | None, PrivateLinkError | None]:
        """TiDB Cloud, null if no item needs it, or the error of all that do."""
        cluster_ids: dict[str | None, list[str]] = {}
        for desired in items:
            if desired.cluster_id:
                cluster_ids.setdefault(desired.project_id, []).append(desired.cluster_id)
        if not cluster_ids:
            return None, None
        try:
            return SharedTidbCloud(tidbcloud_session(self._module, self._deadline), cluster_ids), None
        except BaseException as error:
            if all(desired.cluster_id for desired in items):
                raise
            return None, as_known(error, "connecting to TiDB Cloud")

    def _item(self, number: int, desired: Desired | PrivateLinkError, params: t.Mapping[str, t.Any]) -> Item:
        if isinstance(desired, PrivateLinkError):
            return Item(number, desired)
        if desired.cluster_id and self._unreached is not None:
            return Item(number, self._unreached)
        account = tuple(params[option] or None for option in _ACCOUNT_OPTIONS)
        if account not in self._clouds:
            try:
                session = _session(self._module, params, self._deadline)
            except BaseException as error:
                return Item(number, as_known(error, "reading the AWS options of this item"))
            self._clouds[account] = SharedClouds(session, self._tidbcloud)
        return Item(number, desired, self._clouds[account])


class _ItemModule:
    """A module as AwsSession reads it, with the options of one item."""

    def __init__(self, module: t.Any, params: t.Mapping[str, t.Any]) -> None:
        self.params = params
        self.no_log_values = module.no_log_values


def _session(module: t.Any, params: t.Mapping[str, t.Any], deadline: Deadline) -> AwsSession:
    own = params["profile"] != module.params["profile"]
    return AwsSession(_ItemModule(module, params), profile=params["profile"] if own else None, deadline=deadline)


def _merged(params: t.Mapping[str, t.Any], item: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An item's own options over the module's. An item that names its service ignores the module's default service."""
    own = {option: value for option, value in item.items() if value is not None}
    merged = {**params, **own}
    if "service_name" in own and "cluster_id" not in own:
        merged.update(cluster_id=None, node_group_id=None)
    elif "cluster_id" in own and "service_name" not in own:
        merged["service_name"] = None
    return merged


def _desired(params: t.Mapping[str, t.Any]) -> Desired | PrivateLinkError:
    try:
        return desired_endpoint(params)
    except BaseException as error:
        return as_known(error, "reading the options of this item")
