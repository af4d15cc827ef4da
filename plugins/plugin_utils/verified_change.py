# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""A verified change of a live private endpoint: what of it is undone, and what a failed check says of it. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import Modification, names_of

from .foreign import SENTENCE, printable
from .verdict import NO_REASON, outcome, said

Values = t.Mapping[str, t.Any]
# The steps that change how clients reach a live private endpoint, and that have a way back.
EDITS = names_of(Modification)


VERIFIABLE = "subnets, security groups, private DNS and address type of a private endpoint that was active before"


def undoable_steps(known: Values) -> list[Values]:
    """The steps of this run that a failed check undoes. Of `known`: wanted, look, made."""
    made = _made(known)
    if not (known["wanted"]["verifies"] and known["look"].get("is_live") and made.get("changed")):
        return []
    return [step for step in made.get("steps") or [] if step["name"] in EDITS]


def _made(known: Values) -> Values:
    """What this run did: what an earlier run of the same play has left in the variables is not its own."""
    return {} if known["look"].get("is_settled", True) else known.get("made") or {}


def with_reverted(known: Values, seconds: float) -> dict[str, t.Any]:
    """The result of the role after the change was undone, or was to be.

    Of `known`: result, reverted (private_endpoint), ping (the check after it) and what undoable_steps takes. `seconds`
    have passed since the change began.
    """
    reverted = known["reverted"]
    complete = not reverted.get("failed")
    works = complete and outcome(known["ping"]).reachable is True
    undone = {
        "undone": undoable_steps(known),
        "steps": reverted.get("steps") or [],
        "complete": complete,
        "reachable": works,
        "down_seconds": round(seconds, 1) if works else None,
    }
    now = dict(reverted.get("private_endpoint") or {})
    if known["wanted"]["self_hosted_name"]:
        # What only the provider's side says was not touched.
        now = {key: value for key, value in now.items() if key not in ("host", "port")}
    return {**known["result"], **now, "reverted": undone}


def failed_check_lines(known: Values) -> list[str]:
    """Why the run fails: what was undone, the verdict, what was not.

    Of `known`: wanted, result (with check and reverted), look, made, made_security_group, before, ping, reverted.
    """
    result = printable(known["result"], SENTENCE)
    undone = _undone(known, result)
    not_undone = _not_undone(known) if known["wanted"]["verifies"] and not result.get("reverted") else []
    found = ["The check after the change found this."] if undone else []
    return [*undone, *found, *result["check"]["verdict"], *not_undone, *_network_stays(known)]


def check_failure(known: Values) -> str:
    """The message with which the run fails, after failed_check_lines were shown; empty where it does not.

    Of `known`: wanted, result (with check and reverted).
    """
    result, wanted = printable(known["result"]), known["wanted"]
    check, reverted = result["check"], result.get("reverted")
    ran = check["reachable"] is not None
    if wanted["on_failed_check"] == "keep" and (ran or not wanted["needs_check"]):
        return ""
    if not reverted:
        found = f"Clients cannot connect from {check['host']}" if ran else f"The check could not run on {check['host']}"
    elif not reverted["complete"]:
        found = f"Clients could not connect after the change of {result['vpc_endpoint_id']}, and undoing it failed"
    elif not reverted["reachable"]:
        found = f"The change of {result['vpc_endpoint_id']} was undone, but clients still cannot connect"
    else:
        found = f"The change of {result['vpc_endpoint_id']} was undone, since clients could not connect after it"
    return f"{found}. Why, and what to do, is shown above."


def _undone(known: Values, result: Values) -> list[str]:
    reverted, endpoint_id = result.get("reverted"), result["vpc_endpoint_id"]
    if not reverted:
        return []
    checked = result["check"]["reachable"]
    after = "it was not known whether they could after it" if checked is None else "could not after it"
    if reverted["reachable"]:
        return [
            f"The change of {endpoint_id} was undone: clients could connect before it, {after}, and can now.",
            f"Undone: {_steps(reverted['undone'])}.",
            f"Clients were without connection for {reverted['down_seconds']} seconds at most, from the start of the "
            "change to the first check that succeeded after it was undone.",
        ]
    if reverted["complete"]:
        ping = printable(known["ping"], SENTENCE)
        return [
            f"The change of {endpoint_id} was undone, since clients could connect before it and {after}, but they "
            f"still cannot: {said(ping)}",
            f"Undone: {_steps(reverted['undone'])}.",
            "Still to do: the private endpoint is as it was before the change; run the playbook check until clients "
            "can connect, and follow what it says.",
        ]
    return _not_reverted(known, result, after)


def _not_reverted(known: Values, result: Values, after: str) -> list[str]:
    reverted, endpoint_id = result["reverted"], result["vpc_endpoint_id"]
    before = printable(known["look"]["private_endpoint"])
    why = printable(known["reverted"].get("msg") or NO_REASON, SENTENCE)
    return [
        f"The change of {endpoint_id} was to be undone, since clients could connect before it and {after}, but that "
        f"failed: {why}",
        f"To be undone: {_steps(reverted['undone'])}. Done of it: {_steps(reverted['steps']) or 'nothing'}.",
        f"Still to do: give {endpoint_id} the subnets {', '.join(before['subnet_ids'])}, the security groups "
        f"{', '.join(before['security_group_ids'])}, private DNS {'on' if before['private_dns_enabled'] else 'off'} "
        f"and the address type {before['ip_address_type'] or 'that AWS chooses'} again, with private_endpoint or in "
        "the AWS console.",
    ]


def _not_undone(known: Values) -> list[str]:
    made, before = _made(known), known.get("before") or {}
    if made and before and not before["reachable"]:
        msg = printable(before.get("msg") or "", SENTENCE)
        return [f"Not undone: clients could not connect before the change either. {msg}".rstrip()]
    if not made.get("changed"):
        return ["Nothing is undone: this run did not change the private endpoint."]
    of_provider = ((known.get("provider") or {}).get("made") or {}).get("steps") or []
    names = ", ".join(printable(step["name"]) for step in [*of_provider, *made["steps"]])
    return [f"Not undone: {names}. Only {VERIFIABLE} are."]


def _network_stays(known: Values) -> list[str]:
    """Rules that the role sets are not undone."""
    group = known.get("made_security_group") or {}
    if not (known["wanted"]["verifies"] and _made(known) and group.get("changed")):
        return []
    return [
        f"Not undone: this run made or changed security group {printable(group['group_id'])}. What the role makes of "
        "the network is not undone."
    ]


def _steps(steps: t.Sequence[Values]) -> str:
    return ", ".join(f"{step['name']} ({step['detail']})" for step in steps)
