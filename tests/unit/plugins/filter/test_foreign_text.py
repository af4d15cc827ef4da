# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of the clouds on its way to a terminal, a shell and a file that Ansible takes for templates."""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.filter.foreign_text import (
    FilterModule,
    export_yaml,
    host_name,
    printable,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.options import publication_arguments
from tests.support.written import ROOT, block

ENDPOINT: dict[str, t.Any] = {
    "vpc_endpoint_id": "vpce-0123456789abcdef0",
    "cluster_id": "1234567890123456789",
    "node_group_id": "1934567890123456789",
    "project_id": None,
    "region": "us-east-1",
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ["subnet-0123456789abcdef0"],
    "security_group_ids": ["sg-0123456789abcdef0"],
    "private_dns_enabled": True,
    "status": "active",
    "tags": {"Name": "orders"},
}
HOSTILE = [
    "x\n  - state: absent",
    "{{ lookup('pipe', 'id') }}",
    "{% set x = 1 %}",
    "{# x #}",
    "!!python/object/apply:os.system ['id']",
    "&anchor vpce-0",
    "*anchor",
    "vpce-0\u2028- state: absent",
    "vpce-0123456789abcdef0\n",
    "%YAML 1.1\n---",
    "vpce-0 # x",
    "vpce-0: x",
    "",
]


def loaded(endpoints: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    content: dict[str, list[dict[str, t.Any]]] = yaml.safe_load(export_yaml(endpoints))
    assert list(content) == ["endpoints"]
    return content["endpoints"]


def test_an_export_has_ids_and_booleans_and_nothing_that_is_free_text() -> None:
    [item] = loaded([ENDPOINT])
    assert item == {
        name: value for name, value in ENDPOINT.items() if value is not None and name not in ("status", "tags")
    }


def test_an_export_looks_as_documented() -> None:
    shown = block(ROOT / "docs/fleets.md", "yaml", "  - vpc_endpoint_id: vpce-").text
    (item,) = yaml.safe_load(shown)["endpoints"]
    written = export_yaml([{**item, "status": "active", "tags": {"Name": "orders"}}])
    assert (yaml.safe_load(written), re.findall(r"\w+:", written)) == (
        yaml.safe_load(shown),
        re.findall(r"\w+:", shown),
    )


def test_an_export_is_plain_yaml_of_text_that_ansible_marks() -> None:
    assert loaded([wrap_var(ENDPOINT)]) == loaded([ENDPOINT])
    assert "!" not in export_yaml([wrap_var(ENDPOINT)])


def test_an_endpoint_that_cannot_be_seen_is_left_out() -> None:
    assert loaded([{**ENDPOINT, "vpc_id": None}, {**ENDPOINT, "vpc_endpoint_id": None}]) == []


def test_private_dns_is_wanted_until_the_private_endpoint_is_active() -> None:
    off = {**ENDPOINT, "private_dns_enabled": False}
    assert [item["private_dns_enabled"] for item in loaded([off, {**off, "status": "pending"}])] == [False, True]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", ["cluster_id", "node_group_id", "project_id", "region"])
def test_what_is_not_a_valid_id_is_left_out_and_the_item_stays(name: str, hostile: str) -> None:
    assert loaded([{**ENDPOINT, name: hostile}]) == [
        {key: value for key, value in loaded([ENDPOINT])[0].items() if key != name}
    ]


@pytest.mark.parametrize("hostile", HOSTILE[:-1])
@pytest.mark.parametrize("name", ["subnet_ids", "security_group_ids"])
def test_a_set_with_an_invalid_id_is_left_out_as_a_whole(name: str, hostile: str) -> None:
    [item] = loaded([{**ENDPOINT, name: [*ENDPOINT[name], hostile]}])
    assert item == {key: value for key, value in loaded([ENDPOINT])[0].items() if key != name}


@pytest.mark.parametrize("hostile", [*HOSTILE, 7, ["vpce-0"]])
def test_an_item_without_a_valid_id_of_its_interface_endpoint_is_left_out(hostile: t.Any) -> None:
    assert loaded([{**ENDPOINT, "vpc_endpoint_id": hostile}, ENDPOINT]) == loaded([ENDPOINT])


def test_what_is_left_out_is_named_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, message, **_options: warnings.append(message))
    loaded([{**ENDPOINT, "region": "us\nPLAY RECAP \x1b[2J"}])
    assert warnings == ["The export leaves out region us PLAY RECAP [2J: it is not a valid id."]


