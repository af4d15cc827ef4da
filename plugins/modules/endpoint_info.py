#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_info
short_description: Gather facts about endpoint services and private endpoints
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Lists the endpoint services of TiDB Cloud clusters and their private endpoints, the interface endpoint in AWS and the
    registration with TiDB Cloud joined, with status and stage, and what is wrong between the two sides.
  - Lists the endpoint services of your own as well, those that the AWS accounts publish themselves, with who may connect and who does, and what is
    wrong with them. They need no TiDB Cloud API key. Without one, they are all that is read, which RV(scope.not_read) and a warning say.
  - Your own services are read in the accounts and regions that are read. A filter other than O(regions) is about private endpoints of TiDB Cloud,
    leaves them out, and costs no call for them. They cost one call for each account and region, and where there are any, two for each service and
    one for twenty load balancers.
  - TiDB Cloud is read once, AWS once for each region. It is not an error if nothing matches. RV(scope) says what was read, and a warning
    names each ID that was not found.
  - An account or region that cannot be read never stops the others, see RV(scope.unreadable). What AWS does not let these credentials read of your
    own services never ends a run, see RV(scope.not_read).
  - The module has no desired state to compare with, so private DNS that is off is a finding, not a status.
extends_documentation_fragment:
  - tidbcloud.privatelink.aws
  - tidbcloud.privatelink.aws.modules
  - tidbcloud.privatelink.tidbcloud
  - tidbcloud.privatelink.tidbcloud.filters
  - tidbcloud.privatelink.tidbcloud.read
  - tidbcloud.privatelink.attributes
  - tidbcloud.privatelink.attributes.actiongroup
attributes:
  check_mode:
    support: full
    details: Only reads.
  diff_mode:
    support: full
    details: There is never a difference.
  idempotent:
    support: full
  platform:
    platforms: posix
    support: full
options:
  cluster_ids:
    aliases: [cluster_id]
  node_group_ids:
    aliases: [node_group_id]
  vpc_ids:
    aliases: [vpc_id]
  vpc_endpoint_ids:
    aliases: [vpc_endpoint_id]
  statuses:
    aliases: [status]
  include_costs:
    description:
      - Whether to return RV(costs). The monthly costs of private endpoints and findings then use the same prices.
      - The prices of the regions that have interface endpoints are read from the AWS Price List, which needs C(pricing:GetProducts).
        If it cannot be read, the collection's own dated prices are used, and a warning says why.
    type: bool
    default: false
  prices:
    description:
      - What you pay, for example under a contract with AWS, instead of AWS's list prices. Only with O(include_costs).
    type: list
    elements: dict
    default: []
    suboptions:
      region:
        description:
          - AWS region.
        type: str
        required: true
      zone_hour_usd:
        description:
          - USD for an interface endpoint in one zone for one hour.
        type: float
        required: true
      per_gb_usd:
        description:
          - USD for one GB of data.
        type: float
seealso:
  - module: tidbcloud.privatelink.private_endpoint
  - module: tidbcloud.privatelink.endpoint_service
"""

EXAMPLES = r"""
- name: Gather all private endpoints of the default project
  tidbcloud.privatelink.endpoint_info:
  register: facts

- name: Gather what one cluster has in one VPC
  tidbcloud.privatelink.endpoint_info:
    cluster_id: "1234567890123456789"
    vpc_id: vpc-0123456789abcdef0

- name: Gather what has failed in two projects, with costs
  tidbcloud.privatelink.endpoint_info:
    project_ids: ["1234567890123456780", "1234567890123456781"]
    statuses: [failed]
    include_costs: true

- name: Gather the costs, with the prices of a contract
  tidbcloud.privatelink.endpoint_info:
    include_costs: true
    prices:
      - region: us-east-1
        zone_hour_usd: 0.008
        per_gb_usd: 0.008

