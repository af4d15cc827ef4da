# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module says, in the words of a role: its user sets the role's variables and not the module's options. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import is_dataclass, replace

from ansible.utils.unsafe_proxy import wrap_var

# The beginning of the variables of the role that makes both sides.
CONNECTION = "private_connection_"
_PUBLISHING = "service_publication_"
# The roles of this collection, each with the beginning of its variables.
ROLES = {
    "tidbcloud.privatelink.private_connection": CONNECTION,
    "tidbcloud.privatelink.service_publication": _PUBLISHING,
}
# The playbook of each that removes.
_REMOVING = {CONNECTION: "disconnect", _PUBLISHING: "withdraw"}
# Options of modules that the role has under the same name.
SAME = (
    "access_key",
    "allow_violations",
    "assume_role_arn",
    "assume_role_external_id",
    "availability_zone_ids",
    "aws_ca_bundle",
    "aws_config",
    "cluster_id",
    "cluster_ids",
    "endpoint_url",
    "ip_address_type",
    "keep_vpc_endpoint",
    "node_group_id",
    "node_group_ids",
    "private_dns_enabled",
    "project_id",
    "project_ids",
    "purge_tags",
    "recreate_failed",
    "remove_duplicates",
    "secret_key",
    "security_group_ids",
    "self_hosted_name",
    "service_name",
    "session_token",
    "subnet_ids",
    "tidbcloud_api_url",
    "tidbcloud_ca_path",
    "tidbcloud_private_key",
    "tidbcloud_public_key",
    "tidbcloud_serverless_api_url",
    "tidbcloud_timeout",
    "validate_certs",
    "vpc_endpoint_id",
    "vpc_endpoint_ids",
    "vpc_id",
    "vpc_ids",
    "wait_delay",
    "wait_timeout",
)
# The same of the role that publishes.
PUBLICATION = (
    "acceptance_required",
    "accepted_accounts",
    "accepted_endpoint_ids",
    "access_key",
    "allow_violations",
    "allowed_principals",
    "assume_role_arn",
    "assume_role_external_id",
    "aws_ca_bundle",
    "aws_config",
    "endpoint_url",
    "health_check",
    "load_balancer_arns",
    "load_balancer_tags",
    "on_connections",
    "private_dns_name",
    "purge_allowed_principals",
    "purge_tags",
    "purge_targets",
    "reject_unpermitted",
    "rejected_endpoint_ids",
    "remove_private_dns_name",
    "secret_key",
    "self_hosted_name",
    "service_id",
    "session_token",
    "supported_ip_address_types",
    "supported_regions",
    "target_group_arn",
    "target_port",
    "target_type",
    "validate_certs",
    "verify_dns_servers",
    "verify_private_dns",
    "vpc_id",
    "wait_delay",
    "wait_timeout",
)
# Options of the check, which are about the check alone in the role.
OTHER = {
    "ca_path": "check_ca_path",
    "connect_to": "check_connect_to",
    "login_password": "check_password",
    "login_user": "check_user",
    "source_address": "check_source_address",
    "source_instance_id": "check_source_instance_id",
    "source_network_interface_id": "check_source_network_interface_id",
    "source_subnet_id": "check_source_subnet_id",
}
# Options about the provider's side of a connection, where a task has a service of the user's own.
PROVIDER = (
    "accepted_accounts",
    "accepted_endpoint_ids",
    "acceptance_required",
    "allow_violations",
    "allowed_principals",
    "assume_role_arn",
    "assume_role_external_id",
    "load_balancer_arns",
    "load_balancer_tags",
    "on_connections",
    "private_dns_name",
    "purge_tags",
    "reject_unpermitted",
    "rejected_endpoint_ids",
    "remove_private_dns_name",
    "service_id",
    "supported_ip_address_types",
    "supported_regions",
    "verify_dns_servers",
    "verify_private_dns",
)
PROVIDER_WORDS = ("port", "profile", "region", "tags")
# These are words of English, too: they are options only where they are given a value.
WORDS = ("name", "profile", "region", "regions", "state", "statuses", "tags", "wait")
# Keys under which modules say something.
_SAYING = frozenset({"causes", "found", "message", "msg", "reason", "remedy", "status_note", "warnings"})
# The role has no variable for a certificate as text: that way out is left out of what is said.
_NOT_OFFERED = re.compile(r",? or (give its text in )?ca_pem\b")
# A whole task is for a playbook of its own.
_TASK = r"tidbcloud\.privatelink\.\w+: \{[^}]*\}"


def _pattern(options: t.Iterable[str], words: t.Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"{_TASK}|\b(?P<option>{'|'.join(options)})\b|\b(?P<word>{'|'.join(words)})(?==\S)")


# By the beginning of the variables.
_PATTERNS = {
    CONNECTION: _pattern([*SAME, *OTHER], WORDS),
    f"{CONNECTION}provider_": _pattern(PROVIDER, PROVIDER_WORDS),
    _PUBLISHING: _pattern([*PUBLICATION, "load_balancer_arn"], [*WORDS, "port", "protocol", "targets"]),
}
# The module that makes a listener takes one load balancer, the role a list.
_RENAMED: t.Mapping[str, t.Mapping[str, str]] = {
    CONNECTION: OTHER,
    _PUBLISHING: {"load_balancer_arn": "load_balancer_arns"},
}


def in_provider_words(value: t.Any, prefix: str) -> t.Any:
    """The same for what a module says about the provider's side, whose variables have a beginning of their own."""
    return in_role_words(in_role_words(value, f"{prefix}provider_"), prefix)


def in_role_words(value: t.Any, prefix: str) -> t.Any:
    """The same result of a module, with variables of the role, which begin with `prefix`, for options in what it says.

    Ansible takes no text in it for a template.
    """
    return _in_words(value, prefix)


def _in_words(value: t.Any, prefix: str, *, says: bool = False) -> t.Any:
    """`says`: whether the value is of a key under which modules say something."""
    if isinstance(value, t.Mapping):
        return {
            key: _error(item, prefix) if key == "exception" else _in_words(item, prefix, says=key in _SAYING)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_in_words(item, prefix, says=says) for item in value]
    return wrap_var(_named(value, prefix)) if says and isinstance(value, str) else value


def _error(exception: t.Any, prefix: str) -> t.Any:
    """What ansible-core 2.19 and later show of a failure in place of `msg`; before, it is a traceback."""
    event = getattr(exception, "event", None)
    if not (is_dataclass(exception) and is_dataclass(event)):
        return exception
    named = replace(t.cast(t.Any, event), msg=_named(str(getattr(event, "msg", "")), prefix))
    return replace(t.cast(t.Any, exception), event=named)


def _named(text: str, prefix: str) -> str:
    def variable(found: re.Match[str]) -> str:
        option = found["option"] or found["word"]
        return f"{prefix}{_RENAMED.get(prefix, {}).get(option, option)}" if option else found[0]

    said = _PATTERNS[prefix].sub(variable, _NOT_OFFERED.sub("", text))
    removing = _REMOVING.get(prefix)
    return (
        said.replace(f"{prefix}state=absent", f"{prefix}state=absent (the playbook {removing})") if removing else said
    )
