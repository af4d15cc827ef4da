# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role as people and AWX hand them over: misspelt, empty, as text. Pure but for its own spec.

Ansible checks the types of meta/argument_specs.yml before the role runs, and would refuse the empty text that a survey
hands over for a question without an answer. What is not text there has no type, and is checked here.
"""

from __future__ import annotations

import difflib
import functools
import typing as t
from pathlib import Path

import yaml
from ansible.module_utils.common import validation

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.tags import settable
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.given import texts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import LONGEST_TIME
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import printable

PREFIX = "private_connection_"
# What the role itself sets: a playbook of the collection hands them to the next job, as extra variables.
RETURNED = frozenset({"result", "status", "host", "port"})
_SPECS = Path(__file__).resolve().parents[2] / "roles/private_connection/meta/argument_specs.yml"
_NEAR = 0.6
REQUIRED = "required"
# What private_connection_state may be for an entry point that is there for one thing, and what that thing is.
_STATES = {
    "present": ("present", "makes a connection"),
    "absent": ("absent", "removes a connection"),
    "verify": ("present", "checks a connection and changes nothing"),
    "status": ("present", "shows connections and changes nothing"),
}

Values = t.Mapping[str, t.Any]
Kind = tuple[str, t.Callable[[t.Any], t.Any]]


def _one_of(*words: str) -> Kind:
    def check(value: t.Any) -> str:
        # YAML reads a bare off as false.
        if value not in words and not (value is False and "off" in words):
            raise ValueError
        return str(value)

    return f"one of {', '.join(words)}", check


def not_negative(convert: t.Callable[[t.Any], t.Any]) -> t.Callable[[t.Any], t.Any]:
    """What `convert` makes of a value. Raises ValueError for a negative number, an endless one, and a boolean."""

    def check(value: t.Any) -> t.Any:
        number = convert(value)
        if isinstance(value, bool) or not 0 <= number < float("inf"):
            raise ValueError
        return number

    return check


def check_word(value: t.Any) -> str:
    """What private_connection_check says: `true`, also where it is not set, `false` or `required`.

    Raises TypeError for anything else.
    """
    said = given(value, True)
    if isinstance(said, str) and said.lower() == REQUIRED:
        return REQUIRED
    return "true" if validation.check_type_bool(said) else "false"


_BOOLEAN: Kind = ("true or false", validation.check_type_bool)
_INTEGER: Kind = ("a whole number, not negative", not_negative(validation.check_type_int))
_MAPPING: Kind = ("a mapping, such as {'team': 'data'}", validation.check_type_dict)


def _seconds(convert: t.Callable[[t.Any], t.Any], span: str, *, longest: int, excludes_zero: bool) -> Kind:
    """A time as modules take it: what they would refuse is refused before anything is made."""

    def check(value: t.Any) -> t.Any:
        number = not_negative(convert)(value)
        if number > longest or (excludes_zero and not number):
            raise ValueError
        return number

    return f"a number of seconds {span} {longest}", check


_WHOLE_SECONDS = _seconds(validation.check_type_int, "from 0 to", longest=LONGEST_TIME, excludes_zero=False)
_SECONDS = _seconds(validation.check_type_float, "above 0, at most", longest=LONGEST_TIME, excludes_zero=True)
# As endpoint_ping takes its timeout.
_CHECK_SECONDS = _seconds(validation.check_type_float, "above 0, at most", longest=3600, excludes_zero=True)

# What the variables without a type in the role's spec are to be.
KINDS: dict[str, Kind] = {
    "state": _one_of("present", "absent"),
    "on_failed_check": _one_of("fail", "keep", "revert"),
    "check": (f"true, false or {REQUIRED}", check_word),
    "check_tls": _one_of("verify", "encrypt", "off"),
    "provider_on_connections": _one_of("refuse", "reject"),
    **dict.fromkeys(
        ("tags", "aws_config", "provider_tags", "provider_load_balancer_tags", "provider_aws_config"), _MAPPING
    ),
    **dict.fromkeys(("wait_timeout", "check_delay"), _WHOLE_SECONDS),
    **dict.fromkeys(("wait_delay", "tidbcloud_timeout"), _SECONDS),
    "check_timeout": _CHECK_SECONDS,
    **dict.fromkeys(("check_retries", "provider_port"), _INTEGER),
    **dict.fromkeys(
        (
            "private_dns_enabled",
            "purge_tags",
            "keep_vpc_endpoint",
            "wait",
            "recreate_failed",
            "remove_duplicates",
            "validate_certs",
            "include_costs",
            "provider_acceptance_required",
            "provider_purge_tags",
            "provider_reject_unpermitted",
            "provider_remove_private_dns_name",
            "provider_validate_certs",
            "provider_verify_private_dns",
        ),
        _BOOLEAN,
    ),
}


@functools.lru_cache(maxsize=1)
def known_names() -> frozenset[str]:
    """All options of all entry points, and what the role returns, with their prefix."""
    specs = yaml.safe_load(_SPECS.read_text(encoding="utf-8"))["argument_specs"]
    options = {name for spec in specs.values() for name in spec["options"]}
    return frozenset(options | {PREFIX + name for name in RETURNED})


def given(value: t.Any, otherwise: t.Any) -> t.Any:
    """The value without blanks around it, or what counts where it is not set: missing, null or an empty text."""
    stripped = value.strip() if isinstance(value, str) else value
    return otherwise if stripped is None or stripped == "" else stripped


def problems(values: Values, fixed_state: str = "") -> list[str]:
    """A sentence for each variable that the role does not have or cannot use.

    `values`: all variables whose name begins with the prefix. `fixed_state`: what the playbook is there for, `present`,
    `absent`, `verify` or `status`, or empty if the variables decide.
    """
    return [
        *unknown_variables("private_connection", values, known_names()),
        *_of_another_kind(values),
        *_contradicting(values, fixed_state),
    ]


def unknown_variables(role: str, names: t.Iterable[str], known: t.Collection[str]) -> list[str]:
    """A sentence for each of the names that the role does not have, with the nearest that it has."""
    found = []
    for name in sorted(set(names) - set(known)):
        near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=_NEAR)
        meant = f"Did you mean {near[0]}?" if near else "Its variables are in the documentation of the role."
        found.append(f"The role {role} has no variable {printable(name)}. {meant} Nothing was changed.")
    return found


def _of_another_kind(values: Values) -> list[str]:
    found = []
    for name, kind in KINDS.items():
        what, check = kind
        value = given(values.get(PREFIX + name), None)
        if value is None:
            continue
        try:
            check(value)
        except (TypeError, ValueError, OverflowError):
            # A mapping may hold a proxy with its password.
            shown = "something else" if kind is _MAPPING else repr(value)
            found.append(f"{PREFIX}{name} must be {what}; it is {shown}.")
    return found


def set_names(values: Values, beginning: str) -> list[str]:
    """The variables that are set, of those whose name begins so."""
    names = [name for name in values if name.startswith(PREFIX + beginning)]
    return sorted(name for name in names if given(values[name], None) not in (None, [], ()))


def _contradicting(values: Values, fixed_state: str) -> list[str]:
    if fixed_state not in _STATES:
        return []
    may, does = _STATES[fixed_state]
    state = given(values.get(f"{PREFIX}state"), may)
    if state == may:
        return []
    return [
        f"This playbook {does}, and {PREFIX}state={state!r} was given. Leave {PREFIX}state out: the playbook connect "
        "makes a connection, disconnect removes one."
    ]


def own_tags(value: t.Any) -> dict[str, str]:
    """Tags, also from text that holds a mapping. One without a value is not set, and only AWS sets its own.

    Raises TypeError for anything else.
    """
    tags = validation.check_type_dict(given(value, {}))
    return settable(texts(tags))
