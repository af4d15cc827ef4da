# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The provider's side of a connection to a service of the user's own: what a consumer's run asks for, and ends. Pure.

Services come as the module endpoint_service returns them. One consumer's run never withdraws another's principal: it
adds, and takes back what a tag says that a run of the role added. These tags permit nobody.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.tags import is_protected
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.options import publication_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.principals import (
    EVERYBODY,
    account_in,
    normalized,
    permits,
)

from .connection_options import split_list
from .foreign import printable
from .role_variables import given as set_or
from .role_variables import own_tags

Values = t.Mapping[str, t.Any]
# The role made the service, so that it may delete it.
MADE_BY_TAG, MADE_BY = "tidbcloud:made-by", "private_connection"
# One for each principal that a run of the role added: the principal, and the connection that it was added for.
PERMITTED_TAG = "tidbcloud:permitted:"
# Source: "Tag restrictions" in the Amazon EC2 user guide.
_MOST_TAGS = 50
_KEY_OF_OTHERS = 16
_OWNERSHIP = ("tidbcloud:managed-by", "tidbcloud:service-name")
_LIVE = frozenset({"pendingAcceptance", "pending", "available"})
_AWS = ("profile", "access_key", "secret_key", "session_token")
_ROLE = ("assume_role_arn", "assume_role_external_id")
_NO_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
# What decides about the end of the service, and what the role decides.
_NOT_HANDED_ON = frozenset({"on_connections", "self_hosted_name", "withdrawn_principals", "removed_tags"})
# No service has it: it stands in for the name of one that is made later.
_NO_NUMBER = "0" * 17


def credentials(own: Values, consumer: Values) -> dict[str, t.Any]:
    """`options` of AWS for the provider's account, and the `environment` in which they count.

    `own`: the provider's variables, an empty text where one is not set; `consumer`: the options of the consumer's
    modules. Keys or a profile of the provider's replace all of the consumer's, also those of the environment; a role
    alone is assumed with the consumer's.
    """
    mine = {name: value for name in own if (value := set_or(own[name], None)) is not None}
    has_keys = any(name in mine for name in _AWS)
    dropped = {*(_AWS if has_keys else ()), *(_ROLE if has_keys or "assume_role_arn" in mine else ())}
    options = {**{name: value for name, value in consumer.items() if name not in dropped}, **mine}
    return {"options": options, "environment": dict.fromkeys(_NO_KEYS, "") if has_keys else {}}


@dataclass(frozen=True)
class Side:
    """What a run of the role knows of the provider's side before it changes anything.

    `given`: the provider's variables without their prefix; `service`: what is published now; `provider_account` and
    `consumer_account`: whose credentials are used; `connection`: the VPC or the private endpoint that connects.
    """

    given: Values
    name: str
    service: Values
    provider_account: str
    consumer_account: str
    connection: str

    @classmethod
    def of(cls, known: Values) -> Side:
        looked = known["provider"]
        account = str(known["account_id"])
        return cls(
            known["given"],
            str(known["name"]),
            looked["endpoint_service"],
            str(looked["account_id"]),
            account,
            str(known["connection"]),
        )

    @property
    def is_published(self) -> bool:
        return bool(self.service["service_id"])

    @property
    def service_name(self) -> str:
        """Of a service that is made later, one that stands in for it."""
        return str(self.service["service_name"] or f"com.amazonaws.vpce.{self.service['region']}.vpce-svc-{_NO_NUMBER}")

    @property
    def principals(self) -> list[str]:
        """The principals to permit: those that are given, and the consumer's account if these do not say who of it."""
        wanted = split_list(self.given.get("allowed_principals") or "")
        is_covered = permits(wanted, self.consumer_account, self.provider_account)
        if is_covered or EVERYBODY in self.service["allowed_principals"]:
            return wanted
        return [*wanted, self.consumer_account]

    @property
    def records(self) -> dict[str, str]:
        """The tags that remember who is permitted by this run; none beyond what fits on the service."""
        region, present = self.service["region"], self.service["allowed_principals"]
        added = sorted({normalized(one, region) or one for one in self.principals} - set(present))
        found = {record_key(one): f"{one} {self.connection}" for one in added}
        room = _MOST_TAGS - len({*self.service["tags"], *self._tags, MADE_BY_TAG}) - len(_OWNERSHIP)
        return dict(list(found.items())[: max(room, 0)])

    @property
    def _tags(self) -> dict[str, str]:
        return own_tags(self.given.get("tags"))

    @property
    def options(self) -> dict[str, t.Any]:
        """The options of endpoint_service. A service that is there keeps what nothing is said about."""
        specs = publication_arguments()
        read = {name: _read(self.given.get(name), spec) for name, spec in specs.items() if name not in _NOT_HANDED_ON}
        options = {name: value for name, value in read.items() if value is not None}
        if self.is_published:
            options.setdefault("acceptance_required", self.service["acceptance_required"])
        if self.principals:
            options["allowed_principals"] = self.principals
        # The list is exact where the service is published on its own, and nowhere else.
        options["purge_allowed_principals"] = False
        if "tags" not in options:
            options["purge_tags"] = False
        made = {} if self.is_published else {MADE_BY_TAG: MADE_BY}
        tags = {**self._tags, **self.records, **made}
        if tags or "tags" in options:
            options["tags"] = tags
        return {"self_hosted_name": self.name, **options}

    @property
    def requires_acceptance(self) -> bool:
        return str(self.options.get("acceptance_required", True)).lower() not in ("false", "no", "off", "0")

    def will_verify(self, steps: t.Iterable[Values]) -> bool:
        """Whether the private name is verified once these steps are done."""
        names = {step["name"] for step in steps}
        record = self.service["private_dns_name_record"] or {}
        if names & {"set_private_dns_name", "remove_private_dns_name"}:
            return False
        return record.get("state") == "verified" or "verify_private_dns_name" in names


