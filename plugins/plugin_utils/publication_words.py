# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of the role service_publication has found, and what it says at its end. Pure.

`known`: `wanted` as publication_variables returns it, `check_mode`, `looked` and `made` (what the loops over
load_balancer_listener returned in check mode and in the run), `look` and `service` (the same of endpoint_service).
"""

from __future__ import annotations

import typing as t

from .foreign import SENTENCE, printable
from .text_table import table

Values = t.Mapping[str, t.Any]
_HEADER = ("STEP", "OF", "DETAIL")
# A connection in this state was accepted and is not there yet.
_PENDING = "pending"


def needs_run(known: Values) -> bool:
    """Whether endpoint_service has something to do, or to wait for."""
    if known["wanted"]["state"] == "absent" and any(one["steps"] for one in _of(known, "looked")):
        return True  # One that is being deleted already still uses the listener.
    look = known["look"]
    service = look.get("endpoint_service") or {}
    if look.get("steps") or service.get("state") not in ("active", None):
        return True
    return any(one["state"] == _PENDING for one in service.get("connections") or ())


def unlistened(known: Values) -> bool:
    """Whether a listener is still to be made: endpoint_service does not find it yet."""
    return any(
        step["name"] in ("create_listener", "set_listener") for one in _of(known, "looked") for step in one["steps"]
    )


def result(known: Values) -> dict[str, t.Any]:
    """The endpoint service, with `listeners`: what load_balancer_listener returned for each load balancer."""
    ended = _ended(known, "service", "look")
    listeners = [_listener(known, number) for number in range(len(_of(known, "looked")))]
    return {**ended.get("endpoint_service", {}), "listeners": listeners}


def _listener(known: Values, number: int) -> t.Any:
    made = _of(known, "made")
    ran = made[number] if number < len(made) and "load_balancer_listener" in made[number] else None
    return (ran or _of(known, "looked")[number])["load_balancer_listener"]


def run_lines(known: Values) -> list[str]:
    """The steps in one table, in check mode the same as in the run, then what there is, or what was left."""
    rows = _steps(known)
    done = "Nothing was changed. A run would do this:" if known["check_mode"] else "This was done:"
    said = [done, *table([_HEADER, *rows])] if rows else ["Nothing was changed, and there was nothing to do."]
    return [*said, *(_left(known) if known["wanted"]["state"] == "absent" else _published(known))]


def _steps(known: Values) -> list[tuple[str, str, str]]:
    """In the order in which they are done. A load balancer whose listener needed nothing has none."""
    listeners = [step for one in _of(known, "looked") for step in one["steps"]]
    service = list(_ended(known, "service", "look").get("steps") or ())
    every = [*service, *listeners] if known["wanted"]["state"] == "absent" else [*listeners, *service]
    shown = printable(every, SENTENCE)
    return [(step["name"], step["target"], step["detail"]) for step in shown]


def _published(known: Values) -> list[str]:
    found = printable(result(known), SENTENCE)
    if not found.get("service_name"):
        return []
    lines = [f"Endpoint service {found['service_name']} is {found['state']}."]
    if found.get("private_dns_name"):
        lines.append(f"Private name: {found['private_dns_name']}, {_record(found.get('private_dns_name_record'))}")
    waiting = [one for one in found.get("connections") or () if one["state"] == "pendingAcceptance"]
    lines += [f"{one['vpc_endpoint_id']} of account {one['account_id']} waits for acceptance." for one in waiting]
    return lines


def _record(record: Values | None) -> str:
    if not record:
        return "not verified"
    if record["state"] == "verified":
        return "verified"
    return f"{record['state']}: public DNS needs the {record['type']} record {record['name']} = {record['value']}"


def _left(known: Values) -> list[str]:
    """What was there and stays: load balancers, what was made by hand, what something else uses."""
    before = ((_ended(known, "service", "look").get("diff") or {}).get("before") or {}).get("load_balancer_arns") or []
    said = [f"left load balancer {arn}" for arn in before]
    said += [line for one in _of(known, "looked") for line in one.get("left") or ()]
    return t.cast("list[str]", printable(said, SENTENCE))


def _ended(known: Values, run: str, look: str) -> Values:
    """What the run returned; where there was none, what the look did."""
    ended = known.get(run) or {}
    return t.cast(Values, ended if "endpoint_service" in ended else known.get(look) or {})


def _of(known: Values, key: str) -> list[Values]:
    return list((known.get(key) or {}).get("results") or ())