- name: Gather what two AWS accounts have, through roles that the control node may assume
  tidbcloud.privatelink.endpoint_info:
    accounts:
      - assume_role_arn: arn:aws:iam::123456789012:role/privatelink-reader
      - assume_role_arn: arn:aws:iam::210987654321:role/privatelink-reader
        regions: [us-east-1, eu-central-1]

- name: Gather your own endpoint services of two regions, with who may connect and who does; no TiDB Cloud API key is needed
  tidbcloud.privatelink.endpoint_info:
    regions: [us-east-1, eu-central-1]
  register: facts

- name: Show who waits for acceptance
  ansible.builtin.debug:
    msg: "{{ facts.findings | selectattr('code', 'equalto', 'connection_waiting') | map(attribute='message') | list }}"

# On the command line:
#   ansible localhost -m tidbcloud.privatelink.endpoint_info
#   ansible localhost -m tidbcloud.privatelink.endpoint_info -a "cluster_id=1234567890123456789 region=us-east-1 vpc_id=vpc-0123456789abcdef0"
"""

RETURN = r"""
endpoint_services:
  description:
    - Endpoint services of the clusters found, and those that the AWS accounts publish themselves (RV(endpoint_services[].hosting=self_hosted)), which
      have more keys.
    - What could not be read of your own is null there, and named in RV(scope.not_read). RV(endpoint_services[].port) of your own is null - AWS does not
      say it. Of one that is being deleted, neither principals nor connections are read.
  returned: success
  type: list
  elements: dict
  # BEGIN return_values endpoint_service.contains
  contains:
    service_name:
      description: Name of the endpoint service.
      type: str
      sample: com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0
    state:
      description: One of V(creating), V(active), V(deleting).
      type: str
      sample: active
    host:
      description: Host name to connect to.
      type: str
    port:
      description: Port to connect to.
      type: int
      sample: 4000
    availability_zone_ids:
      description: IDs of the zones that the service has.
      type: list
      elements: str
      sample: [use1-az1, use1-az2]
    region:
      description: AWS region.
      type: str
      sample: us-east-1
    cloud_provider:
      description: Cloud provider of the cluster.
      type: str
      sample: aws
    cluster_id:
      description: ID of the cluster.
      type: str
    cluster_name:
      description: Name of the cluster.
      type: str
    cluster_state:
      description: State of the cluster.
      type: str
      sample: ACTIVE
    node_group_id:
      description: ID of the node group.
      type: str
    project_id:
      description: ID of the project.
      type: str
    hosting:
      description: Who runs the service, V(tidb_cloud) or V(self_hosted), which is you.
      type: str
      sample: tidb_cloud
    service_id:
      description: ID of the service. This key and those below are only those of a service of your own.
      type: str
      sample: vpce-svc-0123456789abcdef0
    acceptance_required:
      description: Whether each connection waits until it is accepted.
      type: bool
    allowed_principals:
      description: Who may connect, as ARNs.
      type: list
      elements: str
      sample: [arn:aws:iam::210987654321:root]
    load_balancer_arns:
      description: ARNs of the load balancers.
      type: list
      elements: str
    private_dns_name:
      description: The private name.
      type: str
    private_dns_name_record:
      description: The record by which AWS verifies the private name. Null without one.
      type: dict
      contains:
        name:
          description: Whole name under which to publish the record. A record below a domain above the private name counts as well.
          type: str
        type:
          description: Type of the record.
          type: str
          sample: TXT
        value:
          description: Its value.
          type: str
        state:
          description: One of V(pendingVerification), V(verified), V(failed).
          type: str
    supported_ip_address_types:
      description: Address types.
      type: list
      elements: str
      sample: [ipv4]
    regions:
      description: Other regions that reach the service.
      type: list
      elements: str
    payer:
      description: Who pays for the endpoints of consumers, if it is the service's owner. Null otherwise.
      type: str
    connections:
      description: The endpoints that request the service, in whatever state.
      type: list
      elements: dict
      contains:
        vpc_endpoint_id:
          description: ID of the endpoint.
          type: str
        account_id:
          description: Its account.
          type: str
        state:
          description: Its state as AWS gives it.
          type: str
          sample: pendingAcceptance
        ip_address_type:
          description: Its address type.
          type: str
        region:
          description: Its region.
          type: str
        created_at:
          description: When it was made.
          type: str
        permitted:
          description:
            - Whether its account is permitted, by the rule of O(tidbcloud.privatelink.endpoint_service#module:reject_unpermitted).
            - Null where a principal cannot be read.
          type: bool
    tags:
      description: Tags.
      type: dict
    created_at:
      description: When the service was made. AWS does not say it, so it is null.
      type: str
  # END
private_endpoints:
  description:
    - Private endpoints, both sides joined. The keys are always the same, null where unknown.
    - RV(private_endpoints[].monthly_cost_usd) is from the collection's own dated prices, with O(include_costs) from those in RV(costs.prices).
  returned: success
  type: list
  elements: dict
  # BEGIN return_values private_endpoint.contains
  contains:
    status:
      description: One of V(not_configured), V(initiating), V(pending), V(active), V(deleting), V(failed).
      type: str
      sample: active
    stage:
      description: >-
        The stage that it has reached, V(service_endpoint), V(interface_endpoint), V(accept_endpoint_connection), V(enable_private_dns) or V(done).
        Null while deleting.
      type: str
      sample: done
    status_note:
      description: What the status means and what may be done.
      type: str
    vpc_endpoint_id:
      description: ID of the interface endpoint.
      type: str
      sample: vpce-0123456789abcdef0
    vpc_endpoint_state:
      description: State of the interface endpoint as AWS gives it.
      type: str
      sample: available
    aws_visible:
      description: Whether the credentials can see the interface endpoint. If not, the status comes from the registration alone.
      type: bool
    account_id:
      description: AWS account of the interface endpoint.
      type: str
    vpc_id:
      description: VPC of the interface endpoint.
      type: str
    region:
      description: AWS region.
      type: str
      sample: us-east-1
    subnet_ids:
      description: Subnets.
      type: list
      elements: str
    availability_zone_ids:
      description: IDs of the zones.
      type: list
      elements: str
      sample: [use1-az1, use1-az2]
    security_group_ids:
      description: Security groups.
      type: list
      elements: str
    network_interfaces:
      description: Network interfaces, one for each subnet.
      type: list
      elements: dict
      contains:
        network_interface_id:
          description: ID of the network interface.
          type: str
        subnet_id:
          description: Its subnet.
          type: str
        private_ip_address:
          description: Its IPv4 address, null if it has only IPv6.
          type: str
        ipv6_addresses:
          description: Its IPv6 addresses. There are some if the address type is V(dualstack) or V(ipv6).
          type: list
          elements: str
          sample: ["2600:1f18:1:2::a"]
        availability_zone_id:
          description: Its zone.
          type: str
    private_dns_enabled:
      description: Whether the host name resolves inside the VPC.
      type: bool
    dns_names:
      description: All names of the interface endpoint.
      type: list
      elements: str
    ip_address_type:
      description: Address type.
      type: str
      sample: ipv4
    tags:
      description: Tags.
      type: dict
    service_name:
      description: Name of the endpoint service.
      type: str
      sample: com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0
    private_endpoint_connection_id:
      description: ID of the registration.
      type: str
    endpoint_state:
      description: State of the registration as TiDB Cloud gives it.
      type: str
      sample: ACTIVE
    endpoint_message:
      description: Why the registration has failed. Null otherwise.
      type: str
    cluster_id:
      description: ID of the cluster.
      type: str
    cluster_name:
      description: Name of the cluster.
      type: str
    cluster_state:
      description: State of the cluster.
      type: str
      sample: ACTIVE
    node_group_id:
      description: ID of the node group.
      type: str
    project_id:
      description: ID of the project.
      type: str
    host:
      description: Host name to connect to.
      type: str
    port:
      description: Port to connect to.
      type: int
      sample: 4000
    monthly_cost_usd:
      description: USD a month for the zones, at 730 hours each, without data. Null if the region's price is not known.
      type: float
  # END
findings:
  description: What is wrong between the two sides, and with services of your own, for the accounts in RV(scope) only.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: >-
        One of V(not_registered), V(interface_endpoint_missing), V(leftover), V(registration_failed), V(drift), V(private_dns_off),
        V(duplicate_endpoint) (several live interface endpoints connect one VPC to one service; one finding for each that would not be kept).
        Of services of your own, one of V(connection_waiting), V(connection_unpermitted), V(zones_not_served), V(private_dns_unverified) (never
        verified, failed, or lost again), V(principal_gone).
      type: str
    severity:
      description: V(error) or V(warning).
      type: str
    service_id:
      description: The service of your own. Null for a private endpoint of TiDB Cloud.
      type: str
    vpc_endpoint_id:
      description: The interface endpoint. Of a service of your own, the one that connects to it.
      type: str
    private_endpoint_connection_id:
      description: The registration.
      type: str
    message:
      description: What was found.
      type: str
    remedy:
      description:
        - What to do. A task in it can be pasted into a playbook as it is; it names every option that it needs.
      type: str
    monthly_cost_usd:
      description: What it costs in USD a month, as RV(private_endpoints[].monthly_cost_usd).
      type: float
costs:
  description: Sums over the private endpoints returned, null without O(include_costs), and where TiDB Cloud was not read.
  returned: success
  type: dict
  contains:
    currency:
      description: Always V(USD).
      type: str
    source:
      description: >-
        Where the prices are from. V(price_list) is the AWS Price List, V(table) the collection's own dated prices, V(option) O(prices),
        and V(mixed) more than one of them, see RV(costs.prices).
      type: str
      sample: price_list
    as_of:
      description: Day of the prices, the oldest if there are several. Null if all of them are from O(prices).
      type: str
      sample: "2026-10-06"
    per_gb_usd:
      description: Price of a GB of data for the first PB of a region and month. Null where it differs between the regions, or is not known.
      type: float
      sample: 0.01
    total_monthly_usd:
      description: Zone-hours of 730 hours.
      type: float
    by_cluster:
      description: The monthly total of each cluster.
      type: dict
    by_account:
      description: The monthly total of each AWS account.
      type: dict
    prices:
      description: The prices used, one for each region that has interface endpoints and whose price is known.
      type: list
      elements: dict
      contains:
        region:
          description: AWS region.
          type: str
          sample: us-east-1
        zone_hour_usd:
          description: USD for an interface endpoint in one zone for one hour.
          type: float
          sample: 0.01
        per_gb_usd:
          description: USD for a GB of data for the first PB of a month. Null where it is not known.
          type: float
          sample: 0.01
        source:
          description: V(price_list), V(table) or V(option).
          type: str
          sample: price_list
        as_of:
          description: Day of the price. Null where it is from O(prices).
          type: str
          sample: "2026-10-06"
    not_included:
      description: What the sums leave out.
      type: list
      elements: str
scope:
  description: What was read. Findings are made only inside it.
  returned: success
  type: dict
  contains:
    accounts:
      description: AWS accounts.
      type: list
      elements: str
    regions:
      description: AWS regions.
      type: list
      elements: str
    projects:
      description: Projects of TiDB Cloud.
      type: list
      elements: str
    filters:
      description: The filters that were set, by option. What they leave out is not returned and not judged.
      type: dict
      sample: {cluster_ids: ["1234567890123456789"]}
    not_found:
      description: The IDs in the filters that name nothing that was read. A warning names each of them, too.
      type: list
      elements: dict
      contains:
        option:
          description: The filter.
          type: str
          sample: cluster_ids
        id:
          description: The ID.
          type: str
        reason:
          description: What that means.
          type: str
    unreadable:
      description:
        - The AWS accounts and regions that could not be read, while others could. A warning names each of them, too. If none can be
          read, the module fails.
        - No finding is made where they might have answered.
      type: list
      elements: dict
      contains:
        account:
          description: ID of the account. Where it is not known, its role or profile in O(accounts).
          type: str
        region:
          description: AWS region. Null if the account could not be read at all.
          type: str
        reason:
          description: What was asked, what was found and what to do.
          type: str
    not_read:
      description:
        - What could not be read beside that, and what was not looked at without an API key. A warning names each of them, too.
        - No finding is made where it might have answered.
      type: list
      elements: dict
      contains:
        what:
          description: >-
            One of V(TiDB Cloud), V(endpoint services), V(principals), V(connections), V(load balancers), V(zone ids), V(private name).
          type: str
          sample: principals
        account:
          description: ID of the AWS account.
          type: str
        region:
          description: AWS region.
          type: str
        service_id:
          description: The service of your own that it belongs to. Null for all of them.
          type: str
        reason:
          description: What was asked, what was found and what to do.
          type: str
    not_judged:
      description: The private endpoints for which too little was read to say that nothing is wrong.
      type: list
      elements: dict
      contains:
        vpc_endpoint_id:
          description: The interface endpoint.
          type: str
        reason:
          description: What was not looked at.
          type: str
# BEGIN return_values violations error
violations:
  description: The limits that forbid it, all together. Nothing was touched.
  returned: when a limit forbids it
  type: list
  elements: dict
  contains:
    code:
      description: Code of the limit.
      type: str
      sample: region_mismatch
    message:
      description: What was found.
      type: str
    remedy:
      description: What to do.
      type: str
error:
  description: What the API answered.
  returned: when an API refused a call or could not be reached
  type: dict
  contains:
    code:
      description: The API's own code.
      type: raw
    status:
      description: HTTP status.
      type: int
    api:
      description: V(tidbcloud), or the AWS service.
      type: str
    request_id:
      description: What the API's support asks for.
      type: str
# END
"""

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.module import AnsibleAWSModule
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._costs.costs import costs, priced
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._costs.prices import read_costing
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.findings import findings, not_judged
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_findings import own_findings
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.own_tasks import OwnTasks
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.read import read_fleet
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.read_options import (
    connect_unless_keyless,
    filter_arguments,
    fleet_accounts,
    fleet_filters,
    own_prices,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.remedies import Remedies
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.scope import place_of, scope_warnings
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import shared_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import finish, warner
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import read_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={**shared_arguments(), **filter_arguments(), **read_arguments()}, supports_check_mode=True
    )

    def work(deadline: Deadline) -> dict[str, t.Any]:
        own = own_prices(module.params)
        accounts = fleet_accounts(module, deadline)
        warn, session = warner(module), accounts[0].session
        if not isinstance(session, PrivateLinkError):
            session.prepare()
        filters = fleet_filters(module.params)
        tidb = connect_unless_keyless(module, filters, deadline)
        fleet = read_fleet(filters, tidb, accounts)
        endpoints, sums = fleet.private_endpoints, None
        if module.params["include_costs"] and tidb is not None:
            prices, warnings = read_costing(endpoints, own, session)
            for warning in warnings:
                warn(warning)
            endpoints = priced(endpoints, prices)
            sums = costs(endpoints, prices, [place_of(one) for one in fleet.scope["unreadable"]])
        for warning in scope_warnings(fleet.scope):
            warn(warning)
        seen = (fleet.looked_at, fleet.known_projects)
        found = findings(endpoints, *seen, fleet.created_at, Remedies(fleet.access))
        return {
            "changed": False,
            "endpoint_services": fleet.endpoint_services,
            "private_endpoints": endpoints,
            "findings": [*found, *own_findings(fleet.own, OwnTasks(fleet.access))],
            "costs": sums,
            "scope": {**fleet.scope, "not_judged": not_judged(endpoints, *seen)},
        }

    finish(module, work)


if __name__ == "__main__":
    main()
