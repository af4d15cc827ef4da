# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last words of a run."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.last_words import done_lines, run_lines
from tests.support.role_runs import ADD_GROUP, ENDPOINT, FAILED_PING, TAG, changed, run, wanted

MADE_NETWORK = {"cluster_id": "1", "vpc_id": "", "vpc_cidr": "10.42.0.0/16"}
SUBNETS = {
    "zones": ["use1-az1", "use1-az2"],
    "subnets": [
        {"availability_zone_id": "use1-az1", "cidr_block": "10.42.0.0/19"},
        {"availability_zone_id": "use1-az2", "cidr_block": "10.42.32.0/19"},
    ],
}
NOTHING_REMOVED: dict[str, t.Any] = {"security_groups": [], "subnets": [], "vpcs": []}


def result(**more: t.Any) -> dict[str, t.Any]:
    return {**run()["result"], **more}


def planned(**more: t.Any) -> list[str]:
    """In check mode, on an empty account, with a network that the role makes."""
    known = {
        "wanted": wanted(**MADE_NETWORK),
        "network": {"vpc_id": "", "subnet_ids": [], "security_group_ids": []},
        "subnets": SUBNETS,
        "check_mode": True,
    }
    return run_lines(changed(**{**known, **more}))


def removed(*steps: dict[str, t.Any], **more: t.Any) -> list[str]:
    known = {
        "wanted": wanted(state="absent"),
        "removed": {"steps": list(steps), "diff": {}},
        "removed_network": NOTHING_REMOVED,
    }
    return run_lines(run(**{**known, **more}))


def test_a_connection_is_shown_with_the_command_to_use_it() -> None:
    assert run_lines(run(check_ca_path="/etc/ca.pem", check_user="app")) == [
        "Private endpoint vpce-1 in vpc-1 is active.",
        "Host: db.example.com",
        "Port: 4000",
        "Connect: mysql -h db.example.com -P 4000 -u app -p --ssl-mode=VERIFY_IDENTITY --ssl-ca=/etc/ca.pem",
        "Checked from app: logged in as app, 8.0.11-TiDB-v8.5.2, TLSv1.3, certificate valid for 364 days.",
    ]


@pytest.mark.parametrize(
    ("name", "ca_path", "says"),
    [
        (None, "", ["-p"]),
        ("db.example.com", "/etc/ca.pem", ["-p --ssl-mode=VERIFY_IDENTITY --ssl-ca=/etc/ca.pem"]),
        (
            "tidb.example.com",
            "",
            ["-p --ssl-mode=VERIFY_CA --ssl-ca=ca.pem", "ca.pem is the CA certificate that signed the server's."],
        ),
    ],
)
def test_the_command_for_a_server_of_ones_own_asks_for_what_its_certificate_can_hold(
    name: str | None, ca_path: str, says: list[str]
) -> None:
    known = run(check_ca_path=ca_path, wanted=wanted(cluster_id="", self_hosted_name="orders"))
    known["result"] = {**known["result"], "endpoint_service": {"private_dns_name": name}}
    command = "Connect: mysql -h db.example.com -P 4000 -u root "
    assert run_lines(known)[3:-1] == [command + says[0], *says[1:]]


def test_of_a_service_of_ones_own_it_is_said_what_was_not_found_and_why_the_service_stays() -> None:
    own = wanted(state="absent", cluster_id="", vpc_id="", self_hosted_name="orders")
    lines = removed(wanted=own, provider={"withdrawn": {}, "left": "left endpoint service orders"})
    assert lines == ["left endpoint service orders", "There is no private endpoint of orders in us-east-1."]


def test_a_range_that_nobody_named_is_said_in_the_plan_and_in_the_result() -> None:
    whole = "10.42.0.0/16 (the whole VPC, since no clients are named)"
    assert any(whole in line for line in planned())
    (line,) = [line for line in run_lines(run(wanted=wanted(**MADE_NETWORK))) if line.startswith("Who may connect")]
    assert "10.42.0.0/16, the whole VPC" in line
    for named in ({"client_cidrs": ("10.0.0.0/8",)}, {"client_security_group_ids": ("sg-1",)}):
        options = {**MADE_NETWORK, **named}
        assert "whole VPC" not in str([planned(wanted=wanted(**options)), run_lines(run(wanted=wanted(**options)))])
    assert "whole VPC" not in str(run_lines(run(wanted=wanted(security_group_ids=("sg-1",)))))


def test_a_removal_of_another_one_than_the_connections_own_says_which_and_why() -> None:
    step = {"name": "delete_vpc_endpoint", "detail": "interface endpoint in vpc-2", "target": "vpce-2"}
    assert not [line for line in removed(step) if "only private endpoint" in line]
    (line,) = [line for line in removed(step, others="Cluster 1 has vpce-2.") if "only private endpoint" in line]
    assert line.startswith("Nothing has all tags of the connection tidbcloud-1,")
    assert line.endswith("Cluster 1 has vpce-2.")


def test_where_no_certificate_is_named_it_says_where_to_find_it_and_the_command_is_quoted() -> None:
    lines = run_lines(run(check_user="o'hara"))
    assert "-u 'o'\"'\"'hara' -p --ssl-mode=VERIFY_IDENTITY --ssl-ca=ca.pem" in lines[3]
    assert lines[4].startswith("ca.pem is the CA certificate of the cluster.")


def test_what_is_no_host_name_gets_into_no_command() -> None:
    lines = run_lines(run(result=result(host="db;id", check=None)))
    assert lines[1] == (
        "TiDB Cloud gives db;id as the host, which is not a host name. Look up the host in the TiDB Cloud console."
    )
    assert lines[2:] == ["Not checked that clients can connect."]


