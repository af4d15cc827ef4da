# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API of TiDB Cloud as its clients meet it: one request after the other, with faults, and logged."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tests.sandbox.faults import Faults
from tests.sandbox.log import RequestLog
from tests.sandbox.tidbcloud import calls
from tests.sandbox.transport import locked, served

if TYPE_CHECKING:
    import flask
    from _typeshed.wsgi import WSGIApplication


def served_api(app: flask.Flask, lock: threading.RLock, faults: Faults, log: RequestLog) -> WSGIApplication:
    return served(locked(app, lock), api="tidbcloud", name_call=calls.namer(app), words=calls, faults=faults, log=log)
