# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules document, read without Ansible."""

from __future__ import annotations

from tests.tools.documented import merged, options_in, options_of


def test_an_option_of_a_fragment_keeps_what_the_module_does_not_state_itself() -> None:
    shared = options_in("tidbcloud.filters")["cluster_ids"]
    assert options_of("endpoint_info")["cluster_ids"] == {**shared, "aliases": ["cluster_id"]}


def test_what_the_plugin_states_counts_more_than_its_fragments() -> None:
    options = merged(
        "extends_documentation_fragment: [amazon.aws.common.modules, tidbcloud.privatelink.tidbcloud.wait]\n"
        "options: {wait_delay: {default: 5}, own: {type: str}}"
    )
    assert {name: about.get("default") for name, about in options.items()} == {
        "wait": True,
        "wait_delay": 5,
        "own": None,
    }
    assert options["wait_delay"]["type"] == "float"
