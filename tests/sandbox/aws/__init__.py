# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from tests.sandbox.aws.cloud import Aws
from tests.sandbox.aws.endpoints import Endpoint

__all__ = ["Aws", "Endpoint"]
