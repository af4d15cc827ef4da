# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role asks about a connection: thin, the answers are in plugin_utils and module_utils/_network.

What comes from a cloud stays data: no answer is taken for a template.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network import rules, zones
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.contradictions import contradictions
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.wanted import WantedConnection
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import (
    cluster_endpoints,
    leftovers,
    verified_change,
)
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import connection_options as options
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import (
    provider_side as provided,
)
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.foreign import as_data

Values = t.Mapping[str, t.Any]


def connection_options(given: Values) -> t.Any:
    """What a connection is to be. See connection_options.yml."""
    wanted = options.wanted_connection(given)
    return as_data(
        {**wanted.returned(), "problems": contradictions(wanted), "check_source": options.given_source(given)}
    )


def status_filters(given: Values) -> t.Any:
    """What the playbook status shows. See status_filters.yml."""
    return as_data(options.status_filters(given))


def connection_ownership(wanted: Values, node_group_id: str | None) -> t.Any:
    """The tags by which a connection knows its own. See connection_ownership.yml."""
    return as_data(WantedConnection.of(wanted).owned_with(node_group_id))


def wanted_subnets(look: Values, service: Values) -> t.Any:
    """A zone and a range for each subnet. See wanted_subnets.yml."""
    wanted, keeps = WantedConnection.of(look["wanted"]), look["keeps_zones"]
    of = look["private_endpoint"] if keeps else service.get("endpoint_service") or {}
    try:
        found = zones.subnets_in(wanted, of.get("availability_zone_ids") or [], are_of_service=not keeps)
    except PrivateLinkError as error:
        raise AnsibleFilterError(str(error)) from error
    return as_data({"zones": list(found.zones), "subnets": found.returned(), "problems": list(found.problems)})


def admitting_rules(look: Values) -> t.Any:
    """The rules of the security group. See admitting_rules.yml."""
    return as_data(rules.admitting_rules(WantedConnection.of(look["wanted"]), look["private_endpoint"]["port"]))


def network_differs(network: Values, look: Values) -> bool:
    """Whether subnets or security groups are others than those of the private endpoint. See network_differs.yml."""
    endpoint = look["private_endpoint"]
    kinds = ("subnet_ids", "security_group_ids")
    return any(bool(network[kind]) and set(network[kind]) != set(endpoint[kind]) for kind in kinds)


def undoable_steps(known: Values) -> t.Any:
    """The steps of a run that a failed check undoes. See undoable_steps.yml."""
    return as_data(verified_change.undoable_steps(known))


def has_twins(removed: Values, wanted: Values) -> bool:
    """Whether there are several private endpoints to remove. See has_twins.yml."""
    return leftovers.has_twins(removed, wanted)


def cluster_choice(found: t.Iterable[Values], wanted: Values, vpc_is_there: bool = True) -> t.Any:
    """Which private endpoint of the cluster is meant. See cluster_choice.yml."""
    return as_data(cluster_endpoints.choice(found, wanted, vpc_is_there=vpc_is_there).returned())


def own_endpoints(endpoints: t.Iterable[Values], ownership: t.Mapping[str, str]) -> t.Any:
    """The private endpoints of a connection that are still there. See own_endpoints.yml."""
    return as_data(leftovers.twins(endpoints, ownership))


def removable_network(found: Values, ownership: t.Mapping[str, str], steps: t.Sequence[Values]) -> t.Any:
    """What of the network of a connection may go. See removable_network.yml."""
    return as_data(leftovers.removable(found, ownership, steps))


def provider_credentials(own: Values, consumer: Values) -> t.Any:
    """The AWS options for the provider's account. See provider_credentials.yml."""
    return as_data(provided.credentials(own, consumer))


def provider_side(known: Values) -> t.Any:
    """What a run asks of the provider. See provider_side.yml."""
    try:
        return as_data(provided.provider_side(known))
    except TypeError as error:
        raise AnsibleFilterError(str(error)) from error


def provider_ending(known: Values) -> t.Any:
    """What of the provider's side ends. See provider_ending.yml."""
    return as_data(provided.ending(known))


def with_provider(endpoint: Values, served: Values) -> t.Any:
    """The private endpoint with its provider's side. See with_provider.yml."""
    return as_data(provided.with_provider(endpoint, served))


class FilterModule:
    """The filters that decide."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "connection_options": connection_options,
            "status_filters": status_filters,
            "connection_ownership": connection_ownership,
            "wanted_subnets": wanted_subnets,
            "admitting_rules": admitting_rules,
            "network_differs": network_differs,
            "undoable_steps": undoable_steps,
            "has_twins": has_twins,
            "cluster_choice": cluster_choice,
            "own_endpoints": own_endpoints,
            "removable_network": removable_network,
            "provider_credentials": provider_credentials,
            "provider_side": provider_side,
            "provider_ending": provider_ending,
            "with_provider": with_provider,
        }
