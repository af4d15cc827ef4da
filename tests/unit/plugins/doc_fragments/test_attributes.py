# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the attributes of a module promise is what the module does."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support import module_interface
from tests.support.module_interface import MODULES

ROOT = Path(__file__).resolve().parents[4]
ATTRIBUTES = module_interface.fragment("attributes")["attributes"]
GROUP = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]["all"]


@pytest.mark.parametrize("module", MODULES)
def test_every_module_states_its_support_of_every_attribute(module: str) -> None:
    assert module in module_interface.extending("attributes")
    own = module_interface.documentation(module)["attributes"]
    assert set(own) == set(ATTRIBUTES)
    assert {about.get("support") for about in own.values()} <= {"full", "partial", "none"}
    assert own["platform"]["platforms"] == ATTRIBUTES["platform"]["platforms"]


@pytest.mark.parametrize("module", MODULES)
def test_check_mode_is_promised_where_ansible_lets_the_module_run_in_it(module: str) -> None:
    promised = module_interface.documentation(module)["attributes"]["check_mode"]["support"]
    assert (promised == "full") is module_interface.taken(module)["supports_check_mode"]


@pytest.mark.parametrize("module", MODULES)
def test_what_is_supported_in_part_is_explained(module: str) -> None:
    for name, about in module_interface.documentation(module)["attributes"].items():
        assert about["support"] != "partial" or about.get("details"), name


def test_the_group_whose_options_are_set_once_has_exactly_the_modules_that_say_so() -> None:
    assert sorted(GROUP) == module_interface.extending("attributes.actiongroup")
    (membership,) = module_interface.fragment("attributes.actiongroup")["attributes"]["action_group"]["membership"]
    assert membership == "tidbcloud.privatelink.all"
