# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each limit: what breaks it, what does not, and all of them together."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import (
    Listener,
    PrivateDnsRecord,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import (
    NOT_LOOKED,
    NOT_SEEN,
    Current,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.limits import (
    LimitFacts,
    check,
    standing_warnings,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.violations import Verdict
from tests.support.publication_literals import (
    ACCOUNT,
    OTHER,
    ROOT,
    arn,
    balancer,
    connection,
    current,
    desired,
    published,
    service,
)

LISTENS = {arn("orders"): (Listener(4000, "TCP"),)}
FINE = LimitFacts(listeners=LISTENS, cross_zone={arn("orders"): True})
ELSEWHERE = arn("orders", "eu-west-1")
NEIGHBOUR = service(service_id="vpce-svc-2", tags={"Name": "billing"})
EVERYBODY = {"allowed_principals": ("*",)}
TAKEN = service(service_id="vpce-svc-2", load_balancer_arns=(), private_dns_name="tidb.example.com")
PROTECTED: dict[str, t.Any] = {"tags": {"deletion-protection": "True"}}


def judge(wanted: Desired, now: Current, facts: LimitFacts = FINE) -> Verdict:
    return check(wanted, now, plan(wanted, now), facts)


def codes(wanted: Desired, now: Current, facts: LimitFacts = FINE) -> list[str]:
    return [violation.code for violation in judge(wanted, now, facts).violations]


BROKEN: dict[str, tuple[str, Desired, Current, LimitFacts, str]] = {
    "not there": ("load_balancer_not_found", desired(), current(balancers=()), FINE, arn("orders")),
    "in another region": (
        "region_mismatch",
        desired(load_balancer_arns=(ELSEWHERE,)),
        current(wanted_arns=(ELSEWHERE,), balancers=()),
        FINE,
        "eu-west-1",
    ),
    "of another type": (
        "load_balancer_not_network",
        desired(),
        current(balancers=(balancer(type="application"),)),
        FINE,
        "application",
    ),
    "failed": ("load_balancer_not_active", desired(), current(balancers=(balancer(state="failed"),)), FINE, "failed"),
    "in use": (
        "load_balancer_in_use",
        desired(),
        current(),
        LimitFacts((NEIGHBOUR,), LISTENS),
        "vpce-svc-2 (billing)",
    ),
    "no listener on the port": (
        "listener_missing",
        desired(port=9092),
        current(),
        FINE,
        "9092 (it has TCP 4000)",
    ),
    "no listener at all": (
        "listener_missing",
        desired(),
        current(),
        LimitFacts(listeners={arn("orders"): ()}),
        "it has none",
    ),
    "no listener that carries TCP": (
        "listener_missing",
        desired(),
        current(),
        LimitFacts(listeners={arn("orders"): (Listener(4000, "UDP"),)}),
        "UDP 4000",
    ),
    "IPv6 of an IPv4 balancer": (
        "address_type_unsupported",
        desired(address_types=("ipv4", "ipv6")),
        current(),
        FINE,
        "ipv4",
    ),
    "IPv6 of an existing service": (
        "address_type_unsupported",
        desired(address_types=("ipv6",)),
        current(published()),
        FINE,
        "dualstack",
    ),
    "an invalid principal": (
        "principal_invalid",
        desired(allowed_principals=("AROA1234567890EXAMPLE",)),
        current(published()),
        FINE,
        "AROA",
    ),
    "a public service": (
        "public_service",
        desired(acceptance_required=False, **EVERYBODY),
        current(),
        FINE,
        "(*)",
    ),
    "a service that was public before": (
        "public_service",
        desired(acceptance_required=False),
        current(published(principals=["*"], acceptance_required=False)),
        FINE,
        "acceptance_required=true",
    ),
    "a name in upper case": (
        "private_dns_name_invalid",
        desired(private_dns_name="TiDB.example.com"),
        current(published()),
        FINE,
        "lower case",
    ),
    "a name that is none": (
        "private_dns_name_invalid",
        desired(private_dns_name="tidb"),
        current(published()),
        FINE,
        "'tidb'",
    ),
    "a name of another service": (
        "private_dns_name_invalid",
        desired(private_dns_name="tidb.example.com"),
        current(published()),
        LimitFacts((TAKEN,)),
        "vpce-svc-2",
    ),
    "a load balancer that carries connections": (
        "connections_exist",
        desired(),
        current(
            published(connection(), load_balancer_arns=(arn("billing"), arn("orders"))),
            balancers=(balancer(), balancer("billing")),
        ),
        FINE,
        f"vpce-1 of account {OTHER}",
    ),
    "a deletion with connections": (
        "connections_exist",
        desired(state="absent"),
        current(published(connection())),
        FINE,
        "on_connections=reject",
    ),
    "a deletion of what is protected": (
        "deletion_protected",
        desired(state="absent"),
        current(published(**PROTECTED)),
        FINE,
        "deletion-protection=True",
    ),
}


@pytest.mark.parametrize(("code", "wanted", "now", "facts", "says"), BROKEN.values(), ids=BROKEN)
def test_a_limit_that_is_broken_says_what_was_found_and_what_to_do(
    code: str, wanted: Desired, now: Current, facts: LimitFacts, says: str
) -> None:
    (violation,) = judge(wanted, now, facts).violations
    assert violation.code == code
    text = f"{violation.message} {violation.remedy}"
    assert says in text
    assert violation.remedy


@pytest.mark.parametrize(("code", "wanted", "now", "facts", "says"), BROKEN.values(), ids=BROKEN)
def test_a_limit_that_the_user_allows_is_a_warning(
    code: str, wanted: Desired, now: Current, facts: LimitFacts, says: str
) -> None:
    verdict = judge(replace(wanted, allow_violations=frozenset({code})), now, facts)
    assert verdict.violations == ()
    assert any(f"allow_violations names {code}" in warning for warning in verdict.warnings)


KEPT: dict[str, tuple[Desired, Current, LimitFacts]] = {
    "a new service": (desired(), current(), FINE),
    "one that is provisioning": (desired(), current(balancers=(balancer(state="provisioning"),)), FINE),
    "one that is impaired": (desired(), current(balancers=(balancer(state="active_impaired"),)), FINE),
    "a listener for both protocols": (
        desired(),
        current(),
        LimitFacts(listeners={arn("orders"): (Listener(4000, "TCP_UDP"),)}),
    ),
    "IPv6 of a dualstack balancer": (
        desired(address_types=("ipv6",)),
        current(balancers=(balancer(address_type="dualstack"),)),
        FINE,
    ),
    "everybody, each accepted": (desired(**EVERYBODY), current(), FINE),
    "its own load balancer": (desired(), current(published(tags={})), LimitFacts((service(),), LISTENS)),
    "the load balancer of the service that another run makes now": (
        desired(),
        current(),
        LimitFacts((service(service_id="vpce-svc-2", state="pending"),), LISTENS),
    ),
    "the load balancer of a service that is being deleted": (
        desired(),
        current(),
        LimitFacts((service(service_id="vpce-svc-2", state="deleting"),), LISTENS),
    ),
    "a principal that AWS shows": (
        desired(allowed_principals=("AROA1234567890EXAMPLE",)),
        current(published(principals=["AROA1234567890EXAMPLE"])),
        FINE,
    ),
    "a wildcard name": (desired(private_dns_name="*.tidb.example.com"), current(published()), FINE),
    "a deletion that may reject": (
        desired(state="absent", on_connections="reject"),
        current(published(connection())),
        FINE,
    ),
    "a deletion without live connections": (
        desired(state="absent"),
        current(published(connection(state="rejected"))),
        FINE,
    ),
    "an absent service that was public": (
        desired(state="absent", acceptance_required=False, **EVERYBODY),
        current(published(principals=["*"])),
        FINE,
    ),
}


@pytest.mark.parametrize(("wanted", "now", "facts"), KEPT.values(), ids=KEPT)
def test_what_is_within_the_limits_breaks_none(wanted: Desired, now: Current, facts: LimitFacts) -> None:
    assert codes(wanted, now, facts) == []


def test_all_violations_come_together() -> None:
    wanted = desired(
        load_balancer_arns=(arn("billing"), arn("orders")),
        acceptance_required=False,
        allowed_principals=("*", "nobody"),
        private_dns_name="TiDB.example.com",
        address_types=("ipv6",),
    )
    now = current(wanted_arns=(arn("billing"), arn("orders")))
    facts = LimitFacts((NEIGHBOUR,), {arn("orders"): ()})
    assert codes(wanted, now, facts) == [
        "load_balancer_not_found",
        "load_balancer_in_use",
        "listener_missing",
        "address_type_unsupported",
        "principal_invalid",
        "public_service",
        "private_dns_name_invalid",
    ]


def test_one_zone_and_cross_zone_off_are_warnings() -> None:
    one_zone = current(balancers=(balancer(zones=("us-east-1a",)),))
    warnings = judge(desired(), one_zone, LimitFacts(listeners=LISTENS, cross_zone={arn("orders"): False})).warnings
    assert [("only" in one, "across zones" in one) for one in warnings] == [(True, False), (False, True)]
    assert judge(desired(), current(), LimitFacts(listeners=LISTENS, cross_zone={arn("orders"): None})).warnings == ()


def test_tags_that_no_load_balancer_carries_are_said() -> None:
    wanted = desired(load_balancer_arns=None, load_balancer_tags={"app": "tidb"})
    (warning,) = judge(wanted, current(published(), wanted_arns=None)).warnings
    assert "keeps those it has" in warning


def test_a_new_service_for_which_tags_find_no_load_balancer_is_reported_with_the_other_violations() -> None:
    wanted = desired(load_balancer_arns=None, load_balancer_tags={"app": "tidb"}, allowed_principals=("nobody",))
    found = judge(wanted, current(wanted_arns=None, balancers=())).violations
    assert [one.code for one in found] == ["load_balancer_not_found", "principal_invalid"]
    assert "app=tidb" in found[0].message


WAITS = PrivateDnsRecord("pendingverification", "_abc", "TXT", "vpce:xyz")
NAMED = {"private_dns_name": "tidb.example.com"}
STANDING: dict[str, tuple[Desired, Current, str | None]] = {
    "nothing": (desired(), current(published(connection(), principals=[ROOT])), None),
    "everybody": (desired(**EVERYBODY), current(), "every AWS account"),
    "a stranger": (desired(), current(published(connection(state="available"))), "reject_unpermitted=true"),
    "a stranger that is rejected": (desired(reject_unpermitted=True), current(published(connection())), None),
    "the own account": (desired(), current(published(connection(account_id=ACCOUNT))), None),
    "an unreadable principal": (
        desired(),
        current(published(connection(), principals=["AROA1234567890EXAMPLE"])),
        "no longer name a role or user",
    ),
    "an endpoint that is not listed": (
        desired(accepted_endpoint_ids=frozenset({"vpce-9"})),
        current(published(), missing_ids=("vpce-9",)),
        "vpce-9",
    ),
    "a record that was not looked at": (
        desired(**NAMED),
        current(published(**NAMED, record=WAITS), record=NOT_LOOKED, record_note="no library"),
        "no library",
    ),
    "a record that is not published": (
        desired(**NAMED),
        current(published(**NAMED, record=WAITS), record=NOT_SEEN),
        None,
    ),
    "a name that was lost": (
        desired(),
        current(published(**NAMED, record=PrivateDnsRecord("failed", "_abc", "TXT", "vpce:xyz"))),
        "_abc = vpce:xyz",
    ),
    "a tag of AWS": (desired(tags={"AWS:x": "y"}), current(), "AWS:x"),
    "absent": (desired(state="absent", **EVERYBODY), current(published(connection(state="available"))), None),
}


@pytest.mark.parametrize(("wanted", "now", "says"), STANDING.values(), ids=STANDING)
def test_what_the_user_should_know_is_said_even_if_there_is_nothing_to_do(
    wanted: Desired, now: Current, says: str | None
) -> None:
    warnings: t.Sequence[str] = standing_warnings(wanted, now)
    assert [says in one for one in warnings if says] == ([True] if says else [])
    assert bool(warnings) is bool(says)
