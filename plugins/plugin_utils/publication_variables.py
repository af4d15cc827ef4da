# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role service_publication as people and AWX hand them over, as options of its two modules. Pure.

An empty text counts as not set for every one, and lists may be given as text. All values are looked at together,
before anything is read.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common import validation

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import region_of
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import printable
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.connection_options import split_list
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.role_variables import (
    given,
    not_negative,
    unknown_variables,
)

PREFIX = "service_publication_"
# What the role itself sets: a playbook of the collection hands them to the next job, as extra variables.
RETURNED = frozenset({"result", "service_name", "host"})
STATES = ("present", "absent")
_ADDRESS_AND_PORT = re.compile(r"(?P<id>[^\s:]+|\[[0-9A-Fa-f:.]+\]):(?P<port>\d+)")

Values = t.Mapping[str, t.Any]
Reader = t.Callable[[t.Any], t.Any]


class Kind(t.NamedTuple):
    """`what` completes "must be"; `read` raises TypeError or ValueError for anything else."""

    what: str
    read: Reader
    shows: bool = True


def _text(value: t.Any) -> str:
    if isinstance(value, (dict, list, tuple, bool)):
        raise TypeError
    return str(value)


def _listed(value: t.Any) -> list[str]:
    """An empty list stays one: it is the exact set."""
    if isinstance(value, (dict, bool)) or (isinstance(value, (list, tuple)) and any(_is_odd(one) for one in value)):
        raise TypeError
    return split_list(value)


def _is_odd(value: t.Any) -> bool:
    return isinstance(value, (dict, list, tuple, bool))


def _targets(value: t.Any) -> list[dict[str, t.Any]]:
    """Mappings as they are, texts as `id` or `id:port`, also several in one text."""
    items = value if isinstance(value, (list, tuple)) else split_list(value)
    found: list[dict[str, t.Any]] = []
    for item in items:
        if isinstance(item, dict):
            if set(item) - {"id", "port", "availability_zone"} or not item.get("id"):
                raise ValueError
            found.append({key: one for key, one in item.items() if one not in (None, "")})
        else:
            found += [_target(one) for one in split_list(_text(item))]
    return found


def _target(written: str) -> dict[str, t.Any]:
    """An IPv6 address with a port is in brackets; without one, its colons say nothing about a port."""
    found = _ADDRESS_AND_PORT.fullmatch(written)
    if found is None:
        return {"id": written.strip("[]")}
    return {"id": found["id"].strip("[]"), "port": int(found["port"])}


