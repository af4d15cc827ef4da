# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.packets import Deadline
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.resolve import (
    check_addresses,
    check_name,
    is_private,
    resolve,
    system_resolver,
)


def never_asked(_name: str) -> list[str]:
    pytest.fail("an address needs no resolver")


def failing(error: Exception) -> t.Callable[[str], list[str]]:
    def resolver(_name: str) -> list[str]:
        raise error

    return resolver


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.1.17", "172.31.255.254", "192.168.0.1", "100.64.0.9", "127.0.0.2", "169.254.1.1"),
        *("::1", "fd00::17", "fe80::1", "::ffff:10.0.1.17"),
    ],
)
def test_an_address_that_the_internet_does_not_reach_is_private(address: str) -> None:
    assert is_private(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "203.0.113.7", "2600:1f18::1", "::ffff:8.8.8.8", "0.0.0.0"]
)
def test_any_other_address_is_public(address: str) -> None:
    assert not is_private(address)


def test_addresses_stand_for_themselves() -> None:
    assert resolve(["10.0.1.17", "fd00::17"], never_asked, Deadline(1)) == ("10.0.1.17", "fd00::17")


def test_the_addresses_of_all_names_come_once_and_in_order() -> None:
    zones = {"one": ["10.0.2.2", "10.0.1.1"], "two": ["10.0.3.3", "10.0.1.1"]}
    assert resolve(["one", "two"], zones.__getitem__, Deadline(1)) == ("10.0.2.2", "10.0.1.1", "10.0.3.3")


@pytest.mark.parametrize(
    ("error", "problem", "found"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name_not_found", "does not know nowhere"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "resolver_failed", "did not answer for nowhere"),
        (socket.gaierror(socket.EAI_FAIL, "Failure"), "resolver_failed", "did not answer for nowhere"),
        (UnicodeError("label too long"), "name_not_found", "does not know nowhere"),
    ],
)
def test_a_resolver_that_knows_no_such_name_and_one_that_gives_no_answer_are_distinguished(
    error: Exception, problem: str, found: str
) -> None:
    with pytest.raises(StageFailed, match=found) as failure:
        resolve(["nowhere"], failing(error), Deadline(1))
    assert failure.value.problem == problem


def test_a_name_without_addresses_is_not_found() -> None:
    with pytest.raises(StageFailed, match="has no address for nowhere"):
        resolve(["nowhere"], lambda _name: [], Deadline(1))


def test_a_resolver_that_is_silent_ends_with_the_deadline() -> None:
    never = threading.Event()

    threads: list[threading.Thread] = []

    def silent(_name: str) -> list[str]:
        threads.append(threading.current_thread())
        never.wait(5)
        return []

    with pytest.raises(StageFailed) as failure:
        resolve(["nowhere"], silent, Deadline(0.05))
    never.set()
    assert failure.value.problem == "timed_out"
    # Python does not wait for these when it ends.
    assert [thread.daemon for thread in threads] == [True]


def test_the_system_s_resolver_knows_this_host() -> None:
    assert set(system_resolver("localhost")) & {"127.0.0.1", "::1"}


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64, "with\0zero", "with\nline"])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(StageFailed, match="is not a host name") as failure:
        check_name(name)
    assert failure.value.stage == "resolve"


def test_public_addresses_are_refused_where_private_ones_are_required() -> None:
    with pytest.raises(StageFailed, match=r"203\.0\.113\.7") as failure:
        check_addresses(["10.0.1.17", "203.0.113.7"], [], require_private=True)
    assert failure.value.problem == "public_address"
    check_addresses(["203.0.113.7"], [], require_private=False)


def test_an_expected_address_is_not_a_public_one_whatever_its_range() -> None:
    """The IPv6 ranges of a VPC are global."""
    check_addresses(["2600:1f18:1::a", "10.0.1.17"], ["10.0.1.17", "2600:1f18:0001::000a"], require_private=True)
    with pytest.raises(StageFailed, match="2600:1f18:1::b") as failure:
        check_addresses(["2600:1f18:1::a", "2600:1f18:1::b"], ["2600:1f18:1::a"], require_private=True)
    assert failure.value.problem == "public_address"


def test_addresses_that_are_not_the_expected_ones_are_refused() -> None:
    with pytest.raises(StageFailed, match=r"leads to 10\.0\.9\.9, where only 10\.0\.1\.17 is expected") as failure:
        check_addresses(["10.0.1.17", "10.0.9.9"], ["10.0.1.17"], require_private=True)
    assert failure.value.problem == "unexpected_address"


def test_an_expected_address_may_be_written_otherwise_or_not_appear() -> None:
    check_addresses(["fd00::17"], ["fd00:0:0::17", "10.0.1.17"], require_private=True)
