#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: connection_network
short_description: Look at a connection, or make a part of its network once, also where several runs do it at the same time
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Makes the VPC, the subnets or the security group of a connection. It is a part of the role P(tidbcloud.privatelink.private_connection#role),
    which is what to use; its options may change with the role.
  - With O(part=connection) it makes nothing. It looks at the private endpoint and at the network that the role makes for it, refuses options that
    contradict each other, checks every limit that needs no network, and says whether there is anything to do (RV(is_settled)).
  - AWS has neither a creation time nor a client token for these. Each is made with the tag C(tidbcloud:claim), AWS's own date and a random
    part. A run that makes a VPC, or finds one that was just made, looks until whatever was made at the same time is listed, which takes
    some seconds. The VPC that a private endpoint is in counts, else the one with the oldest claim, then the one with the lowest ID.
  - A run removes a VPC that it made and that does not count, if nothing is in it. One that made none removes what runs that were stopped left.
  - With O(part=account) and O(part=service) it makes nothing either. These look at whose credentials it has, and at the endpoint service that
    another account publishes for the connection.
  - A range or a name that is taken by something with all tags of O(ownership) is taken over.
extends_documentation_fragment:
  - tidbcloud.privatelink.aws
  - tidbcloud.privatelink.aws.modules
  - tidbcloud.privatelink.tidbcloud
  - tidbcloud.privatelink.attributes
  - tidbcloud.privatelink.attributes.actiongroup
attributes:
  check_mode:
    support: full
    details: Without anything made there are no IDs, RV(parts) has what is there, and RV(removed) what would be removed.
  diff_mode:
    support: none
  idempotent:
    support: full
  platform:
    platforms: posix
    support: full
options:
  part:
    description:
      - What to make. V(connection) makes nothing and looks at all of it. V(account) and V(service) look at the account, and at the provider's side.
    type: str
    choices: [account, connection, security_group, service, subnets, vpc]
    required: true
  wanted:
    description:
      - What the connection is to be, as the filter P(tidbcloud.privatelink.connection_options#filter) returns it. Needed with O(part=connection).
    type: dict
  endpoint:
    description:
      - Options of M(tidbcloud.privatelink.private_endpoint) for its private endpoint. Needed with O(part=connection).
    type: dict
  ownership:
    description:
      - The tags by which a connection knows its own. All of them must be there. Needed to make something.
    type: dict
  tags:
    description:
      - More tags of what is made.
    type: dict
    default: {}
  cidr_block:
    description:
      - Range of the VPC.
    type: str
  used_vpc_id:
    description:
      - ID of the VPC that the private endpoint of the connection is in, if there is one.
    type: str
  vpc_id:
    description:
      - ID of the VPC to make subnets or the security group in.
    type: str
  subnets:
    description:
      - The subnets to make.
    type: list
    elements: dict
    default: []
    suboptions:
      cidr_block:
        description:
          - Range of the subnet.
        type: str
        required: true
      availability_zone_id:
        description:
          - ID of its zone.
        type: str
        required: true
  name:
    description:
      - Name of the security group.
    type: str
  description:
    description:
      - Description of the security group.
    type: str
  self_hosted_name:
    description:
      - Name that the endpoint service is published as. Needed with O(part=service).
    type: str
  service_id:
    description:
      - ID of the endpoint service, if it is to be adopted.
    type: str
  load_balancer_arns:
    description:
      - ARNs of its load balancers, which say in which region it is if nothing else does.
    type: list
    elements: str
  wait_timeout:
    description:
      - Seconds for all that is waited for.
    type: int
    default: 900
seealso:
  - ref: ansible_collections.tidbcloud.privatelink.private_connection_role
    description: The role that this is a part of.
"""

EXAMPLES = r"""
- name: Make the VPC of a connection
  tidbcloud.privatelink.connection_network:
    part: vpc
    cidr_block: 10.42.0.0/16
    ownership:
      Name: tidbcloud-1234567890123456789
      tidbcloud:cluster-id: "1234567890123456789"
      tidbcloud:managed-by: tidbcloud.privatelink
    region: us-east-1
"""

RETURN = r"""
private_endpoint:
  description: The private endpoint as it is, as M(tidbcloud.privatelink.private_endpoint) returns it.
  returned: success, with O(part=connection)
  type: dict
steps:
  description: What M(tidbcloud.privatelink.private_endpoint) would do with the network that is given.
  returned: success, with O(part=connection)
  type: list
  elements: dict
unchecked_limits:
  description: Codes of limits that could not be checked, since the network is not known yet.
  returned: success, with O(part=connection)
  type: list
  elements: str
violations:
  description: The limits that forbid it, all together.
  returned: when a limit forbids it
  type: list
  elements: dict
wanted:
  description: What the connection is to be, as O(wanted) says.
  returned: success, with O(part=connection)
  type: dict
ownership:
  description: The tags by which the connection knows its own.
  returned: success, with O(part=connection)
  type: dict
network:
  description: Network of the private endpoint, as far as it is given or was found.
  returned: success, with O(part=connection)
  type: dict
  contains:
    vpc_id:
      description: ID of the VPC, an empty text where it is not known.
      type: str
    subnet_ids:
      description: Subnets.
      type: list
      elements: str
    security_group_ids:
      description: Security groups.
      type: list
      elements: str
subnets:
  description: The subnets that the connection has, as O(subnets) takes them. Empty where there is something to do.
  returned: success, with O(part=connection)
  type: list
  elements: dict
keeps_zones:
  description: Whether the private endpoint stays in the zones that it is in.
  returned: success, with O(part=connection)
  type: bool
is_live:
  description: Whether clients may be connected over it.
  returned: success, with O(part=connection)
  type: bool
will_edit:
  description: Whether the private endpoint that clients may be connected over will be changed for certain.
  returned: success, with O(part=connection)
  type: bool
is_settled:
  description: Whether there is nothing to do and nothing to wait for, in the network either.
  returned: success, with O(part=connection)
  type: bool
account_id:
  description: The AWS account that the credentials belong to.
  returned: success, with O(part=account) or O(part=service)
  type: str
endpoint_service:
  description: The endpoint service, as M(tidbcloud.privatelink.endpoint_service) returns it. Its keys are null where there is none.
  returned: success, with O(part=service)
  type: dict
parts:
  description: What counts - the VPC, the subnets in the order of O(subnets), or the security group.
  returned: success, if something is made
  type: list
  elements: dict
  contains:
    id:
      description: Its ID.
      type: str
      sample: vpc-0123456789abcdef0
    cidr_block:
      description: Range of a VPC or subnet.
      type: str
      sample: 10.42.0.0/16
    availability_zone_id:
      description: Zone of a subnet.
      type: str
      sample: use1-az1
    name:
      description: Name of a security group.
      type: str
    description:
      description: Description of a security group.
      type: str
made:
  description: What was made or, in check mode, would be, and counts - by the range of a VPC or subnet, or the name of the security group.
  returned: success, if something is made
  type: list
  elements: str
removed:
  description: IDs of what was made at the same time, or by a run that was stopped, does not count, and was removed.
  returned: success, if something is made
  type: list
  elements: str
left:
  description: IDs of what does not count and was left, since something is in it, or since another run removes its own.
  returned: success, if something is made
  type: list
  elements: str
enables_dns:
  description: Whether DNS attributes of the VPC were switched on.
  returned: success, if something is made
  type: bool
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
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.calls import Network
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.look import look
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.options import (
    found,
    looked_for,
    made,
    network_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._network.provided import (
    look_at_account,
    look_at_service,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    connect,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.module import finish, warner
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import read_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={**shared_arguments(), **network_arguments(), **read_arguments()}, supports_check_mode=True
    )

    def work(deadline: Deadline) -> dict[str, t.Any]:
        if module.params["part"] == "connection":
            wanted, desired = looked_for(module.params)
            clouds = connect(module, deadline, tidbcloud=desired.registrable)
            clouds.aws.prepare()
            return look(wanted, desired, clouds, deadline, warner(module), is_rehearsal=module.check_mode).returned()
        session = connect(module, deadline, tidbcloud=False).aws
        if module.params["part"] == "service":
            return look_at_service(module.params, session, deadline)
        if session.region is None:
            raise PrivateLinkError("The AWS region is not known: give region.")
        if module.params["part"] == "account":
            return look_at_account(session, session.region)
        network = Network(session.client("ec2", session.region))
        if module.check_mode:
            return found(network, module.params)
        return deadline.drive(made(network, module.params))

    finish(module, work)


if __name__ == "__main__":
    main()
