# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that every module of the group shares, and the two clouds made from them."""

from __future__ import annotations

import copy
import typing as t
from dataclasses import fields

from ansible.module_utils.basic import env_fallback

from .._aws.session import AwsSession
from .._run.errors import MissingLibrary, PrivateLinkError
from .._run.given import texts
from .._run.options import _require_time
from .._run.requirements import lacking
from .._run.wait import Deadline
from .._tidbcloud.api import TidbCloud
from .._tidbcloud.digest import Credentials
from .._tidbcloud.ids import tidb_id
from .._tidbcloud.session import HAS_REQUESTS, REQUESTS_IMPORT_ERROR, Session
from .._tidbcloud.urls import DEDICATED_URL, SERVERLESS_URL
from .clouds import Clouds
from .desired import Desired

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
    """Argument spec of one private endpoint, as the fields of Desired say. A default of null is none."""
    specs = {one.name: copy.deepcopy(one.metadata["spec"]) for one in fields(Desired) if "spec" in one.metadata}
    for one in fields(Desired):
        if one.name in specs and one.default is not None:
            default: t.Any = one.default
            specs[one.name]["default"] = sorted(default) if isinstance(default, frozenset) else default
    return specs


def desired_endpoint(params: t.Mapping[str, t.Any]) -> Desired:
    """The desired state in the options. An empty string counts as not set, an empty list does not.

    Raises PrivateLinkError for an invalid id, for an empty list, which AWS does not allow, and if not exactly
    one of `cluster_id` and `service_name` is set.
    """
    _require_one_target(params)
    own = {option: _wanted(params, option, spec) for option, spec in endpoint_arguments().items()}
    return Desired(**own, project_id=optional_id(params, "project_id"), wait=params["wait"])


def _wanted(params: t.Mapping[str, t.Any], option: str, spec: t.Mapping[str, t.Any]) -> t.Any:
    """The value of an option in the desired state, by its type."""
    value = params[option]
    if option in ("cluster_id", "node_group_id"):
        return optional_id(params, option)
    if spec["type"] == "list":
        return frozenset(value) if "choices" in spec else _given(params, option)
    if spec["type"] == "dict":
        return None if value is None else texts(value)
    return value if spec["type"] == "bool" else value or None


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
    """Both clouds from a module's options.

    Raises PrivateLinkError if the library `requests` or the API key is missing, or a URL cannot be used.
    """
    aws = AwsSession(module, deadline=deadline)
    return Clouds(aws, connect_tidbcloud(module, deadline) if tidbcloud else None)


def connect_tidbcloud(module: t.Any, deadline: Deadline) -> TidbCloud:
    """TiDB Cloud from a module's options; raises as `connect` does."""
    return TidbCloud(tidbcloud_session(module, deadline))


def tidbcloud_session(module: t.Any, deadline: Deadline) -> Session:
    """The conversation with TiDB Cloud; raises as `connect` does."""
    if not HAS_REQUESTS:
        raise MissingLibrary(lacking(["requests"]), REQUESTS_IMPORT_ERROR)
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
