# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented options of one private endpoint are those that the modules take, in both directions."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import endpoint_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.violations import ALLOWABLE
from tests.support import module_interface
from tests.support.module_documents import shapes

FRAGMENT = "private_endpoint"
DOCUMENTED = shapes(module_interface.fragment(FRAGMENT)["options"])
# How long a run may take is one option of the module, whatever it is about.
OF_THE_RUN = {"wait_timeout"}
ENDPOINT = {name: shape for name, shape in DOCUMENTED.items() if name not in OF_THE_RUN}


def test_it_documents_what_a_private_endpoint_takes_and_no_more() -> None:
    assert shapes(endpoint_arguments()) == ENDPOINT
    assert set(DOCUMENTED) == set(ENDPOINT) | OF_THE_RUN


@pytest.mark.parametrize("module", module_interface.extending(FRAGMENT))
def test_each_module_takes_every_option_as_it_is_documented(module: str) -> None:
    taken = shapes(module_interface.taken(module)["argument_spec"])
    assert {name: taken.get(name) for name in DOCUMENTED} == DOCUMENTED


def test_one_and_many_take_it_and_no_other_module_says_so() -> None:
    assert module_interface.extending(FRAGMENT) == ["private_endpoint", "private_endpoints"]


def test_an_item_takes_the_options_of_one_without_defaults_of_its_own() -> None:
    """Those of the module are the defaults of its items."""
    item = shapes(module_interface.taken("private_endpoints")["argument_spec"]["endpoints"]["options"])
    for name, shape in ENDPOINT.items():
        assert item[name] == {**shape, "default": None}, name
    assert not OF_THE_RUN & set(item)


@pytest.mark.parametrize("code", ALLOWABLE)
def test_what_may_be_allowed_is_among_the_documented_choices(code: str) -> None:
    assert code in DOCUMENTED["allow_violations"]["choices"]
