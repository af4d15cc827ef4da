# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How errors of the AWS half are named in the log, and how a fault makes it refuse a request."""

from __future__ import annotations

import re

from tests.sandbox.transport import Answer

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
    error = f"<Error><Code>{FAULT_CODES[status]}</Code><Message>Injected {status}.</Message></Error>"
    body = f"<Response><Errors>{error}</Errors><RequestID>injected-{status}</RequestID></Response>".encode()
    headers = [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))]
    return Answer(f"{status} Injected", headers, body)
