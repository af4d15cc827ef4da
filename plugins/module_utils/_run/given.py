# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options as people paste them and as surveys hand them over: left empty, lists as one text, blanks around IDs."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

Params = t.Mapping[str, t.Any]
Spec = t.Mapping[str, t.Mapping[str, t.Any]]
# An empty one must not become the default: a run that is to remove something would make it.
_NEVER_DEFAULT = frozenset({"state"})
# Every character of these counts. So it does of those that are never logged, whose masks would no longer fit.
_EXACT = frozenset(
    {
        "access_key",
        "tidbcloud_public_key",
        "tidbcloud_private_key",
        "secret_key",
        "session_token",
        "login_user",
        "ca_pem",
    }
)
_TEXTS = ("str", "path")


class AnsibleGivenModule(AnsibleModule):  # type: ignore[misc]
    """The module class of Ansible, with the options as `as_given` returns them before Ansible checks them."""

    params: dict[str, t.Any]

    def _load_params(self) -> None:
        super()._load_params()
        self.params = as_given(self.params, self.argument_spec)


def as_given(params: Params, spec: Spec) -> dict[str, t.Any]:
    """The options that are set, without blanks around texts and items.

    An empty text for a text, list or dict counts as not set, so that its default and its environment variable apply. It
    stays for `state` and for what is required, and for booleans and numbers: Ansible refuses it.
    """
    named = {name: about for about in spec.items() for name in (about[0], *about[1].get("aliases", ()))}
    read = {name: _read(value, *named[name]) if name in named else value for name, value in params.items()}
    return {name: value for name, value in read.items() if name not in named or not _is_unset(value, *named[name])}


def _read(value: t.Any, name: str, about: t.Mapping[str, t.Any]) -> t.Any:
    kind = about.get("type", "str")
    if kind == "list" and "options" in about:
        items = value if isinstance(value, list) else [value]
        read = [as_given(item, about["options"]) if isinstance(item, dict) else item for item in items]
        return read if isinstance(value, list) else read[0]
    if kind == "list" and isinstance(value, (str, list)):
        return _items(value)
    if kind in _TEXTS and isinstance(value, str) and not (about.get("no_log") or name in _EXACT):
        return value.strip()
    return value


def _items(value: str | list[t.Any]) -> t.Any:
    """An empty list stays what it is, an explicit one; one of nothing but blanks counts as an empty text."""
    given = value.split(",") if isinstance(value, str) else value
    items = [item.strip() if isinstance(item, str) else item for item in given]
    kept = [item for item in items if item not in ("", None)]
    return kept if kept or not items else ""


def _is_unset(value: t.Any, name: str, about: t.Mapping[str, t.Any]) -> bool:
    may_be = about.get("type", "str") in (*_TEXTS, "list", "dict")
    is_empty = value is None or (isinstance(value, str) and not value.strip())
    return may_be and is_empty and name not in _NEVER_DEFAULT and not about.get("required")


def texts(tags: Params) -> dict[str, str]:
    """Tags as text. One whose value is null is not set: YAML has null where a survey or a template has nothing."""
    return {str(key): str(value) for key, value in tags.items() if value is not None}
