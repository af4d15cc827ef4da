#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: private_endpoints
short_description: Manage a fleet of private endpoints of TiDB Cloud clusters in one task
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Does what M(tidbcloud.privatelink.private_endpoint) does for a list of private endpoints, across clusters, projects, VPCs, regions and accounts.
  - Reads are shared. TiDB Cloud allows 100 requests a minute and API key; registrations are read by lists of a hundred, clusters by lists with
    their IDs, and AWS by one list for each account and region. A private endpoint that is already as desired costs nothing more.
  - The limits of all items are checked before the first change. Then all changes are started, and one shared wait polls for all of them.
  - An item that fails never stops the others. The task fails at the end if any item failed, and C(msg) names each of them.
  - After a run that changed something, or in check mode would, a table of the steps is printed, with the monthly cost before and after. It is printed
    where people read the output, as the lines about progress are.
  - While it waits, it prints a line whenever something changes, if the task runs on the control node itself and without C(async) or C(become).
    It prints none if a program reads the output, under C(no_log), or with E(TIDBCLOUD_PRIVATELINK_PROGRESS) set to V(off).
extends_documentation_fragment:
  - tidbcloud.privatelink.aws
  - tidbcloud.privatelink.aws.modules
  - tidbcloud.privatelink.tidbcloud
  - tidbcloud.privatelink.tidbcloud.wait
  - tidbcloud.privatelink.private_endpoint
  - tidbcloud.privatelink.attributes
  - tidbcloud.privatelink.attributes.actiongroup
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: The items that change, together in RV(diff), and each in RV(results).
  idempotent:
    support: full
  platform:
    platforms: posix
    support: full
options:
  endpoints:
    description:
      - The private endpoints. Every option of M(tidbcloud.privatelink.private_endpoint) may be set for each item,
        or at module level as the default for all items.
    type: list
    elements: dict
    required: true
    suboptions:
      # BEGIN items private_endpoint
      state:
        description: As O(state), for this item.
        type: str
        choices: [present, absent]
      cluster_id:
        description: As O(cluster_id), for this item.
        type: str
      node_group_id:
        description: As O(node_group_id), for this item.
        type: str
      service_name:
        description: As O(service_name), for this item.
        type: str
      vpc_endpoint_id:
        description: As O(vpc_endpoint_id), for this item.
        type: str
      vpc_id:
        description: As O(vpc_id), for this item.
        type: str
      subnet_ids:
        description: As O(subnet_ids), for this item.
        type: list
        elements: str
      security_group_ids:
        description: As O(security_group_ids), for this item.
        type: list
        elements: str
      name:
        description: As O(name), for this item.
        type: str
      private_dns_enabled:
        description: As O(private_dns_enabled), for this item.
        type: bool
      ip_address_type:
        description: As O(ip_address_type), for this item.
        type: str
        choices: [ipv4, ipv6, dualstack]
      tags:
        description: As O(tags), for this item.
        type: dict
        aliases: [resource_tags]
      purge_tags:
        description: As O(purge_tags), for this item.
        type: bool
      recreate_failed:
        description: As O(recreate_failed), for this item.
        type: bool
      remove_duplicates:
        description: As O(remove_duplicates), for this item.
        type: bool
      keep_vpc_endpoint:
        description: As O(keep_vpc_endpoint), for this item.
        type: bool
      allow_violations:
        description: As O(allow_violations), for this item.
        type: list
        elements: str
        choices:
          - region_mismatch
          - cluster_not_ready
          - service_not_active
          - service_not_created
          - service_not_visible
          - vpc_not_found
          - subnet_not_found
          - subnet_not_in_vpc
          - zone_not_supported
          - subnets_share_zone
          - subnet_full
          - security_group_not_found
          - security_group_not_in_vpc
          - vpc_dns_disabled
          - private_dns_conflict
          - endpoint_quota_reached
          - deletion_protected
      allow_missing_network:
        description: As O(allow_missing_network), for this item.
        type: bool
      planned_subnets:
        description: As O(planned_subnets), for this item.
        type: int
      # END
      project_id:
        description:
          - ID of the TiDB Cloud project of the cluster. With it the cluster is found by a list, and not by a request of its own.
        type: str
      region:
        description:
          - AWS region. Defaults to O(region), and then to that of the cluster.
        type: str
      profile:
        description:
          - A named AWS profile to use instead of the credentials of the module.
        type: str
      assume_role_arn:
        description:
          - ARN of an AWS role to assume for this item.
        type: str
      assume_role_external_id:
        description:
          - External ID to present when assuming O(endpoints[].assume_role_arn).
        type: str
  strict:
    description:
      - Whether to touch nothing at all where any item violates a limit.
    type: bool
    default: false
  cluster_id:
    description:
      - ID of the TiDB Cloud Dedicated cluster. Quote it.
      - Each item needs exactly one of O(cluster_id) and O(service_name).
  allow_missing_network:
    description:
      - Only in check mode. Plan a creation although O(vpc_id), O(subnet_ids) or O(security_group_ids) are not known yet,
        for a play that makes them in the same run. The limits that need them are listed in RV(results[].unchecked_limits).