def test_a_failed_check_that_is_kept_is_a_warning_with_its_verdict() -> None:
    check = {"host": "app", "reachable": False, "verdict": ["Why: a rule."]}
    lines = run_lines(run(result=result(check=check), ping=FAILED_PING))
    assert lines[-2:] == ["WARNING: clients cannot connect from app.", "Why: a rule."]


def test_a_status_that_is_not_active_is_explained() -> None:
    lines = run_lines(run(result=result(status="pending", status_note="Wait.", check=None)))
    assert lines[:2] == ["Private endpoint vpce-1 in vpc-1 is pending.", "Wait."]


def test_check_mode_says_of_nothing_to_do_that_it_is_nothing() -> None:
    assert run_lines(run(check_mode=True)) == [
        "Nothing was changed, and a run would change nothing.",
        "The private endpoint is active now.",
    ]


def test_verify_ends_in_check_mode_as_without_it() -> None:
    lines = run_lines(run(check_mode=True, wanted=wanted(state="verify"), look={"private_endpoint": ENDPOINT}))
    assert lines[0] == "Private endpoint vpce-1 in vpc-1 is active."


def test_check_mode_shows_the_steps_the_cost_and_what_is_not_checked_yet() -> None:
    made = {"steps": [TAG], "unchecked_limits": ["subnet_not_found"], "diff": {}}
    lines = planned(made=made)
    assert lines[0] == "Nothing was changed. A run would do this:"
    assert lines[2].startswith("tidbcloud-1  not known         not known  make VPC tidbcloud-1")
    assert lines[-2:] == [
        "Cannot be checked before the network exists: subnet_not_found",
        "The private endpoint is active now.",
    ]


def test_after_a_run_the_same_table_says_what_was_done_and_nothing_where_that_is_nothing() -> None:
    assert done_lines(changed(ADD_GROUP)) == [
        "This was done:",
        "NAME         USD/MONTH BEFORE  AFTER  STEPS",
        "tidbcloud-1  7.30              7.30   add_security_groups: sg-2 (vpce-1)",
    ]
    assert done_lines(changed()) == []


def test_check_mode_says_what_would_be_verified_and_undone() -> None:
    lines = run_lines(changed(ADD_GROUP, TAG, check_mode=True))
    assert lines[-2] == (
        "Clients would be checked from app before and after. If they could connect before and could not after, this "
        "would be undone, and the run would fail: add_security_groups"
    )
    new = changed(TAG, check_mode=True)
    new["look"] = {**new["look"], "is_live": False}
    assert run_lines(new)[-2].startswith("A failed check would undo none of it")
    subnets = planned(wanted=wanted(**MADE_NETWORK, on_failed_check="revert"))
    assert "this would be undone, and the run would fail: the change of subnets" in subnets[-2]


def test_what_was_removed_and_what_was_left_is_named() -> None:
    network = {
        "security_groups": [{"changed": True, "item": {"id": "sg-1"}}],
        "subnets": [{"skipped": True, "changed": False, "item": {"id": "subnet-1"}}],
        "vpcs": [{"changed": False, "error": {"code": "DependencyViolation"}, "item": {"id": "vpc-1"}}],
    }
    step = {"name": "delete_vpc_endpoint", "detail": "interface endpoint in vpc-1", "target": "vpce-1"}
    diff = {"before": {"monthly_cost_usd": 14.6}, "after": {"monthly_cost_usd": 0.0}}
    lines = removed(removed={"steps": [step], "diff": diff}, removed_network=network)
    assert lines == [
        "This was done:",
        "NAME         USD/MONTH BEFORE  AFTER  STEPS",
        "tidbcloud-1  14.60             0.00   delete_vpc_endpoint: interface endpoint in vpc-1 (vpce-1)",
        "                                      remove security group sg-1",
        "left subnet subnet-1, which something else uses",
        "left VPC vpc-1, which something else uses",
    ]
    planned = removed(removed={"steps": [step], "diff": diff}, removed_network=network, check_mode=True)
    assert planned == ["Nothing was changed. A run would do this:", *lines[1:]]


def test_where_there_was_nothing_to_remove_it_says_what_was_looked_for_and_what_else_there_is() -> None:
    assert removed() == ["There is no private endpoint in vpc-1 of cluster 1 in us-east-1."]
    unnamed = removed(wanted=wanted(state="absent", vpc_id=""))
    assert unnamed == ["There is no private endpoint named tidbcloud-1 of cluster 1 in us-east-1."]
    others = removed(others="Cluster 1 has vpce-2.")
    assert others[1] == "Cluster 1 has vpce-2."
    assert others[2].startswith("If one of these is meant, name it")
    assert removed(wanted=wanted(state="absent", vpc_id="", vpc_endpoint_id="vpce-9")) == [
        "There is no private endpoint vpce-9 of cluster 1 in us-east-1."
    ]


def test_a_connection_that_was_not_checked_says_so_in_one_line() -> None:
    check = {
        "host": "localhost",
        "reachable": None,
        "verdict": ["Not checked that clients can connect: it is outside."],
    }
    assert run_lines(run(result=result(check=check)))[-1] == "Not checked that clients can connect: it is outside."


def test_no_text_of_a_cloud_makes_a_line_of_its_own() -> None:
    hostile = "x\nok: [localhost]\x1b[2J"
    lines = [
        *run_lines(run(result=result(vpc_id=hostile, status="failed", status_note=hostile, host=hostile))),
        *run_lines(changed({"name": "set_tags", "detail": hostile, "target": hostile}, check_mode=True)),
        *removed({"name": "delete_vpc_endpoint", "detail": hostile, "target": hostile}),
        *planned(subnets={"zones": [hostile], "subnets": [{"availability_zone_id": hostile, "cidr_block": hostile}]}),
    ]
    assert all(line.isprintable() for line in lines)
