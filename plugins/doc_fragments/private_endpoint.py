# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The options of one private endpoint.
    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(present) creates, resumes, adopts or edits the private endpoint. V(absent) removes both of its halves.
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
      - Name of any other AWS endpoint service. There is then no registration, and the provider accepts the connection.
    type: str
  vpc_endpoint_id:
    description:
      - ID of an existing interface endpoint to adopt, edit or delete.
      - Without it, the private endpoint is the live interface endpoint of the service in O(vpc_id), by O(name) if that is set.
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
      - Value of the tag C(Name). It distinguishes several private endpoints of one service in one VPC.
    type: str
  private_dns_enabled:
    description:
      - Whether the host name of the service resolves inside the VPC.
      - With O(cluster_id) it is on by default, since the host name works only that way. With O(service_name) it is on by default
        if the service has a verified private name; a warning says if AWS has not verified it.
    type: bool
  ip_address_type:
    description:
      - Address type of the interface endpoint. If omitted, AWS chooses.
    type: str
    choices: [ipv4, ipv6, dualstack]
  tags:
    description:
      - Tags of the interface endpoint. The ownership tags of this collection are added to them. One whose value is null is not set.
      - Tags that begin with C(aws:), in upper or lower case, are ignored with a warning, since only AWS sets them.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether to remove tags that O(tags) does not name. Acts only if O(tags) is set.
      - Never removed are C(tidbcloud:*), among them the ownership tags, C(aws:*), C(Name), and C(deletion-protection). To end the
        protection, set that tag to C(false).
    type: bool
    default: true
  recreate_failed:
    description:
      - Whether to replace a private endpoint whose interface endpoint or registration is failed, rejected or expired.
        With V(false) the run fails and says so.
    type: bool
    default: false
  remove_duplicates:
    description:
      - Whether to remove all but one if several live interface endpoints of this collection connect one VPC to one service.
      - The one that is kept is the first by an C(ACTIVE) registration, private DNS in effect, age, and ID. With O(state=absent) none is kept.
      - It never removes one with the tag C(deletion-protection=true), with another C(Name), that this collection did not make, or whose
        registration is C(ACTIVE) beside the one that is kept (with O(state=absent), this last one does not matter). If there is one, nothing is
        touched, and the error C(ambiguous_match) includes the task that removes it.
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
      - Codes of limits to warn about only, for limits that the cloud has lifted since.
      - V(region_mismatch) has no effect but a warning, because a private endpoint never connects across regions.
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
      - subnet_full
      - security_group_not_found
      - security_group_not_in_vpc
      - vpc_dns_disabled
      - private_dns_conflict
      - endpoint_quota_reached
      - deletion_protected
  allow_missing_network:
    description:
      - Only in check mode. Plans a creation although O(vpc_id), O(subnet_ids) or O(security_group_ids) are not known yet,
        for a play that makes them in the same run. RV(unchecked_limits) lists the limits that need them.
    type: bool
    default: false
  planned_subnets:
    description:
      - Only with O(allow_missing_network). How many subnets the private endpoint will have, if O(subnet_ids) are not known yet.
      - The monthly cost in C(diff) counts them. Without it the cost of a creation without known subnets is V(null).
    type: int
  wait_timeout:
    description:
      - Seconds that the run may take. A run that times out is resumed by the next one.
      - No run outlasts them by more than 15 seconds, whatever a peer does.
    type: int
    default: 900
"""
