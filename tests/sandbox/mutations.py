# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are well-formed but wrong: each kind is a small function over the parsed answer."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.sandbox import trees
from tests.sandbox.answer import Answer
from tests.sandbox.trees import DEEP, DIGITS, Parsed, Tree

if TYPE_CHECKING:
    from tests.sandbox.faults import Fault

HOSTILE = (
    "\x1b]0;title\x07\x1b[2J\x1b[31mred\r\nok: [localhost] => forged\nPLAY RECAP *********\n"
    "{{ lookup('pipe', 'touch hostile') }}{% raw %}${IFS}$(touch hostile)`touch hostile`'\"\\ - &anchor !!python/none\n"
    "\u202egnp.exe\u2066\u2028\u2029\x85\x9b31m\ufeff\ud800\x00<!-- ]]>&amp;"
)
UNKNOWN = "A_VALUE_THAT_NOBODY_KNOWS"
EXTRA = {"aFieldThatNobodyKnows": {"with": ["another", 1, {"inside": True}]}, "kind": "unknown"}
# Names of fields that have an enumeration, in lower case.
STATES = frozenset({"state", "endpointstate", "privatelinkservicestate", "servicestate", "vpcendpointstate"})
KINDS_OF = frozenset({"cloudprovider", "connectiontype", "vpcendpointtype", "servicetype", "ipaddresstype", "status"})
PLANS = frozenset({"serviceplan", "clusterplan"})
ENUMERATIONS = STATES | KINDS_OF | PLANS
EARLIER = {
    "ACTIVE": "PENDING",
    "DELETING": "ACTIVE",
    "FAILED": "PENDING",
    "available": "pending",
    "pending": "pendingAcceptance",
    "deleting": "available",
    "deleted": "deleting",
    "Available": "Pending",
    "Deleting": "Available",
    "verified": "pendingVerification",
}
REQUEST_IDS = frozenset({"requestid", "responsemetadata"})
ID_HEADERS: dict[str, str | None] = {"X-Debug-Trace-Id": None, "x-amzn-RequestId": None, "x-amz-request-id": None}
LISTS_ABOVE_ALL = ("totalsize",)
LONG = 65_536

Change = Callable[[Tree], Tree]


def mutated(answer: Answer, fault: Fault) -> Answer:
    """The answer as the fault changes it; unchanged if it is neither JSON nor XML."""
    if fault.kind in BYTES:
        return answer.with_body(BYTES[fault.kind](answer.body))
    parsed = trees.read(answer)
    if parsed is None or fault.kind not in TREES:
        return answer
    changed = answer.with_body(parsed.write(TREES[fault.kind](parsed, fault)))
    return changed.with_headers(ID_HEADERS) if fault.kind == "no_request_id" else changed


def _everywhere(tree: Tree, fits: Callable[[str, Tree], bool], change: Change, name: str = "") -> Tree:
    """The tree with `change` applied to everything that fits by name and value; what was changed is not entered."""
    if fits(name, tree):
        return change(tree)
    if isinstance(tree, dict):
        return {key: _everywhere(value, fits, change, key) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_everywhere(value, fits, change, name) for value in tree]
    return tree


def _without(tree: Tree, goes: Callable[[str, Tree], bool]) -> Tree:
    """The tree without the fields that goes is true of."""
    if isinstance(tree, dict):
        return {key: _without(value, goes) for key, value in tree.items() if not goes(key, value)}
    return [_without(value, goes) for value in tree] if isinstance(tree, list) else tree


def _is_scalar(value: Tree) -> bool:
    return not isinstance(value, (dict, list))


def _chosen(fault: Fault, otherwise: Callable[[str, Tree], bool]) -> Callable[[str, Tree], bool]:
    """By the fault's field, if it names one."""
    pattern = fault.field
    if pattern is None:
        return lambda name, value: name.lower() not in REQUEST_IDS and otherwise(name, value)
    return lambda name, value: fnmatch.fnmatch(name.lower(), pattern.lower())


def _any_scalar(_name: str, value: Tree) -> bool:
    return _is_scalar(value)


def missing(parsed: Parsed, fault: Fault) -> Tree:
    return _without(parsed.tree, _chosen(fault, _any_scalar))


def null(parsed: Parsed, fault: Fault) -> Tree:
    return _everywhere(parsed.tree, _chosen(fault, _any_scalar), lambda _value: None)


def wrong_type(parsed: Parsed, fault: Fault) -> Tree:
    def other(value: Tree) -> Tree:
        if parsed.is_xml:
            # All scalars of XML are text: another type is an element with children.
            return {"unexpected": "value"} if _is_scalar(value) else "text"
        if isinstance(value, str):
            return 7
        return "text" if value is not None else ["null"]

    return _everywhere(parsed.tree, _chosen(fault, _any_scalar), other)


