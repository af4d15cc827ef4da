# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The nouns of AWS: which interface endpoints are live, and that what they hold is fit for a sentence."""

from __future__ import annotations

import dataclasses
import typing as t

import botocore.session
import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import model
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.model import (
    DEAD_STATES,
    LEFTOVER_STATES,
    InterfaceEndpoint,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import FromOutside
from tests.support.endpoint_literals import interface_endpoint

HOSTILE = "\x1b[2Jname\nok: [localhost]"


def states_of_aws() -> set[str]:
    """As the description of EC2 lists them, in the spelling of `InterfaceEndpoint`."""
    state: t.Any = botocore.session.get_session().get_service_model("ec2").shape_for("State")
    return {name.lower() for name in state.enum}


def test_every_state_of_aws_is_known_as_dead_or_as_one_that_can_serve() -> None:
    live = {state for state in states_of_aws() if interface_endpoint(state=state).is_live}
    assert states_of_aws() - live == DEAD_STATES
    # Older descriptions know no "partial".
    assert live - {"partial"} == {"pendingacceptance", "pending", "available"}


def test_what_is_left_over_is_dead_but_not_on_its_way_out_by_itself() -> None:
    assert {"deleting", "deleted"} == DEAD_STATES - LEFTOVER_STATES
    assert LEFTOVER_STATES < DEAD_STATES


@pytest.mark.parametrize("state", ["", "somethingnew"])
def test_an_unknown_state_does_not_make_an_endpoint_dead(state: str) -> None:
    assert interface_endpoint(state=state).is_live


@pytest.mark.parametrize(
    ("tags", "name"), [({}, None), ({"Name": ""}, None), ({"name": "x"}, None), ({"Name": "x"}, "x")]
)
def test_the_name_is_the_tag_of_exactly_that_key(tags: dict[str, str], name: str | None) -> None:
    assert interface_endpoint(tags=tags).name == name


def test_a_name_is_exact_as_data_and_one_line_in_a_sentence() -> None:
    endpoint = interface_endpoint(tags={"Name": HOSTILE}, last_error=HOSTILE)
    assert endpoint.name == HOSTILE
    assert f"{endpoint.name}" == f"{endpoint.last_error}" == "[2Jname ok: [localhost]"
    assert f"{next(iter(interface_endpoint(tags={HOSTILE: 'x'}).tags))}".isprintable()


def nouns() -> list[t.Any]:
    return [one for one in vars(model).values() if dataclasses.is_dataclass(one) and one.__module__ == model.__name__]


@pytest.mark.parametrize("noun", nouns())
def test_nobody_but_the_cloud_changes_a_noun_and_its_texts_are_foreign(noun: t.Any) -> None:
    texts = [field.name for field in dataclasses.fields(noun) if field.type == "str"]
    one = noun(
        **{
            field.name: HOSTILE
            for field in dataclasses.fields(noun)
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        }
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(one, dataclasses.fields(noun)[0].name, "other")
    if issubclass(noun, FromOutside):
        assert texts
        assert all(f"{getattr(one, name)}".isprintable() for name in texts)


def test_two_reads_of_the_same_endpoint_are_equal() -> None:
    assert interface_endpoint() == interface_endpoint()
    assert dataclasses.replace(interface_endpoint(), tags={}) != interface_endpoint()
    assert isinstance(interface_endpoint(), InterfaceEndpoint)
