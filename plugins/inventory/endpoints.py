# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: endpoints
short_description: Private endpoints of TiDB Cloud clusters, and endpoint services of your own, as hosts
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Makes every private endpoint a host, named by the ID of its interface endpoint, to run tasks for some of them or
    to slice a job in AWX.
  - A private endpoint is not a machine. Tasks for it run on the control node, because C(ansible_connection) is set to
    V(local).
  - The host variable C(private_endpoint) holds its facts, with the keys that M(tidbcloud.privatelink.endpoint_info)
    returns.
  - Every private endpoint is in the group C(private_endpoints) and in C(status_<status>), C(region_<region>),
    C(project_<ID>), C(cluster_<ID>) and C(vpc_<ID>), as far as these are known. Characters that a group name cannot
    hold become underscores.
  - An endpoint service of your own is a host, too, named by its ID C(vpce-svc-…), in the groups C(endpoint_services)
    and C(service_region_<region>), and in none of private endpoints. The host variable C(endpoint_service) holds its
    facts, with connections and principals, as M(tidbcloud.privatelink.endpoint_info) returns them. O(compose),
    O(groups) and O(keyed_groups) are for private endpoints only.
  - Your own services are read if O(aws_details) is on and no filter but O(regions) is set. Without a TiDB Cloud API
    key they are all that is read.
  - Text from the clouds is data. It is never a template, and what is not an ID becomes neither a host nor a group.
  - Costs two requests to TiDB Cloud for a hundred private endpoints of a project (its clusters and their
    registrations), and one more to sign in. Your own services cost calls to AWS alone, one for each account and
    region and two for each service.
  - The name of the inventory file must end with C(tidbcloud_endpoints.yml) or C(tidbcloud_endpoints.yaml).
extends_documentation_fragment:
  - tidbcloud.privatelink.aws
  - tidbcloud.privatelink.aws.plugins
  - tidbcloud.privatelink.tidbcloud
  - tidbcloud.privatelink.tidbcloud.plugins
  - tidbcloud.privatelink.tidbcloud.filters
  - tidbcloud.privatelink.tidbcloud.read
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description:
      - Name of this plugin.
    type: str
    required: true
    choices: [tidbcloud.privatelink.endpoints]
  aws_details:
    description:
      - Whether to read the interface endpoints from AWS, which costs no request to TiDB Cloud.
      - This also finds interface endpoints that are not registered, by their service if another endpoint is registered
        for it, or by the ownership tags of this collection.
      - Without them no AWS credentials are needed, the VPC is not known, and the status is that of the registration
        alone.
    type: bool
    default: true
  cluster_ids:
    description:
      - Only private endpoints of these clusters. Without O(project_ids), each costs a request of its own.
  vpc_ids:
    description:
      - Only private endpoints in these VPCs. Needs O(aws_details).
seealso:
  - module: tidbcloud.privatelink.endpoint_info
"""

EXAMPLES = r"""
# production.tidbcloud_endpoints.yml: the private endpoints of the key's default project.
# The API key comes from TIDBCLOUD_PUBLIC_KEY and TIDBCLOUD_PRIVATE_KEY, AWS credentials from where boto3 finds them.
plugin: tidbcloud.privatelink.endpoints

---
# Two projects, from TiDB Cloud alone, kept for ten minutes.
plugin: tidbcloud.privatelink.endpoints
project_ids:
  - "1234567890123456780"
  - "1234567890123456781"
aws_details: false
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/tidbcloud_endpoints
cache_timeout: 600

---
# Two AWS accounts, with your own groups and variables; the variables are those of the playbook
# tidbcloud.privatelink.check.
plugin: tidbcloud.privatelink.endpoints
accounts:
  - assume_role_arn: arn:aws:iam::123456789012:role/privatelink
  - assume_role_arn: arn:aws:iam::210987654321:role/privatelink
keyed_groups:
  - prefix: team
    key: private_endpoint.tags.team | default('none')
groups:
  to_be_watched: private_endpoint.status != 'active'
compose:
  private_connection_cluster_id: private_endpoint.cluster_id
  private_connection_vpc_endpoint_id: private_endpoint.vpc_endpoint_id
  private_connection_private_dns_enabled: private_endpoint.private_dns_enabled
