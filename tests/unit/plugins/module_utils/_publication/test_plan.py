# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan over a table of cases: what is wanted, what is there, and the steps between them."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import (
    Connection,
    PrivateDnsRecord,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.current import NOT_SEEN, SEEN, Current
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.steps import (
    AVAILABLE,
    BALANCERS_ACTIVE,
    CONNECTED,
    DISCONNECTED,
    GONE,
    Condition,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from tests.support.publication_literals import (
    ACCOUNT,
    OTHER,
    ROOT,
    TAGS,
    THIRD,
    arn,
    balancer,
    connection,
    current,
    desired,
    published,
    service,
)

NAMED = {"private_dns_name": "tidb.example.com"}
WAITS = PrivateDnsRecord("pendingverification", "_abc", "TXT", "vpce:xyz")
GONE_ROLE = "AROA1234567890EXAMPLE"
NEW_ZONE = balancer(zones=("us-east-1a", "us-east-1b", "us-east-1c"))
BOTH = {"wanted_arns": (arn("billing"), arn("orders")), "balancers": (balancer(), balancer("billing"))}
OTHERS = {"wanted_arns": (arn("billing"),), "balancers": (balancer(), balancer("billing"))}
WANTS_ROOT = {"allowed_principals": (OTHER,)}


def steps(wanted: Desired, now: Current) -> list[tuple[str, str]]:
    return [(step["name"], step["detail"]) for step in (one.returned() for one in plan(wanted, now).steps)]


CASES: dict[str, tuple[Desired, Current, list[tuple[str, str]]]] = {
    "as desired": (desired(), current(published()), []),
    "principals omitted": (desired(), current(published(principals=[ROOT])), []),
    "a bare account is its root": (desired(**WANTS_ROOT), current(published(principals=[ROOT])), []),
    "a principal more": (desired(**WANTS_ROOT), current(published()), [("permit_principals", ROOT)]),
    "a principal less": (
        desired(allowed_principals=()),
        current(published(principals=[ROOT])),
        [("withdraw_principals", ROOT)],
    ),
    "what restricts comes first": (
        desired(allowed_principals=(THIRD,)),
        current(published(principals=[ROOT], acceptance_required=False)),
        [
            ("set_acceptance_required", "each connection waits for acceptance"),
            ("withdraw_principals", ROOT),
            ("permit_principals", f"arn:aws:iam::{THIRD}:root"),
        ],
    ),
    "what permits comes last": (
        desired(acceptance_required=False, allowed_principals=(THIRD,)),
        current(published(principals=[ROOT])),
        [
            ("withdraw_principals", ROOT),
            ("permit_principals", f"arn:aws:iam::{THIRD}:root"),
            ("set_acceptance_required", "whoever is permitted connects at once"),
        ],
    ),
    "principals are not purged": (
        desired(allowed_principals=(THIRD,), purge_allowed_principals=False),
        current(published(principals=[ROOT])),
        [("permit_principals", f"arn:aws:iam::{THIRD}:root")],
    ),
    "one is withdrawn, whoever else is permitted": (
        desired(withdrawn_principals=(OTHER,)),
        current(published(principals=[ROOT, f"arn:aws:iam::{THIRD}:root"])),
        [("withdraw_principals", ROOT)],
    ),
    "one is permitted and another withdrawn": (
        desired(allowed_principals=(THIRD,), purge_allowed_principals=False, withdrawn_principals=(OTHER,)),
        current(published(principals=[ROOT])),
        [("withdraw_principals", ROOT), ("permit_principals", f"arn:aws:iam::{THIRD}:root")],
    ),
    "one is withdrawn that nobody permitted": (desired(withdrawn_principals=(OTHER,)), current(published()), []),
    "what remembers goes after what it remembers": (
        desired(withdrawn_principals=(OTHER,), removed_tags=frozenset({"tidbcloud:permitted", "not there"})),
        current(published(principals=[ROOT], tags={**TAGS, "tidbcloud:permitted": ROOT})),
        [("withdraw_principals", ROOT), ("remove_tags", "tidbcloud:permitted")],
    ),
    "a tag that is purged is removed by name only once": (
        desired(tags={}, removed_tags=frozenset({"team"})),
        current(published(tags={**TAGS, "team": "data", "cost": "1"})),
        [("remove_tags", "cost"), ("remove_tags", "team")],
    ),
    "load balancers are swapped, one stays at any time": (
        desired(),
        current(published(), **OTHERS),
        [("add_load_balancers", arn("billing")), ("remove_load_balancers", arn("orders"))],
    ),
    "load balancers omitted": (
        desired(load_balancer_arns=None),
        current(published(load_balancer_arns=(arn("a"), arn("b"))), wanted_arns=None),
        [],
    ),
    "a zone that came later": (
        desired(),
        current(published(), balancers=(NEW_ZONE,)),
        [("refresh_zones", "us-east-1c of the load balancers is not served")],
    ),
    "zones of what is added need no refresh": (
        desired(),
        current(published(), **{**BOTH, "balancers": (balancer(), replace(NEW_ZONE, arn=arn("billing")))}),
        [("add_load_balancers", arn("billing"))],
    ),
    "zones of what goes do not matter": (
        desired(),
        current(published(), **{**OTHERS, "balancers": (NEW_ZONE, balancer("billing"))}),
        [("add_load_balancers", arn("billing")), ("remove_load_balancers", arn("orders"))],
    ),
    "zones of a service that is not ready yet": (
        desired(),
        current(published(state="pending", availability_zones=()), balancers=(NEW_ZONE,)),
        [],
    ),
    "zones that come without names": (
        desired(),
        current(published(availability_zones=()), balancers=(NEW_ZONE,)),
        [],
    ),
    "address types": (
        desired(address_types=("ipv4", "ipv6")),
        current(published()),
        [("set_ip_address_types", "ipv4 to ipv4, ipv6")],
    ),
    "regions, and the own one is none": (
        desired(regions=("eu-west-1", "us-east-1")),
        current(published(regions={"us-west-2": "available"})),
        [("set_regions", "us-west-2 to eu-west-1")],
    ),
    "no region more": (
        desired(regions=()),
        current(published(regions={"us-west-2": "available"})),
        [("set_regions", "us-west-2 to none")],
    ),
    "a private name": (
        desired(**NAMED),
        current(published(), record=SEEN),
        [("set_private_dns_name", "none to tidb.example.com; AWS verifies it by a TXT record")],
    ),
    "a record that is published": (
        desired(**NAMED),
        current(published(**NAMED, record=WAITS), record=SEEN),
        [("verify_private_dns_name", "the TXT record of tidb.example.com is in public DNS")],
    ),
    "a name that failed is verified again": (
        desired(**NAMED),
        current(published(**NAMED, record=replace(WAITS, state="failed")), record=SEEN),
        [("verify_private_dns_name", "the TXT record of tidb.example.com is in public DNS")],
    ),
    "a record that is not published": (
        desired(**NAMED),
        current(published(**NAMED, record=WAITS), record=NOT_SEEN),
        [],
    ),
    "a record that was not looked at": (desired(**NAMED), current(published(**NAMED, record=WAITS)), []),
    "a name that is not to be verified": (
        desired(**NAMED, verify_private_dns=False),
        current(published(**NAMED, record=WAITS), record=SEEN),
        [],
    ),
    "a name that is verified": (
        desired(**NAMED),
        current(published(**NAMED, record=replace(WAITS, state="verified")), record=SEEN),
        [],
    ),
    "a name omitted is left alone": (desired(), current(published(**NAMED, record=WAITS), record=SEEN), []),
    "a name is removed": (
        desired(remove_private_dns_name=True),
        current(published(**NAMED, record=WAITS)),
        [("remove_private_dns_name", "tidb.example.com no longer names the service")],
    ),
    "no name is left": (desired(remove_private_dns_name=True), current(published()), []),
    "who waits is left alone": (desired(), current(published(connection(), principals=[ROOT])), []),
    "an accepted account": (
        desired(accepted_accounts=frozenset({OTHER})),
        current(published(connection("vpce-2"), connection("vpce-1"), connection("vpce-3", account_id=THIRD))),
        [("accept_connections", "vpce-1, vpce-2")],
    ),
    "an accepted endpoint": (
        desired(accepted_endpoint_ids=frozenset({"vpce-1", "vpce-9"})),
        current(published(connection(), connection("vpce-2"))),
        [("accept_connections", "vpce-1")],
    ),
    "what is accepted already": (
        desired(accepted_accounts=frozenset({OTHER})),
        current(
            published(connection(state="available"), connection("vpce-2", "pending"), connection("vpce-3", "rejected"))
        ),
        [],
    ),
    "rejecting wins over accepting": (
        desired(accepted_accounts=frozenset({OTHER}), rejected_endpoint_ids=frozenset({"vpce-2"})),
        current(published(connection(), connection("vpce-2"))),
        [("accept_connections", "vpce-1"), ("reject_connections", "vpce-2")],
    ),
    "what is rejected already": (
        desired(rejected_endpoint_ids=frozenset({"vpce-1", "vpce-9"})),
        current(published(connection(state="rejected"))),
        [],
    ),
    "AWS leaves the unpermitted alone": (desired(), current(published(connection(state="available"))), []),
    "the unpermitted are rejected": (
        desired(reject_unpermitted=True),
        current(published(connection(state="available"), connection("vpce-2", "available", ACCOUNT))),
        [("reject_connections", "vpce-1")],
    ),
    "those whose permission this run withdraws, too": (
        desired(reject_unpermitted=True, allowed_principals=()),
        current(published(connection(state="available"), principals=[ROOT])),
        [("withdraw_principals", ROOT), ("reject_connections", "vpce-1")],
    ),
    "those that this run permits are not": (
        desired(reject_unpermitted=True, **WANTS_ROOT),
        current(published(connection(state="available"))),
        [("permit_principals", ROOT)],
    ),
    "nobody is rejected for a principal that cannot be read": (
        desired(reject_unpermitted=True),
        current(published(connection(state="available"), principals=[GONE_ROLE])),
        [],
    ),
    "nor accepted": (
        desired(reject_unpermitted=True, accepted_accounts=frozenset({OTHER})),
        current(published(connection(), principals=[GONE_ROLE])),
        [],
    ),
    "an accepted account that is not permitted": (
        desired(reject_unpermitted=True, accepted_accounts=frozenset({OTHER})),
        current(published(connection())),
        [("reject_connections", "vpce-1")],
    ),
    "tags of an adopted one": (
        desired(tags={"team": "data"}),
        current(published(tags={"env": "test"})),
        [
            ("set_tags", "team=data, tidbcloud:managed-by=tidbcloud.privatelink, tidbcloud:service-name=orders"),
            ("remove_tags", "env"),
        ],
    ),
    "absent and gone": (desired(state="absent"), current(), []),
    "absent": (
        desired(state="absent"),
        current(published(connection(state="rejected"))),
        [("delete_endpoint_service", "nobody can connect any longer; the load balancers stay")],
    ),
    "absent with connections": (
        desired(state="absent"),
        current(published(connection(), connection("vpce-2", "available"), connection("vpce-3", "rejected"))),
        [
            ("reject_connections", "vpce-1, vpce-2"),
            ("delete_endpoint_service", "nobody can connect any longer; the load balancers stay"),
        ],
    ),
}


@pytest.mark.parametrize(("wanted", "now", "expected"), CASES.values(), ids=CASES)
def test_the_steps_are_what_lies_between(wanted: Desired, now: Current, expected: list[tuple[str, str]]) -> None:
    assert steps(wanted, now) == expected


@pytest.mark.parametrize(("wanted", "now", "expected"), CASES.values(), ids=CASES)
def test_a_plan_without_steps_waits_for_nothing_but_a_service_that_is_not_ready(
    wanted: Desired, now: Current, expected: list[tuple[str, str]]
) -> None:
    planned = plan(wanted, now)
    ready = now.published is None or now.published.service.state == "available"
    connecting = bool(wanted.accepted_accounts) and any(one.state == "pending" for one in _connections(now))
    assert bool(planned.goals) == (bool(expected) or not ready or connecting)


def _connections(now: Current) -> t.Sequence[Connection]:
    return now.published.connections if now.published else ()


def test_a_new_service_is_made_whole_and_then_permits() -> None:
    wanted = desired(**NAMED, **WANTS_ROOT, regions=("eu-west-1", "us-east-1"), tags={"team": "data"})
    creation, permission = plan(wanted, current()).steps
    assert creation.request == {
        "load_balancer_arns": (arn("orders"),),
        "acceptance_required": True,
        "tags": {"team": "data", **TAGS},
        "address_types": (),
        "regions": ("eu-west-1",),
        "private_dns_name": "tidb.example.com",
    }
    assert creation.needs == ()
    assert creation.returned() == {
        "name": "create_endpoint_service",
        "target": "orders",
        "detail": f"{arn('orders')}; acceptance required; private name tidb.example.com; reached from eu-west-1",
    }
    assert permission.returned()["detail"] == ROOT


def test_a_load_balancer_that_is_provisioning_and_a_service_that_is_being_deleted_are_waited_for() -> None:
    now = current(balancers=(balancer(state="provisioning"),), gone=(service(state="deleting"),))
    assert plan(desired(), now).steps[0].needs == (Condition(GONE), Condition(BALANCERS_ACTIVE, (arn("orders"),)))
    assert plan(desired(wait=False), now).steps == ()
    assert plan(desired(), current(gone=(service(state="deleted"),))).steps[0].needs == ()


def test_without_load_balancers_nothing_can_be_made() -> None:
    with pytest.raises(PrivateLinkError, match="needs load balancers"):
        plan(desired(load_balancer_arns=None), current(wanted_arns=None))


def test_a_service_that_failed_is_deleted_and_not_changed() -> None:
    with pytest.raises(PrivateLinkError, match="state=absent"):
        plan(desired(), current(published(state="failed")))
    assert steps(desired(state="absent"), current(published(state="failed")))[-1][0] == "delete_endpoint_service"


def test_a_service_that_is_being_deleted_is_waited_for() -> None:
    assert plan(desired(state="absent"), current(gone=(service(state="deleting"),))).goals == (Condition(GONE),)


def test_deleting_awaits_the_end_of_the_connections() -> None:
    rejection, deletion = plan(desired(state="absent"), current(published(connection()))).steps
    assert (rejection.needs, deletion.needs) == ((), (Condition(DISCONNECTED),))
    assert plan(desired(state="absent", wait=False), current(published(connection()))).steps == (rejection,)


def test_what_an_earlier_run_accepted_is_waited_for() -> None:
    now = current(published(connection("vpce-1", "pending"), connection("vpce-2", "pending", THIRD)))
    planned = plan(desired(accepted_accounts=frozenset({OTHER})), now)
    assert (planned.steps, planned.goals) == ((), (Condition(CONNECTED, ("vpce-1",)),))


def test_without_waiting_there_is_no_goal() -> None:
    pending = current(published(state="pending"))
    assert plan(desired(), pending).goals == (Condition(AVAILABLE),)
    assert plan(desired(wait=False), pending).goals == ()


def test_check_mode_and_run_say_the_same_of_a_service_with_another_id() -> None:
    cases: list[dict[str, t.Any]] = [{"service_id": "vpce-svc-1"}, {"service_id": "vpce-svc-2"}]
    said = [steps(desired(**WANTS_ROOT, acceptance_required=False), current(published(**one))) for one in cases]
    assert said[0] == said[1]