seealso:
  - module: tidbcloud.privatelink.private_endpoint
  - module: tidbcloud.privatelink.endpoint_info
"""

EXAMPLES = r"""
- name: Connect one VPC to three clusters, and say what failed
  block:
    - name: Connect it to all of them, whichever of them fails
      tidbcloud.privatelink.private_endpoints:
        project_id: "1234567890123456780"
        vpc_id: vpc-0123456789abcdef0
        subnet_ids: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
        security_group_ids: [sg-0123456789abcdef0]
        endpoints:
          - cluster_id: "1234567890123456789"
          - cluster_id: "1234567890123456790"
          - cluster_id: "1234567890123456791"
            tags:
              stage: test
      register: fleet
  rescue:
    # The module fails if any item does: what follows it in the block is not reached.
    - name: Show what failed
      ansible.builtin.fail:
        msg: "{{ fleet.results | default([fleet]) | selectattr('failed') | map(attribute='msg') | list }}"

- name: Remove private endpoints in two accounts, or none of them if a limit forbids any
  tidbcloud.privatelink.private_endpoints:
    state: absent
    strict: true
    endpoints:
      - cluster_id: "1234567890123456789"
        vpc_id: vpc-0123456789abcdef0
      - cluster_id: "1234567890123456789"
        vpc_id: vpc-0fedcba9876543210
        assume_role_arn: arn:aws:iam::123456789012:role/privatelink
"""

RETURN = r"""
results:
  description: One for each item, in order.
  returned: always
  type: list
  elements: dict
  contains:
    changed:
      description: Whether the item was changed, or in check mode would be.
      type: bool
    failed:
      description: Whether the item failed.
      type: bool
    msg:
      description: Why it failed, empty otherwise.
      type: str
    private_endpoint:
      description: The private endpoint at the end of the run. The keys are always the same, null where unknown. Only where the item did not fail.
      type: dict
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
    # BEGIN return_values steps diff unchecked_limits violations error
    steps:
      description: What was done or, in check mode, would be done, in order. Empty exactly when C(changed) is false.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: >-
            One of V(create_vpc_endpoint), V(register_endpoint), V(enable_private_dns), V(disable_private_dns), V(add_subnets), V(remove_subnets),
            V(add_security_groups), V(remove_security_groups), V(set_ip_address_type), V(set_tags), V(remove_tags), V(terminate_registration),
            V(delete_vpc_endpoint).
          type: str
        target:
          description: What it was done to.
          type: str
        detail:
          description: What it meant.
          type: str
    diff:
      description: The user's options and the monthly cost before and after.
      returned: success
      type: dict
    unchecked_limits:
      description: Codes of limits that could not be checked because the network is not known yet. Only with O(allow_missing_network).
      returned: success
      type: list
      elements: str
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
diff:
  description: >-
    The user's options and the monthly cost before and after, of each item that is changed, or in check mode would be, by its number and what it means;
    and C(monthly_cost_usd) of all of these together, null if a price is not known.
  returned: always
  type: dict
  sample:
    before: {"1: cluster 1234567890123456789 in vpc-0123456789abcdef0": {state: absent, monthly_cost_usd: 0.0}, monthly_cost_usd: 0.0}
    after: {"1: cluster 1234567890123456789 in vpc-0123456789abcdef0": {state: present, monthly_cost_usd: 14.6}, monthly_cost_usd: 14.6}
summary:
  description: How many items are as wanted.
  returned: always
  type: dict
  contains:
    ok:
      description: Items that are as wanted, changed ones among them.
      type: int
    changed:
      description: Items that were changed.
      type: int
    failed:
      description: Items that failed.
      type: int
"""

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.module import AnsibleAWSModule
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.ensure import ensure_fleet
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.ensure_options import (
    FleetOptions,
    fleet_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.report import report
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    ENDPOINT_TIMEOUT,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import finish, shows_tracebacks, warner
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={**shared_arguments(), **fleet_arguments(), **wait_arguments(ENDPOINT_TIMEOUT)},
        supports_check_mode=True,
    )

    def work(deadline: Deadline) -> dict[str, t.Any]:
        fleet = FleetOptions(module, deadline)
        strict = module.params["strict"]
        ended = ensure_fleet(fleet.items, deadline, fleet.refresh, check_mode=module.check_mode, strict=strict)
        warn = warner(module)
        for item in ended:
            for warning in item.warnings:
                warn(warning)
        return report(ended, tracebacks=shows_tracebacks(module))

    finish(module, work)


if __name__ == "__main__":
    main()