@given(st.dictionaries(st.sampled_from(sorted(ENDPOINT)), st.one_of(st.text(), st.lists(st.text()), st.booleans())))
def test_whatever_the_clouds_say_no_export_has_a_template_a_tag_or_another_key(fields: dict[str, t.Any]) -> None:
    text = export_yaml([{**ENDPOINT, **fields}])
    assert not any(mark in text for mark in ("{{", "{%", "{#", "!", "&", "*", "%"))
    assert all(set(item) <= set(ENDPOINT) - {"status", "tags"} for item in yaml.safe_load(text)["endpoints"])


@pytest.mark.parametrize("name", ["privatelink-1.abc.clusters.tidb-cloud.com", "localhost", "127.0.0.1", "a" * 63])
def test_a_host_name_is_let_through(name: str) -> None:
    assert host_name(name) == name


@pytest.mark.parametrize(
    "value",
    [*HOSTILE, None, 7, "a;id", "a b", "-h", "a-.b", "$(id)", "a" * 64, "a." * 127 + "a", "a\n", "ä.example", "a..b"],
)
def test_what_is_not_a_host_name_becomes_an_empty_text(value: t.Any) -> None:
    assert host_name(value) == ""


def test_every_text_of_a_structure_becomes_one_printable_line() -> None:
    hostile = "a\nok: [localhost] \x1b[31m\u202e\u2028b"
    shown = "a ok: [localhost] [31m b"
    assert printable({hostile: [hostile, 1, None, True, (hostile,)]}) == {shown: [shown, 1, None, True, [shown]]}
    assert printable("x" * 500, 10) == "x" * 9 + "…"


def test_the_filters_have_the_names_that_are_documented() -> None:
    assert FilterModule().filters() == {"printable": printable, "host_name": host_name, "export_yaml": export_yaml}


def test_what_aws_does_not_show_is_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, message, **_options: warnings.append(message))
    unseen = {**ENDPOINT, "vpc_endpoint_id": "vpce-2", "vpc_id": None, "aws_visible": False}
    assert len(loaded([{**ENDPOINT, "aws_visible": True}, unseen])) == 1
    (warning,) = warnings
    assert warning.endswith("is not known. They are vpce-2.")


SERVICE: dict[str, t.Any] = {
    "hosting": "self_hosted",
    "service_id": "vpce-svc-0123456789abcdef0",
    "region": "us-east-1",
    "acceptance_required": False,
    "load_balancer_arns": [
        "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef"
    ],
    "allowed_principals": ["*", "arn:aws:iam::210987654321:root"],
    "tags": {"tidbcloud:service-name": "orders", "Name": "{{ 1 }}"},
}


def exported(**fields: t.Any) -> list[dict[str, t.Any]]:
    content: dict[str, t.Any] = yaml.safe_load(export_yaml([], [{**SERVICE, **fields}, {"hosting": "tidb_cloud"}]))
    return t.cast("list[dict[str, t.Any]]", content.get("endpoint_services", []))


def test_an_own_service_is_written_with_the_options_that_find_and_describe_it() -> None:
    (item,) = exported()
    kept = ("service_id", "region", "acceptance_required", "load_balancer_arns", "allowed_principals")
    assert item == {"self_hosted_name": "orders", **{name: SERVICE[name] for name in kept}}
    assert item.keys() <= publication_arguments().keys() | {"region"}


def test_one_that_is_not_published_has_its_id_as_name_and_what_was_not_read_is_left_out() -> None:
    (item,) = exported(tags={}, allowed_principals=None)
    assert (item["self_hosted_name"], "allowed_principals" in item) == (SERVICE["service_id"], False)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_an_own_service_is_more_than_it_seems(hostile: str) -> None:
    assert exported(service_id=hostile, tags={}) == []
    assert exported(region=hostile) == []
    assert exported(tags={"tidbcloud:service-name": hostile}) == ([] if hostile else exported(tags={}))
    for option in ("load_balancer_arns", "allowed_principals"):
        (item,) = exported(**{option: [*SERVICE[option], hostile]})
        assert option not in item
