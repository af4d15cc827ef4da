#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: reachability_info
short_description: Judge from configuration alone whether a source can reach a private endpoint, and what blocks it
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Follows the way from a source to a private endpoint and back, and says for every hop whether it lets connections pass.
    If one does not, the module names the object, the rule and what to change.
  - It reads the configuration of AWS and the states of TiDB Cloud, changes nothing and sends nothing over the network that it judges.
    M(tidbcloud.privatelink.endpoint_ping) tests the way itself.
  - What it cannot know it reports as unknown; it never guesses.
extends_documentation_fragment:
  - tidbcloud.privatelink.aws
  - tidbcloud.privatelink.aws.modules
  - tidbcloud.privatelink.tidbcloud
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
  vpc_endpoint_id:
    description:
      - ID of the interface endpoint.
    type: str
    required: true
  source_instance_id:
    description:
      - The source is this EC2 instance. Its primary network interface is judged.
      - Exactly one of O(source_instance_id), O(source_network_interface_id) and O(source_address) names the source.
      - The source must be in the region and visible to the AWS account of the private endpoint.
    type: str
  source_network_interface_id:
    description:
      - The source is this network interface, for example of a container, a function, or an instance with several of them.
    type: str
  source_address:
    description:
      - The source is this private IPv4 or IPv6 address. If a network interface has it, that interface's security groups are judged.
        If none has it yet, the security groups of the source are unknown.
    type: str
  source_subnet_id:
    description:
      - Subnet of O(source_address). Needed only if the address is not in the VPC of the private endpoint.
    type: str
  port:
    description:
      - Port that the source connects to.
      - Defaults to the port of the cluster. Needed if there is no TiDB Cloud API key.
    type: int
  cluster_id:
    description:
      - ID of the TiDB Cloud Dedicated cluster. Quote it.
      - Defaults to the cluster that the ownership tags of the interface endpoint name. Without such tags, the registration is
        looked for in O(project_id) or the key's default project.
    type: str
  node_group_id:
    description:
      - ID of the TiDB node group. Without it, all node groups of the cluster are searched.
    type: str
  require_private_dns:
    description:
      - Whether clients connect by the cluster's host name, so that it must resolve to the private endpoint.
      - Set V(false) if they connect by another name or by address, as with O(tidbcloud.privatelink.endpoint_ping#module:connect_to).
        Names are then not judged.
    type: bool
    default: true
notes:
  - Not judged are firewalls and routes on the source itself, the routes of transit gateways, AWS Network Firewall, rules of the
    Route 53 Resolver, and name servers of your own.
  - Without a TiDB Cloud API key the cluster and the registration are unknown, and RV(reachable) is never V(true).
  - If AWS does not permit the module to read a kind of object, what depends on it is unknown. The IAM policy of this collection lists the actions.
seealso:
  - module: tidbcloud.privatelink.endpoint_ping
  - module: tidbcloud.privatelink.endpoint_info
  - module: tidbcloud.privatelink.private_endpoint
"""

EXAMPLES = r"""
- name: Ask whether an instance can reach the cluster
  tidbcloud.privatelink.reachability_info:
    vpc_endpoint_id: vpce-0123456789abcdef0
    source_instance_id: i-0123456789abcdef0
  register: way

- name: Show what blocks it, and what to change
  ansible.builtin.debug:
    msg: "{{ way.blockers | map(attribute='message') | zip(way.blockers | map(attribute='remedy')) | map('join', ' ') | list }}"

- name: Ask for an address that nothing uses yet, with clients that use the names of the interface endpoint
  tidbcloud.privatelink.reachability_info:
    vpc_endpoint_id: vpce-0123456789abcdef0
    source_subnet_id: subnet-0123456789abcdef0
    source_address: 10.0.1.25
    require_private_dns: false

- name: Ask from AWS configuration alone, without a TiDB Cloud API key
  tidbcloud.privatelink.reachability_info:
    vpc_endpoint_id: vpce-0123456789abcdef0
    source_network_interface_id: eni-0123456789abcdef0
    port: 4000
    region: us-east-1
"""

RETURN = r"""
reachable:
  description:
    - V(true) if at least one way lets connections pass, V(false) if something blocks all of them.
    - Null if nothing blocks for certain and some hop is unknown.
  returned: success
  type: bool
port:
  description: The port that was judged.
  returned: success
  type: int
  sample: 4000
hops:
  description: All hops, in the order in which a connection meets them. Those of one way are repeated for each address of the interface endpoint.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: >-
        One of V(cluster), V(interface_endpoint), V(registration), V(source), V(vpc), V(address_family), V(route), V(zone),
        V(source_security_group), V(source_acl_outbound), V(endpoint_acl_inbound), V(endpoint_security_group), V(endpoint_acl_outbound),
        V(source_acl_inbound), V(route_back), V(vpc_dns), V(private_dns), V(dhcp_options).
        Network ACLs do not apply inside a subnet, and are left out there.
      type: str
      sample: endpoint_security_group
    object_id:
      description: ID of the object that was judged.
      type: str
      sample: sg-0123456789abcdef0
    verdict:
      description: V(pass), V(block) or V(unknown).
      type: str
      sample: pass
    rule:
      description: The rule that decided. Null where it was the absence of one.
      type: str
      sample: "inbound: tcp 4000 from 10.0.1.0/24"
    message:
      description: What was found.
      type: str
    availability_zone_id:
      description: Zone of the interface endpoint's network interface. Null for hops that all ways share.
      type: str
      sample: use1-az1
    endpoint_address:
      description: Address of the interface endpoint that the way leads to. Null for hops that all ways share.
      type: str
      sample: 10.0.2.10
paths:
  description: The ways, one for each address of the interface endpoint, judged without the hops that all of them share.
  returned: success
  type: list
  elements: dict
  contains:
    network_interface_id:
      description: Network interface of the interface endpoint.
      type: str
      sample: eni-0123456789abcdef0
    subnet_id:
      description: Its subnet.
      type: str
      sample: subnet-0123456789abcdef0
    availability_zone_id:
      description: Its zone.
      type: str
      sample: use1-az1
    endpoint_address:
      description: Its address.
      type: str
      sample: 10.0.2.10
    source_address:
      description: Address of the source.
      type: str
      sample: 10.0.1.25
    reachable:
      description: Whether this way lets connections pass, null where that is not known.
      type: bool
blockers:
  description:
    - What blocks, the first cause first. Each cause is listed once, with its zones unless it concerns all of them.
    - Not empty with RV(reachable=true) if one zone works and another does not. Clients that use the other zone's address fail.
  returned: success
  type: list
  elements: dict
  contains:
    object_id:
      description: ID of the object that blocks.
      type: str
      sample: sg-0123456789abcdef0
    message:
      description: What blocks, with the rule.
      type: str
    remedy:
      description: What to change, with the command where there is one.
      type: str
violations:
  description: The limit that forbids it.
  returned: when the configured region is not that of the cluster
  type: list
  elements: dict
  # BEGIN return_values violations.contains
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
  # END
# BEGIN return_values error
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
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    connect,
    connect_tidbcloud,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.question import (
    question,
    reachability_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.read import read_facts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._reachability.verdict import reachability
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import finish
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import read_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={**shared_arguments(), **reachability_arguments(), **read_arguments()}, supports_check_mode=True
    )

    def work(deadline: Deadline) -> dict[str, t.Any]:
        asked = question(module.params)
        session = connect(module, deadline, tidbcloud=False).aws
        return {
            "changed": False,
            **reachability(read_facts(asked, session, lambda: connect_tidbcloud(module, deadline))),
        }

    finish(module, work)


if __name__ == "__main__":
    main()
