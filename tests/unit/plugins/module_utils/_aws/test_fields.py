# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every field of an answer is checked before it is trusted; what is wrong is named, and nothing of it quoted."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import fields
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.fields import Unreadable

NAN, ENDLESS = float("nan"), float("inf")
HOSTILE = "\x1b[2Jvpce-1; reboot"
READERS = [
    fields.identifier,
    fields.name,
    fields.names,
    fields.text,
    fields.flag,
    fields.cidr,
    fields.inner,
    fields.items,
]


def unreadable(read: t.Callable[[], object]) -> str:
    with pytest.raises(Unreadable) as caught:
        read()
    assert "Field" in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("read", [fields.name, fields.text, fields.cidr])
@pytest.mark.parametrize("item", [{}, {"Field": None}])
def test_a_text_that_is_absent_or_null_is_null(read: t.Any, item: dict[str, t.Any]) -> None:
    assert read(item, "Field") is None


@pytest.mark.parametrize("item", [{}, {"Field": None}])
def test_everything_else_that_is_absent_or_null_is_the_default_of_its_kind(item: dict[str, t.Any]) -> None:
    assert fields.flag(item, "Field") is False
    assert fields.whole(item, "Field", 0, 9) is None
    assert fields.names(item, "Field") == ()
    assert fields.items(item, "Field") == []
    assert fields.inner(item, "Field") == {}


@pytest.mark.parametrize("item", [None, [], "Field", 5, {"Field"}, object()])
@pytest.mark.parametrize(
    "read",
    [fields.identifier, fields.name, fields.names, fields.text, fields.flag, fields.cidr, fields.inner, fields.items],
)
def test_what_should_hold_a_field_must_be_an_object(read: t.Any, item: object) -> None:
    assert unreadable(lambda: read(item, "Field")) == "what should hold Field is not an object"


@pytest.mark.parametrize(
    "found",
    ["vpce-0a1b2c3d4e5f60718", "arn:aws:iam::210987654321:role/a+b=c@d", "*.example.com", "fd00::1", "x" * 255, "a_b"],
)
def test_ids_arns_hosts_and_addresses_are_names(found: str) -> None:
    assert fields.name({"Field": found}, "Field") == found
    assert fields.identifier({"Field": found}, "Field") == found


@pytest.mark.parametrize("found", [HOSTILE, "a b", "a\n", "a$(b)", "a'b", "é", "\ud800", "x" * 256, "a,b", "<a>"])
def test_what_would_break_out_of_a_sentence_or_a_command_is_no_name(found: str) -> None:
    assert unreadable(lambda: fields.name({"Field": found}, "Field")) == "Field is not a name"
    assert unreadable(lambda: fields.names({"Field": ["fine", found]}, "Field")) == "Field is not a name"


def test_an_empty_name_is_none_and_no_identifier() -> None:
    assert fields.name({"Field": ""}, "Field") is None
    assert unreadable(lambda: fields.identifier({"Field": ""}, "Field")) == "Field is missing"
    # In a list, too: an item that names nothing would be an id of nothing.
    assert unreadable(lambda: fields.names({"Field": ["a", ""]}, "Field")) == "Field is missing"


@pytest.mark.parametrize("found", [5, True, [], {}, b"text"])
def test_what_is_no_text_is_unreadable(found: object) -> None:
    assert unreadable(lambda: fields.text({"Field": found}, "Field")) == "Field is not a text"


def test_a_text_may_hold_anything_that_can_be_written() -> None:
    assert fields.text({"Field": "\x1b é \U0001f600"}, "Field") == "\x1b é \U0001f600"
    assert fields.text({"Field": "a\ud800b"}, "Field") == "a?b"


@pytest.mark.parametrize("found", ["true", 0, 1, [], "False"])
def test_what_is_neither_true_nor_false_is_not_taken_for_either(found: object) -> None:
    assert unreadable(lambda: fields.flag({"Field": found}, "Field")) == "Field is neither true nor false"


@pytest.mark.parametrize(("found", "number"), [(0, 0), (65535, 65535), (7.0, 7), (-1, -1)])
def test_a_whole_number_has_inclusive_bounds_and_may_be_written_with_a_point(found: float, number: int) -> None:
    read = fields.whole({"Field": found}, "Field", -1, 65535)
    assert (read, type(read)) == (number, int)


@pytest.mark.parametrize(
    "found", [True, "7", NAN, ENDLESS, -ENDLESS, -2, 65536, 10**400, [7]], ids=lambda one: repr(one)[:9]
)
def test_what_is_no_number_within_its_bounds_is_unreadable(found: object) -> None:
    assert "is not a number from -1 to 65535" in unreadable(lambda: fields.whole({"Field": found}, "Field", -1, 65535))


def test_half_a_number_is_unreadable() -> None:
    assert unreadable(lambda: fields.whole({"Field": 7.5}, "Field", 0, 9)) == "Field is not a whole number"


@pytest.mark.parametrize(
    ("found", "one"), [("10.0.0.7/8", "10.0.0.0/8"), ("10.0.0.1", "10.0.0.1/32"), ("FD00::1/16", "fd00::/16")]
)
def test_a_range_is_written_one_way(found: str, one: str) -> None:
    assert fields.cidr({"Field": found}, "Field") == one


@pytest.mark.parametrize("found", ["10.0.0.0/33", "10.0.0", "pl-1", "::/129", "10.0.0.0/-1"])
def test_what_is_no_range_is_unreadable(found: str) -> None:
    assert unreadable(lambda: fields.cidr({"Field": found}, "Field")) == "Field is not a range of addresses"


@pytest.mark.parametrize("found", ["abc", {"a": 1}, 5, {"a"}])
def test_what_is_no_list_is_not_taken_apart(found: object) -> None:
    for read in (fields.names, fields.items):
        assert unreadable(lambda read=read: read({"Field": found}, "Field")) == "Field is not a list"  # type: ignore[misc]


def test_every_item_of_a_list_of_objects_must_be_one() -> None:
    assert fields.items({"Field": ({"a": 1}, {})}, "Field") == [{"a": 1}, {}]
    unreadable(lambda: fields.items({"Field": [{}, "x"]}, "Field"))
    unreadable(lambda: fields.inner({"Field": [{}]}, "Field"))
