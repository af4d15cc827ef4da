#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_service
short_description: Wait for the endpoint service of a TiDB Cloud cluster, or publish one of your own
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - With O(cluster_id), finds the AWS endpoint service that TiDB Cloud offers for a cluster, or for one of its node groups, checks the limits
    of provider, tier, region and cluster state, and waits until the service is ACTIVE. TiDB Cloud begins the service together with the cluster.
    The module changes nothing.
  - With O(self_hosted_name), publishes a TiDB that you run yourself, or any other TCP service, as an AWS endpoint service of your own - it makes the
    service on network load balancers, permits principals, accepts and rejects connections, has its private name verified, and deletes it.
  - There is one service for each name. It is found by its tags C(tidbcloud:managed-by) and C(tidbcloud:service-name). Concurrent runs make one
    service; what they differ in is an edit.
  - Zones that a load balancer got later are served only after the service is asked to look again. Each run finds and repairs that
    (C(refresh_zones)).
  - With O(self_hosted_name), no TiDB Cloud API key is needed. An option that is omitted leaves its attribute alone, if it has no default.
  - All limits are checked before anything is touched, and all violations are reported together. If a run is stopped at any point, the next one
    finishes it.
extends_documentation_fragment:
  - tidbcloud.privatelink.aws
  - tidbcloud.privatelink.aws.modules
  - tidbcloud.privatelink.tidbcloud
  - tidbcloud.privatelink.tidbcloud.wait
  - tidbcloud.privatelink.attributes
  - tidbcloud.privatelink.attributes.actiongroup
attributes:
  check_mode:
    support: full
    details: With O(cluster_id), it changes nothing in any mode, and does not wait in check mode.
  diff_mode:
    support: full
    details: With O(cluster_id), there is never a difference.
  idempotent:
    support: full
  platform:
    platforms: posix
    support: full
