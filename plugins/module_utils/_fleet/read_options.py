# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of what reads many private endpoints: filters, accounts and prices."""

from __future__ import annotations

import math
import typing as t

from .._aws.model import Price
from .._aws.session import AwsSession
from .._privatelink.options import connect_tidbcloud
from .._privatelink.status import NOTES
from .._run.errors import PrivateLinkError, as_known
from .._run.wait import Deadline
from .._tidbcloud.ids import tidb_id
from .read import Account
from .scope import Filters

if t.TYPE_CHECKING:
    from .._tidbcloud.api import TidbCloud

_ACCESS_OPTIONS = ("profile", "assume_role_arn", "assume_role_external_id")


def filter_arguments() -> dict[str, t.Any]:
    """Argument spec of what `endpoint_info` reads."""
    lists: dict[str, t.Any] = {
        "cluster_ids": {"aliases": ["cluster_id"]},
        "node_group_ids": {"aliases": ["node_group_id"]},
        "project_ids": {},
        "vpc_ids": {"aliases": ["vpc_id"]},
        "vpc_endpoint_ids": {"aliases": ["vpc_endpoint_id"]},
        "statuses": {"aliases": ["status"], "choices": list(NOTES)},
        "regions": {},
    }
    filters = {option: {"type": "list", "elements": "str", "default": [], **more} for option, more in lists.items()}
    account = {
        "profile": {"type": "str"},
        "assume_role_arn": {"type": "str"},
        "assume_role_external_id": {"type": "str"},
        "regions": {"type": "list", "elements": "str", "default": []},
    }
    accounts = {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": account,
        "required_one_of": [["profile", "assume_role_arn"]],
    }
    price = {
        "region": {"type": "str", "required": True},
        "zone_hour_usd": {"type": "float", "required": True},
        "per_gb_usd": {"type": "float"},
    }
    prices = {"type": "list", "elements": "dict", "default": [], "options": price}
    return {**filters, "accounts": accounts, "include_costs": {"type": "bool", "default": False}, "prices": prices}


def own_prices(params: t.Mapping[str, t.Any]) -> dict[str, Price]:
    """The prices that the user pays, by region. Raises PrivateLinkError for an invalid one."""
    prices = {item["region"]: Price(item["zone_hour_usd"], item["per_gb_usd"]) for item in params["prices"]}
    for region, price in prices.items():
        if not all(0 <= usd < math.inf for usd in (price.zone_hour_usd, price.per_gb_usd or 0)):
            raise PrivateLinkError(f"The prices of {region} must be USD, 0 or more: zone_hour_usd and per_gb_usd.")
    return prices


def fleet_filters(params: t.Mapping[str, t.Any]) -> Filters:
    """The filters in the options. Raises PrivateLinkError for an invalid id."""
    own = [params["project_id"]] if params["project_id"] else []
    return Filters(
        cluster_ids=frozenset(tidb_id(value, "cluster_id") for value in params["cluster_ids"]),
        node_group_ids=frozenset(tidb_id(value, "node_group_id") for value in params["node_group_ids"]),
        project_ids=tuple(sorted({tidb_id(value, "project_id") for value in [*params["project_ids"], *own]})),
        vpc_ids=frozenset(params["vpc_ids"]),
        vpc_endpoint_ids=frozenset(params["vpc_endpoint_ids"]),
        statuses=frozenset(params["statuses"]),
        regions=tuple(sorted(set(params["regions"]))),
    )


def connect_unless_keyless(module: t.Any, filters: Filters, deadline: Deadline) -> TidbCloud | None:
    """TiDB Cloud from a module's options; null without an API key where no filter names what only TiDB Cloud knows:
    own endpoint services need none. Raises PrivateLinkError as `connect_tidbcloud` does.
    """
    has_key = any(module.params[f"tidbcloud_{half}_key"] for half in ("public", "private"))
    return connect_tidbcloud(module, deadline) if has_key or filters.are_of_private_endpoints else None


def fleet_accounts(module: t.Any, deadline: Deadline) -> list[Account]:
    """The accounts to read: those listed, or the one that the module's own options name."""
    return [_account(module, item, deadline) for item in module.params["accounts"] or [{}]]


def _account(module: t.Any, item: t.Mapping[str, t.Any], deadline: Deadline) -> Account:
    """Options that make no session are the error of this account alone."""
    named = {option: item[option] for option in _ACCESS_OPTIONS if item.get(option)}
    try:
        session: AwsSession | PrivateLinkError = AwsSession(
            module,
            profile=named.get("profile"),
            assume_role_arn=named.get("assume_role_arn") or ("" if item else None),
            assume_role_external_id=named.get("assume_role_external_id"),
            deadline=deadline,
        )
    except BaseException as error:
        session = as_known(error, "reading the AWS options of this account")
    return Account(session, tuple(item.get("regions") or ()), named)
