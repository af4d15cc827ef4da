# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.clouds import Clouds
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError


def test_a_run_without_access_to_tidb_cloud_says_what_gives_it() -> None:
    with pytest.raises(PrivateLinkError, match="give cluster_id, tidbcloud_public_key and tidbcloud_private_key"):
        assert Clouds(t.cast(t.Any, None)).tidb is None