def _read(value: t.Any, spec: Values) -> t.Any:
    """The value of an option; null where it is not set. An empty list is one, where a service may have none."""
    value = set_or(value, None)
    if value is None or spec["type"] != "list" or value in ([], ()):
        return value
    return split_list(value) or None


def record_key(principal: str) -> str:
    """The key of the tag for a principal: the account for its root, else a number of its own."""
    account = account_in(principal)
    is_root = account and principal.endswith(":root")
    return PERMITTED_TAG + (account if is_root and account else _number(principal))


def _number(principal: str) -> str:
    return hashlib.sha256(principal.encode()).hexdigest()[:_KEY_OF_OTHERS]


def provider_side(known: Values) -> dict[str, t.Any]:
    """What a run of connect asks of the provider.

    Of `known`: what Side.of takes, and `steps`, those that endpoint_service plans.
    """
    side = Side.of(known)
    return {
        "options": side.options,
        "service_name": side.service_name,
        "requires_acceptance": side.requires_acceptance,
        "private_dns_enabled": side.will_verify(known.get("steps") or []),
    }


# --- the end ----------------------------------------------------------------------------------------------------


def ending(known: Values) -> dict[str, t.Any]:
    """What of the provider's side a run of disconnect ends.

    Of `known`: name, provider (as it is once the private endpoint has gone), account_id, connection, check_mode, and
    `own_ids`, the private endpoints of this connection. `passing`: those that AWS still lists as connected; `deletes`:
    whether the service goes, else `withdrawn_principals` and `removed_tags` do; `left`: why it stays.
    """
    service, name = known["provider"]["endpoint_service"], str(known["name"])
    live = [one for one in service["connections"] if one["state"] in _LIVE]
    others = [one for one in live if one["vpc_endpoint_id"] not in known["own_ids"]]
    passing = [one["vpc_endpoint_id"] for one in live if one not in others]
    stays = live if passing and not known["check_mode"] else others
    left = _why_left(name, service, stays) if service["service_id"] else ""
    deletes = bool(service["service_id"]) and not left
    records = {} if deletes else _ended_records(known, service, others)
    return {
        "passing": passing,
        "deletes": deletes,
        "withdrawn_principals": sorted(set(records.values()) & set(service["allowed_principals"])),
        "removed_tags": sorted(records),
        "left": left,
    }


def _why_left(name: str, service: Values, others: t.Sequence[Values]) -> str:
    what = f"left endpoint service {printable(name)} ({printable(service['service_id'])})"
    if others:
        shown = ", ".join(f"{one['vpc_endpoint_id']} of account {one['account_id']}" for one in others)
        return f"{what}, to which {printable(shown)} is connected"
    if service["tags"].get(MADE_BY_TAG) != MADE_BY:
        return f"{what}, which no run of connect made; to delete it, use endpoint_service with state=absent"
    if is_protected(service["tags"]):
        return f"{what}, whose tag deletion-protection is true"
    return ""


def _ended_records(known: Values, service: Values, others: t.Sequence[Values]) -> dict[str, str]:
    """By key, the principals that a run of the role added for this connection or its account, and nobody uses."""
    found = {}
    for key, value in service["tags"].items():
        if not key.startswith(PERMITTED_TAG):
            continue
        principal, _blank, connection = value.partition(" ")
        account = account_in(principal)
        is_own = connection == known["connection"] or account == str(known["account_id"])
        # Whom a principal permits that names no account is not known.
        is_used = any(account is None or one["account_id"] == account for one in others)
        if is_own and not is_used:
            found[key] = principal
    return found


# --- the result -------------------------------------------------------------------------------------------------


_WAITS = "The private endpoint waits until the provider accepts it. The playbook connect does that; run it to continue."


def with_provider(endpoint: Values, served: Values) -> dict[str, t.Any]:
    """A private endpoint of such a service, with the host and the port to connect to, and the service as it is.

    Of `served`: `service` and `port`; empty for any other private endpoint. The host is the private name where it is
    in effect, else the name that AWS gives the endpoint.
    """
    if not served:
        return dict(endpoint)
    service = served["service"]
    name = service.get("private_dns_name") if endpoint["private_dns_enabled"] else None
    beginning = f"{endpoint['vpc_endpoint_id']}-"
    own = [one for one in endpoint["dns_names"] if one.startswith(beginning)]
    return {
        **endpoint,
        "service_name": service.get("service_name"),
        "host": name or next(iter(own), None),
        "port": int(served["port"]),
        "status_note": _WAITS if endpoint["status"] == "initiating" else endpoint["status_note"],
        "endpoint_service": dict(service) if service.get("service_id") else None,
    }
