# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network ACLs, rule by rule."""

from __future__ import annotations

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.network_model import (
    NetworkAcl,
    NetworkAclEntry,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.network_acls import (
    EPHEMERAL_PORTS,
    free_number_before,
    judge_acl,
)
from tests.support.reachability_literals import entry

ALL = "0.0.0.0/0"
LAST = entry(32767, "deny", ALL)
ALLOWED = "inbound rule 100: allow all traffic from 0.0.0.0/0"
DENIED = "inbound rule *: deny all traffic from 0.0.0.0/0"


def acl(*entries: NetworkAclEntry) -> NetworkAcl:
    return NetworkAcl("acl-1", ("subnet-a",), entries)


@pytest.mark.parametrize(
    ("entries", "verdict", "rule"),
    [
        ((entry(100, "allow", ALL), LAST), "pass", ALLOWED),
        ((LAST,), "block", DENIED),
        ((), "block", DENIED),
        (
            (entry(100, "allow", ALL), entry(90, "deny", "10.0.1.0/24", (4000, 4000))),
            "block",
            "inbound rule 90: deny tcp 4000 from 10.0.1.0/24",
        ),
        (
            (entry(100, "deny", "10.0.1.0/24", (4000, 4000)), entry(90, "allow", ALL, (0, 65535))),
            "pass",
            "inbound rule 90: allow tcp 0-65535 from 0.0.0.0/0",
        ),
        ((entry(90, "deny", "10.0.2.0/24"), entry(100, "allow", ALL)), "pass", ALLOWED),
        ((entry(90, "deny", ALL, (4001, 5000)), entry(100, "allow", ALL)), "pass", ALLOWED),
        ((entry(90, "deny", ALL, (0, 65535), protocol="17"), entry(100, "allow", ALL)), "pass", ALLOWED),
        ((entry(90, "allow", ALL, (4000, 4000), protocol="17"), LAST), "block", DENIED),
        ((entry(90, "allow", ALL, egress=True),), "block", DENIED),
        ((entry(90, "deny", "::/0"), entry(100, "allow", ALL)), "pass", ALLOWED),
        # Ports count for TCP only: AWS ignores them if all protocols are meant.
        (
            (entry(90, "deny", ALL, (22, 22), protocol="-1"), entry(100, "allow", ALL)),
            "block",
            "inbound rule 90: deny all traffic from 0.0.0.0/0",
        ),
    ],
)
def test_the_first_rule_by_number_that_matches_decides(
    entries: tuple[NetworkAclEntry, ...], verdict: str, rule: str
) -> None:
    judged = judge_acl(acl(*entries), False, "10.0.1.25", (4000, 4000))
    assert (judged.verdict, judged.rule) == (verdict, rule)


def test_outbound_rules_are_judged_by_where_it_goes() -> None:
    entries = (entry(100, "allow", "10.0.1.0/24", (1024, 65535), egress=True), entry(110, "deny", ALL, egress=True))
    judged = judge_acl(acl(*entries), True, "10.0.1.25", EPHEMERAL_PORTS)
    assert (judged.verdict, judged.rule) == ("pass", "outbound rule 100: allow tcp 1024-65535 to 10.0.1.0/24")
    assert judge_acl(acl(*entries), True, "10.0.2.25", EPHEMERAL_PORTS).verdict == "block"


@pytest.mark.parametrize(
    ("entries", "verdict", "allowed", "rule"),
    [
        (
            (entry(100, "allow", ALL, (1024, 65535)),),
            "pass",
            ((1024, 65535),),
            "inbound rule 100: allow tcp 1024-65535 from 0.0.0.0/0",
        ),
        (
            (entry(100, "allow", ALL, (1024, 32767)), entry(110, "allow", ALL, (32768, 65535))),
            "pass",
            ((1024, 32767), (32768, 65535)),
            "inbound rule 100: allow tcp 1024-32767 from 0.0.0.0/0",
        ),
        ((entry(100, "allow", ALL, (32768, 60999)),), "unknown", ((32768, 60999),), DENIED),
        (
            (entry(90, "deny", ALL, (5000, 6000)), entry(100, "allow", ALL)),
            "unknown",
            ((1024, 4999), (6001, 65535)),
            "inbound rule 90: deny tcp 5000-6000 from 0.0.0.0/0",
        ),
        (
            (entry(90, "deny", ALL, (0, 65535)), entry(100, "allow", ALL)),
            "block",
            (),
            "inbound rule 90: deny tcp 0-65535 from 0.0.0.0/0",
        ),
        ((entry(100, "allow", ALL, (0, 1023)),), "block", (), DENIED),
    ],
)
def test_answers_pass_for_certain_only_where_every_ephemeral_port_does(
    entries: tuple[NetworkAclEntry, ...], verdict: str, allowed: tuple[tuple[int, int], ...], rule: str
) -> None:
    judged = judge_acl(acl(*entries), False, "10.0.11.10", EPHEMERAL_PORTS)
    assert (judged.verdict, judged.allowed, judged.rule) == (verdict, allowed, rule)


def test_several_new_rules_get_a_number_each() -> None:
    rules = acl(entry(90, "deny", ALL), entry(88, "allow", ALL), LAST)
    assert [free_number_before(rules, False, 90, nth) for nth in (0, 1)] == [89, 87]
    assert [free_number_before(rules, False, 32767, nth) for nth in (0, 1)] == [100, 110]


def test_ipv6_is_judged_by_rules_for_ipv6() -> None:
    entries = (entry(100, "allow", ALL), entry(101, "allow", "fd00::/8", (4000, 4000)))
    assert (
        judge_acl(acl(*entries), False, "fd00::25", (4000, 4000)).rule
        == "inbound rule 101: allow tcp 4000 from fd00::/8"
    )
    assert judge_acl(acl(*entries), False, "fe80::1", (4000, 4000)).rule == "inbound rule *: deny all traffic from ::/0"


@pytest.mark.parametrize(
    ("taken", "before", "free"),
    [((100,), 32767, 110), ((), 32767, 10), ((95,), 32767, 100), ((90,), 90, 89), ((89, 90), 90, 88), ((1,), 1, None)],
)
def test_a_new_rule_gets_a_number_before_the_one_that_denies(
    taken: tuple[int, ...], before: int, free: int | None
) -> None:
    entries = [entry(number, "deny", ALL) for number in taken]
    outbound = entry(before - 1, "allow", ALL, egress=True)
    assert free_number_before(acl(*entries, outbound, LAST), False, before) == free
