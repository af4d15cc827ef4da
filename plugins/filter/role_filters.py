# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role computes from its variables: lists from text, ranges of subnets, and what carries its tags."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network import ranges
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import connection_options, leftovers


def split_list(value: t.Any) -> list[str]:
    """Items of a list, or of a text such as `a,b`, as text; empty ones are left out. See split_list.yml."""
    return connection_options.split_list(value)


def zone_ranges(cidr: str, zones: t.Sequence[str]) -> dict[str, str]:
    """A range for each zone, by the number in the zone's id alone. See zone_ranges.yml."""
    try:
        return ranges.zone_ranges(cidr, zones)
    except PrivateLinkError as error:
        raise AnsibleFilterError(str(error)) from error


def with_tags(resources: t.Iterable[t.Mapping[str, t.Any]], tags: t.Mapping[str, str]) -> list[t.Mapping[str, t.Any]]:
    """Those of the resources that carry all of the tags. See with_tags.yml."""
    return leftovers.with_tags(resources, tags)


class FilterModule:
    """The filters of the role."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"split_list": split_list, "zone_ranges": zone_ranges, "with_tags": with_tags}
