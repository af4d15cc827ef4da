# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a run of a module may need, read before it is forked."""

from __future__ import annotations

import gc
import importlib
from pathlib import Path

import botocore.session

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import descriptions

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
COLLECTION = "ansible_collections.tidbcloud.privatelink.plugins"


def read_everything() -> None:
    """All of the collection that a run may need, and botocore's descriptions."""
    for folder in ("module_utils", "modules", "inventory"):
        for file in sorted((PLUGINS / folder).rglob("*.py")):
            importlib.import_module(".".join([COLLECTION, *file.relative_to(PLUGINS).with_suffix("").parts]))
    for service in ("ec2", "sts", "service-quotas"):
        descriptions.read(botocore.session.Session(), service)
    gc.collect()
    gc.freeze()