"""

import re
import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.read import Hosts, read_hosts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.read_options import (
    connect_unless_keyless,
    filter_arguments,
    fleet_accounts,
    fleet_filters,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.scope import Filters
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import connect_tidbcloud
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError, Unexpected
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.given import as_given
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import in_time
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.requirements import missing_libraries
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import encodable, printable, sentence
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.api import TidbCloud

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core before 2.19, which takes every string for a template

    def trust_as_template(value: str) -> str:
        return value


FILE_NAMES = ("tidbcloud_endpoints.yml", "tidbcloud_endpoints.yaml")
EVERY = "private_endpoints"
SERVICES = "endpoint_services"
# Maps each group prefix to the fact that its groups are named after.
GROUPS = {
    "status": "status",
    "region": "region",
    "project": "project_id",
    "cluster": "cluster_id",
    "vpc": "vpc_id",
}
SERVICE_ID = re.compile(r"vpce-svc-[0-9a-z]{1,32}")
ENDPOINT_ID = re.compile(r"vpce-[0-9a-z]{1,32}")
# An id, a region or a status. Group names are words in host patterns, and keys in playbooks.
WORD = re.compile(r"[0-9A-Za-z_-]{1,64}")
Endpoint = dict[str, t.Any]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """Private endpoints as hosts. Errors are AnsibleParserError."""

    NAME = "tidbcloud.privatelink.endpoints"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(FILE_NAMES)

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """An option that is left empty counts as not set; Ansible takes it for false, for an error, or for an item."""
        given = {name: value for name, value in (direct or {}).items() if not _is_empty(value)}
        super().set_options(task_keys=task_keys, var_options=var_options, direct=given)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        hosts = self._hosts(path, cache)
        for service in hosts.endpoint_services:
            if SERVICE_ID.fullmatch(service["service_id"]):
                self._add_service(service)
        for endpoint in hosts.private_endpoints:
            vpc_endpoint_id = endpoint["vpc_endpoint_id"]
            if vpc_endpoint_id and ENDPOINT_ID.fullmatch(vpc_endpoint_id):
                self._add(endpoint)
            elif vpc_endpoint_id:
                self.display.warning(
                    f"A private endpoint is left out: {printable(vpc_endpoint_id)!r} is not the ID of a VPC endpoint."
                )

    def _hosts(self, path: str, cache: bool) -> Hosts:
        """From the cache where the user wants one; `cache` is false to renew it."""
        if not self.get_option("cache"):
            return self._read()
        key = self.get_cache_key(path)
        if cache and key in self._cache:
            kept = _kept(self._cache[key])
            if kept is not None:
                return kept
            self.display.warning("The inventory cache does not contain private endpoints, so it is renewed.")
        hosts = self._read()
        self._cache[key] = hosts._asdict()
        return hosts

    def _read(self) -> Hosts:
        options = _Options(self._given())
        aws_details = options.params["aws_details"]
        missing = missing_libraries() if aws_details else ""
        if missing:
            raise AnsibleParserError(f"{missing} Without boto3, aws_details must be false.")

        warnings: list[str] = []

        def read(deadline: Deadline) -> Hosts:
            deadline.doing = "reading the private endpoints"
            accounts = fleet_accounts(options, deadline) if aws_details else []
            filters = fleet_filters(options.params)
            connect = connect_unless_keyless if aws_details else _connect
            return read_hosts(filters, connect(options, filters, deadline), accounts, warnings.append)

        try:
            hosts = Hosts(**encodable(in_time(options.params, read)._asdict()))
        except PrivateLinkError as error:
            if isinstance(error, Unexpected):
                self.display.vvv(error.traceback)
            raise AnsibleParserError(str(error)) from None
        for warning in warnings:
            self.display.warning(sentence(warning))
        return hosts

    def _given(self) -> dict[str, t.Any]:
        """The options, without blanks around them. What a template leaves empty counts as not set, too."""
        spec = {**self.option_definitions, **filter_arguments()}
        values = {name: self._templated(value) for name, value in self.get_options().items()}
        given = as_given({name: value for name, value in values.items() if not _is_empty(value)}, spec)
        return {**{name: spec[name].get("default") for name in values}, **given}

    def _templated(self, value: t.Any) -> t.Any:
        """Options may be templates, such as a lookup of the API key."""
        return self.templar.template(value) if isinstance(value, (str, list)) else value

    def _add_host(self, name: str, group: str, variable: str, facts: Endpoint) -> tuple[str, dict[str, t.Any]]:
        """The host and its variables."""
        host = self.inventory.add_host(name, self.inventory.add_group(group))
        variables = {
            # What the APIs return is never a template.
            variable: wrap_var(facts),
            "ansible_connection": trust_as_template("local"),
            "ansible_python_interpreter": trust_as_template("{{ ansible_playbook_python }}"),
        }
        for key, value in variables.items():
            self.inventory.set_variable(host, key, value)
        return host, variables

    def _add_service(self, service: Endpoint) -> None:
        """In groups of its own: a play over private endpoints must not meet it."""
        host, _variables = self._add_host(service["service_id"], SERVICES, "endpoint_service", service)
        if service["region"] and WORD.fullmatch(service["region"]):
            group = f"service_region_{service['region']}".replace("-", "_")
            self.inventory.add_child(self.inventory.add_group(group), host)

    def _add(self, endpoint: Endpoint) -> None:
        host, variables = self._add_host(endpoint["vpc_endpoint_id"], EVERY, "private_endpoint", endpoint)
        for prefix, fact in GROUPS.items():
            if endpoint[fact] and WORD.fullmatch(endpoint[fact]):
                group = f"{prefix}_{endpoint[fact]}".replace("-", "_")
                self.inventory.add_child(self.inventory.add_group(group), host)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict)


class _Options:
    """The options as the modules read them."""

    def __init__(self, params: dict[str, t.Any]) -> None:
        self.params = params

    def fail_json(self, msg: str, **_details: t.Any) -> t.NoReturn:
        raise PrivateLinkError(msg)


def _is_empty(value: t.Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _connect(options: t.Any, _filters: Filters, deadline: Deadline) -> TidbCloud:
    """Where AWS is not read, there is nothing to show without TiDB Cloud."""
    return connect_tidbcloud(options, deadline)


def _kept(cached: t.Any) -> Hosts | None:
    """The content of a cache, as plain data: an attacker who can write it must gain nothing but false facts. Null if
    this plugin did not write it.
    """
    plain = encodable(cached)
    if not isinstance(plain, dict) or plain.keys() != set(Hosts._fields):
        return None
    endpoint_facts = ("vpc_endpoint_id", *GROUPS.values())
    if not _are_sound(plain["private_endpoints"], endpoint_facts):
        return None
    services = plain["endpoint_services"]
    if not _are_sound(services, ("service_id", "region")) or not all(one["service_id"] for one in services):
        return None
    return Hosts(**plain)


def _are_sound(items: t.Any, facts: t.Sequence[str]) -> bool:
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
        return False
    return all(fact in one and isinstance(one[fact], (str, type(None))) for one in items for fact in facts)
