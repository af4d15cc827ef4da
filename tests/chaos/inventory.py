# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin run by itself, its outcome printed like a module's."""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, inventory_loader

NAME = "tidbcloud.privatelink.endpoints"


def list_inventory(options: dict[str, Any]) -> None:
    """Print `hosts` with their facts, or `failed` and `msg`; end the process as a module does."""
    with warnings.catch_warnings(action="ignore"):
        init_plugin_loader()
    inventory = InventoryData()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "x.tidbcloud_endpoints.yml"
        path.write_text(yaml.safe_dump({"plugin": NAME, **options}))
        try:
            inventory_loader.get(NAME).parse(inventory, DataLoader(), str(path), cache=False)
        except AnsibleParserError as error:
            print(json.dumps({"failed": True, "msg": str(error)}))
            sys.exit(1)
    hosts = {name: host.get_vars()["private_endpoint"] for name, host in inventory.hosts.items()}
    print(json.dumps({"changed": False, "hosts": hosts}))
    sys.exit(0)
