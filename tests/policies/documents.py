# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the IAM policies in docs from the permissions that the collection's own calls need.

    python -m tests.policies            write docs/iam/*.json and docs/iam-policy.json
    python -m tests.policies --check    say which of them differ, and write nothing

Which actions, resource types and occasions of CreateTags there are comes from calls to the sandbox. Which condition a
kind of permission gets is the rule here. Source: the Service Authorization Reference of Amazon EC2.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.policies.jobs import ADVICE, JOBS, Grant, grants_of, grants_of_role
from tests.sandbox.aws.authorization import CREATED
from tests.sandbox.sandbox import Sandbox
from tests.sandbox.settings import Settings
from tests.support.customer import STANDSTILL, Customer
from tests.support.operator import Operator

ROOT = Path(__file__).resolve().parents[2]
Policy = dict[str, Any]
Statement = dict[str, Any]

OURS = {"tidbcloud:managed-by": "tidbcloud.privatelink"}
COMBINED = ("info", "endpoints", "network", "reachability", "costs", "quotas", "publication")
"""The uses in docs/iam-policy.json: whatever the modules and the role do, but adoption."""
SPEED = 20
"""The scale of the sandbox's clock for playbooks, which really wait."""


READ = "Read"
MAKE = "MakeWithTheOwnershipTag"
PLACE = "UseTheNetwork"
PLACE_NETWORK = "UseTheVpc"
"""Apart from PLACE: in one statement, a security group could be made without the ownership tag."""
TAG = "TagWhatIsMade"
CHANGE = "ChangeAndDeleteWhatIsOurs"
ADOPT = "MakeOursByTagging"
DNS = "SwitchOnPrivateDns"
REGIONS = "ReachFromOtherRegions"
LISTEN = "MakeListenersWithTheOwnershipTag"
TAG_LISTENERS = "TagListenersThatAreMade"
CHANGE_LISTENERS = "ChangeAndDeleteListenersThatAreOurs"
"""Apart from MAKE, TAG and CHANGE: Elastic Load Balancing has a condition key of its own for the occasion."""
ORDER = (READ, MAKE, PLACE, PLACE_NETWORK, TAG, CHANGE, ADOPT, DNS, REGIONS, LISTEN, TAG_LISTENERS, CHANGE_LISTENERS)
"""Of the statements, by their ids."""
RIGHTS = {"route53": DNS, "vpce": REGIONS}
"""Services whose permissions are the caller's, whatever the resource."""


def path_of(use: str) -> Path:
    return ROOT / ("docs/iam-policy.json" if use == "combined" else f"docs/iam/{use}.json")


def split(asked: Mapping[str, Collection[Grant]]) -> dict[str, set[Grant]]:
    """The grants of each policy: advice has one of its own, and what accompanies "endpoints" does not repeat it."""
    advice = {
        use: {one for grants in asked.values() for one in grants if _advice(one) == use} for use in ADVICE.values()
    }
    own = {use: {one for one in grants if not _advice(one)} for use, grants in asked.items() if use not in advice}
    for use in own.keys() & {"adoption", "network"}:
        covered = {_permission(one) for one in own["endpoints"]}
        own[use] = {one for one in own[use] if _permission(one) not in covered}
    return {**own, **{use: grants for use, grants in advice.items() if grants}}


def _permission(grant: Grant) -> tuple[str, str, str, str]:
    sid, resource, _condition = _rule(grant)
    return sid, resource, grant.action, grant.create_action


def _advice(grant: Grant) -> str | None:
    return ADVICE.get(grant.action.partition(":")[0])


def policy(grants: Iterable[Grant]) -> Policy:
    """The document for these grants, with the narrowest conditions that each kind of them allows."""
    statements: dict[str, Statement] = {}
    for grant in sorted(grants):
        sid, resource, condition = _rule(grant)
        statement = statements.setdefault(sid, {"Sid": sid, "Effect": "Allow", "Action": [], "Resource": []})
        _add(statement["Action"], grant.action)
        _add(statement["Resource"], resource)
        if condition:
            statement.setdefault("Condition", condition)
        if grant.create_action:
            _add(statement["Condition"]["StringEquals"][_occasion(grant)], grant.create_action)
    return {"Version": "2012-10-17", "Statement": [_plain(statements[sid]) for sid in ORDER if sid in statements]}


def _rule(grant: Grant) -> tuple[str, str, Statement]:
    """The statement that a grant belongs to, the resources that it is for, and a condition (none is empty)."""
    service, _colon, operation = grant.action.partition(":")
    resource = f"arn:aws:ec2:*:*:{grant.resource_type}/*"
    if service in RIGHTS:
        return RIGHTS[service], "*", {}
    if operation.startswith(("Describe", "Get", "List")):
        return READ, "*", {}
    if service == "elasticloadbalancing":
        return _balancing_rule(grant)
    if grant.create_action:
        return TAG, resource, {"StringEquals": {_occasion(grant): []}}
    if operation in CREATED:
        if CREATED[operation] == grant.resource_type:
            return MAKE, resource, _ours("aws:RequestTag")
        return PLACE if operation == "CreateVpcEndpoint" else PLACE_NETWORK, resource, {}
    if operation == "ModifyVpcEndpoint" and grant.resource_type != "vpc-endpoint":
        return PLACE, resource, {}
    if grant.ours:
        return CHANGE, resource, _ours("aws:ResourceTag")
    if operation == "CreateTags":
        return ADOPT, resource, _ours("aws:RequestTag")
    raise ValueError(f"{grant.action} was asked for a {grant.resource_type} that is not ours: no condition fits.")


def _balancing_rule(grant: Grant) -> tuple[str, str, Statement]:
    """A listener is made on a load balancer, whose tags are the user's, and AWS looks at those of the request.

    Source: the Service Authorization Reference of AWS Elastic Load Balancing V2.
    """
    resource = f"arn:aws:elasticloadbalancing:*:*:{grant.resource_type}/*"
    operation = grant.action.partition(":")[2]
    if grant.create_action:
        return TAG_LISTENERS, resource, {"StringEquals": {_occasion(grant): []}}
    if operation.startswith("Create"):
        return LISTEN, resource, _ours("aws:RequestTag")
    if grant.ours:
        return CHANGE_LISTENERS, resource, _ours("aws:ResourceTag")
    raise ValueError(f"{grant.action} was asked for a {grant.resource_type} that is not ours: no condition fits.")


def _occasion(grant: Grant) -> str:
    """The condition key that says for which creation something is tagged."""
    return f"{grant.action.partition(':')[0]}:CreateAction"


def _ours(prefix: str) -> Statement:
    return {"StringEquals": {f"{prefix}/{key}": value for key, value in OURS.items()}}


def _add(values: list[str], value: str) -> None:
    if value not in values:
        values.append(value)
        values.sort()


def _plain(statement: Statement) -> Statement:
    """A list of one becomes that one."""
    return {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in statement.items()}


def documents(asked: Mapping[str, Collection[Grant]]) -> dict[Path, str]:
    """The files of those uses, and the combined one if all of its parts are there."""
    grants = split(asked)
    if set(COMBINED) <= set(grants):
        grants["combined"] = set().union(*(grants[use] for use in COMBINED))
    return {path_of(use): f"{json.dumps(policy(found), indent=4)}\n" for use, found in grants.items()}


def differing(wanted: Mapping[Path, str]) -> list[Path]:
    return [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def of_modules() -> dict[str, set[Grant]]:
    """What the jobs of the modules ask a sandbox of their own for."""
    with (
        tempfile.TemporaryDirectory() as home,
        Sandbox(Settings(rate_limit=1_000_000), STANDSTILL, Path(home)) as sandbox,
    ):
        return {use: grants_of(use, Customer(sandbox)) for use in JOBS}


def of_role() -> set[Grant]:
    with tempfile.TemporaryDirectory() as home, Sandbox(Settings(rate_limit=1_000_000), SPEED, Path(home)) as sandbox:
        return grants_of_role(Operator(sandbox, Path(home)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.policies", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say what differs")
    is_check = parser.parse_args(arguments).check
    wanted = documents({**of_modules(), "network": of_role()})
    for path in differing(wanted):
        print(f"{'differs' if is_check else 'written'}: {path.relative_to(ROOT)}")
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    return 1 if is_check and differing(wanted) else 0
