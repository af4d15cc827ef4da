# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a connection is to be, from the options of the role: what is made for it and what it is called. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, fields

Values = t.Mapping[str, t.Any]
_PREFIX_OF_NAMES = "tidbcloud"


@dataclass(frozen=True)
class WantedConnection:
    """The options of the role that decide what is made, under their names; empty where they are not set.

    `given_name` is private_connection_name. `places_check`: the host or the source of the check is named, so that a
    check that cannot connect from there has failed. `variable_problems`: what is wrong with single variables.
    `has_check_user` and `has_check_password` say only that these are set. `keeps_endpoint` is
    private_connection_keep_vpc_endpoint. `provider_variables`: the names of those that are set.
    """

    state: str = "present"
    cluster_id: str = ""
    node_group_id: str = ""
    service_name: str = ""
    self_hosted_name: str = ""
    vpc_endpoint_id: str = ""
    vpc_id: str = ""
    vpc_cidr: str = ""
    given_name: str = ""
    subnet_ids: tuple[str, ...] = ()
    subnet_cidrs: tuple[str, ...] = ()
    availability_zone_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    client_cidrs: tuple[str, ...] = ()
    client_security_group_ids: tuple[str, ...] = ()
    tags: t.Mapping[str, str] | None = None
    check: bool = True
    requires_check: bool = False
    places_check: bool = False
    wait: bool = True
    on_failed_check: str = "fail"
    variable_problems: tuple[str, ...] = ()
    has_check_user: bool = False
    has_check_password: bool = False
    keeps_endpoint: bool = False
    provider_variables: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Values) -> WantedConnection:
        """From `returned`, also after it was JSON. Raises KeyError for anything else."""
        read: dict[str, t.Any] = {field.name: values[field.name] for field in fields(cls)}
        for name, value in read.items():
            read[name] = tuple(value) if isinstance(value, (list, tuple)) else value
        return cls(**read)

    @property
    def makes_vpc(self) -> bool:
        return bool(self.vpc_cidr)

    @property
    def makes_network(self) -> bool:
        """For an endpoint that is adopted, and for a service that is not of TiDB Cloud, nothing is made around it."""
        return not (self.vpc_endpoint_id or self.service_name or self.self_hosted_name)

    @property
    def has_port(self) -> bool:
        """Whether it is known which port to check."""
        return bool(self.cluster_id or self.self_hosted_name)

    @property
    def makes_subnets(self) -> bool:
        return self.makes_network and not self.subnet_ids

    @property
    def makes_security_group(self) -> bool:
        return self.makes_network and not self.security_group_ids

    @property
    def verifies(self) -> bool:
        """Whether a change that breaks the connection is undone."""
        return self.on_failed_check == "revert" and self.check

    @property
    def needs_check(self) -> bool:
        """Whether a run fails where it could not be checked that clients can connect."""
        return self.requires_check or self.verifies or self.state == "verify"

    @property
    def names_nothing(self) -> bool:
        """Whether only the cluster is named, and of its private endpoints none."""
        return bool(self.cluster_id) and not (self.vpc_endpoint_id or self.vpc_id or self.vpc_cidr or self.given_name)

    @property
    def finds_another(self) -> bool:
        """Whether what the cluster has matters where what is to be removed is not there: no single one is named."""
        return bool(self.cluster_id) and not (self.vpc_endpoint_id or self.given_name)

    @property
    def name(self) -> str:
        """The tag Name of all that is made."""
        parts = (_PREFIX_OF_NAMES, self.cluster_id, self.node_group_id)
        return self.given_name or "-".join(part for part in parts if part)

    @property
    def endpoint_name(self) -> str:
        """In a VPC that the user gives, the private endpoint is the only one of its service and needs no name;
        elsewhere its name says which one it is.
        """
        return self.given_name or ("" if self.vpc_id or not self.makes_network else self.name)

    @property
    def endpoint(self) -> dict[str, t.Any]:
        """The options of private_endpoint that do not stand in the variables as they are; only what is set."""
        options = {
            "name": self.endpoint_name,
            "subnet_ids": list(self.subnet_ids),
            "security_group_ids": list(self.security_group_ids),
        }
        return {name: value for name, value in options.items() if value}

    @property
    def ownership(self) -> dict[str, str]:
        """The tags by which the role knows its own, but for the node group, which a look may find."""
        return {
            "tidbcloud:managed-by": "tidbcloud.privatelink",
            "tidbcloud:cluster-id": self.cluster_id,
            "Name": self.name,
        }

    @property
    def admitted_cidrs(self) -> tuple[str, ...]:
        """Ranges that may connect: those that are given, else the whole VPC where the role makes it."""
        if not self.admits_whole_vpc:
            return self.client_cidrs
        return (self.vpc_cidr,) if self.vpc_cidr else ()

    @property
    def admits_whole_vpc(self) -> bool:
        """No clients are named: the security group that the role makes admits the VPC that it makes."""
        return self.makes_security_group and not (self.client_cidrs or self.client_security_group_ids)

    def owned_with(self, node_group_id: str | None) -> dict[str, str]:
        """All ownership tags. After the cluster was dropped, its node groups are no longer known."""
        return {**self.ownership, **({"tidbcloud:node-group-id": node_group_id} if node_group_id else {})}

    def returned(self) -> dict[str, t.Any]:
        """As a playbook uses it: the fields, and what follows from them."""
        derived = (
            "makes_vpc",
            "makes_network",
            "makes_subnets",
            "makes_security_group",
            "verifies",
            "needs_check",
            "names_nothing",
            "finds_another",
            "name",
            "endpoint_name",
            "endpoint",
            "ownership",
        )
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
        return {**plain, **{name: getattr(self, name) for name in derived}}
