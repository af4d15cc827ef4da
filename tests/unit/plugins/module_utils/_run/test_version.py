# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import yaml

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.version import VERSION


def test_both_clouds_see_the_version_of_galaxy_yml() -> None:
    root = next(parent for parent in Path(__file__).parents if (parent / "galaxy.yml").is_file())
    assert yaml.safe_load((root / "galaxy.yml").read_text())["version"] == VERSION
