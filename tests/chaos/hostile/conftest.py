# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many cases each parser gets: CHAOS_CASES. They are always the same, unless CHAOS_SEED is set."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "hostile",
    max_examples=int(os.environ.get("CHAOS_CASES", "500")),
    derandomize="CHAOS_SEED" not in os.environ,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    # Shrinking large answers takes minutes, and the defect shows without it.
    phases=[Phase.explicit, Phase.generate],
    print_blob=False,
)
settings.load_profile("hostile")
