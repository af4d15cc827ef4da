# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a published service, and the desired state in them."""

from __future__ import annotations

import re
import typing as t

from .._run.errors import PrivateLinkError
from .._run.text import printable
from .desired import DEFAULT_PORT, Desired
from .principals import ACCOUNT
from .txt_record import server_of
from .violations import ALLOWABLE

_LAST_PORT = 65535
_ENDPOINT_ID = re.compile(r"vpce-[0-9a-z]+")


def publication_arguments() -> dict[str, t.Any]:
    """Argument spec of a service that the user publishes."""
    texts = {"type": "list", "elements": "str"}
    return {
        "self_hosted_name": {"type": "str"},
        "service_id": {"type": "str"},
        "load_balancer_arns": texts,
        "load_balancer_tags": {"type": "dict"},
        "acceptance_required": {"type": "bool", "default": True},
        "allowed_principals": texts,
        "purge_allowed_principals": {"type": "bool", "default": True},
        "withdrawn_principals": texts,
        "accepted_accounts": texts,
        "accepted_endpoint_ids": texts,
        "rejected_endpoint_ids": texts,
        "reject_unpermitted": {"type": "bool", "default": False},
        "private_dns_name": {"type": "str"},
        "remove_private_dns_name": {"type": "bool", "default": False},
        "verify_private_dns": {"type": "bool", "default": True},
        "verify_dns_servers": texts,
        "port": {"type": "int", "default": DEFAULT_PORT},
        "supported_ip_address_types": {**texts, "choices": ["ipv4", "ipv6"]},
        "supported_regions": texts,
        "on_connections": {"type": "str", "choices": ["refuse", "reject"], "default": "refuse"},
        "tags": {"type": "dict", "aliases": ["resource_tags"]},
        "purge_tags": {"type": "bool", "default": True},
        "removed_tags": texts,
        "allow_violations": {**texts, "choices": list(ALLOWABLE), "default": []},
    }


def is_self_hosted(params: t.Mapping[str, t.Any]) -> bool:
    """Whether the options are about a service of the user's own, and not about one of TiDB Cloud.

    Raises PrivateLinkError if they are about both or neither. An empty text counts as not set, so this is not in the
    argument spec.
    """
    if bool(params["cluster_id"]) == bool(params["self_hosted_name"]):
        found = "both are given" if params["cluster_id"] else "neither is given"
        raise PrivateLinkError(f"Exactly one of cluster_id and self_hosted_name is needed, but {found}.")
    if params["cluster_id"]:
        _reject_of_other(params, "self_hosted_name", publication_arguments())
        return False
    _reject_of_other(params, "cluster_id", ["node_group_id"])
    return True


def _reject_of_other(params: t.Mapping[str, t.Any], needed: str, names: t.Iterable[str]) -> None:
    """An option that would silently do nothing."""
    specs = publication_arguments()
    given = [name for name in names if name != needed and _is_given(params[name], specs.get(name, {}).get("default"))]
    if given:
        raise PrivateLinkError(f"{', '.join(sorted(given))} needs {needed}. Give {needed}, or leave it out.")


def _is_given(value: t.Any, default: t.Any) -> bool:
    return value not in (None, "", [], [""], {}) and value != default


def desired_publication(params: t.Mapping[str, t.Any]) -> Desired:
    """The desired state in the options. An empty text counts as not set, an empty list does not.

    Raises PrivateLinkError for a value that is impossible whatever AWS has.
    """
    desired = Desired(
        name=params["self_hosted_name"],
        state=params["state"],
        service_id=params["service_id"] or None,
        load_balancer_arns=_some(params, "load_balancer_arns"),
        load_balancer_tags=_load_balancer_tags(params),
        acceptance_required=params["acceptance_required"],
        allowed_principals=_exact(params, "allowed_principals"),
        purge_allowed_principals=params["purge_allowed_principals"],
        withdrawn_principals=_exact(params, "withdrawn_principals") or (),
        accepted_accounts=_accounts(params),
        accepted_endpoint_ids=_endpoint_ids(params, "accepted_endpoint_ids"),
        rejected_endpoint_ids=_endpoint_ids(params, "rejected_endpoint_ids"),
        reject_unpermitted=params["reject_unpermitted"],
        private_dns_name=params["private_dns_name"] or None,
        remove_private_dns_name=params["remove_private_dns_name"],
        verify_private_dns=params["verify_private_dns"],
        verify_dns_servers=_dns_servers(params),
        port=params["port"],
        address_types=_some(params, "supported_ip_address_types"),
        regions=_exact(params, "supported_regions"),
        on_connections=params["on_connections"],
        tags=_tags(params, "tags"),
        purge_tags=params["purge_tags"],
        removed_tags=frozenset(_exact(params, "removed_tags") or ()),
        allow_violations=frozenset(params["allow_violations"] or ()),
        wait=params["wait"],
    )
    _reject_contradictions(desired)
    return desired


