#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_service
short_description: Check and wait for the endpoint service of a TiDB Cloud cluster
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Finds the AWS endpoint service that TiDB Cloud offers for a cluster, or for one of its node groups, checks the limits
    of provider, tier, region and cluster state, and waits until the service is ACTIVE.
  - TiDB Cloud begins the service together with the cluster. The module changes nothing.
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
    details: Changes nothing in any mode. In check mode it does not wait.
  diff_mode:
    support: full
    details: There is never a difference.
  idempotent:
    support: full
  platform:
    platforms: posix
    support: full
options:
  state:
    description:
      - V(present) waits for the service.
      - V(absent) is refused. TiDB Cloud owns the service, and it goes with its cluster or node group.
    type: str
    choices: [present, absent]
    default: present
  cluster_id:
    description:
      - ID of the TiDB Cloud Dedicated cluster. Quote it.
    type: str
    required: true
  node_group_id:
    description:
      - ID of the TiDB node group. Each node group has its own endpoint service.
      - Defaults to the cluster's default node group.
    type: str
  wait_timeout:
    description:
      - Seconds to wait until the service is ACTIVE. It takes three to five minutes.
      - No run outlasts them by more than 15 seconds, whatever a peer does.
    type: int
    default: 600
seealso:
  - module: tidbcloud.privatelink.private_endpoint
  - module: tidbcloud.privatelink.endpoint_info
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
      description: Who runs the service, V(tidb_cloud).
      type: str
      sample: tidb_cloud
  # END
steps:
  description: Always empty. The module changes nothing.
  returned: always
  type: list
  elements: dict
diff:
  description: Never shows a difference.
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
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import finish
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            **shared_arguments(),
            **wait_arguments(SERVICE_TIMEOUT),
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "cluster_id": {"type": "str", "required": True},
            "node_group_id": {"type": "str"},
        },
        supports_check_mode=True,
    )

    def work(deadline: Deadline) -> dict[str, t.Any]:
        cluster_id = required_id(module.params, "cluster_id")
        if module.params["state"] == "absent":
            reject_absent(cluster_id)
        group_id = optional_id(module.params, "node_group_id")
        wait = module.params["wait"] and not module.check_mode
        service = ensure_service(cluster_id, group_id, connect(module, deadline), deadline, wait=wait)
        return {"changed": False, "endpoint_service": service, "steps": [], "diff": {"before": {}, "after": {}}}

    finish(module, work)


if __name__ == "__main__":
    main()
