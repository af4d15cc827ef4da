# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes: where does a subnet send traffic for an address? Pure.

The most specific route decides; of several for one prefix a static one, then one by prefix list, then a propagated one.
What is filtered is not in effect. Source: Amazon VPC User Guide, "Route priority".
"""

from __future__ import annotations

import typing as t
from ipaddress import ip_network

from .._aws.network_model import Interface, Route, RouteTable
from .._run.text import listed
from .model import BLOCK, PASS, UNKNOWN, Facts, Hop
from .remedies import add_route, replace_route
from .security_groups import contains

_PEERING = "pcx-"
_TRANSIT_GATEWAY = "tgw-"
# None of these has private addresses behind it.
_TO_THE_INTERNET = ("igw-", "eigw-", "cagw-")


class _Found(t.NamedTuple):
    """`route` is null if none matches; `doubtful` is a sentence that says why another one may decide."""

    route: Route | None
    doubtful: str


def judge_route(facts: Facts, name: str, start: Interface, end: Interface, address: str) -> Hop:
    """The hop from the subnet of `start` to `address`, which is one of `end`."""
    if start.subnet_id == end.subnet_id:
        return Hop(name, start.subnet_id, PASS, f"Both are in subnet {start.subnet_id}, so no route is needed.")
    table = _table_of(facts, start)
    if table is None:
        message = facts.not_seen("route tables", f"The route table of {start.subnet_id}")
        return Hop(name, start.subnet_id, UNKNOWN, message)
    table_id = table.route_table_id
    found = _best(table, address, facts)
    if found.doubtful:
        return Hop(name, table_id, UNKNOWN, f"{table_id} {found.doubtful}")
    route = found.route
    if route is None:
        message = f"{table_id}, the route table of {start.subnet_id}, has no route to {address}."
        return Hop(name, table_id, BLOCK, message, remedy=add_route(facts, table_id, address))
    rule = f"{route.destination} -> {route.target}"
    if route.state != "active":
        why = f"its target {route.target} is gone" if route.state == "blackhole" else f"it is {route.state}"
        message = f"The route of {table_id} to {address} leads nowhere: {why}."
        return Hop(name, table_id, BLOCK, message, rule, replace_route(facts, table_id, route))
    verdict, message, remedy = _target(facts, table_id, route, start, end)
    return Hop(name, table_id, verdict, message, rule, remedy)


def peering_used(facts: Facts, start: Interface, address: str) -> bool:
    """Whether traffic to the address crosses a peering connection, where rules can name the other side's groups."""
    table = _table_of(facts, start)
    route = _best(table, address, facts).route if table else None
    return route is not None and route.target.startswith(_PEERING)


def _table_of(facts: Facts, interface: Interface) -> RouteTable | None:
    own = [table for table in facts.route_tables if interface.subnet_id in table.subnet_ids]
    main = [table for table in facts.route_tables if table.is_main and table.vpc_id == interface.vpc_id]
    return next(iter(own + main), None)


def _best(table: RouteTable, address: str, facts: Facts) -> _Found:
    matching: list[tuple[tuple[bool, int, int], Route]] = []
    doubtful = ""
    for route in table.routes:
        cidrs = facts.prefix_lists.get(route.destination) if _is_list(route) else (route.destination,)
        if cidrs is None:
            doubtful = f"has a route for prefix list {route.destination}, whose entries cannot be read."
            continue
        lengths = [ip_network(cidr, strict=False).prefixlen for cidr in cidrs if contains(cidr, address)]
        if lengths:
            matching.append(((route.state == "filtered", -max(lengths), _rank(route)), route))
    matching.sort(key=lambda one: one[0])
    first = [route for order, route in matching if order == matching[0][0]]
    targets = sorted({route.target for route in first})
    # Of overlapping prefix lists AWS chooses one at random, once.
    if len(targets) > 1 and _is_list(first[0]):
        doubtful = doubtful or f"has routes by prefix lists of the same range to {listed(targets, ' and ')}."
    return _Found(first[0] if first else None, doubtful)


def _rank(route: Route) -> int:
    """The order of routes for one prefix."""
    return 2 if route.propagated else 1 if _is_list(route) else 0


def _is_list(route: Route) -> bool:
    return route.destination.startswith("pl-")


def _target(facts: Facts, table_id: str, route: Route, start: Interface, end: Interface) -> tuple[str, str, str | None]:
    """Verdict, message and remedy."""
    target = route.target
    if target == "local":
        if start.vpc_id == end.vpc_id:
            return PASS, f"{table_id} keeps it in {start.vpc_id}.", None
        message = f"The ranges of {start.vpc_id} and {end.vpc_id} overlap: {table_id} keeps the traffic at home."
        return BLOCK, message, "VPCs with overlapping ranges cannot be connected. Use a client in the endpoint's VPC."
    if target.startswith(_PEERING):
        return _peering(facts, table_id, route, frozenset((start.vpc_id, end.vpc_id)))
    if target.startswith(_TRANSIT_GATEWAY):
        message = f"{table_id} sends it to transit gateway {target}, whose own routes are not checked."
        return UNKNOWN, message, None
    if target.startswith(_TO_THE_INTERNET):
        message = f"{table_id} sends it to {target}, out of the VPC, where private addresses are not known."
        return BLOCK, message, replace_route(facts, table_id, route)
    return UNKNOWN, f"{table_id} sends it to {target}; what happens there is unknown.", None


def _peering(facts: Facts, table_id: str, route: Route, vpc_ids: frozenset[str]) -> tuple[str, str, str | None]:
    peering = next((one for one in facts.peerings if one.peering_id == route.target), None)
    if peering is None:
        return UNKNOWN, facts.not_seen("peering connections", f"Peering connection {route.target}"), None
    if peering.vpc_ids != vpc_ids:
        there = listed(sorted(peering.vpc_ids), " and ")
        message = (
            f"{table_id} sends it to peering connection {peering.peering_id}, which connects {there}: not these VPCs."
        )
        return BLOCK, message, "Peering does not pass on to a third VPC. Peer the two VPCs, and route to that peering."
    if peering.state != "active":
        message = f"Peering connection {peering.peering_id} between the two VPCs is {peering.state}."
        return BLOCK, message, "Accept the peering connection, or create a new one."
    return PASS, f"{table_id} sends it over peering connection {peering.peering_id} to the other VPC.", None