options:
  state:
    description:
      - V(present) waits for the service, or makes and changes your own.
      - V(absent) deletes your own service; O(self_hosted_name) is all it needs. It is refused with O(cluster_id) - TiDB Cloud owns that service, and it
        goes with its cluster or node group.
    type: str
    choices: [present, absent]
    default: present
  cluster_id:
    description:
      - ID of the TiDB Cloud Dedicated cluster. Quote it.
      - Exactly one of O(cluster_id) and O(self_hosted_name) is needed.
    type: str
  node_group_id:
    description:
      - ID of the TiDB node group. Each node group has its own endpoint service.
      - Defaults to the cluster's default node group.
    type: str
  self_hosted_name:
    description:
      - Name of your own endpoint service. All options below, up to O(allow_violations), need it.
    type: str
  service_id:
    description:
      - ID of an endpoint service that exists already, made by hand or by another tool. It gets the tags of O(self_hosted_name), and is managed
        from then on.
      - With O(state=absent), the service to delete.
    type: str
  load_balancer_arns:
    description:
      - ARNs of the network load balancers, the exact set. At least one stays at any time.
      - To make a service, these or O(load_balancer_tags) are needed. One that is provisioning is waited for.
    type: list
    elements: str
  load_balancer_tags:
    description:
      - Tags that find the load balancers instead, the exact set of those that carry all of them. Load balancers that Kubernetes makes have generated
        names; give them tags by an annotation.
      - If none carries them, an existing service keeps its load balancers, with a warning.
    type: dict
  acceptance_required:
    description:
      - Whether each connection waits until it is accepted.
    type: bool
    default: true
  allowed_principals:
    description:
      - Who may connect, the exact set; each as an account ID in quotes (its root), or the ARN of a root, a role or a user, or V(*) for every account.
      - The ARN of an assumed role's session becomes that of its role, and a path in the ARN of a role or user is removed, as AWS wants it.
      - V(*) gives a warning. Together with O(acceptance_required=false) it is refused, unless O(allow_violations) names V(public_service).
      - AWS leaves connections alone whose permission is withdrawn. See O(reject_unpermitted).
    type: list
    elements: str
  purge_allowed_principals:
    description:
      - Whether principals that O(allowed_principals) does not name are withdrawn. It acts only where O(allowed_principals) is given.
    type: bool
    default: true
  withdrawn_principals:
    description:
      - Principals to withdraw, whoever else is permitted, written as in O(allowed_principals). Unlike with an exact set, one that another run permits at the
        same time stays.
    type: list
    elements: str
  accepted_accounts:
    description:
      - IDs of accounts, in quotes. Every waiting connection of these is accepted.
    type: list
    elements: str
  accepted_endpoint_ids:
    description:
      - IDs of endpoints whose waiting connections are accepted. A new endpoint is waited for up to 20 seconds.
    type: list
    elements: str
  rejected_endpoint_ids:
    description:
      - IDs of endpoints whose connections are rejected, even accepted ones. Rejecting wins over accepting; an ID in both lists is refused.
    type: list
    elements: str
  reject_unpermitted:
    description:
      - Whether connections of accounts that are not permitted are rejected; none of these is accepted.
      - A connection shows only its account. It is permitted while V(*), the account's root, or any role or user of it is, and in the service's own account.
      - While a principal cannot be read (V(AROA…), a role that was deleted), nobody is rejected for it.
    type: bool
    default: false
  private_dns_name:
    description:
      - Host name under which consumers reach the service, in lower case, of a domain of yours. If omitted or empty, it is left alone.
      - AWS verifies it by a TXT record in public DNS, which is returned as RV(endpoint_service.private_dns_name_record). AWS never looks at the
        server's certificate - it must hold this name. To verify both end to end, run M(tidbcloud.privatelink.endpoint_ping) with this name as
        C(host) and addresses of the load balancer as C(connect_to), on a host that reaches it.
    type: str
  remove_private_dns_name:
    description:
      - Whether to remove the private name.
    type: bool
    default: false
  verify_private_dns:
    description:
      - Whether to have AWS verify O(private_dns_name) as soon as its TXT record is seen in public DNS, and to wait for that.
      - A record that is not published is no failure, and is not waited for. Looking needs the Python library C(dnspython); without it, or without an
        answer, there is a warning and no verification.
    type: bool
    default: true
  verify_dns_servers:
    description:
      - IP addresses of the resolvers to look with, such as V(192.0.2.53), or V(192.0.2.53:5353) and V([2001:db8::53]:5353) where the port is not 53.
        Defaults to the resolvers of the host.
    type: list
    elements: str
  port:
    description:
      - Port on which the load balancers listen, checked before the service is made.
    type: int
    default: 4000
  supported_ip_address_types:
    description:
      - Address types of the service, the exact set. V(ipv6) needs load balancers that are dualstack.
    type: list
    elements: str
    choices: [ipv4, ipv6]
  supported_regions:
    description:
      - Other regions whose VPCs reach the service, the exact set. This needs the permission C(vpce:AllowMultiRegion) and costs extra.
    type: list
    elements: str
  on_connections:
    description:
      - What O(state=absent) does while the service has connections. V(reject) ends them, waits until none is left, and deletes the service.
    type: str
    choices: [refuse, reject]
    default: refuse
  tags:
    description:
      - Tags of the service, beside its ownership tags.
      - Tags that begin with C(aws:), in upper or lower case, are ignored with a warning, since only AWS sets them.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether tags that O(tags) does not name are removed. It acts only where O(tags) is given, and never on C(tidbcloud:*), C(aws:*), C(Name) or
        C(deletion-protection).
    type: bool
    default: true
  removed_tags:
    description:
      - Keys of tags to remove, also those that O(purge_tags) never removes, after everything else is done. The ownership tags are refused.
    type: list
    elements: str
  allow_violations:
    description:
      - Codes of limits to treat as warnings, in case AWS has lifted them since.
    type: list
    elements: str
    default: []
    choices:
      - region_mismatch
      - load_balancer_not_found
      - load_balancer_not_network
      - load_balancer_not_active
      - load_balancer_in_use
      - listener_missing
      - public_service
      - address_type_unsupported
      - connections_exist
      - principal_invalid
      - private_dns_name_invalid
      - deletion_protected
  wait_timeout:
    description:
      - Seconds to wait until the service is ACTIVE and everything is as desired. A service of TiDB Cloud takes three to five minutes.
      - No run outlasts them by more than 15 seconds, whatever a peer does.
    type: int
    default: 600
requirements:
  - dnspython (only to see the TXT record of O(private_dns_name))
seealso:
  - module: tidbcloud.privatelink.private_endpoint
  - module: tidbcloud.privatelink.endpoint_info
  - module: tidbcloud.privatelink.endpoint_ping
"""

EXAMPLES = r"""
- name: Wait until a new cluster can be connected to
  tidbcloud.privatelink.endpoint_service:
    cluster_id: "1234567890123456789"
  register: service

- name: Show which zones subnets may be in
  ansible.builtin.debug:
    var: service.endpoint_service.availability_zone_ids

