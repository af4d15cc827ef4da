# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How errors of the AWS half are named in the log, and how a fault makes it refuse a request."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.sandbox.aws.credentials import read_signature
from tests.sandbox.transport import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# XML of EC2 and STS, JSON of Service Quotas.
CODE = re.compile(rb'<Code>([^<]+)</Code>|"__type": ?"([^"]+)"')
# Source: "Error codes for the Amazon EC2 API"; EC2 itself says RequestLimitExceeded with 503.
FAULT_CODES = {429: "RequestLimitExceeded", 500: "InternalError", 502: "Unavailable", 503: "RequestLimitExceeded"}


def name_error(answer: Answer) -> str:
    """The code of an error answer, or its status line where it has none."""
    found = CODE.search(answer.body)
    return (found[1] or found[2]).decode() if found else answer.status


def refusal(status: int) -> Answer:
    """The answer of a fault, in the shape of EC2."""
    return _ec2_error(status, FAULT_CODES[status], f"Injected {status}.")


def throttled(environ: WSGIEnvironment) -> Answer:
    """What whom calls too often is told, in the words of each service (API, "Common error types")."""
    signature = read_signature(environ.get("HTTP_AUTHORIZATION", ""))
    service = signature.service if signature else "ec2"
    if service == "ec2":
        return _ec2_error(503, "RequestLimitExceeded", "Request limit exceeded.")
    if service in ("pricing", "servicequotas"):
        body = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"})
        return _answer(400, "application/x-amz-json-1.1", body)
    error = "<Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    return _answer(400, "text/xml", f"<ErrorResponse>{error}<RequestId>injected-400</RequestId></ErrorResponse>")


def _ec2_error(status: int, code: str, message: str) -> Answer:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    body = f"<Response><Errors>{error}</Errors><RequestID>injected-{status}</RequestID></Response>"
    return _answer(status, "text/xml", body)


def _answer(status: int, content_type: str, text: str) -> Answer:
    body = text.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return Answer(f"{status} Injected", headers, body)
