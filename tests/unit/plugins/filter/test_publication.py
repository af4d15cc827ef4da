# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import yaml

from ansible_collections.tidbcloud.privatelink.plugins.filter import publication

FILTERS: dict[str, t.Any] = publication.FilterModule().filters()


def test_every_filter_is_documented_under_its_name() -> None:
    from pathlib import Path

    folder = Path(__file__).resolve().parents[4] / "plugins/filter"
    for name in FILTERS:
        assert yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8"))["DOCUMENTATION"]["name"] == name


def test_the_variables_become_options() -> None:
    names = ["service_publication_self_hosted_name", "service_publication_port"]
    wanted = FILTERS["publication_options"](names, ["orders", "4001"], "absent")
    assert (wanted["problems"], wanted["state"], wanted["service"]["port"]) == ([], "absent", 4001)


def test_what_the_cloud_says_stays_data() -> None:
    known = {
        "wanted": {"state": "present"},
        "check_mode": False,
        "looked": {},
        "made": {},
        "service": {},
        "look": {"steps": [], "endpoint_service": {"service_name": "{{ 1 }}\n", "state": "active"}},
    }
    found = FILTERS["publication_lines"](known)
    assert found[-1] == "Endpoint service {{ 1 }} is active."
    assert FILTERS["publication_result"](known)["service_name"] == "{{ 1 }}\n"
    assert FILTERS["publication_needs"](known) == {"run": False, "listener": False}
    for text in (*found, FILTERS["publication_result"](known)["service_name"]):
        assert not is_template(text)


def is_template(text: str) -> bool:
    """Whether Ansible would take it for one: older versions ask its class, newer ones its tags."""
    from ansible.utils.unsafe_proxy import wrap_var

    return type(text) is not type(wrap_var(str(text)))