- name: Look at the service of one node group without waiting
  tidbcloud.privatelink.endpoint_service:
    cluster_id: "1234567890123456789"
    node_group_id: "1876543210987654321"
    wait: false

- name: Publish a TiDB of your own for two accounts, and accept the connections of one
  tidbcloud.privatelink.endpoint_service:
    self_hosted_name: orders
    load_balancer_arns:
      - arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef
    allowed_principals: ["210987654321", arn:aws:iam::345678901234:role/analytics]
    accepted_accounts: ["210987654321"]
    region: us-east-1

- name: Publish a TiDB in Kubernetes, whose load balancer is found by its tags, under a name of your own
  tidbcloud.privatelink.endpoint_service:
    self_hosted_name: orders
    load_balancer_tags:
      kubernetes.io/service-name: tidb/orders-tidb
    private_dns_name: tidb.example.com
    region: us-east-1

- name: Let the changefeeds of TiDB Cloud write to a Kafka of your own
  tidbcloud.privatelink.endpoint_service:
    self_hosted_name: kafka
    load_balancer_arns:
      - arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/kafka/0123456789abcdef
    port: 9092
    allowed_principals: ["210987654321"] # the account that TiDB Cloud's console shows
    accepted_accounts: ["210987654321"]
    region: us-east-1

- name: Adopt a service that was made by hand, and reject whoever is not permitted
  tidbcloud.privatelink.endpoint_service:
    self_hosted_name: billing
    service_id: vpce-svc-0123456789abcdef0
    allowed_principals: ["210987654321"]
    reject_unpermitted: true
    region: us-east-1

- name: Withdraw it, whoever is connected
  tidbcloud.privatelink.endpoint_service:
    self_hosted_name: orders
    state: absent
    on_connections: reject
    region: us-east-1
"""

RETURN = r"""
endpoint_service:
  description: The endpoint service. The keys are always the same, null where unknown.
  returned: success
  type: dict
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
steps:
  description: >-
    What was done or, in check mode, would be done, in order. Empty exactly when C(changed) is false, as always with O(cluster_id). Names are
    V(create_endpoint_service), V(set_acceptance_required), V(add_load_balancers), V(remove_load_balancers), V(set_ip_address_types), V(set_regions),
    V(permit_principals), V(withdraw_principals), V(set_private_dns_name), V(remove_private_dns_name), V(verify_private_dns_name), V(refresh_zones),
    V(accept_connections), V(reject_connections), V(set_tags), V(remove_tags), V(delete_endpoint_service).
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the step.
      type: str
    target:
      description: Name of the service.
      type: str
    detail:
      description: What it meant.
      type: str
diff:
  description: The options that the service has, before and after. Both are empty with O(cluster_id).
  returned: success
  type: dict
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
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.session import AwsSession
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    SERVICE_TIMEOUT,
    connect,
    optional_id,
    required_id,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.service import (
    ensure_service,
    reject_absent,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.lifecycle import publish
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.options import (
    desired_publication,
    is_self_hosted,
    publication_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._publication.provider import provider_of
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import finish, warner
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline

Returned = dict[str, t.Any]


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            **shared_arguments(),
            **wait_arguments(SERVICE_TIMEOUT),
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "cluster_id": {"type": "str"},
            "node_group_id": {"type": "str"},
            **publication_arguments(),
        },
        supports_check_mode=True,
    )

    def work(deadline: Deadline) -> Returned:
        self_hosted = is_self_hosted(module.params)
        return _published(module, deadline) if self_hosted else _of_tidb_cloud(module, deadline)

    finish(module, work)


def _published(module: t.Any, deadline: Deadline) -> Returned:
    desired = desired_publication(module.params)
    provider = provider_of(AwsSession(module, deadline=deadline), desired)
    return publish(desired, provider, deadline, check_mode=module.check_mode, warn=warner(module)).returned()


def _of_tidb_cloud(module: t.Any, deadline: Deadline) -> Returned:
    cluster_id = required_id(module.params, "cluster_id")
    if module.params["state"] == "absent":
        reject_absent(cluster_id)
    group_id = optional_id(module.params, "node_group_id")
    wait = module.params["wait"] and not module.check_mode
    service = ensure_service(cluster_id, group_id, connect(module, deadline), deadline, wait=wait)
    return {"changed": False, "endpoint_service": service, "steps": [], "diff": {"before": {}, "after": {}}}


if __name__ == "__main__":
    main()
