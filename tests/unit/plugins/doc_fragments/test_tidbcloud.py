# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented options that modules share are those that they take, with their environment variables."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.read_options import filter_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    ENDPOINT_TIMEOUT,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import read_arguments, wait_arguments
from tests.support import module_interface
from tests.support.module_documents import Json, shapes
from tests.tools.documented import merged

SPECS: dict[str, dict[str, t.Any]] = {
    "tidbcloud": shared_arguments(),
    "tidbcloud.wait": wait_arguments(ENDPOINT_TIMEOUT),
    "tidbcloud.read": read_arguments(),
    "tidbcloud.filters": filter_arguments(),
}
# What no fragment of these holds, because it is another in each module.
OF_THE_MODULE = {"wait_timeout", "include_costs", "prices"}
EXTENDING = [(fragment, module) for fragment in SPECS for module in module_interface.extending(fragment)]


def deep(options: t.Mapping[str, Json], inner: str) -> dict[str, t.Any]:
    """Options in the shape that both have, those within them, too. `inner`: where a side keeps them."""
    return {
        name: (shape, deep(options[name][inner], inner) if inner in options[name] else None)
        for name, shape in shapes(options).items()
    }


def documented(fragment: str, module: str) -> dict[str, t.Any]:
    """Of an option that both have, each key that the module states itself counts."""
    own = module_interface.documentation(module).get("options", {})
    options = module_interface.fragment(fragment)["options"]
    return deep({name: {**about, **own.get(name, {})} for name, about in options.items()}, "suboptions")


@pytest.mark.parametrize(("fragment", "module"), EXTENDING)
def test_each_module_takes_every_option_as_it_is_documented(fragment: str, module: str) -> None:
    taken = deep(module_interface.taken(module)["argument_spec"], "options")
    expected = documented(fragment, module)
    assert {name: taken.get(name) for name in expected} == expected


@pytest.mark.parametrize(("fragment", "module"), EXTENDING)
def test_what_goes_with_a_fragment_is_documented_there_or_by_the_module(fragment: str, module: str) -> None:
    """The module documents what differs between modules: how long they wait, and what only one of them takes."""
    left = set(SPECS[fragment]) - set(module_interface.fragment(fragment)["options"])
    assert left <= set(merged(yaml.safe_dump(module_interface.documentation(module))))
    assert left <= OF_THE_MODULE


@pytest.mark.parametrize("fragment", sorted(set(SPECS) - {"tidbcloud.read"}))
def test_every_module_that_takes_these_options_says_so_by_the_fragment(fragment: str) -> None:
    """Not those that only have an end of their time: each says for itself what it does until then."""
    names = set(SPECS[fragment])
    taking = [one for one in module_interface.MODULES if names <= set(module_interface.taken(one)["argument_spec"])]
    assert module_interface.extending(fragment) == taking


def test_an_environment_variable_is_documented_for_people_and_for_plugins_exactly_where_there_is_one() -> None:
    for_people = module_interface.fragment("tidbcloud")["options"]
    for_plugins = module_interface.fragment("tidbcloud.plugins")["options"]
    variables = {name: about["fallback"][1] for name, about in shared_arguments().items() if "fallback" in about}
    assert {name: [env["name"] for env in about["env"]] for name, about in for_plugins.items()} == variables
    for name, about in for_people.items():
        text = " ".join(about["description"])
        assert [f"E({one})" in text for one in variables.get(name, [])] == [True] * ("E(" in text), name
