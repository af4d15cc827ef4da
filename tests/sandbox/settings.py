# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the sandbox that can be changed while it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

# Values that a setting of text may have.
CHOICES = {
    "unknown_endpoint": ("failed", "refused"),
    "rejected_endpoint": ("failed", "refused"),
    "token_answer": ("current", "first"),
    "busy_code": ("OperationInProgress", "InvalidParameter"),
    "groups_counted": ("after", "before_removal"),
    "digest_qop": ("auth", "auth-int", "auth-int,auth"),
    "zone_names": ("same", "own"),
}
# What the challenge may offer; by default it offers the first two.
ALGORITHMS = ("MD5", "SHA-256", "SHA-512-256", "MD5-sess", "SHA-256-sess", "SHA-512-256-sess")


@dataclasses.dataclass
class Settings:
    """Delays are sandbox seconds. The defaults are those of a demonstration, not of the real services."""

    # TiDB Cloud: an endpoint service is begun -> ACTIVE (3 to 5 minutes in reality)
    service_creating: float = 4.0
    # registered: PENDING until TiDB Cloud accepts the connection on AWS
    registration_accept: float = 2.0
    # the endpoint is available -> the registration is ACTIVE
    registration_active: float = 0.5
    # terminated: DELETING -> gone, the endpoint rejected
    registration_deleting: float = 1.0
    # AWS: accepted: pending -> available
    endpoint_available: float = 1.0
    # how long a modification is under way: OperationInProgress
    endpoint_settle: float = 1.0
    # the code with which AWS answers meanwhile: its own, or the one of "an idempotent operation going on"
    busy_code: str = "OperationInProgress"
    # ModifyVpcEndpoint -> PrivateDnsEnabled is true in answers
    private_dns: float = 1.0
    # the first seconds after available may still refuse private DNS
    private_dns_ready: float = 0.5
    # deleting -> deleted
    endpoint_deleting: float = 1.5
    # deleted -> its network interfaces are gone
    interfaces_gone: float = 0.5
    # deleted -> its private DNS name is free for another endpoint of the VPC
    name_freed: float = 0.5
    # how long deleted endpoints stay listed; their client tokens are remembered forever
    deleted_listed: float = 3600.0
    # how long a new endpoint is in no list, and NotFound by its id
    endpoint_visible: float = 0.0
    # how long after CreateTags and DeleteTags answers and filters still use the old tags
    tags_visible: float = 0.0
    # the same for subnets, security groups and address type after ModifyVpcEndpoint, and for an endpoint service and
    # its permissions, as their owner sees them
    modification_visible: float = 0.0
    # how long after they were made VPCs, subnets and security groups are listed (and known by id to lists)
    network_visible: float = 0.0
    # what accounts call the zones: all the same, or each its own, as in reality; for what was not used since a reset
    zone_names: str = "same"
    # the answer to a client token that was used before: endpoint or service as it is, or as it was when it was made
    token_answer: str = "current"
    # AWS, the provider's side: a new endpoint service: Pending -> Available
    configuration_available: float = 0.5
    # how long a new endpoint service is in no list, and NotFound by its id
    configuration_visible: float = 0.0
    # ModifyVpcEndpointServiceConfiguration with the id alone -> its load balancers' zones are served (minutes)
    configuration_zones: float = 1.0
    # a region that was added: Pending -> Available
    configuration_regions: float = 1.0
    # DeleteVpcEndpointServiceConfigurations: Deleting -> gone
    configuration_deleting: float = 0.5
    # how long a new endpoint is missing among the connections of its service
    connection_visible: float = 0.0
    # RejectVpcEndpointConnections -> rejected
    connection_rejecting: float = 0.5
    # StartVpcEndpointServicePrivateDnsVerification -> the TXT record is looked for (minutes to 48 hours)
    private_name_verification: float = 2.0
    # a new load balancer: provisioning -> active
    load_balancer_active: float = 1.0
    # a registered target of a load balancer: initial -> healthy
    target_healthy: float = 1.0
    # no list has larger pages, whatever is requested
    aws_page_size: int = 1000
    # interface endpoints per VPC
    endpoint_quota: int = 50
    # security groups per network interface, and whether a call that adds and removes is counted after it, or with both
    groups_per_interface: int = 5
    groups_counted: str = "after"
    # whether the accounts may read the AWS Price List
    price_list_readable: bool = True
    # requests a minute for each key
    rate_limit: int = 100
    # whether a nonce may be used for more than one request
    nonce_reuse: bool = True
    # how long a nonce lives
    nonce_lifetime: float = 300.0
    # what the challenge offers, in this order
    digest_algorithms: tuple[str, ...] = ALGORITHMS[:2]
    # what the answer has to protect: the request alone, its body too, or as the client likes
    digest_qop: str = "auth"
    # a registration of an endpoint that AWS does not know: FAILED later, or 400 at once
    unknown_endpoint: str = "failed"
    # a registration of an endpoint that was rejected before: the same choice
    rejected_endpoint: str = "failed"
    # whether the row of an endpoint that nobody registered has an id
    discovered_has_id: bool = False
    # whether `message` keeps what an earlier state said, as in the official sample answer
    leftover_message: bool = True

    def change(self, changes: Mapping[str, object]) -> None:
        """Set several at once, or none.

        Values may be text (from a command line) or JSON values.
        :raises ValueError: a name is unknown or a value does not fit; the text says what would.
        """
        parsed = {name: self._parsed(name, value) for name, value in changes.items()}
        for name, value in parsed.items():
            setattr(self, name, value)

    def restore(self, other: Settings) -> None:
        """Take over every value of `other`."""
        self.change(dataclasses.asdict(other))

    def _parsed(self, name: str, value: object) -> object:
        names = [field.name for field in dataclasses.fields(self)]
        if name not in names:
            raise ValueError(f"There is no setting {name!r}. There are: {', '.join(sorted(names))}.")
        current = getattr(self, name)
        if isinstance(current, bool):
            return _boolean(name, value)
        if isinstance(current, (int, float)):
            return _number(name, value, type(current))
        if isinstance(current, tuple):
            return _algorithms(name, value)
        if value not in CHOICES[name]:
            raise ValueError(f"{name} must be one of: {', '.join(CHOICES[name])}.")
        return value


def _boolean(name: str, value: object) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise ValueError(f"{name} must be true or false, not {value!r}.")
    return text == "true"


def _number(name: str, value: object, kind: type) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        number: float = kind(str(value))
    except ValueError:
        raise ValueError(f"{name} must be a number, not {value!r}.") from None
    if number < 0:
        raise ValueError(f"{name} must not be negative.")
    return number


def _algorithms(name: str, value: object) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not items or not set(items) <= set(ALGORITHMS):
        raise ValueError(f"{name} must be one or more of: {', '.join(ALGORITHMS)}.")
    return tuple(items)
