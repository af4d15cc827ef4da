# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that every module of the group shares, and the two clouds made from them."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import env_fallback, missing_required_lib

from .._aws.session import AwsSession
from .._run.errors import PrivateLinkError
from .._run.options import _require_time
from .._run.wait import Deadline
from .._tidbcloud.api import TidbCloud
from .._tidbcloud.digest import Credentials
from .._tidbcloud.ids import tidb_id
from .._tidbcloud.session import HAS_REQUESTS, REQUESTS_IMPORT_ERROR, Session
from .._tidbcloud.urls import DEDICATED_URL, SERVERLESS_URL
from .clouds import Clouds
from .desired import Desired
from .violations import ALLOWABLE

ENDPOINT_TIMEOUT = 900  # seconds: creating takes about five minutes, deleting a few more
SERVICE_TIMEOUT = 600  # seconds: a service becomes ACTIVE after three to five minutes


def shared_arguments() -> dict[str, t.Any]:
    """Argument spec: TiDB Cloud and the role to assume; amazon.aws adds its own options."""
    return {
        "tidbcloud_public_key": {"type": "str", "no_log": False, "fallback": (env_fallback, ["TIDBCLOUD_PUBLIC_KEY"])},
        "tidbcloud_private_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["TIDBCLOUD_PRIVATE_KEY"])},
        "tidbcloud_api_url": {
            "type": "str",
            "default": DEDICATED_URL,
            "fallback": (env_fallback, ["TIDBCLOUD_DEDICATED_ENDPOINT"]),
        },
        "tidbcloud_serverless_api_url": {
            "type": "str",
            "default": SERVERLESS_URL,
            "fallback": (env_fallback, ["TIDBCLOUD_SERVERLESS_ENDPOINT"]),
        },
        "tidbcloud_ca_path": {"type": "path"},
        "tidbcloud_timeout": {"type": "float", "default": 30},
        "project_id": {"type": "str"},
        "assume_role_arn": {"type": "str"},
        "assume_role_external_id": {"type": "str"},
    }


def endpoint_arguments() -> dict[str, t.Any]:
    """Argument spec of one private endpoint."""
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "cluster_id": {"type": "str"},
        "node_group_id": {"type": "str"},
        "service_name": {"type": "str"},
        "vpc_endpoint_id": {"type": "str"},
        "vpc_id": {"type": "str"},
        "subnet_ids": {"type": "list", "elements": "str"},
        "security_group_ids": {"type": "list", "elements": "str"},
        "name": {"type": "str"},
        "private_dns_enabled": {"type": "bool"},
        "ip_address_type": {"type": "str", "choices": ["ipv4", "ipv6", "dualstack"]},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
        "purge_tags": {"type": "bool", "default": True},
        "recreate_failed": {"type": "bool", "default": False},
        "remove_duplicates": {"type": "bool", "default": False},
        "keep_vpc_endpoint": {"type": "bool", "default": False},
        "allow_violations": {"type": "list", "elements": "str", "default": [], "choices": list(ALLOWABLE)},
        "allow_missing_network": {"type": "bool", "default": False},
    }


def desired_endpoint(params: t.Mapping[str, t.Any]) -> Desired:
    """The desired state in the options. An empty string counts as not set, an empty list does not.

    Raises PrivateLinkError for an invalid id, for an empty list, which AWS does not allow, and if not exactly
    one of `cluster_id` and `service_name` is set.
    """
    _require_one_target(params)
    return Desired(
        state=params["state"],
        cluster_id=optional_id(params, "cluster_id"),
        node_group_id=optional_id(params, "node_group_id"),
        project_id=optional_id(params, "project_id"),
        service_name=params["service_name"] or None,
        vpc_endpoint_id=params["vpc_endpoint_id"] or None,
        vpc_id=params["vpc_id"] or None,
        subnet_ids=_given(params, "subnet_ids"),
        security_group_ids=_given(params, "security_group_ids"),
        name=params["name"] or None,
        private_dns_enabled=params["private_dns_enabled"],
        ip_address_type=params["ip_address_type"] or None,
        tags=None if params["tags"] is None else {str(key): str(value) for key, value in params["tags"].items()},
        purge_tags=params["purge_tags"],
        recreate_failed=params["recreate_failed"],
        remove_duplicates=params["remove_duplicates"],
        keep_vpc_endpoint=params["keep_vpc_endpoint"],
        allow_violations=frozenset(params["allow_violations"]),
        allow_missing_network=params["allow_missing_network"],
        wait=params["wait"],
    )


