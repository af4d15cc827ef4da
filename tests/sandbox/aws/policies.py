# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM policies: read a document and judge one action on one resource by it.

Source: IAM user guide, "JSON policy element reference" and "Policy evaluation logic". Pure; a document with anything
that is not supported here (variables, other operators) is rejected rather than misread.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Values = tuple[str, ...]
ALLOWED, DENIED, NOT_ALLOWED = "allowed", "explicitly denied", "not allowed"
ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


@dataclass(frozen=True)
class Target:
    """A resource that an action concerns; arn is * where the action has no resource types.

    keys: the condition keys that are in the request for it, in lower case, with their values.
    """

    arn: str = "*"
    kind: str = ""
    keys: Mapping[str, Values] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """An identity-based policy."""

    statements: tuple[Mapping[str, Any], ...]

    def judge(self, action: str, target: Target) -> str:
        """allowed, explicitly denied, or not allowed by any statement."""
        effects = {one["Effect"] for one in self.statements if _applies(one, action, target)}
        if "Deny" in effects:
            return DENIED
        return ALLOWED if "Allow" in effects else NOT_ALLOWED


def read(document: object) -> Policy:
    """:raises ValueError: what is wrong with the document, as a sentence."""
    if not isinstance(document, Mapping) or "Statement" not in document:
        raise ValueError("A policy is an object with Statement.")
    if document.get("Version") != "2012-10-17":
        raise ValueError("The Version of a policy must be 2012-10-17.")
    statements = document["Statement"]
    statements = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(statements, list):
        raise ValueError("Statement must be a list or an object.")
    for statement in statements:
        _check(statement)
    return Policy(tuple(statements))


def _check(statement: object) -> None:
    if not isinstance(statement, Mapping) or not set(statement) <= ELEMENTS:
        raise ValueError(f"A statement has the elements {', '.join(sorted(ELEMENTS))}.")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise ValueError("Effect must be Allow or Deny.")
    for one, other in (("Action", "NotAction"), ("Resource", "NotResource")):
        if (one in statement) == (other in statement):
            raise ValueError(f"A statement has either {one} or {other}.")
    for operator, keys in statement.get("Condition", {}).items():
        _operator(operator)
        for values in keys.values():
            if any("${" in value for value in _texts(values)):
                raise ValueError("Policy variables are not supported.")


def _applies(statement: Mapping[str, Any], action: str, target: Target) -> bool:
    actions = _texts(statement.get("Action", statement.get("NotAction")))
    resources = _texts(statement.get("Resource", statement.get("NotResource")))
    has_action = any(fnmatch.fnmatchcase(action.lower(), one.lower()) for one in actions)
    has_resource = any(_is_arn(target.arn, one) for one in resources)
    return (
        has_action == ("Action" in statement)
        and has_resource == ("Resource" in statement)
        and all(_holds(operator, keys, target) for operator, keys in statement.get("Condition", {}).items())
    )


def _is_arn(arn: str, pattern: str) -> bool:
    """A wildcard does not reach beyond its part of the ARN; an action without resource types needs *."""
    if pattern == "*" or arn == "*":
        return pattern == "*"
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(fnmatch.fnmatchcase, parts, patterns))


def _holds(operator: str, keys: Mapping[str, Any], target: Target) -> bool:
    """Every key must match, by one of its values."""
    fits = _operator(operator)
    return all(fits(target.keys.get(key.lower()), _texts(wanted)) for key, wanted in keys.items())


def _operator(name: str) -> Callable[[Values | None, Sequence[str]], bool]:
    """Whether an operator of a condition accepts a key's values (null: the key is not in the request)."""
    if name == "Null":
        return lambda found, wanted: (found is None) == (wanted[0].lower() == "true")
    quantifier, _colon, rest = name.rpartition(":")
    base = rest.removesuffix("IfExists")
    if base not in COMPARISONS or quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise ValueError(f"The operator {name} is not supported. There are: Null, {', '.join(COMPARISONS)}.")
    compare, is_negated = COMPARISONS[base]

    def one_fits(value: str, wanted: Sequence[str]) -> bool:
        return any(compare(value, one) for one in wanted) != is_negated

    def fits(found: Values | None, wanted: Sequence[str]) -> bool:
        if found is None:
            # A missing key matches nothing, and so every negated operator.
            return is_negated or quantifier == "ForAllValues" or rest != base
        results = [one_fits(value, wanted) for value in found]
        return any(results) if quantifier == "ForAnyValue" else all(results)

    return fits


COMPARISONS: dict[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (lambda value, wanted: value == wanted, False),
    "StringNotEquals": (lambda value, wanted: value == wanted, True),
    "StringEqualsIgnoreCase": (lambda value, wanted: value.lower() == wanted.lower(), False),
    "StringLike": (fnmatch.fnmatchcase, False),
    "StringNotLike": (fnmatch.fnmatchcase, True),
    "ArnLike": (_is_arn, False),
    "ArnEquals": (_is_arn, False),
    "Bool": (lambda value, wanted: value.lower() == wanted.lower(), False),
}


def _texts(values: object) -> list[str]:
    if isinstance(values, bool):
        return [str(values).lower()]
    items: Iterable[object] = values if isinstance(values, list) else [values]
    return [str(one) for one in items]
