# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role service_publication decides and says: thin, the answers are in plugin_utils.

What comes from a cloud stays data: no line is taken for a template.
"""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import publication_variables, publication_words
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.foreign import as_data

Values = t.Mapping[str, t.Any]


def publication_options(names: t.Sequence[str], values: t.Sequence[t.Any], fixed_state: str = "") -> dict[str, t.Any]:
    """What the role is to do, from its variables. See publication_options.yml."""
    return publication_variables.publication(dict(zip(names, values)), fixed_state)


def publication_lines(known: Values) -> t.Any:
    """What a run has come to. See publication_lines.yml."""
    return as_data(publication_words.run_lines(known))


def publication_result(known: Values) -> t.Any:
    """The result of the role. See publication_result.yml."""
    return as_data(publication_words.result(known))


def publication_needs(known: Values) -> dict[str, bool]:
    """What is left to do after the look. See publication_needs.yml."""
    return {"run": publication_words.needs_run(known), "listener": publication_words.unlistened(known)}


class FilterModule:
    """The filters of the role service_publication."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "publication_options": publication_options,
            "publication_lines": publication_lines,
            "publication_result": publication_result,
            "publication_needs": publication_needs,
        }
