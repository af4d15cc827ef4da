# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What public DNS shows of the TXT record of a private name."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import PrivateDnsRecord
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication import txt_record
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import (
    NOT_LOOKED,
    NOT_SEEN,
    SEEN,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.txt_record import (
    candidates,
    look_for,
    server_of,
)

RECORD = PrivateDnsRecord("pendingverification", "_abc.example.com", "TXT", "vpce:xyz")
NAME = "tidb.data.example.com"


DOMAINS = [NAME, "data.example.com", "example.com"]


def test_the_first_label_is_below_the_name_or_a_domain_above_it_or_left_out() -> None:
    expected = [*(f"_abc.{domain}" for domain in DOMAINS), *DOMAINS]
    assert candidates(f"_abc.{NAME}", NAME) == expected
    assert candidates(f"_abc.{NAME}.", f"{NAME}.") == expected
    assert candidates("_abc.example.com", "*.example.com") == ["_abc.example.com", "example.com"]


def test_the_name_that_aws_gives_is_looked_for_first() -> None:
    first, *rest = candidates("_abc.example.com", NAME)
    assert (first, rest) == ("_abc.example.com", [f"_abc.{NAME}", "_abc.data.example.com", *DOMAINS])


def looked(**zone: t.Sequence[str]) -> str:
    return look_for(RECORD, "example.com", (), lambda name: zone.get(name.replace(".", "_"), ())).seen


def test_only_the_value_that_aws_expects_counts() -> None:
    assert looked(_abc_example_com=["other", "vpce:xyz"]) == SEEN
    assert looked(example_com=["vpce:xyz"]) == SEEN
    assert looked(_abc_example_com=["vpce:old"]) == NOT_SEEN
    assert looked() == NOT_SEEN


def test_no_answer_says_nothing_about_the_record() -> None:
    def silent(_name: str) -> t.Sequence[str]:
        raise OSError("The DNS operation timed out")

    found = look_for(RECORD, NAME, (), silent)
    assert (found.seen, "timed out" in found.note) == (NOT_LOOKED, True)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_resolver_is_an_address_and_may_have_a_port(text: str, server: tuple[str, int]) -> None:
    assert server_of(text) == server


@pytest.mark.parametrize("text", ["dns.example.com", "192.0.2.53:dns", "192.0.2.53:0", "192.0.2.53:65536", "[::1]", ""])
def test_nothing_else_is_a_resolver(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller says what it was given
        server_of(text)


def test_without_the_library_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(txt_record, "HAS_DNS", False)
    found = look_for(RECORD, NAME, ())
    assert (found.seen, "dnspython is not installed" in found.note) == (NOT_LOOKED, True)


def test_a_record_that_aws_does_not_describe_cannot_be_looked_for() -> None:
    assert look_for(PrivateDnsRecord("pendingverification"), NAME, (), lambda _name: ["None"]).seen == NOT_LOOKED
