# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong with a call to AWS, one sentence each."""

from __future__ import annotations

import contextlib
import re
import typing as t
from dataclasses import dataclass

from .._run.cause import cause, without_login
from .._run.errors import ApiError
from .._run.text import printable

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before anything here is called.
    from botocore import exceptions as boto

_BAD_KEY = frozenset({"AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"})
_BAD_SIGNATURE = frozenset({"IncompleteSignature", "InvalidSignatureException", "SignatureDoesNotMatch"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedAccess", "UnauthorizedOperation"})
# The same code as for a missing permission.
_SHARED_VPC = "does not support shared VPCs"
# AWS adds the kind of policy: identity-based, of the organization (service control policy), of a boundary, …
_EXPLICIT = "with an explicit deny"
_THROTTLED = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"})
# Services whose IAM actions have another prefix than their client.
_IAM_PREFIXES = {"service-quotas": "servicequotas"}
_ACTION = re.compile(r"perform:? ([a-z0-9-]+:[A-Za-z]+)")
_CHECK_NETWORK = "Check endpoint_url, any proxy and this host's network."
_KEY_OPTIONS = "profile, or access_key and secret_key (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"


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
        _sentence(call, code, _said(error.get("Message"))),
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


def _sentence(call: Call, code: str | None, message: str) -> str:
    if code in _BAD_KEY:
        return (
            f"AWS does not accept the access key for {call} ({code}): it is wrong, inactive, or not valid in this"
            f" region. Check {_KEY_OPTIONS}, and that the region is enabled for the account."
        )
    if code in _BAD_SIGNATURE:
        # AWS repeats what was signed here, the session token included: none of its text is shown.
        return (
            f"AWS does not accept the secret key for {call} ({code}): it does not belong to the access key."
            f" Check {_KEY_OPTIONS}."
        )
    if code in _EXPIRED:
        return f"The AWS credentials for {call} have expired ({code}). Renew them, and check this host's clock."
    if code in _DENIED and _SHARED_VPC in message:
        return (
            f"AWS refused {call}: the subnets are shared from another account, and only the owner of a VPC makes and"
            f" changes VPC endpoints in it. Use the owner's credentials. AWS says: {message}"
        )
    if code in _DENIED and _EXPLICIT in message:
        return (
            f"AWS did not permit {call}: a policy denies {missing_action(call, message)} explicitly, which no"
            f" permission outweighs. Have the denial changed, or use other credentials. AWS says: {message}"
        )
    if code in _DENIED:
        return (
            f"AWS did not permit {call}: allow {missing_action(call, message)} in the IAM policy of these credentials."
            f" AWS says: {message}"
        )
    if code in _THROTTLED:
        return (
            f"AWS refused {call} for too many requests ({code}), even when retried. Run less at once, or again later."
        )
    if code == "OptInRequired":
        return f"AWS refused {call}: the account has not enabled this region or service. Enable it in the AWS console."
    return f"AWS refused {call}: {message}" + (f" ({code})" if code else "")


def missing_action(call: Call, message: str) -> str:
    """The IAM action that the message of a refusal names, or else that of the call."""
    action = _ACTION.search(message)
    return action.group(1) if action else call.action


def is_denied(error: ApiError) -> bool:
    """Whether AWS refused because a permission is missing."""
    return error.code in _DENIED and _SHARED_VPC not in str(error)


def _said(message: object) -> str:
    """AWS's text without the encoded authorization message, which is long and unreadable."""
    text = printable(without_login(str(message or "").partition("Encoded authorization failure message")[0]))
    return "a web page instead of a reason" if text.startswith("<") else text or "no reason given"


def not_answered(call: Call, error: Exception) -> ApiError:
    """The error behind an exception that is not an answer from AWS."""
    lost = isinstance(error, (boto.ConnectionError, boto.HTTPClientError, boto.IncompleteReadError))
    reason = _credentials_problem(error) or _connection_problem(call, error)
    if reason is None:
        why = cause(error)
        said = f": {why}." if why else "."
        reason = f"the connection to AWS broke{said} {_CHECK_NETWORK}" if lost else _own_words(why)
    return ApiError(
        f"{call} failed: {reason}", api=call.api, code=type(error).__name__, ambiguous=lost and not call.reads
    )


def _own_words(why: str) -> str:
    settings = "the AWS options, the AWS_ variables of the environment, and the AWS configuration files"
    return f"{why}. Check {settings}." if why else f"it could not be prepared. Check {settings}."


def _credentials_problem(error: Exception) -> str | None:
    why = cause(error)
    if isinstance(error, boto.ProfileNotFound):
        return f"{why} on this host. Check profile (AWS_PROFILE) and the AWS configuration files."
    if isinstance(error, boto.NoCredentialsError):
        return f"no AWS credentials were found. Give {_KEY_OPTIONS}, or use an instance role."
    if isinstance(error, boto.PartialCredentialsError):
        return f"the AWS credentials are incomplete. Give {_KEY_OPTIONS}."
    if isinstance(error, (boto.SSOError, boto.TokenRetrievalError)):
        return "the AWS single sign-on session is missing or has expired. Run 'aws sso login' for this profile."
    if isinstance(error, boto.CredentialRetrievalError):
        return f"the AWS credentials could not be fetched: {why}. Check {_KEY_OPTIONS}."
    return None


def _connection_problem(call: Call, error: Exception) -> str | None:
    if isinstance(error, boto.SSLError):
        return (
            f"the TLS connection to AWS was not accepted: {cause(error)}. Where a proxy or a private CA signs the"
            " certificate, name that CA's file in aws_ca_bundle (AWS_CA_BUNDLE)."
        )
    if isinstance(error, boto.ProxyConnectionError):
        return "the proxy could not be used. Check HTTPS_PROXY and NO_PROXY on this host."
    if isinstance(error, (boto.EndpointConnectionError, boto.ConnectTimeoutError)):
        return (
            f"no connection to the {call.api} endpoint of {call.region} could be made. Check region, endpoint_url and "
            "this host's network."
        )
    if isinstance(error, boto.ReadTimeoutError):
        return "AWS did not answer in time."
    return None
