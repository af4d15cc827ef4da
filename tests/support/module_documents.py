# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module's documentation promises, compared with what the module accepts and returns."""

from __future__ import annotations

import functools
import typing as t

import yaml

from tests.support.written import tasks
from tests.tools.documented import merged

# How an option looks in both places.
SHAPE = ("type", "elements", "choices", "default", "aliases", "required")
# Options of amazon.aws that examples may use.
AWS_OPTIONS = {"region", "profile", "access_key", "secret_key", "session_token", "endpoint_url"}

Json = dict[str, t.Any]


def options(module: t.Any) -> dict[str, Json]:
    """The documented options, those of our own fragments included."""
    return merged(module.DOCUMENTATION)


def shapes(specs: t.Mapping[str, Json]) -> dict[str, Json]:
    """Options in the shape that argument spec and documentation share; what is omitted is Ansible's default."""
    return {
        name: {key: spec.get(key, [] if key == "aliases" else None) or None for key in SHAPE if key != "default"}
        | {"default": spec.get("default")}
        for name, spec in specs.items()
    }


def assert_examples_use_only(module: t.Any, name: str) -> None:
    """Every example is a task list; every option of the module in it exists."""
    documented = options(module)
    aliases = {alias for about in documented.values() for alias in about.get("aliases", ())}
    known = set(documented) | aliases | AWS_OPTIONS
    action = f"tidbcloud.privatelink.{name}"
    used = [task[action] or {} for task, _reached in tasks(yaml.safe_load(module.EXAMPLES)) if action in task]
    assert used
    assert {option for example in used for option in example} <= known


def keys(documented: t.Mapping[str, Json]) -> Json:
    """Documented return values as nested keys."""
    return {name: keys(about["contains"]) if "contains" in about else None for name, about in documented.items()}


def assert_returns(module: t.Any, returned: Json, *, besides: t.Collection[str] = ()) -> None:
    """Exactly the documented keys, at every depth; `besides` are documented keys that come with other runs."""
    documented = _read(module.RETURN)
    own = {name: value for name, value in returned.items() if name not in ("failed", "changed", "invocation", "msg")}
    assert set(own) == set(documented) - set(besides)
    for name, value in own.items():
        _assert_keys(keys(documented)[name], value, name)


@functools.cache
def _read(text: str) -> Json:
    return t.cast(Json, yaml.safe_load(text))


def _assert_keys(expected: Json | None, value: t.Any, where: str) -> None:
    if expected is None or value is None:
        return
    for item in value if isinstance(value, list) else [value]:
        assert set(item) == set(expected), where
        for name, inner in item.items():
            _assert_keys(expected[name], inner, f"{where}.{name}")