def _one_of(*words: str) -> Kind:
    def read(value: t.Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return Kind(f"one of {', '.join(words)}", read)


_TEXT = Kind("text", _text, shows=False)
_BOOLEAN = Kind("true or false", validation.check_type_bool)
_LIST = Kind("a list of texts, or one text such as a,b", _listed)
_MAPPING = Kind("a mapping, such as {'team': 'data'}", validation.check_type_dict, shows=False)
_INTEGER = Kind("a whole number, not negative", not_negative(validation.check_type_int))
_SERVICE_LISTS = (
    "load_balancer_arns",
    "allowed_principals",
    "accepted_accounts",
    "accepted_endpoint_ids",
    "rejected_endpoint_ids",
    "verify_dns_servers",
    "supported_ip_address_types",
    "supported_regions",
    "allow_violations",
)
_SERVICE_FLAGS = (
    "acceptance_required",
    "purge_allowed_principals",
    "reject_unpermitted",
    "remove_private_dns_name",
    "verify_private_dns",
)
# Options of both modules.
SHARED: dict[str, Kind] = {
    "load_balancer_tags": _MAPPING,
    "port": _INTEGER,
    "tags": _MAPPING,
    "purge_tags": _BOOLEAN,
    "wait": _BOOLEAN,
    "wait_timeout": _INTEGER,
    "wait_delay": Kind("a number, not negative", not_negative(validation.check_type_float)),
}
SERVICE: dict[str, Kind] = {
    **dict.fromkeys(("self_hosted_name", "service_id", "private_dns_name"), _TEXT),
    **dict.fromkeys(_SERVICE_LISTS, _LIST),
    **dict.fromkeys(_SERVICE_FLAGS, _BOOLEAN),
    "on_connections": _one_of("refuse", "reject"),
}
LISTENER: dict[str, Kind] = {
    **dict.fromkeys(("target_group_arn", "vpc_id"), _TEXT),
    "protocol": _one_of("TCP", "TCP_UDP"),
    "target_type": _one_of("instance", "ip"),
    "target_port": _INTEGER,
    "targets": Kind("a list of {'id': …, 'port': …}, or text such as 10.0.8.10:4000,10.0.8.26", _targets),
    "purge_targets": _BOOLEAN,
    "health_check": _MAPPING,
}
AWS: dict[str, Kind] = {
    **dict.fromkeys(("region", "profile", "access_key", "secret_key", "session_token", "endpoint_url"), _TEXT),
    **dict.fromkeys(("aws_ca_bundle", "assume_role_arn", "assume_role_external_id"), _TEXT),
    "validate_certs": _BOOLEAN,
    "aws_config": _MAPPING,
}
KINDS: dict[str, Kind] = {"state": _one_of(*STATES), **SERVICE, **LISTENER, **SHARED, **AWS}


def publication(values: Values, fixed_state: str = "") -> dict[str, t.Any]:
    """What the role is to do. `values`: all variables whose name begins with the prefix.

    `problems`: a sentence for each value that cannot be; `state`, `name`; `group`, `service` and `listener`: options of
    all modules of the collection, of endpoint_service and of load_balancer_listener; `balancers`: the load balancers to
    make a listener on, an empty text for the one that tags find.
    """
    known = {PREFIX + name for name in (*KINDS, *RETURNED)}
    problems = unknown_variables("service_publication", values, known)
    read: dict[str, t.Any] = {}
    for name, kind in KINDS.items():
        value = given(values.get(PREFIX + name), None)
        if value is None:
            continue
        try:
            read[name] = kind.read(value)
        except (TypeError, ValueError, OverflowError):
            shown = f"{printable(value)!r}" if kind.shows else "something else"
            problems.append(f"{PREFIX}{name} must be {kind.what}; it is {shown}.")
    state = str(read.get("state") or fixed_state or "present")
    problems += [*_of_state(state, fixed_state), *_missing(read, state, problems)]
    return {"problems": problems, "state": state, "name": read.get("self_hosted_name", ""), **_options(read, state)}


def _of_state(state: str, fixed_state: str) -> list[str]:
    if not fixed_state or state == fixed_state:
        return []
    return [
        f"This playbook is for {PREFIX}state={fixed_state}, and {state!r} was given. Leave {PREFIX}state out: the "
        "playbook publish publishes a service, withdraw withdraws it."
    ]


def _missing(read: Values, state: str, problems: t.Sequence[str]) -> list[str]:
    """Nothing about what was given and could not be read: that has a sentence of its own."""
    found = []
    if "self_hosted_name" not in read and not any(f"{PREFIX}self_hosted_name must" in one for one in problems):
        found.append(f"{PREFIX}self_hosted_name is missing: the name under which the service is published.")
    if state != "present":
        return found
    balancers = read.get("load_balancer_arns"), read.get("load_balancer_tags")
    if all(balancers):
        found.append(f"{PREFIX}load_balancer_arns and {PREFIX}load_balancer_tags exclude each other. Give one of them.")
    if not any(balancers) and (read.get("targets") or read.get("target_group_arn")):
        found.append(
            f"A listener needs a load balancer, and none is given. Give {PREFIX}load_balancer_arns or "
            f"{PREFIX}load_balancer_tags."
        )
    if len(read.get("load_balancer_arns") or ()) > 1 and read.get("target_group_arn"):
        found.append(
            f"{PREFIX}target_group_arn serves one load balancer, and {PREFIX}load_balancer_arns has several. Leave it "
            "out, or give one load balancer."
        )
    return found


def _options(read: Values, state: str) -> dict[str, t.Any]:
    shared = {name: read[name] for name in SHARED if name in read}
    group = {name: read[name] for name in AWS if name in read}
    arns = read.get("load_balancer_arns") or []
    region = next((region for arn in arns if (region := region_of(arn))), None)
    if region and "region" not in group:
        group["region"] = region
    service = {**shared, **{name: read[name] for name in SERVICE if name in read}, "state": state}
    listener = {**shared, **{name: read[name] for name in LISTENER if name in read}, "state": state}
    listener["name"] = read.get("self_hosted_name", "")
    if state == "absent":
        listener.pop("load_balancer_tags", None)  # What was made is found by its name, wherever it is.
    return {"group": group, "service": service, "listener": listener, "balancers": _balancers(read, state)}


def _balancers(read: Values, state: str) -> list[str]:
    """A load balancer of Kubernetes, found by tags, has its listener: it needs one only for targets that are given."""
    if state == "absent":
        return [""]
    arns = list(dict.fromkeys(read.get("load_balancer_arns") or []))
    needed = bool(read.get("load_balancer_tags")) and bool(read.get("targets") or read.get("target_group_arn"))
    return arns or ([""] if needed else [])