def _reject_contradictions(desired: Desired) -> None:
    both = sorted(desired.accepted_endpoint_ids & desired.rejected_endpoint_ids)
    if both:
        raise PrivateLinkError(
            f"accepted_endpoint_ids and rejected_endpoint_ids both have {printable(', '.join(both))}. Leave it in one."
        )
    _reject_set_and_removed(desired)
    if desired.load_balancer_arns is not None and desired.load_balancer_tags is not None:
        raise PrivateLinkError("load_balancer_arns and load_balancer_tags exclude each other. Give one of them.")
    if desired.private_dns_name and desired.remove_private_dns_name:
        raise PrivateLinkError(
            "private_dns_name and remove_private_dns_name=true contradict each other. Leave one of them out."
        )
    if not 1 <= desired.port <= _LAST_PORT:
        raise PrivateLinkError(f"port must be from 1 to {_LAST_PORT}, but is {desired.port}.")


def _reject_set_and_removed(desired: Desired) -> None:
    principals = sorted({*(desired.allowed_principals or ())} & {*desired.withdrawn_principals})
    if principals:
        raise PrivateLinkError(
            f"allowed_principals and withdrawn_principals both have {printable(', '.join(principals))}. "
            "Leave it in one."
        )
    tags = sorted(desired.removed_tags & {*(desired.tags or {}), *desired.ownership})
    if tags:
        raise PrivateLinkError(
            f"removed_tags has {printable(', '.join(tags))}, which the service is to carry. "
            "Leave it out of removed_tags."
        )


def _exact(params: t.Mapping[str, t.Any], option: str) -> tuple[str, ...] | None:
    """The exact set in a list option, null if it is not set. An empty text arrives as a list that holds it."""
    values = params[option]
    if values is None or (values and not any(values)):
        return None
    return tuple(sorted({value for value in values if value}))


def _dns_servers(params: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    servers = _exact(params, "verify_dns_servers") or ()
    for server in servers:
        try:
            server_of(server)
        except ValueError:
            raise PrivateLinkError(
                f"verify_dns_servers has {printable(server)!r}, which is no IP address. Give addresses such as "
                "192.0.2.53, with a port such as 192.0.2.53:5353 or [2001:db8::53]:5353 where it is not 53."
            ) from None
    return servers


def _some(params: t.Mapping[str, t.Any], option: str) -> tuple[str, ...] | None:
    """The same of a set that is never empty."""
    values = _exact(params, option)
    if values == ():
        raise PrivateLinkError(
            f"{option} is an empty list, but an endpoint service keeps at least one. Omit {option} to leave it as it "
            "is, or list those that it should have."
        )
    return values


def _load_balancer_tags(params: t.Mapping[str, t.Any]) -> dict[str, str] | None:
    """Without any tag, every load balancer of the region would match."""
    tags = _tags(params, "load_balancer_tags")
    if tags == {} and params["state"] == "present":
        raise PrivateLinkError(
            "load_balancer_tags is empty and would match every load balancer. Give a tag, or omit it."
        )
    return tags


def _tags(params: t.Mapping[str, t.Any], option: str) -> dict[str, str] | None:
    value = params[option]
    return None if value is None else {str(key): str(item) for key, item in value.items()}


def _accounts(params: t.Mapping[str, t.Any]) -> frozenset[str]:
    accounts = frozenset(_exact(params, "accepted_accounts") or ())
    for account in sorted(accounts):
        if not ACCOUNT.fullmatch(account):
            raise PrivateLinkError(
                f"accepted_accounts has {printable(account)!r}, which is not an AWS account id. Give its twelve digits "
                'in quotes ("012345678901"): YAML reads a bare number that begins with 0 as another one.'
            )
    return accounts


def _endpoint_ids(params: t.Mapping[str, t.Any], option: str) -> frozenset[str]:
    ids = frozenset(_exact(params, option) or ())
    for one in sorted(ids):
        if not _ENDPOINT_ID.fullmatch(one):
            raise PrivateLinkError(f"{option} has {printable(one)!r}, which is not the id of an endpoint (vpce-…).")
    return ids
