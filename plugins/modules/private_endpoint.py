#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: private_endpoint
short_description: Manage a private endpoint of a TiDB Cloud cluster over AWS PrivateLink
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Manages one private endpoint's whole life, both halves of it - the AWS VPC interface endpoint and its registration with TiDB Cloud.
  - To create, it makes the interface endpoint, registers it, waits for TiDB Cloud to accept it, enables private DNS and waits until it is in effect.
    To delete, it ends the registration first, then deletes the interface endpoint and waits until its network interfaces are gone.
  - All limits are checked before anything is touched, and all violations are reported together.
  - If a run is stopped at any point, the next one finishes it. Everything is decided from the state of both clouds.
  - Concurrent runs make one interface endpoint, whatever options they differ in. A run that finds another run's endpoint adopts it and edits what
    differs. RV(steps) are then those of this run alone, and a warning says so.
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
  idempotent:
    support: full
  platform:
    platforms: posix
    support: full
seealso:
  - module: tidbcloud.privatelink.endpoint_service
  - module: tidbcloud.privatelink.endpoint_info
  - module: tidbcloud.privatelink.endpoint_ping
  - name: Connect to a TiDB Cloud Dedicated cluster via private endpoint with AWS
    description: The feature as TiDB Cloud documents it.
    link: https://docs.pingcap.com/tidbcloud/set-up-private-endpoint-connections/
"""

EXAMPLES = r"""
- name: Connect a VPC to a cluster
  tidbcloud.privatelink.private_endpoint:
    cluster_id: "1234567890123456789"
    vpc_id: vpc-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0, subnet-0fedcba9876543210]
    security_group_ids: [sg-0123456789abcdef0]
    name: tidb
  register: connected

- name: Show where to connect to
  ansible.builtin.debug:
    msg: "{{ connected.private_endpoint.host }}:{{ connected.private_endpoint.port }}"

- name: Adopt an interface endpoint that was made by hand
  tidbcloud.privatelink.private_endpoint:
    cluster_id: "1234567890123456789"
    vpc_endpoint_id: vpce-0123456789abcdef0

- name: Add a zone, and leave everything else alone
  tidbcloud.privatelink.private_endpoint:
    cluster_id: "1234567890123456789"
    vpc_id: vpc-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0, subnet-0fedcba9876543210, subnet-00112233445566778]

- name: Connect to an endpoint service of another provider
  tidbcloud.privatelink.private_endpoint:
    service_name: com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0
    vpc_id: vpc-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0]
    security_group_ids: [sg-0123456789abcdef0]

- name: Replace a private endpoint that was rejected
  tidbcloud.privatelink.private_endpoint:
    cluster_id: "1234567890123456789"
    vpc_id: vpc-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0]
    security_group_ids: [sg-0123456789abcdef0]
    recreate_failed: true

- name: Keep one of several interface endpoints that connect the VPC to the cluster
  tidbcloud.privatelink.private_endpoint:
    cluster_id: "1234567890123456789"
    vpc_id: vpc-0123456789abcdef0
    remove_duplicates: true

- name: Remove both halves
  tidbcloud.privatelink.private_endpoint:
    cluster_id: "1234567890123456789"
    vpc_id: vpc-0123456789abcdef0
    state: absent
"""

RETURN = r"""
private_endpoint:
  description: The private endpoint at the end of the run, in check mode as it is. The keys are always the same, null where unknown.
  returned: success
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
"""

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.module import AnsibleAWSModule
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.lifecycle import ensure
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    ENDPOINT_TIMEOUT,
    connect,
    desired_endpoint,
    endpoint_arguments,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import finish, warner
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={**shared_arguments(), **endpoint_arguments(), **wait_arguments(ENDPOINT_TIMEOUT)},
        supports_check_mode=True,
    )

    def work(deadline: Deadline) -> dict[str, t.Any]:
        desired = desired_endpoint(module.params)
        clouds = connect(module, deadline, tidbcloud=desired.registrable)
        clouds.aws.prepare()
        return ensure(desired, clouds, deadline, check_mode=module.check_mode, warn=warner(module)).returned()

    finish(module, work)


if __name__ == "__main__":
    main()
