#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: load_balancer_listener
short_description: Make the listener and the target group of a network load balancer that is to be published
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Makes a target group, registers instances or addresses in it, and makes a listener on an existing network load balancer that forwards to it.
    M(tidbcloud.privatelink.endpoint_service) then publishes the load balancer. The role P(tidbcloud.privatelink.service_publication#role) does both.
  - There is one listener for each O(name) and load balancer. What the module makes carries the tags C(tidbcloud:managed-by) and
    C(tidbcloud:service-name), and is found again by them.
  - A listener on the port, or a target group, that was made by hand or by another tool is used as it is. Missing targets are registered in it; nothing
    else of it is changed, and it is never deleted.
  - Type, port, protocol and VPC of a target group cannot be changed. If they are to be others, a new one is made, its targets are registered, the
    listener forwards to it, and the old one is deleted.
  - All limits are checked before anything is touched, and all violations are reported together. If a run is stopped at any point, the next one
    finishes it. Concurrent runs make one listener.
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
      - V(present) makes and changes the listener and its target group.
      - V(absent) deletes what the module made for O(name), on every load balancer of the region, or on the one that is named. Delete the endpoint
        service before.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of what is published, such as C(self_hosted_name) of M(tidbcloud.privatelink.endpoint_service).
    type: str
    required: true
  load_balancer_arn:
    description:
      - ARN of the network load balancer. It, or O(load_balancer_tags), is needed with O(state=present).
      - It need not be active yet.
    type: str
  load_balancer_tags:
    description:
      - Tags that find the load balancer instead. Exactly one must carry all of them.
    type: dict
  port:
    description:
      - Port on which the load balancer listens.
    type: int
    default: 4000
  protocol:
    description:
      - Protocol of the listener and of the target group.
    type: str
    choices: [TCP, TCP_UDP]
    default: TCP
  target_group_arn:
    description:
      - ARN of an existing target group to forward to, instead of one that the module makes. Only its targets are changed, and only by registering.
    type: str
  target_type:
    description:
      - Whether O(targets) are instances or addresses. Defaults to what O(targets) has, then to that of the target group that is there, then to
        V(instance).
    type: str
    choices: [instance, ip]
  target_port:
    description:
      - Port of the targets. Defaults to that of the target group that is there, then to O(port).
    type: int
  vpc_id:
    description:
      - ID of the VPC of the targets. It is that of the load balancer; give it to have that checked.
    type: str
  targets:
    description:
      - The targets, the exact set. If omitted, they are left alone.
      - New ones are registered before others leave.
    type: list
    elements: dict
    suboptions:
      id:
        description: ID of the instance, or address.
        type: str
        required: true
      port:
        description: Its port. Defaults to O(target_port).
        type: int
      availability_zone:
        description: Its zone. Needed only for an address outside the VPC, as V(all).
        type: str
  purge_targets:
    description:
      - Whether targets that O(targets) does not name are deregistered. It acts only where O(targets) is given, and never on a target group that the
        module did not make.
    type: bool
    default: true
  health_check:
    description:
      - Settings of the health check. What is omitted is left alone; AWS checks a new target group by TCP on the port of the target.
    type: dict
    suboptions:
      protocol:
        description: Protocol of the check.
        type: str
        choices: [TCP, HTTP, HTTPS]
      port:
        description: Port of the check, or V(traffic-port). The status port of TiDB is 10080.
        type: str
      path:
        description: Path of a check by HTTP. That of TiDB is C(/status).
        type: str
      interval:
        description: Seconds between two checks.
        type: int
      timeout:
        description: Seconds for an answer.
        type: int
      healthy_threshold:
        description: Successful checks in a row before a target counts as healthy.
        type: int
      unhealthy_threshold:
        description: Failed checks in a row before it counts as unhealthy.
        type: int
  tags:
    description:
      - Tags of the listener and the target group, beside their ownership tags.
    type: dict
    aliases: [resource_tags]
  purge_tags:
    description:
      - Whether tags that O(tags) does not name are removed. It acts only where O(tags) is given, and never on C(tidbcloud:*), C(aws:*), C(Name) or
        C(deletion-protection).
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds for everything that is waited for. New targets are given up to 120 seconds, and half of what is left, for their first health checks; a
        target that is not healthy by then is a warning and no failure.
      - No run outlasts them by more than 15 seconds, whatever a peer does.
    type: int
    default: 600
seealso:
  - module: tidbcloud.privatelink.endpoint_service
  - ref: ansible_collections.tidbcloud.privatelink.service_publication_role
    description: The role that makes the listener and publishes the load balancer.
"""

EXAMPLES = r"""
- name: Forward the port of TiDB to two instances
  tidbcloud.privatelink.load_balancer_listener:
    name: orders
    load_balancer_arn: arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/orders/0123456789abcdef
    targets:
      - id: i-0123456789abcdef0
      - id: i-0123456789abcdef1
    region: us-east-1

- name: Forward to addresses, and check the status port of TiDB
  tidbcloud.privatelink.load_balancer_listener:
    name: orders
    load_balancer_tags:
      service: orders
    target_type: ip
    targets:
      - id: 10.0.8.10
      - id: 10.0.8.26
        port: 4001
    health_check:
      protocol: HTTP
      port: "10080"
      path: /status
    region: us-east-1

- name: Remove what was made for it
  tidbcloud.privatelink.load_balancer_listener:
    name: orders
    state: absent
    region: us-east-1
"""

RETURN = r"""
load_balancer_listener:
  description: The listener and its target group. The keys are always the same, null where unknown.
  returned: success
  type: dict
  contains:
    name:
      description: Name of what is published.
      type: str
      sample: orders
    region:
      description: AWS region.
      type: str
      sample: us-east-1
    load_balancer_arn:
      description: ARN of the load balancer.
      type: str
    listener_arn:
      description: ARN of the listener.
      type: str
    port:
      description: Port of the listener.
      type: int
      sample: 4000
    protocol:
      description: Protocol of the listener.
      type: str
      sample: TCP
    target_group_arn:
      description: ARN of the target group. Null if the listener was made by hand and forwards to several.
      type: str
    target_group_name:
      description: Name of the target group.
      type: str
    target_type:
      description: What it takes, V(instance) or V(ip).
      type: str
    target_port:
      description: Its port.
      type: int
    vpc_id:
      description: ID of its VPC.
      type: str
    health_check:
      description: Settings of its health check, as O(health_check) takes them.
      type: dict
    targets:
      description: The registered targets.
      type: list
      elements: dict
      contains:
        id:
          description: ID of the instance, or address.
          type: str
        port:
          description: Its port.
          type: int
        availability_zone:
          description: Its zone, if AWS says it.
          type: str
        state:
          description: State of its health.
          type: str
          sample: healthy
        reason:
          description: AWS's reason for the state, if there is one.
          type: str
    managed:
      description: What of it the module made, and V(absent) would delete.
      type: dict
      contains:
        listener:
          description: Whether it made the listener.
          type: bool
        target_group:
          description: Whether it made the target group.
          type: bool
    tags:
      description: Tags of the listener.
      type: dict
steps:
  description: >-
    What was done or, in check mode, would be done, in order. Empty exactly when C(changed) is false. Names are V(create_target_group),
    V(set_health_check), V(register_targets), V(create_listener), V(set_listener), V(deregister_targets), V(set_tags), V(remove_tags),
    V(delete_listener), V(delete_target_group).
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the step.
      type: str
    target:
      description: Name of what is published.
      type: str
    detail:
      description: What it meant.
      type: str
left:
  description: What V(absent) leaves, since the module did not make it or something else uses it.
  returned: success
  type: list
  elements: str
diff:
  description: The options that the listener has, before and after.
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
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.provider_model import region_of
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.session import AwsSession
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.lifecycle import ensure_listener
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._listener.options import (
    TIMEOUT,
    desired_listener,
    listener_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import shared_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import finish, warner
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={**shared_arguments(), **wait_arguments(TIMEOUT), **listener_arguments()},
        supports_check_mode=True,
    )

    def work(deadline: Deadline) -> dict[str, t.Any]:
        desired = desired_listener(module.params)
        session = AwsSession(module, deadline=deadline)
        region = session.region or region_of(desired.load_balancer_arn or "")
        if region is None:
            raise PrivateLinkError(
                f"The region of {desired.target} is not known. Set region, AWS_REGION, or the profile's region."
            )
        elb = session.client("elbv2", region)
        return ensure_listener(desired, elb, deadline, check_mode=module.check_mode, warn=warner(module)).returned()

    finish(module, work)


if __name__ == "__main__":
    main()
