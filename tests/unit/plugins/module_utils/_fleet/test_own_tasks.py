# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task about an own service names every option that it needs, or says in words what cannot be written."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_side import Own
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_tasks import OwnTasks
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.options import publication_arguments
from tests.support.publication_literals import ACCOUNT, ID, REGION, TAGS, published

HOSTILE = "{{ lookup('pipe', 'id') }}"


def own(**fields: t.Any) -> Own:
    return Own(published(**fields), ACCOUNT, REGION)


def parsed(text: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load(text)["tidbcloud.privatelink.endpoint_service"]
    assert found.keys() <= {*publication_arguments(), "region", "profile"}
    return found


def test_it_names_the_service_its_region_and_what_gives_access() -> None:
    task = OwnTasks({ACCOUNT: {"profile": "provider"}, "1": {"profile": "other"}}).run(own())
    assert parsed(task) == {
        "self_hosted_name": "orders",
        "service_id": ID,
        "region": REGION,
        "profile": "provider",
    }


@pytest.mark.parametrize("name", ["yes", "1e5", "012345678901", "orders in Spain"])
def test_a_name_stays_the_text_that_it_is(name: str) -> None:
    task = OwnTasks().run(own(tags={**TAGS, "tidbcloud:service-name": name}))
    assert parsed(task)["self_hosted_name"] == name


def test_what_a_default_would_change_is_written() -> None:
    assert parsed(OwnTasks().run(own(acceptance_required=False)))["acceptance_required"] is False
    public = published(acceptance_required=False, principals=["*"])
    assert parsed(OwnTasks().run(Own(public, ACCOUNT, REGION)))["allow_violations"] == ["public_service"]


@pytest.mark.parametrize(
    ("one", "options", "named"),
    [
        (own(tags={**TAGS, "tidbcloud:service-name": HOSTILE}), {}, "self_hosted_name"),
        (own(), {"private_dns_name": HOSTILE}, "private_dns_name"),
        (own(), {"allowed_principals": ("*", HOSTILE)}, "allowed_principals"),
        (own(), {"accepted_accounts": ("",)}, "accepted_accounts"),
    ],
)
def test_what_cannot_be_written_is_said_in_words(one: Own, options: dict[str, t.Any], named: str) -> None:
    said = OwnTasks().run(one, **options)
    assert f"with service_id {ID}, {named} (written by hand" in said
    assert "{" not in said
