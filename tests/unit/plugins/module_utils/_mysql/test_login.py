# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.handshake import parse_greeting
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.login import Account, log_in
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.packets import Connection, Deadline
from tests.support import hostile_databases as hostile

ACCOUNT = Account("someone", "a-password-of-the-tests")


def test_nothing_is_sent_over_a_connection_without_tls() -> None:
    here, there = socket.socketpair()
    with here, there:
        with pytest.raises(StageFailed, match="over TLS only"):
            log_in(Connection(here, Deadline(1)), parse_greeting(hostile.greeting()), ACCOUNT)
        there.setblocking(False)
        with pytest.raises(BlockingIOError):
            there.recv(1)


def test_a_password_is_not_printed_with_its_account() -> None:
    assert ACCOUNT.password not in repr(ACCOUNT)
