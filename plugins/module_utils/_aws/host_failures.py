# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong on this host before AWS answers: settings, credentials, files, the network. One sentence each."""

from __future__ import annotations

import contextlib

from .._run.cause import cause, causes
from .._run.errors import ApiError
from .._run.files import file_problem
from .._run.text import printable
from .._run.tls import tls_problem
from .failures import Call
from .refused_keys import KEY_OPTIONS

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before anything here is called.
    from botocore import exceptions as boto

_SETTINGS = "the AWS options, the AWS_ variables of the environment, and the AWS configuration files"
_NETWORK = "Check endpoint_url, any proxy and this host's network."
_ADDRESSES = "Check endpoint_url, HTTPS_PROXY on this host, and aws_config."
_AUTHORITIES = "aws_ca_bundle (AWS_CA_BUNDLE)"
# What the HTTP library raises of a text that it cannot send, and the operating system never.
_OF_A_TEXT = (AttributeError, TypeError, ValueError)


def not_answered(call: Call, error: Exception) -> ApiError:
    """The error behind an exception that is not an answer from AWS."""
    lost = isinstance(error, (boto.ConnectionError, boto.HTTPClientError, boto.IncompleteReadError))
    reason = _credentials_problem(error) or _of_this_host(call, error) or _connection_problem(call, error)
    if reason is None:
        why = cause(error)
        said = f": {why}." if why else "."
        reason = f"the connection to AWS broke{said} {_NETWORK}" if lost else _own_words(call, why)
    return ApiError(
        f"{call} failed: {reason}", api=call.api, code=type(error).__name__, ambiguous=lost and not call.reads
    )


def _own_words(call: Call, why: str) -> str:
    settings = "assume_role_arn and assume_role_external_id" if call.operation == "AssumeRole" else _SETTINGS
    return f"{why}. Check {settings}." if why else f"it could not be prepared. Check {settings}."


def _credentials_problem(error: Exception) -> str | None:
    why = cause(error)
    if isinstance(error, boto.ProfileNotFound):
        return f"{why} on this host. Check profile (AWS_PROFILE) and the AWS configuration files."
    if isinstance(error, boto.ConfigParseError):
        return _bad_configuration(error)
    if isinstance(error, boto.NoCredentialsError):
        return f"no AWS credentials were found. Give {KEY_OPTIONS}, or use an instance role."
    if isinstance(error, boto.PartialCredentialsError):
        return f"the AWS credentials are incomplete: {why}. Give {KEY_OPTIONS}."
    if isinstance(error, (boto.SSOError, boto.TokenRetrievalError)):
        return "the AWS single sign-on session is missing or has expired. Run 'aws sso login' for this profile."
    if isinstance(error, boto.CredentialRetrievalError):
        return f"the AWS credentials could not be fetched: {why}. Check {KEY_OPTIONS}."
    return None


def _bad_configuration(error: Exception) -> str:
    """Without the reason of the parser: it quotes lines of the file, which has secrets."""
    lines = (getattr(one, "lineno", None) for one in causes(error))
    line = next((line for line in lines if isinstance(line, int)), None)
    where = f", at line {line}" if line is not None else ""
    return (
        f"{printable(error)}{where}. It must be text in UTF-8, with sections such as [default] or [profile NAME], and"
        " lines such as name = value."
    )


def _of_this_host(call: Call, error: Exception) -> str | None:
    """What never left this host: a file, an address or a header that cannot be used."""
    if isinstance(error, boto.SSLError):
        return f"{tls_problem(error, f'the {call.api} endpoint', 'endpoint_url', _AUTHORITIES)}."
    file = file_problem(error)
    if file is not None:
        return f"{file}. Check {_SETTINGS}."
    wrapped = tuple(causes(error))[1:]
    if not isinstance(error, boto.HTTPClientError) or not wrapped:
        return None
    why = cause(error)
    if any(isinstance(one, (FileNotFoundError, IsADirectoryError)) for one in wrapped):
        return f"a file that TLS needs cannot be used on this host: {why}. Check {_AUTHORITIES} and client_cert."
    if any("Invalid header value" in str(one) for one in wrapped):
        return (
            "a header cannot be sent, since it holds a line end or another character that none has. Check the keys and "
            "the session token, and user_agent in aws_config."
        )
    if isinstance(wrapped[0], _OF_A_TEXT):
        return f"the request could not be sent: {why or 'an address cannot be used'}. {_ADDRESSES}"
    return None


def _connection_problem(call: Call, error: Exception) -> str | None:
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
