# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists whose pages do not end, or not as they should.

A token that a fault made up leads to the answer that it was made for, so that the clouds never see it.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

from tests.sandbox import mutations, trees
from tests.sandbox.answer import Answer

if TYPE_CHECKING:
    from tests.sandbox.faults import Fault

# The names of the token in requests and answers: TiDB Cloud, AWS.
REQUESTED = ("pageToken", "NextToken")
ANSWERED = {"nextpagetoken", "nexttoken"}
_numbers = itertools.count(1)


def remembered(detail: Mapping[str, Any], tokens: Mapping[str, Answer]) -> Answer | None:
    """The answer that a request with a token of ours gets."""
    return next((tokens[str(detail[name])] for name in REQUESTED if str(detail.get(name)) in tokens), None)


def paged(answer: Answer, fault: Fault, tokens: MutableMapping[str, Answer]) -> Answer:
    """The answer of a list with the fault's token; other answers stay as they are."""
    parsed = trees.read(answer)
    if parsed is None or not isinstance(parsed.tree, dict) or not any(map(_is_list, parsed.tree.values())):
        return answer
    token = _token(fault)
    if isinstance(token, str):
        tokens[token] = answer
    tree = mutations.empty_list(parsed, fault) if fault.kind == "empty_page" else parsed.tree
    name = next((key for key in tree if key.lower() in ANSWERED), "nextToken")
    return answer.with_body(parsed.write({**tree, name: token}))


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _token(fault: Fault) -> Any:
    if fault.kind == "wrong_token":
        return 7 if fault.value is None else fault.value
    if fault.kind == "hostile_token":
        return mutations.HOSTILE
    return f"sandbox-{fault.id}-{next(_numbers) if fault.kind != 'repeated_token' else 'again'}"