def _require_one_target(params: t.Mapping[str, t.Any]) -> None:
    """Not in the argument spec, which treats an empty string as a value."""
    if bool(params["cluster_id"]) == bool(params["service_name"]):
        found = "both are given" if params["cluster_id"] else "neither is given"
        raise PrivateLinkError(f"Exactly one of cluster_id and service_name is needed, but {found}.")
    if params["node_group_id"] and not params["cluster_id"]:
        raise PrivateLinkError("node_group_id needs cluster_id: only clusters of TiDB Cloud have node groups.")


def _given(params: t.Mapping[str, t.Any], option: str) -> tuple[str, ...] | None:
    """The exact set in a list option, null if it is not set. An empty string arrives as a list that holds it."""
    values = params[option]
    if values is None or (values and not any(values)):
        return None
    if not values:
        raise PrivateLinkError(
            f"{option} is an empty list, but an interface endpoint keeps at least one. "
            f"Omit {option} to leave it as it is, or list those that it should have."
        )
    return tuple(sorted({value for value in values if value}))


def optional_id(params: t.Mapping[str, t.Any], option: str) -> str | None:
    """An id of TiDB Cloud, or null if the option is not set or empty."""
    value = params.get(option)
    return tidb_id(value, option) if value else None


def required_id(params: t.Mapping[str, t.Any], option: str) -> str:
    """An id of TiDB Cloud. Raises PrivateLinkError if it is invalid."""
    return tidb_id(params[option], option)


def connect(module: t.Any, deadline: Deadline, *, tidbcloud: bool = True) -> Clouds:
    """Both clouds from a module's options; ends the module if the Python library `requests` is missing.

    Raises PrivateLinkError if the API key is missing or a URL cannot be used.
    """
    aws = AwsSession(module, deadline=deadline)
    return Clouds(aws, connect_tidbcloud(module, deadline) if tidbcloud else None)


def connect_tidbcloud(module: t.Any, deadline: Deadline) -> TidbCloud:
    """TiDB Cloud from a module's options; ends and raises as `connect` does."""
    return TidbCloud(tidbcloud_session(module, deadline))


def tidbcloud_session(module: t.Any, deadline: Deadline) -> Session:
    """The conversation with TiDB Cloud; ends and raises as `connect` does."""
    if not HAS_REQUESTS:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    return _session(module.params, deadline)


def _session(params: t.Mapping[str, t.Any], deadline: Deadline) -> Session:
    for half in ("public", "private"):
        if not params[f"tidbcloud_{half}_key"]:
            raise PrivateLinkError(
                f"The {half} half of the TiDB Cloud API key is missing. "
                f"Set tidbcloud_{half}_key, or the environment variable TIDBCLOUD_{half.upper()}_KEY."
            )
    _require_time("tidbcloud_timeout", params["tidbcloud_timeout"])
    return Session(
        Credentials(params["tidbcloud_public_key"], params["tidbcloud_private_key"]),
        dedicated_url=params["tidbcloud_api_url"] or None,
        serverless_url=params["tidbcloud_serverless_api_url"] or None,
        timeout=params["tidbcloud_timeout"],
        ca_path=params["tidbcloud_ca_path"] or None,
        deadline=deadline,
    )
