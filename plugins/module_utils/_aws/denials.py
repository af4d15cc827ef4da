# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why AWS does not permit a call: a permission that is missing, or a policy that denies it.

Source: "Troubleshoot access denied error messages" in the IAM User Guide. AWS names the kind of the policy, and the
action that it lacks, which need not be that of the call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

CODES = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedAccess", "UnauthorizedOperation"})


@dataclass(frozen=True)
class _Policy:
    """A kind of policy: what it is, and what to do where it stands in the way."""

    what: str
    remedy: str


_ORGANIZATION = "Only the administrators of the AWS organization can change it"
_POLICIES = {
    "service control policy": _Policy("a service control policy (SCP) of the organization", _ORGANIZATION),
    "resource control policy": _Policy("a resource control policy (RCP) of the organization", _ORGANIZATION),
    "permissions boundary": _Policy(
        "the permissions boundary of these credentials", "Have the boundary changed: an IAM policy alone is not enough"
    ),
    "session policy": _Policy("the session policy of these credentials", "Get a session without it"),
    "vpc endpoint policy": _Policy(
        "the policy of the VPC endpoint through which AWS is called", "Change that endpoint's policy"
    ),
    "resource-based policy": _Policy("a policy of the resource", "Have that policy changed"),
    "identity-based policy": _Policy("an IAM policy of these credentials", "Have that policy changed"),
}
_KIND = re.compile("|".join(re.escape(kind) for kind in _POLICIES), re.IGNORECASE)
_EXPLICIT = re.compile(r"explicit(?:ly)? den(?:y|ied|ial)", re.IGNORECASE)
_ACTION = r"([a-z][a-z0-9-]*:[A-Z][A-Za-z]+)"
# In this order: the action that no policy allows says more than the one that was called.
_NAMED = tuple(
    re.compile(pattern) for pattern in (rf"allows the {_ACTION}", rf"perform:? {_ACTION}", rf"\b{_ACTION}\b")
)


def denial(call: str, action: str, message: str) -> str:
    """What keeps AWS from permitting the call, and what to do, as sentences. `message`: all that AWS says."""
    missing = _named(message) or action
    kind = _KIND.search(message)
    policy = _POLICIES[kind.group().lower()] if kind else None
    if _EXPLICIT.search(message):
        what, remedy = (policy.what, policy.remedy) if policy else ("a policy", "Have the denial changed")
        return (
            f"AWS did not permit {call}: {what} denies {missing} explicitly, which no permission outweighs."
            f" {remedy}, or use other credentials."
        )
    if policy is None or policy is _POLICIES["identity-based policy"]:
        return f"AWS did not permit {call}: allow {missing} in the IAM policy of these credentials."
    return (
        f"AWS did not permit {call}: {policy.what} does not allow {missing}. {policy.remedy}, or use other credentials."
    )


def _named(message: str) -> str | None:
    found = (pattern.search(message) for pattern in _NAMED)
    return next((match.group(1) for match in found if match), None)
