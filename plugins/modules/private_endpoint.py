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
  - A run that was stopped anywhere is finished by the next one. Everything is decided from the state of both clouds.
  - Concurrent runs make one interface endpoint, whatever options they differ in. A run that finds that of another one adopts it, and what differs is an
    edit. RV(steps) are then those of this run alone, and a warning says so.
  - While it waits, a line is printed whenever something changes, where the task runs on the control node itself and not with C(async) or C(become).
    None is printed where a program reads the output, under C(no_log), or with E(TIDBCLOUD_PRIVATELINK_PROGRESS) set to V(off).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - tidbcloud.privatelink.tidbcloud
  - tidbcloud.privatelink.tidbcloud.wait
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
options:
  state:
    description:
      - V(present) creates, resumes, adopts or edits the private endpoint. V(absent) removes both halves of it.
    type: str
    choices: [present, absent]
    default: present
  cluster_id:
    description:
      - ID of the TiDB Cloud Dedicated cluster. Quote it.
      - Exactly one of O(cluster_id) and O(service_name) is needed.
    type: str
  node_group_id:
    description:
      - ID of the TiDB node group to connect to. Each node group has its own endpoint service.
      - Defaults to the cluster's default node group.
    type: str
  service_name:
    description:
      - Name of any other AWS endpoint service. There is no registration then, and the provider accepts the connection.
    type: str
  vpc_endpoint_id:
    description:
      - ID of an existing interface endpoint to adopt, edit or delete.
      - Without it, the private endpoint is the live interface endpoint of the service in O(vpc_id), by O(name) where that is given.
        Without O(vpc_id), only endpoints that carry the ownership tags of this collection count.
    type: str
  vpc_id:
    description:
      - ID of the VPC. Needed to create. It cannot be changed.
    type: str
  subnet_ids:
    description:
      - IDs of the subnets, one for each zone, in zones that the service has. Needed to create.
      - The list is the exact set. Omit it to leave the subnets alone.
    type: list
    elements: str
  security_group_ids:
    description:
      - IDs of the security groups. They must admit the cluster's port from the clients. Needed to create.
      - The list is the exact set. Omit it to leave the groups alone.
    type: list
    elements: str
  name:
    description:
      - Value of the tag C(Name). It tells several private endpoints of one service in one VPC apart.
    type: str
  private_dns_enabled:
    description:
      - Whether the host name of the service resolves inside the VPC.
      - With O(cluster_id) it is on by default, since the host name works only so. With O(service_name) it is on by default
        where the service has a verified private name.
    type: bool
  ip_address_type:
    description:
      - Address type of the interface endpoint. AWS chooses where it is omitted.
    type: str
    choices: [ipv4, ipv6, dualstack]
  tags:
    description:
      - Tags of the interface endpoint. The ownership tags of this collection are added to them.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether to remove tags that O(tags) does not name. Acts only where O(tags) is given.
      - The ownership tags, C(aws:*), and C(Name) unless O(tags) names it, are never removed.
    type: bool
    default: true
  recreate_failed:
    description:
      - Whether to replace a private endpoint whose interface endpoint or registration is failed, rejected or expired.
        With V(false) the module fails and says so.
    type: bool
    default: false
  remove_duplicates:
    description:
      - Whether to remove all but one where several live interface endpoints of this collection connect one VPC to one service.
      - The one that is kept is the first by an C(ACTIVE) registration, private DNS in effect, age, and ID. With O(state=absent) none is kept.
      - It never removes one with the tag C(deletion-protection=true), with another C(Name), that this collection did not make, or whose
        registration is C(ACTIVE) beside the one that is kept (with O(state=absent) that hinders none). If there is one, nothing is touched,
        and the error C(ambiguous_match) has the task that removes it.
      - With V(false) several live ones are always the error C(ambiguous_match).
    type: bool
    default: false
  keep_vpc_endpoint:
    description:
      - With O(state=absent), only end the registration. The interface endpoint stays, rejected, and AWS bills it.
    type: bool
    default: false
  allow_violations:
    description:
      - Codes of limits that are only warned about, for limits that the cloud has lifted since.
    type: list
    elements: str
    default: []
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
      - security_group_not_found
      - security_group_not_in_vpc
      - vpc_dns_disabled
      - private_dns_conflict
      - endpoint_quota_reached
      - deletion_protected
  allow_missing_network:
    description:
      - Only in check mode. Plan a creation although O(vpc_id), O(subnet_ids) or O(security_group_ids) are not known yet,
        for a play that makes them in the same run. The limits that need them are listed in RV(unchecked_limits).
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds that the run may take. A run that times out is resumed by the next one.
      - No run outlasts them by more than 15 seconds, whatever a peer does.
    type: int
    default: 900
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
  register: connection

- name: Show where to connect to
  ansible.builtin.debug:
    msg: "{{ connection.private_endpoint.host }}:{{ connection.private_endpoint.port }}"

- name: Adopt an interface endpoint that was made by hand
  tidbcloud.privatelink.private_endpoint:
    cluster_id: "1234567890123456789"
    vpc_endpoint_id: vpce-0123456789abcdef0

- name: Add a zone, and leave everything else alone
  tidbcloud.privatelink.private_endpoint:
    cluster_id: "1234567890123456789"
    vpc_id: vpc-0123456789abcdef0
    subnet_ids: [subnet-0123456789abcdef0, subnet-0fedcba9876543210, subnet-00112233445566778]

- name: Connect to an endpoint service that is not of TiDB Cloud
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
          description: Its address.
          type: str
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
      description: USD for the zone-hours of 730 hours, without data. Null where the region's price is not known.
      type: float
steps:
  description: What was done, in check mode what would be done, in order. Empty exactly when RV(ignore:changed) is false.
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
  description: Codes of limits that could not be checked, since the network is not known yet. Only with O(allow_missing_network).
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
      sample: zone_not_supported
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
