# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why AWS does not accept the key of a call: the key, its other half, this host's clock, or another address.

AWS repeats what was signed here, the session token included: no text of it is shown. Sources: "Common errors" of the
EC2 API reference, "Troubleshoot Signature Version 4 requests" in the IAM User Guide.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

KEY_OPTIONS = "profile, or access_key and secret_key (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
_BAD_KEY = frozenset({"AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"})
_BAD_SIGNATURE = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException"})
_OUT_OF_TIME = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})
_CODES = _BAD_KEY | _BAD_SIGNATURE | _EXPIRED | _OUT_OF_TIME | {"IncompleteSignature"}
_TIME = re.compile(r"signature (?:has )?expired|not yet current|date in credential scope", re.IGNORECASE)
_SCOPE = re.compile(r"credential should be scoped to", re.IGNORECASE)
# AWS accepts what was signed up to five minutes before or after.
_TOLERATED = timedelta(minutes=5)


def key_refusal(call: str, code: str | None, message: str, skew: timedelta | None) -> str | None:
    """What is wrong with the key or the clock, and what to do, as sentences; null for the code of another error.

    `skew`: how far this host's clock is ahead of AWS's, null if that is not known.
    """
    if code not in _CODES:
        return None
    if code in _EXPIRED:
        return f"The AWS credentials for {call} have expired ({code}). Renew them."
    if code == "IncompleteSignature":
        return (
            f"AWS cannot read the signature of {call} ({code}): the access key holds a character that no key has, or a"
            f" proxy changes the header Authorization. Check {KEY_OPTIONS}, and any proxy."
        )
    if skew is not None and abs(skew) > _TOLERATED:
        return (
            f"AWS does not accept the signature of {call} ({code}): this host's clock is {_off(skew)}. Set the clock."
        )
    if _SCOPE.search(message):
        return (
            f"AWS does not accept the signature of {call} ({code}): it was made for another region or service than the"
            " one that answered. Check region and endpoint_url."
        )
    return _by_words(call, code, message, skew)


def _by_words(call: str, code: str, message: str, skew: timedelta | None) -> str:
    if _TIME.search(message):
        return (
            f"AWS does not accept the signature of {call} ({code}): by its time it is too old or from the future. Set"
            " this host's clock."
        )
    if code in _OUT_OF_TIME:
        return (
            f"AWS takes the request of {call} for an expired one ({code}): this host's clock is wrong, or temporary"
            " credentials have expired. Set the clock, or renew the credentials."
        )
    if code in _BAD_SIGNATURE:
        return (
            f"AWS does not accept the secret key for {call} ({code}): it does not belong to the access key."
            f" Check {KEY_OPTIONS}."
        )
    clock = "" if skew is not None else " AWS says the same where this host's clock is wrong."
    return (
        f"AWS does not accept the access key for {call} ({code}): it is wrong, inactive, or not valid in this"
        f" region. Check {KEY_OPTIONS}, and that the region is enabled for the account.{clock}"
    )


def clock_skew(meta: Mapping[str, t.Any], now: datetime | None = None) -> timedelta | None:
    """How far this host's clock is ahead of the one that dated an answer, by botocore's metadata of it.

    Null if the answer has no date.
    """
    headers = meta.get("HTTPHeaders")
    said = headers.get("date") if isinstance(headers, Mapping) else None
    try:
        dated = parsedate_to_datetime(str(said))
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if dated.tzinfo is None:
        dated = dated.replace(tzinfo=timezone.utc)
    return (now or datetime.now(timezone.utc)) - dated


def _off(skew: timedelta) -> str:
    minutes = round(abs(skew).total_seconds() / 60)
    return f"{minutes} minutes {'ahead of' if skew > timedelta() else 'behind'} AWS's"
