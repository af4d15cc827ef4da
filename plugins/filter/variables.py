# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role asks about its own variables: thin, the answers are in plugin_utils."""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import role_variables


def given(value: t.Any, otherwise: t.Any) -> t.Any:
    """The value, or what counts where it is not set. See given.yml."""
    return role_variables.given(value, otherwise)


def variable_problems(names: t.Sequence[str], values: t.Sequence[t.Any], fixed_state: str = "") -> list[str]:
    """What is wrong with the variables of these names. See variable_problems.yml."""
    return role_variables.problems(dict(zip(names, values)), fixed_state)


class FilterModule:
    """The filters about variables."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"given": given, "variable_problems": variable_problems}
