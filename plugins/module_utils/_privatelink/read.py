# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the current state of one private endpoint from both clouds, in as few calls as it can."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from .._aws.model import InterfaceEndpoint, VpcEndpointService
from .._run.bounded import at_once
from .clouds import Clouds
from .cluster_limits import aws_region
from .current import Current, Found, Network, Provider
from .desired import Desired
from .identify import find, identify
from .read_cluster import Sides, read_cluster_sides, read_endpoints
from .registrations import Registrations, read_registrations

# In any partition: us-east-1, us-gov-west-1, us-isob-east-1, eusc-de-east-1.
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}")


def region_in(service_name: str) -> str | None:
    """The region in the name of an endpoint service, which is a label of its own; some names have none
    (`com.amazonaws.s3-global.accesspoint`). The labels before it depend on the partition.
    """
    return next((label for label in service_name.split(".") if _REGION.fullmatch(label)), None)


def read_current(desired: Desired, clouds: Clouds) -> Current:
    """Reads both sides.

    An unchanged run needs the cluster and its registrations from TiDB Cloud, and interface endpoints, network
    interfaces and subnets from AWS: two requests and three calls.

    Raises LimitsViolated if the private endpoint cannot be found or can never be as desired, and ApiError.
    """
    sides = read_cluster_sides(desired, clouds) if desired.cluster_id else _read_service_sides(desired, clouds)
    found = identify(desired, sides.provider, _find(desired, sides.endpoints, sides.registrations))
    return Current(sides.provider, found, _read_network(desired, sides.provider, found, clouds), sides.unseen)


def read_again(desired: Desired, before: Current, clouds: Clouds) -> Current:
    """The state after a run: both halves are read again; the cluster and its service are as before.

    An endpoint that was there and is to be present is read by its id: another run may have made a second one meanwhile.
    """
    provider, main = before.provider, before.found.main
    if desired.state == "present" and main and not desired.vpc_endpoint_id:
        desired = replace(desired, vpc_endpoint_id=main.vpc_endpoint_id)
    registrations = None
    if provider.cluster is not None and not provider.dropped:
        registrations = read_registrations(clouds.tidb, provider.cluster, provider.node_group_id)
    endpoints = read_endpoints(desired, provider, clouds)
    found = _find(desired, endpoints, registrations)
    return Current(provider, found, _read_network(desired, provider, found, clouds))


def _find(desired: Desired, endpoints: t.Sequence[InterfaceEndpoint], registrations: Registrations | None) -> Found:
    """Raises RegistrationUnknown if TiDB Cloud does not say whether the private endpoint is registered."""
    found = find(desired, endpoints, registrations.single if registrations else ())
    if registrations:
        gone = found.gone if desired.state == "absent" else ()
        ids = [pair.vpc_endpoint_id for pair in found.pairs]
        registrations.require_known([*ids, *gone, desired.vpc_endpoint_id or ""])
    return found


def _read_service_sides(desired: Desired, clouds: Clouds) -> Sides:
    """Both sides of any other endpoint service, from AWS alone."""
    service_name = t.cast(str, desired.service_name)
    region = aws_region(clouds.aws.region, region_in(service_name), f"service {service_name}")
    service = None
    if desired.state == "present" and desired.private_dns_enabled is None:
        service = clouds.reads(region).vpc_endpoint_service(service_name)
    # AWS may answer with another name; the requested one is meant.
    named = replace(service or VpcEndpointService(service_name), service_name=service_name)
    provider = Provider(region, other=named)
    return Sides(provider, read_endpoints(desired, provider, clouds))


def _read_network(desired: Desired, provider: Provider, found: Found, clouds: Clouds) -> Network:
    """Addresses and zones of the endpoint that is described, and of the subnets that are desired."""
    endpoint = found.described.endpoint if found.described else None
    reads = clouds.reads(str(provider.region))
    wanted = desired.subnet_ids if desired.state == "present" else ()
    subnet_ids = sorted({*(endpoint.subnet_ids if endpoint else ()), *(wanted or ())})
    interface_ids = endpoint.network_interface_ids if endpoint else ()
    subnets, interfaces = at_once(
        lambda: tuple(reads.subnets(subnet_ids)) if subnet_ids else (),
        lambda: tuple(reads.network_interfaces(interface_ids)) if interface_ids else (),
    )
    return Network(subnets, interfaces)
