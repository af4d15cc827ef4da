# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which options of the role contradict each other. Pure."""

from __future__ import annotations

import re

from .._run.text import printable
from .ranges import client_problem, division_problem, subnet_problems
from .wanted import WantedConnection

# AWS makes VPCs of these sizes.
_VPC_RANGE = re.compile(r"([0-9]{1,3}[.]){3}[0-9]{1,3}/(1[6-9]|2[0-8])")


def contradictions(wanted: WantedConnection) -> list[str]:
    """A sentence for each, what to do included; the first is the one to begin with."""
    rules = [*_target(wanted), *(_present(wanted) if wanted.state == "present" else [])]
    broken = [sentence for is_broken, sentence in rules if is_broken]
    return [*wanted.variable_problems, *broken, *(_ranges(wanted) if wanted.state == "present" else [])]


def _ranges(wanted: WantedConnection) -> list[str]:
    """AWS would refuse these after the first thing is made."""
    vpc_cidr = wanted.vpc_cidr if _is_vpc_range(wanted) else ""
    clients = filter(None, map(client_problem, wanted.client_cidrs))
    subnets = subnet_problems(wanted.subnet_cidrs, vpc_cidr)
    return [
        *(f"private_connection_client_cidrs: {problem}" for problem in clients),
        *(f"private_connection_subnet_cidrs: {problem}" for problem in subnets),
    ]


def _target(wanted: WantedConnection) -> list[tuple[bool, str]]:
    named = {option: getattr(wanted, option) for option in ("cluster_id", "service_name", "self_hosted_name")}
    targets = [f"private_connection_{option}" for option, value in named.items() if value]
    return [
        (
            not targets,
            "Say what to connect to: private_connection_cluster_id for a cluster of TiDB Cloud, "
            "private_connection_self_hosted_name for a TiDB of your own, or private_connection_service_name for any "
            "other endpoint service. None is set.",
        ),
        (len(targets) > 1, f"Give one of {' and '.join(targets)}, not {'both' if len(targets) == 2 else 'all'}."),
        (
            bool(wanted.provider_variables) and not wanted.self_hosted_name,
            f"{', '.join(wanted.provider_variables)} would do nothing without private_connection_self_hosted_name, "
            "which names the service that the provider publishes. Give it, or leave them out.",
        ),
        (
            wanted.keeps_endpoint and bool(wanted.self_hosted_name),
            "private_connection_keep_vpc_endpoint ends the registration with TiDB Cloud alone, and a TiDB of your own "
            "has none. Leave it out.",
        ),
        (
            bool(wanted.makes_vpc and wanted.vpc_id),
            "Give one of private_connection_vpc_cidr, which makes a VPC, and private_connection_vpc_id, which uses one,"
            " not both.",
        ),
        (
            wanted.has_check_user != wanted.has_check_password,
            "private_connection_check_user and private_connection_check_password go together.",
        ),
    ]


def _present(wanted: WantedConnection) -> list[tuple[bool, str]]:
    unverifiable = not (wanted.check and wanted.wait and wanted.has_port)
    return [
        (
            not wanted.makes_vpc and not wanted.vpc_id and wanted.makes_network,
            "Say where the private endpoint is to be: private_connection_vpc_cidr makes a VPC, "
            "private_connection_vpc_id uses one, and private_connection_vpc_endpoint_id adopts an interface endpoint.",
        ),
        (
            wanted.makes_vpc and not _is_vpc_range(wanted),
            "private_connection_vpc_cidr must be an IPv4 range from /16 to /28, such as 10.42.0.0/16: "
            f"{_vpc_range_problem(wanted.vpc_cidr)}",
        ),
        (
            wanted.makes_vpc and bool(wanted.subnet_ids or wanted.security_group_ids),
            "With private_connection_vpc_cidr the role makes subnets and security group as well: omit "
            "private_connection_subnet_ids and private_connection_security_group_ids.",
        ),
        *_parts(wanted),
        (
            wanted.requires_check and unverifiable,
            "With private_connection_check=required leave private_connection_wait on, and give "
            "private_connection_cluster_id or private_connection_self_hosted_name: no other service says its port.",
        ),
        (
            wanted.on_failed_check == "revert" and unverifiable,
            "With private_connection_on_failed_check=revert a change is verified by the check: leave "
            "private_connection_check and private_connection_wait on, and give private_connection_cluster_id or "
            "private_connection_self_hosted_name: no other service says its port.",
        ),
    ]


def _vpc_range_problem(cidr: str) -> str:
    return division_problem(cidr) or f"{printable(cidr)} is too large, too small, or not IPv4."


def _is_vpc_range(wanted: WantedConnection) -> bool:
    return _VPC_RANGE.fullmatch(wanted.vpc_cidr) is not None and not division_problem(wanted.vpc_cidr)


def _parts(wanted: WantedConnection) -> list[tuple[bool, str]]:
    """Each part of the network is given, or made of what is said about it."""
    says_clients = bool(wanted.client_cidrs or wanted.client_security_group_ids)
    says_subnets = bool(wanted.subnet_cidrs or wanted.availability_zone_ids)
    has_subnets = bool(wanted.subnet_ids or wanted.subnet_cidrs)
    has_groups = bool(wanted.security_group_ids or says_clients)
    return [
        (
            bool(wanted.vpc_id) and wanted.makes_network and not wanted.makes_vpc and not (has_subnets and has_groups),
            "In your own VPC, the role needs private_connection_subnet_ids, or private_connection_subnet_cidrs to "
            "make subnets; and private_connection_security_group_ids, or private_connection_client_cidrs or "
            "private_connection_client_security_group_ids to make a security group that admits these clients.",
        ),
        (
            not wanted.makes_network and bool(wanted.makes_vpc or says_subnets or says_clients),
            "The role makes no network for private_connection_vpc_endpoint_id, private_connection_service_name or "
            "private_connection_self_hosted_name: omit private_connection_vpc_cidr, private_connection_subnet_cidrs, "
            "private_connection_availability_zone_ids, private_connection_client_cidrs and "
            "private_connection_client_security_group_ids.",
        ),
        (
            bool(wanted.makes_network and wanted.subnet_ids and says_subnets),
            "private_connection_subnet_ids uses subnets, and private_connection_subnet_cidrs and "
            "private_connection_availability_zone_ids say which to make: they cannot be given together.",
        ),
        (
            bool(wanted.makes_network and wanted.security_group_ids and says_clients),
            "private_connection_security_group_ids uses security groups, and private_connection_client_cidrs and "
            "private_connection_client_security_group_ids say whom a new one admits: they cannot be given together.",
        ),
    ]