def wrong_container(parsed: Parsed, fault: Fault) -> Tree:
    """Below the answer's own object; of nested lists the outer one. In XML text: any children are a list there."""

    def other(value: Tree) -> Tree:
        if parsed.is_xml:
            return "text"
        return {"first": value[0] if value else None} if isinstance(value, list) else [value]

    return _everywhere(parsed.tree, _chosen(fault, lambda name, value: bool(name) and not _is_scalar(value)), other)


def unknown_enum(parsed: Parsed, fault: Fault) -> Tree:
    fits = _chosen(fault, lambda name, value: name.lower() in ENUMERATIONS and isinstance(value, str))
    return _everywhere(parsed.tree, fits, lambda _value: UNKNOWN)


def extra(parsed: Parsed, fault: Fault) -> Tree:
    def grown(tree: Tree) -> Tree:
        if isinstance(tree, dict):
            return {**{key: grown(value) for key, value in tree.items()}, **EXTRA}
        return [grown(value) for value in tree] if isinstance(tree, list) else tree

    return grown(parsed.tree)


def huge(parsed: Parsed, fault: Fault) -> Tree:
    length = int(fault.value or LONG)

    def bigger(value: Tree) -> Tree:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return DIGITS if is_number or (parsed.is_xml and str(value).isdigit()) else f"{value}{'x' * length}"

    return _everywhere(parsed.tree, _chosen(fault, lambda _name, value: isinstance(value, (str, int, float))), bigger)


def hostile(parsed: Parsed, fault: Fault) -> Tree:
    fits = _chosen(fault, lambda _name, value: isinstance(value, str))
    return _everywhere(parsed.tree, fits, lambda value: f"{value}{HOSTILE}" if isinstance(value, str) else HOSTILE)


def deep(parsed: Parsed, fault: Fault) -> Tree:
    if fault.field is not None:
        return _everywhere(parsed.tree, _chosen(fault, _any_scalar), lambda _value: DEEP)
    return {**parsed.tree, "deep": DEEP} if isinstance(parsed.tree, dict) else DEEP


def set_to(parsed: Parsed, fault: Fault) -> Tree:
    return _everywhere(parsed.tree, _chosen(fault, _any_scalar), lambda _value: fault.value)


def _states(parsed: Parsed, fault: Fault, change: Change) -> Tree:
    fits = _chosen(fault, lambda name, value: name.lower() in STATES and isinstance(value, str))
    return _everywhere(parsed.tree, fits, change)


def backwards(parsed: Parsed, fault: Fault) -> Tree:
    return _states(parsed, fault, lambda state: EARLIER.get(state, state))


def failed(parsed: Parsed, fault: Fault) -> Tree:
    return _states(parsed, fault, lambda state: "failed" if parsed.is_xml else "FAILED")


def _is_list(name: str, value: Tree) -> bool:
    return isinstance(value, list)


def empty_list(parsed: Parsed, fault: Fault) -> Tree:
    tree = _everywhere(parsed.tree, _chosen(fault, _is_list), lambda _value: [])
    return _everywhere(tree, lambda name, _value: name.lower() in LISTS_ABOVE_ALL, lambda _value: 0)


def no_list(parsed: Parsed, fault: Fault) -> Tree:
    return _without(parsed.tree, _chosen(fault, _is_list))


def no_ids(parsed: Parsed, fault: Fault) -> Tree:
    return _without(
        parsed.tree,
        _chosen(fault, lambda name, _value: name.lower().endswith(("id", "ids", "idset")) or name == "name"),
    )


def no_request_id(parsed: Parsed, fault: Fault) -> Tree:
    return _without(parsed.tree, lambda name, _value: name.lower() in REQUEST_IDS)


def _whole(instead: Tree) -> Callable[[Parsed, Fault], Tree]:
    return lambda parsed, fault: instead


TREES: dict[str, Callable[[Parsed, Fault], Any]] = {
    "whole_list": _whole([{}]),
    "whole_text": _whole("text"),
    "whole_number": _whole(7),
    "whole_null": _whole(None),
    "whole_empty": _whole({}),
    "missing": missing,
    "null": null,
    "wrong_type": wrong_type,
    "wrong_container": wrong_container,
    "unknown_enum": unknown_enum,
    "extra": extra,
    "huge": huge,
    "hostile": hostile,
    "deep": deep,
    "set": set_to,
    "backwards": backwards,
    "failed": failed,
    "empty_list": empty_list,
    "no_list": no_list,
    "no_ids": no_ids,
    "no_request_id": no_request_id,
}
BYTES: dict[str, Callable[[bytes], bytes]] = {
    "headers": lambda body: body,
    "short": lambda body: body[: len(body) // 2],
    "malformed": lambda body: b"<{" + body.rstrip(b"}>") + b'<"',
}
