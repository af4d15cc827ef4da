# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with a call to AWS, one sentence each."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import timedelta

from .._run.cause import without_login
from .._run.errors import ApiError
from .._run.text import MOST, printable
from . import denials
from .refused_keys import clock_skew, key_refusal

# The same code as for a missing permission.
_SHARED_VPC = "does not support shared VPCs"
_OWNER = "only the owner of a VPC makes and changes VPC endpoints in it"
_THROTTLED = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"})
# Services whose IAM actions have another prefix than their client.
_IAM_PREFIXES = {"elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}
_ENCODED = re.compile(r"Encoded authorization failure message:?\s*\S*", re.IGNORECASE)
# Characters of AWS's own text: a denial names who, what and which policy.
_MOST_OF_DENIAL = 600
# Of which the reason is looked for.
_MOST_READ = 20_000


@dataclass(frozen=True)
class Call:
    """A call as AWS names it: `CreateVpcEndpoint` of `ec2` in `us-east-1`."""

    api: str
    operation: str
    region: str

    def __str__(self) -> str:
        return f"{self.operation} in {printable(self.region, 60)}"

    @property
    def action(self) -> str:
        """The IAM action that permits it."""
        return f"{_IAM_PREFIXES.get(self.api, self.api)}:{self.operation}"

    @property
    def reads(self) -> bool:
        return self.operation.startswith(("Describe", "Get", "List", "Assume"))


def refused(call: Call, response: t.Mapping[str, t.Any]) -> ApiError:
    """The error behind the `response` of botocore's ClientError.

    `ambiguous` if AWS may still have done it: after an internal failure, or where botocore retried.
    """
    error = _mapping(response.get("Error"))
    meta = _mapping(response.get("ResponseMetadata"))
    code, status = _code(error), meta.get("HTTPStatusCode")
    status = status if isinstance(status, int) else None
    request_id = printable(meta.get("RequestId") or response.get("RequestId") or "") or None
    ambiguous = not call.reads and ((status or 0) >= 500 or bool(meta.get("RetryAttempts")))
    if code is None and request_id is None:
        return unreadable(call, f"HTTP status {status}", status=status)
    return ApiError(
        _sentence(call, code, _said(error.get("Message")), clock_skew(meta)),
        api=call.api,
        code=code,
        status=status,
        request_id=request_id,
        ambiguous=ambiguous,
    )


def _mapping(found: object) -> t.Mapping[str, t.Any]:
    return found if isinstance(found, t.Mapping) else {}


def _code(error: t.Mapping[str, t.Any]) -> str | None:
    """Null, too, where botocore found none and reports "Unknown" instead."""
    code = printable(error.get("Code") or "", 100)
    return code if code and code != "Unknown" else None


def unreadable(call: Call, what: str = "", *, status: int | None = None) -> ApiError:
    """The error of an answer that AWS would not give; `what` says what is wrong with it, and quotes nothing of it.

    A write may still have taken effect.
    """
    reason = f": {what}" if what else ""
    return ApiError(
        f"{call} failed: the answer is not a valid AWS answer{reason}. Check endpoint_url and any proxy.",
        api=call.api,
        code="UnreadableAnswer",
        status=status,
        ambiguous=not call.reads,
    )


def overdue(call: Call, seconds: float, status: int | None) -> ApiError:
    """The error of a call that was given up after so many seconds; `status` is that of the last answer, if any."""
    if seconds <= 0:
        reason = "the run's time was up before it could be sent. Raise wait_timeout."
    elif status is not None and status >= 400:
        reason = (
            f"AWS answered only with HTTP status {status} within {seconds:.0f} seconds. Run less at once, or again"
            " later."
        )
    else:
        reason = (
            f"AWS did not answer within {seconds:.0f} seconds, all that was left. Check endpoint_url, any proxy, what"
            " the credentials come from, and this host's network; where AWS is slow, raise wait_timeout."
        )
    return ApiError(f"{call} failed: {reason}", api=call.api, code="TimedOut", ambiguous=seconds > 0 and not call.reads)


def _sentence(call: Call, code: str | None, message: str, skew: timedelta | None) -> str:
    refusal = key_refusal(str(call), code, message, skew)
    if refusal is not None:
        return refusal
    said = _shown(message)
    if code in denials.CODES and _SHARED_VPC in message:
        return (
            f"AWS refused {call}: the subnets are shared from another account, and {_OWNER}. Use the owner's"
            f" credentials. AWS says: {said}"
        )
    if code in denials.CODES:
        return f"{denials.denial(str(call), call.action, message)} AWS says: {_shown(message, _MOST_OF_DENIAL)}"
    if code in _THROTTLED:
        return (
            f"AWS refused {call} for too many requests ({code}), even when retried. Run less at once, or again later."
        )
    if code == "OptInRequired":
        return f"AWS refused {call}: the account has not enabled this region or service. Enable it in the AWS console."
    return f"AWS refused {call}: {said}" + (f" ({code})" if code else "")


def is_denied(error: ApiError) -> bool:
    """Whether AWS refused because a permission is missing."""
    return error.code in denials.CODES and _OWNER not in str(error)


def _said(message: object) -> str:
    """AWS's text without the encoded authorization message, which is long and unreadable."""
    return _ENCODED.sub("", without_login(str(message or "")[:_MOST_READ])).strip()


def _shown(message: str, most: int = MOST) -> str:
    text = printable(message, most)
    return "a web page instead of a reason" if text.startswith("<") else text or "no reason given"
