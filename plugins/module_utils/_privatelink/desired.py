# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of one private endpoint, and which of its options an interface endpoint has. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from .._aws.model import InterfaceEndpoint
from .._aws.tags import reserved_warnings
from .._run.text import sentence
from .violations import ALLOWABLE


def _option(kind: str = "str", *, absent: t.Any = ..., **spec: t.Any) -> dict[str, t.Any]:
    """The metadata of a field that is an option: its argument spec has this type and what is in `spec`.

    `absent`: that the option is an attribute of an interface endpoint, and what the attribute is where there is none.
    """
    return {"spec": {"type": kind, **spec}, "absent": absent}


@dataclass(frozen=True)
class Desired:
    """The options of `private_endpoint`, in the one place where they are named. `None` means: leave that alone."""

    state: str = field(default="present", metadata=_option(choices=["present", "absent"]))
    cluster_id: str | None = field(default=None, metadata=_option())
    node_group_id: str | None = field(default=None, metadata=_option())
    service_name: str | None = field(default=None, metadata=_option())
    vpc_endpoint_id: str | None = field(default=None, metadata=_option())
    vpc_id: str | None = field(default=None, metadata=_option(absent=None))
    subnet_ids: tuple[str, ...] | None = field(default=None, metadata=_option("list", elements="str", absent=()))
    security_group_ids: tuple[str, ...] | None = field(
        default=None, metadata=_option("list", elements="str", absent=())
    )
    name: str | None = field(default=None, metadata=_option())
    private_dns_enabled: bool | None = field(default=None, metadata=_option("bool", absent=None))
    ip_address_type: str | None = field(
        default=None, metadata=_option(choices=["ipv4", "ipv6", "dualstack"], absent=None)
    )
    tags: t.Mapping[str, str] | None = field(
        default=None, metadata=_option("dict", aliases=["resource_tags"], absent={})
    )
    purge_tags: bool = field(default=True, metadata=_option("bool"))
    recreate_failed: bool = field(default=False, metadata=_option("bool"))
    remove_duplicates: bool = field(default=False, metadata=_option("bool"))
    keep_vpc_endpoint: bool = field(default=False, metadata=_option("bool"))
    allow_violations: frozenset[str] = field(
        default=frozenset(), metadata=_option("list", elements="str", choices=list(ALLOWABLE))
    )
    allow_missing_network: bool = field(default=False, metadata=_option("bool"))
    planned_subnets: int | None = field(default=None, metadata=_option("int"))
    # Options of every module that is about TiDB Cloud, or that waits.
    project_id: str | None = None
    wait: bool = True

    @property
    def registrable(self) -> bool:
        """Only TiDB Cloud's endpoint services have registrations."""
        return self.cluster_id is not None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the options request and no run can do, as sentences."""
        said = reserved_warnings(self.tags)
        if "region_mismatch" in self.allow_violations:
            said.append(
                "allow_violations: region_mismatch has no effect: a private endpoint never connects across regions. "
                "Omit region, or set it to the region of the service."
            )
        return tuple(sentence(one) for one in said)

    @property
    def target(self) -> str:
        """How the user named the service."""
        return f"cluster {self.cluster_id}" if self.cluster_id else str(self.service_name)


# The options that are attributes of an interface endpoint, with what they are where there is none. `diff` and the
# result of every module show these.
ATTRIBUTES: dict[str, t.Any] = {
    one.name: one.metadata["absent"] for one in fields(Desired) if one.metadata.get("absent", ...) is not ...
}


def attributes_of(endpoint: InterfaceEndpoint | None) -> dict[str, t.Any]:
    """Each of ATTRIBUTES as modules return it: ids and tags sorted."""
    return {name: _plain(getattr(endpoint, name) if endpoint else absent) for name, absent in ATTRIBUTES.items()}


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, Mapping):
        return dict(sorted(value.items()))
    return sorted(value) if isinstance(value, tuple) else value
