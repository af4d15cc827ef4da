# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses the role's check expects: those of both families that the private endpoint has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.operator import Operator

PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.import_role:
        name: tidbcloud.privatelink.private_connection
        tasks_from: ping
      vars:
        __private_connection_endpoint:
          host: localhost
          port: "{{ database_port }}"
          network_interfaces: "{{ interfaces }}"
    - ansible.builtin.debug:
        msg: "stage={{ __private_connection_ping.failed_stage }} problem={{ __private_connection_ping.problem }}"
"""


@pytest.mark.exhaustive
@pytest.mark.parametrize(("second", "expected"), [(["::1", "127.0.0.1"], True), ([], False)])
def test_the_second_family_of_an_endpoint_is_expected_too(
    operator: Operator, tmp_path: Path, second: list[str], expected: bool
) -> None:
    """The name of this machine leads to the second addresses alone, whose certificate is another's."""
    playbook = tmp_path / "ping.yml"
    playbook.write_text(PLAY, encoding="utf-8")
    database = operator.facts["database"]
    facts = {
        "interfaces": [{"private_ip_address": "10.0.0.9", "ipv6_addresses": second}],
        "database_port": database["port"],
        "private_connection_check_ca_path": database["ca_path"],
        "private_connection_check_retries": 0,
    }
    run = operator.run(str(playbook), "-e", json.dumps(facts))
    assert run.status == 0, run.output
    assert ("stage=resolve problem=unexpected_address" not in run.output) == expected, run.output
    assert ("stage=tls" in run.output) == expected, run.output
