# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How errors of the AWS half are named in the log, and how a fault makes it reject a request."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.sandbox.answer import Answer, answer
from tests.sandbox.aws.credentials import read_signature

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# XML of EC2 and STS, JSON of Service Quotas.
CODE = re.compile(rb'<Code>([^<]+)</Code>|"__type": ?"([^"]+)"')
# Source: "Error codes for the Amazon EC2 API"; EC2 itself says RequestLimitExceeded with 503.
FAULT_CODES = {429: "RequestLimitExceeded", 500: "InternalError", 502: "Unavailable", 503: "RequestLimitExceeded"}
OTHER_CODES = {401: "AuthFailure", 403: "UnauthorizedOperation", 408: "RequestTimeout", 504: "Unavailable"}
# From the same source: status and sentence of the errors that clients meet; others get 400 and a generic sentence.
ERRORS = {
    "AuthFailure": (401, "AWS was not able to validate the provided access credentials"),
    "DependencyViolation": (400, "The resource has dependencies and cannot be deleted."),
    "ExistingVpcEndpointConnections": (400, "Service has existing active VPC Endpoint connections!"),
    "ExpiredToken": (400, "The security token included in the request is expired"),
    "IncorrectState": (400, "The resource is not in a valid state for the request."),
    "InternalError": (500, "An internal error has occurred"),
    "OperationInProgress": (400, "VpcEndpoint modify operation in progress"),
    "RequestExpired": (400, "Request has expired."),
    "RequestLimitExceeded": (503, "Request limit exceeded."),
    "ServiceUnavailable": (503, "The request has failed due to a temporary failure of the server."),
    "UnauthorizedOperation": (403, "You are not authorized to perform this operation."),
    "Unavailable": (503, "The server is overloaded and can't handle the request."),
}
# The names of the same errors in services other than EC2.
ELSEWHERE = {
    "json": {
        "AuthFailure": "UnrecognizedClientException",
        "ExpiredToken": "ExpiredTokenException",
        "InternalError": "InternalServerException",
        "RequestExpired": "ExpiredTokenException",
        "RequestLimitExceeded": "ThrottlingException",
        "UnauthorizedOperation": "AccessDeniedException",
    },
    "query": {
        "AuthFailure": "InvalidClientTokenId",
        "InternalError": "InternalFailure",
        "RequestLimitExceeded": "Throttling",
        "UnauthorizedOperation": "AccessDenied",
    },
}


def name_error(answer: Answer) -> str:
    """The code of an error answer, or its status line if it has none."""
    found = CODE.search(answer.body)
    return (found[1] or found[2]).decode() if found else answer.status


def refusal(environ: WSGIEnvironment, status: int) -> Answer:
    """The answer of a fault, in the shape of the service."""
    code = {**FAULT_CODES, **OTHER_CODES}.get(status, "InjectedError")
    return _said(environ, status, code, f"Injected {status}.")


def throttled(environ: WSGIEnvironment) -> Answer:
    """The throttling answer, in the words of each service (API, "Common error types")."""
    if _protocol(environ) == "ec2":
        return error(environ, "RequestLimitExceeded")
    return _said(environ, 400, "RequestLimitExceeded", "Rate exceeded")


def error(environ: WSGIEnvironment, code: str) -> Answer:
    """An error with its own status and sentence; outside EC2 by the name that it has there."""
    status, message = ERRORS.get(code, (400, f"Injected {code}."))
    if _protocol(environ) == "ec2":
        return _said(environ, status, code, message)
    return _said(environ, status if status == 500 else 400, code, message)


def unsuccessful(detail: Mapping[str, Any], code: str) -> Answer:
    """Of calls that delete, accept or reject several: `UnsuccessfulItem` of the API reference."""
    message = ERRORS.get(code, (400, f"Injected {code}."))[1]
    ids = [value for name, value in detail.items() if name.startswith(("VpcEndpointId.", "ServiceId."))]
    items = "".join(
        f"<item><resourceId>{one}</resourceId><error><code>{code}</code><message>{message}</message></error></item>"
        for one in ids
    )
    body = f"<requestId>injected-200</requestId><unsuccessful>{items}</unsuccessful>"
    namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"
    return answer(200, "text/xml", f'<UnsuccessfulResponse xmlns="{namespace}">{body}</UnsuccessfulResponse>')


def _protocol(environ: WSGIEnvironment) -> str:
    signature = read_signature(environ.get("HTTP_AUTHORIZATION", ""))
    service = signature.service if signature else "ec2"
    return {"ec2": "ec2", "pricing": "json", "servicequotas": "json"}.get(service, "query")


def _said(environ: WSGIEnvironment, status: int, code: str, message: str) -> Answer:
    protocol = _protocol(environ)
    code = ELSEWHERE.get(protocol, {}).get(code, code)
    request_id = f"injected-{status}"
    if protocol == "json":
        text = json.dumps({"__type": code, "message": message})
        return answer(status, "application/x-amz-json-1.1", text, {"x-amzn-RequestId": request_id})
    if protocol == "ec2":
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        text = f"<Response><Errors>{error}</Errors><RequestID>{request_id}</RequestID></Response>"
    else:
        error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        text = f"<ErrorResponse>{error}<RequestId>{request_id}</RequestId></ErrorResponse>"
    return answer(status, "text/xml", text)
