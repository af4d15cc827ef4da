# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the clouds say, made fit for a terminal, a shell, and files and variables that Ansible takes for templates.

Anybody who may tag an endpoint or name a cluster writes such text. It is shown as one line of printable characters;
what is used again is an id or a host name that can be nothing else, or is left out.
"""

from __future__ import annotations

import re
import typing as t

import yaml
from ansible.utils.display import Display

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run import text
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import foreign

_display = Display()

_AWS_ID = r"[0-9a-z]{1,64}"
_TIDB_ID = re.compile(r"[0-9]{1,20}")
# What an id must be to be written, by the option of private_endpoints that it is for.
_IDS = {
    "vpc_endpoint_id": re.compile(f"vpce-{_AWS_ID}"),
    "cluster_id": _TIDB_ID,
    "node_group_id": _TIDB_ID,
    "project_id": _TIDB_ID,
    "region": re.compile(r"[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}"),
    "vpc_id": re.compile(f"vpc-{_AWS_ID}"),
}
# What the texts of an own service must be to be written, by the option of endpoint_service that they are for.
_NAME_TAG = "tidbcloud:service-name"
_SERVICE_TEXTS = {
    "self_hosted_name": re.compile(r"[A-Za-z0-9._-]{1,256}"),
    "service_id": re.compile(f"vpce-svc-{_AWS_ID}"),
    "region": _IDS["region"],
}
_SERVICE_LISTS = {
    "load_balancer_arns": re.compile(r"arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9/-]+"),
    "allowed_principals": re.compile(r"\*|arn:aws[a-z-]*:iam::[0-9]{12}:[A-Za-z0-9/_+=,.@-]+"),
}
_SERVICE_KEYS = ("service_id", "region", *_SERVICE_LISTS)
_ID_LISTS = {
    "subnet_ids": re.compile(f"subnet-{_AWS_ID}"),
    "security_group_ids": re.compile(f"sg-{_AWS_ID}"),
}


def printable(value: t.Any, most: int = text.MOST) -> t.Any:
    """Every text in the value on one line, printable, cut to `most` characters. See printable.yml."""
    return foreign.printable(value, most)


def host_name(value: t.Any) -> str:
    """The value if it is a host name or an IPv4 address, else an empty text. See host_name.yml."""
    return foreign.host_name(value)


def export_yaml(endpoints: t.Iterable[t.Mapping[str, t.Any]], services: t.Iterable[t.Mapping[str, t.Any]] = ()) -> str:
    """The private endpoints as the file that private_endpoints takes, and own services. See export_yaml.yml."""
    every = list(endpoints)
    items = [item for endpoint in every if endpoint.get("vpc_id") for item in _exported(endpoint)]
    unseen = [endpoint["vpc_endpoint_id"] for endpoint in every if endpoint.get("aws_visible") is False]
    if unseen:
        _display.warning(
            "The export leaves out private endpoints that AWS does not show to these credentials: their network is not "
            f"known. They are {text.listed(unseen)}."
        )
    own = [item for one in services if one.get("hosting") == "self_hosted" for item in _exported_service(one)]
    content = {"endpoints": items, **({"endpoint_services": own} if own else {})}
    return yaml.safe_dump(content, sort_keys=False, explicit_start=True)


def _exported_service(service: t.Mapping[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
    """One item or none: under another name than its own, a service would not be found."""
    name = (service.get("tags") or {}).get(_NAME_TAG) or service.get("service_id")
    found: dict[str, t.Any] = {"self_hosted_name": name, **{key: service.get(key) for key in _SERVICE_KEYS}}
    unusable = [option for option, pattern in _SERVICE_TEXTS.items() if not _is_text(found[option], pattern)]
    if unusable:
        shown = text.printable(service.get("service_id"))
        _display.warning(f"The export leaves out service {shown}: {text.listed(unusable)} cannot be written.")
        return
    lists: dict[str, list[str]] = {}
    for option, pattern in _SERVICE_LISTS.items():
        values = list(found[option] or ())
        if not all(_is_text(one, pattern) for one in values):
            _display.warning(f"The export leaves out {option} of {name}: one of them cannot be written.")
        elif values:
            lists[option] = _plain(values)
    texts = {option: _plain(found[option]) for option in _SERVICE_TEXTS}
    yield {**texts, "acceptance_required": bool(service.get("acceptance_required")), **lists}


def _is_text(value: t.Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _exported(endpoint: t.Mapping[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
    """One item or none: an item without the id of its interface endpoint could mean another one."""
    unusable = [name for name in (*_IDS, *_ID_LISTS) if endpoint.get(name) and not _is_valid(name, endpoint[name])]
    for name in unusable:
        _display.warning(
            f"The export leaves out {'the item with ' if name == 'vpc_endpoint_id' else ''}{name} "
            f"{text.printable(endpoint[name])}: it is not a valid id."
        )
    if "vpc_endpoint_id" in unusable or not endpoint.get("vpc_endpoint_id"):
        return
    names = [name for name in (*_IDS, *_ID_LISTS) if endpoint.get(name) and name not in unusable]
    yield {
        **{name: _plain(endpoint[name]) for name in names},
        "private_dns_enabled": endpoint.get("status") != "active" or bool(endpoint.get("private_dns_enabled")),
    }


def _is_valid(name: str, value: t.Any) -> bool:
    if name in _IDS:
        return isinstance(value, str) and _IDS[name].fullmatch(value) is not None
    # One of a set left out would be one to remove.
    return isinstance(value, (list, tuple)) and all(
        isinstance(item, str) and _ID_LISTS[name].fullmatch(item) for item in value
    )


def _plain(value: t.Any) -> t.Any:
    """Without the types by which Ansible marks text: those are no plain YAML."""
    return "".join(value) if isinstance(value, str) else ["".join(item) for item in value]


class FilterModule:
    """The filters for foreign text."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"printable": printable, "host_name": host_name, "export_yaml": export_yaml}
