# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last words of a run of the role, as lines: how to connect, what would be done, what was removed. Pure.

Each takes what the role knows as a mapping: `wanted` as the filter connection_options returns it, results of modules
whole. What an earlier run of the same play has left in the variables is not looked at.
"""

from __future__ import annotations

import shlex
import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection

from .connection_steps import KINDS, connect_table, disconnect_table
from .foreign import SENTENCE, host_name, printable
from .verified_change import EDITS, VERIFIABLE

Values = t.Mapping[str, t.Any]


def run_lines(known: Values) -> list[str]:
    """What a run has come to, whichever it was. Of `known`: wanted, check_mode, and what each of these takes."""
    state = known["wanted"]["state"]
    if state == "absent":
        return removed_lines(known)
    return planned_lines(known) if state == "present" and known["check_mode"] else connected_lines(known)


def connected_lines(known: Values) -> list[str]:
    """How to connect, and whether that was checked. Of `known`: result, ping and the options of the check."""
    endpoint = printable(known["result"], SENTENCE)
    note = [endpoint["status_note"]] if endpoint["status"] != "active" else []
    where = endpoint["vpc_id"] or "no VPC"
    state = f"Private endpoint {endpoint['vpc_endpoint_id'] or '(none)'} in {where} is {endpoint['status']}."
    return [state, *note, *_access(known), *_clients(known), *_checked(known)]


def _clients(known: Values) -> list[str]:
    """Nobody has said whom the security group admits: a wide default is never silent."""
    wanted = WantedConnection.of(known["wanted"])
    if wanted.state != "present" or not (wanted.makes_vpc and wanted.admits_whole_vpc):
        return []
    return [
        f"Who may connect: {printable(wanted.vpc_cidr)}, the whole VPC, since neither private_connection_client_cidrs "
        "nor private_connection_client_security_group_ids is set."
    ]


def _access(known: Values) -> list[str]:
    """Only a valid host name gets into a command."""
    host = host_name(known["result"]["host"])
    if host:
        return [f"Host: {host}", f"Port: {known['result']['port']}", *_command(known, host)]
    if known["result"]["host"]:
        said = f"TiDB Cloud gives {printable(known['result']['host'])} as the host, which is not a host name."
        return [f"{said} Look up the host in the TiDB Cloud console."]
    return []


def _command(known: Values, host: str) -> list[str]:
    user, ca_path = (printable(known.get(key) or "") for key in ("check_user", "check_ca_path"))
    port = int(known["result"]["port"] or 0)
    command = f"Connect: mysql -h {host} -P {port} -u {shlex.quote(user or 'root')} -p"
    own = known["wanted"]["self_hosted_name"]
    name = (known["result"].get("endpoint_service") or {}).get("private_dns_name")
    if own and not name:
        return [command]
    mode = "VERIFY_CA" if own and name != host else "VERIFY_IDENTITY"
    command = f"{command} --ssl-mode={mode} --ssl-ca={shlex.quote(ca_path or 'ca.pem')}"
    which = "that signed the server's." if own else "of the cluster. The TiDB Cloud console offers it under Connect."
    return [command, *([] if ca_path else [f"ca.pem is the CA certificate {which}"])]


def _checked(known: Values) -> list[str]:
    check = printable(known["result"].get("check"), SENTENCE)
    if not check:
        return ["Not checked that clients can connect."]
    if check["reachable"] is None:
        return list(check["verdict"])
    if not check["reachable"]:
        return [f"WARNING: clients cannot connect from {check['host']}.", *check["verdict"]]
    ping, user = printable(known["ping"]), printable(known.get("check_user") or "")
    as_user = f"logged in as {user}, " if user else ""
    tls = ping.get("tls")
    valid = f", {tls['protocol']}, certificate valid for {tls['days_left']} days" if tls else ""
    return [f"Checked from {check['host']}: {as_user}{ping['server_version']}{valid}."]


_NOTHING_TO_DO = ("Nothing was changed, and a run would change nothing.",)


def planned_lines(known: Values) -> list[str]:
    """What a run would do, and nothing where that is nothing.

    Of `known`: wanted, result, look, and of a run that is not settled: made, network, subnets, made_vpc, made_subnets,
    made_security_group.
    """
    now = f"The private endpoint is {printable(known['result']['status'])} now."
    if known["look"]["is_settled"]:
        return [*_NOTHING_TO_DO, now]
    table = connect_table(known)
    if not table:
        return [*_NOTHING_TO_DO, now]
    planned = printable(known["made"], SENTENCE)
    unchecked = planned.get("unchecked_limits") or []
    return [
        "Nothing was changed. A run would do this:",
        *table,
        *_verification(known, planned),
        *([f"Cannot be checked before the network exists: {', '.join(unchecked)}"] if unchecked else []),
        now,
    ]


def done_lines(known: Values) -> list[str]:
    """What a run of connect has done, as check mode plans it; nothing where it has done nothing."""
    table = connect_table(known)
    return ["This was done:", *table] if table else []


def _verification(known: Values, planned: Values) -> list[str]:
    if not known["wanted"]["verifies"]:
        return []
    edits = [step["name"] for step in planned["steps"] if step["name"] in EDITS]
    if known["look"]["is_live"] and (edits or known["look"]["will_edit"]):
        return [
            f"Clients would be checked from {printable(known['check_host'])} before and after. If they could connect "
            "before and could not after, this would be undone, and the run would fail: "
            f"{', '.join(edits) or 'the change of subnets'}"
        ]
    return [f"A failed check would undo none of it: only {VERIFIABLE} are."] if planned["steps"] else []


def removed_lines(known: Values) -> list[str]:
    """What was removed, or would be, and what was left.

    Of `known`: wanted, result, removed (private_endpoint), check_mode, and removed_network: by kind what the tasks
    returned that go through what the filter removable_network returned.
    """
    table = disconnect_table(known)
    done = "Nothing was changed. A run would do this:" if known["check_mode"] else "This was done:"
    network = known["removed_network"]
    left = (known.get("provider") or {}).get("left")
    return [
        *([done, *table] if table else []),
        *(line for key, kind in KINDS.items() for line in _left(network[key], kind)),
        *([left] if left else []),
        *(_nothing(known) if not known["removed"]["steps"] else _chosen(known)),
    ]


def _chosen(known: Values) -> list[str]:
    """Another one than the connection's own was removed, or would be: which one, and why that one."""
    others, wanted = known.get("others"), known["wanted"]
    if not others:
        return []
    return [
        f"Nothing has all tags of the connection {printable(wanted['name'])}, and no other one was named, so this is "
        f"about the only private endpoint that there is. {others}"
    ]


def _left(results: t.Iterable[Values], kind: str) -> t.Iterator[str]:
    for result in results:
        if not result.get("changed") and (result.get("skipped") or "error" in result):
            yield f"left {kind} {printable(result['item']['id'])}, which something else uses"


def _nothing(known: Values) -> list[str]:
    """What was looked for, and what the cluster has in its place."""
    wanted, region = known["wanted"], known["result"]["region"]
    of = f"cluster {wanted['cluster_id']}" if wanted["cluster_id"] else _service(wanted)
    named = f"named {wanted['endpoint_name']}" if wanted["endpoint_name"] else ""
    which = wanted["vpc_endpoint_id"] or (f"in {wanted['vpc_id']}" if wanted["vpc_id"] else named)
    what = " ".join(part for part in ("private endpoint", which) if part)
    looked = f"There is no {what} of {of} in {printable(region)}."
    others = known.get("others")
    return [printable(looked, SENTENCE), *([str(others), _HOW_TO_NAME] if others else [])]


def _service(wanted: Values) -> str:
    return str(wanted["self_hosted_name"] or wanted["service_name"])


_HOW_TO_NAME = (
    "If one of these is meant, name it with private_connection_vpc_id, private_connection_name or "
    "private_connection_vpc_endpoint_id."
)
