# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module says, in the words of a role: its user sets the role's variables and not the module's options. Pure."""

from __future__ import annotations

import re
import typing as t
from dataclasses import is_dataclass, replace

from ansible.utils.unsafe_proxy import wrap_var

# The roles of this collection, each with the beginning of its variables.
ROLES = {"tidbcloud.privatelink.private_connection": "private_connection_"}
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
# These are words of English, too: they are options only where they are given a value.
WORDS = ("name", "profile", "region", "regions", "state", "statuses", "tags", "wait")
# Keys under which modules say something.
_SAYING = frozenset({"causes", "found", "message", "msg", "reason", "remedy", "status_note", "warnings"})
# A whole task is for a playbook of its own.
_TASK = r"tidbcloud\.privatelink\.\w+: \{[^}]*\}"
_OPTION = re.compile(rf"{_TASK}|\b(?P<option>{'|'.join([*SAME, *OTHER])})\b|\b(?P<word>{'|'.join(WORDS)})(?==\S)")


def in_role_words(value: t.Any, prefix: str, *, says: bool = False) -> t.Any:
    """The same result of a module, with variables of the role, which begin with `prefix`, for options in what it says.

    `says`: whether the value is of a key under which modules say something. Ansible takes no text in it for a template.
    """
    if isinstance(value, t.Mapping):
        return {
            key: _error(item, prefix) if key == "exception" else in_role_words(item, prefix, says=key in _SAYING)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [in_role_words(item, prefix, says=says) for item in value]
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
        return f"{prefix}{OTHER.get(option, option)}" if option else found[0]

    said = _OPTION.sub(variable, text)
    return said.replace(f"{prefix}state=absent", f"{prefix}state=absent (the playbook disconnect)")
