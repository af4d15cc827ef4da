# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions that each AWS call needs, the policies that allow or deny them, and the record of all requests.

Source of actions, resource types and condition keys: the Service Authorization Reference of EC2, STS, Service Quotas,
Price List and Route 53, as far as the collection and its role need them; other actions are checked on *.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.sandbox.aws import balancers, policies
from tests.sandbox.aws.policies import ALLOWED, DENIED, Policy, Target, Values

if TYPE_CHECKING:
    from tests.sandbox.aws.credentials import Principal, Signature
    from tests.sandbox.aws.network import Networks

Parameters = Mapping[str, str]

CREATED = {
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
    "CreateVpcEndpointServiceConfiguration": "vpc-endpoint-service",
}
"""EC2 action to the type of what it makes."""
_VPC = {"VpcId": "vpc"}
_GROUP = {"GroupId": "security-group"}
_ENDPOINT = {"VpcEndpointId": "vpc-endpoint"}
_SERVICE = {"ServiceId": "vpc-endpoint-service"}
CONCERNED: dict[str, dict[str, str]] = {
    "AcceptVpcEndpointConnections": _SERVICE,
    "AssociateVpcCidrBlock": _VPC,
    "AuthorizeSecurityGroupEgress": _GROUP,
    "AuthorizeSecurityGroupIngress": _GROUP,
    "CreateSecurityGroup": _VPC,
    "CreateSubnet": _VPC,
    "CreateVpcEndpoint": {
        **_VPC,
        "SubnetId": "subnet",
        "SecurityGroupId": "security-group",
        "RouteTableId": "route-table",
    },
    "DeleteSecurityGroup": _GROUP,
    "DeleteSubnet": {"SubnetId": "subnet"},
    "DeleteVpc": _VPC,
    "DeleteVpcEndpointServiceConfigurations": _SERVICE,
    "DeleteVpcEndpoints": _ENDPOINT,
    "DescribeVpcAttribute": _VPC,
    "DescribeVpcEndpointServicePermissions": _SERVICE,
    "GetManagedPrefixListEntries": {"PrefixListId": "prefix-list"},
    "ModifySecurityGroupRules": _GROUP,
    "ModifySubnetAttribute": {"SubnetId": "subnet"},
    "ModifyVpcAttribute": _VPC,
    "ModifyVpcEndpoint": {
        **_ENDPOINT,
        "AddSubnetId": "subnet",
        "RemoveSubnetId": "subnet",
        "AddSecurityGroupId": "security-group",
        "RemoveSecurityGroupId": "security-group",
    },
    "ModifyVpcEndpointServiceConfiguration": _SERVICE,
    "ModifyVpcEndpointServicePayerResponsibility": _SERVICE,
    "ModifyVpcEndpointServicePermissions": _SERVICE,
    "RejectVpcEndpointConnections": _SERVICE,
    "RevokeSecurityGroupEgress": _GROUP,
    "RevokeSecurityGroupIngress": _GROUP,
    "StartVpcEndpointServicePrivateDnsVerification": _SERVICE,
    "UpdateSecurityGroupRuleDescriptionsEgress": _GROUP,
    "UpdateSecurityGroupRuleDescriptionsIngress": _GROUP,
}
"""EC2 action to its parameters that name resources, with their types."""
TYPES = {"vpce": "vpc-endpoint", "vpc": "vpc", "subnet": "subnet", "sg": "security-group", "rtb": "route-table"}
"""For CreateTags and DeleteTags: prefix of the id to resource type."""
BALANCED = {"CreateLoadBalancer": "loadbalancer/net", "CreateTargetGroup": "targetgroup"}
"""Elastic Load Balancing action to the type of what it makes."""
OTHER_REGIONS = re.compile(r"(Add|Remove)?SupportedRegion\.\d+")
FREE = frozenset({"sts:GetCallerIdentity"})
"""API GetCallerIdentity: "No permissions are required"; an explicit denial does not matter."""


@dataclass(frozen=True)
class Need:
    """One permission that a call needs."""

    action: str
    target: Target
    create_action: str = ""
    in_dry_run: bool = True
    performed: str = ""
    """What a refusal calls the action where it is not the one that needs the permission."""


@dataclass
class Count:
    """How often a permission was needed, and which conditions could have been made of it."""

    asked: int = 0
    refused: int = 0
    condition_keys: set[str] = field(default_factory=set)


class Authorizer:
    """Policies by their principal: an access key's id, or the ARN of a role for all its sessions."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._documents: dict[str, object] = {}
        self._policies: dict[str, Policy] = {}
        self._counts: dict[tuple[str, str, str, bool], Count] = {}

    def attach(self, principal: str, document: object) -> None:
        """Let the principal do what the policy allows, and no more.

        :raises ValueError: the document is not a valid policy.
        """
        self._policies[principal] = policies.read(document)
        self._documents[principal] = document

    def detach(self, principal: str) -> None:
        """Let the principal do everything again."""
        self._policies.pop(principal, None)
        self._documents.pop(principal, None)

    def attached(self) -> dict[str, object]:
        return dict(self._documents)

    def asked(self) -> list[dict[str, Any]]:
        """Every permission that was needed since the last reset, by action, resource type and occasion."""
        return [
            {
                "action": action,
                "resource_type": kind,
                "create_action": create_action,
                "dry_run": dry_run,
                "asked": count.asked,
                "refused": count.refused,
                "condition_keys": sorted(count.condition_keys),
            }
            for (action, kind, create_action, dry_run), count in sorted(self._counts.items())
        ]

    def forget(self) -> None:
        self._counts.clear()

    def reset(self) -> None:
        self._documents.clear()
        self._policies.clear()
        self.forget()

    def refusal(self, principal: Principal, signature: Signature, action: str, parameters: Parameters) -> str | None:
        """Why the call is not permitted, in AWS's words; null if it is."""
        policy = self._policies.get(principal.access_key) or self._policies.get(principal.role_arn or "")
        is_dry_run = parameters.get("DryRun") == "true"
        refusals = []
        for need in self._needs(principal, signature, action, parameters):
            if is_dry_run and not need.in_dry_run:
                continue
            verdict = policy.judge(need.action, need.target) if policy and need.action not in FREE else ALLOWED
            self._count(need, is_dry_run, verdict)
            if verdict != ALLOWED:
                refusals.append(_sentence(principal, need, verdict))
        return refusals[0] if refusals else None

    def _count(self, need: Need, is_dry_run: bool, verdict: str) -> None:
        key = (need.action, need.target.kind, need.create_action, is_dry_run)
        count = self._counts.setdefault(key, Count())
        count.asked += 1
        count.refused += verdict != ALLOWED
        count.condition_keys |= set(need.target.keys)

    def _needs(self, principal: Principal, signature: Signature, action: str, parameters: Parameters) -> Iterator[Need]:
        scope = _Scope(self._networks, principal.account_id, signature.region)
        if signature.service == "ec2":
            yield from scope.ec2(action, parameters)
        elif signature.service == "elasticloadbalancing":
            yield from scope.balancing(action, parameters)
        elif signature.service == "sts" and action == "AssumeRole":
            yield Need("sts:AssumeRole", Target(parameters.get("RoleArn", ""), "role", scope.keys))
        elif signature.service == "servicequotas" and action == "GetServiceQuota":
            quota = f"{parameters.get('ServiceCode')}/{parameters.get('QuotaCode')}"
            yield Need("servicequotas:GetServiceQuota", Target(scope.arn("servicequotas", quota), "quota", scope.keys))
        else:
            yield Need(f"{signature.service}:{action}", Target(keys=scope.keys))


class _Scope:
    """An account in a region, where the resources of a request are."""

    def __init__(self, networks: Networks, account_id: str, region: str) -> None:
        self._networks = networks
        self._account_id = account_id
        self._region = region
        self.keys: dict[str, Values] = {"aws:requestedregion": (region,), "ec2:region": (region,)}

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self._region}:{self._account_id}:{resource}"

    def ec2(self, action: str, parameters: Parameters) -> Iterator[Need]:
        if action in ("CreateTags", "DeleteTags"):
            tags = _tags(parameters, "")
            for one in _values(parameters, "ResourceId"):
                kind = "vpc-endpoint-service" if one.startswith("vpce-svc-") else TYPES.get(one.split("-", 1)[0], "")
                yield Need(f"ec2:{action}", self._existing(kind, one, _request_keys(tags)))
            return
        needs = [*self._concerned(action, parameters), *self._creation(action, parameters)]
        yield from needs or [Need(f"ec2:{action}", Target(keys=self.keys))]
        if self._reaches_other_regions(parameters):
            # Text seen: aws/aws-cdk #36216. AWS refuses the action and names the permission at the end.
            of = next((need for need in needs if need.target.kind.startswith("vpc-endpoint")), needs[0])
            yield Need("vpce:AllowMultiRegion", of.target, performed=f"ec2:{action}")
        if action in ("CreateVpcEndpoint", "ModifyVpcEndpoint") and parameters.get("PrivateDnsEnabled") == "true":
            # AWS makes a hosted zone on the caller's behalf. DryRun does not check that (seen by users).
            zone = Target("arn:aws:route53:::hostedzone/*", "hostedzone", self.keys)
            yield Need("route53:AssociateVPCWithHostedZone", zone, in_dry_run=False)

    def _reaches_other_regions(self, parameters: Parameters) -> bool:
        """Guide, "Cross-Region access": the provider that allows it and the consumer that does it."""
        is_consumer = parameters.get("ServiceRegion", self._region) != self._region
        return is_consumer or any(OTHER_REGIONS.fullmatch(name) for name in parameters)

    def _concerned(self, action: str, parameters: Parameters) -> Iterator[Need]:
        for name, kind in CONCERNED.get(action, {}).items():
            for one in _values(parameters, name):
                yield Need(f"ec2:{action}", self._existing(kind, one, {}))

    def _creation(self, action: str, parameters: Parameters) -> Iterator[Need]:
        """Only what is made has the request's tags, no other resource of the request."""
        kind = CREATED.get(action)
        if kind is None:
            return
        tags = _tags(parameters, _specification(parameters, kind))
        keys = {**self.keys, **_request_keys(tags)}
        if "ServiceName" in parameters:
            keys["ec2:vpceservicename"] = (parameters["ServiceName"],)
        if "PrivateDnsName" in parameters:
            keys["ec2:vpceserviceprivatednsname"] = (parameters["PrivateDnsName"],)
        made = Target(self.arn("ec2", f"{kind}/*"), kind, keys)
        yield Need(f"ec2:{action}", made)
        if tags:
            tagged = Target(made.arn, kind, {**keys, "ec2:createaction": (action,)})
            yield Need("ec2:CreateTags", tagged, create_action=action)

    def balancing(self, action: str, parameters: Parameters) -> Iterator[Need]:
        """Descriptions are checked on *, everything else on the resources that the request names or makes."""
        tags = _request_keys(_tags(parameters, "Tags.", "member"))
        arns = [] if action.startswith("Describe") else _arns(parameters)
        if action in BALANCED:
            arns = [self.arn("elasticloadbalancing", f"{BALANCED[action]}/{parameters.get('Name')}/*")]
        for arn in arns or ["*"]:
            named = balancers.tags(self._account_id, self._region, arn)
            keys = {f"aws:resourcetag/{key.lower()}": (value,) for key, value in named.items()}
            target = Target(arn, arn.rpartition(":")[2].partition("/")[0], {**self.keys, **keys, **tags})
            yield Need(f"elasticloadbalancing:{action}", target)
            if tags and action.startswith("Create"):
                yield Need("elasticloadbalancing:AddTags", _tagged(target, action), create_action=action)

    def _existing(self, kind: str, resource_id: str, keys: Mapping[str, Values]) -> Target:
        """A resource that does not exist has no tags, so a condition on them denies before AWS says NotFound."""
        tags = self._networks.of(self._account_id, self._region).tags(resource_id)
        named = {
            f"{prefix}:resourcetag/{key.lower()}": (value,) for key, value in tags.items() for prefix in ("aws", "ec2")
        }
        return Target(self.arn("ec2", f"{kind}/{resource_id}"), kind, {**self.keys, **named, **keys})


def _sentence(principal: Principal, need: Need, verdict: str) -> str:
    where = "" if need.target.arn == "*" else f" on resource: {need.target.arn}"
    why = (
        "with an explicit deny in an identity-based policy"
        if verdict == DENIED
        else f"because no identity-based policy allows the {need.action} action"
    )
    return f"User: {principal.arn} is not authorized to perform: {need.performed or need.action}{where} {why}"


def _values(parameters: Parameters, name: str) -> list[str]:
    """The values of a parameter that is one value or a list (Name.1, Name.2)."""
    pattern = re.compile(rf"{name}(\.\d+)?")
    return [value for key, value in parameters.items() if pattern.fullmatch(key)]


def _specification(parameters: Parameters, kind: str) -> str:
    """The prefix of the tags for what is made; without any, a prefix that nothing has."""
    for key, value in parameters.items():
        if re.fullmatch(r"TagSpecification\.\d+\.ResourceType", key) and value == kind:
            return key.removesuffix("ResourceType")
    return "none."


def _arns(parameters: Parameters) -> list[str]:
    """The resources of Elastic Load Balancing that a request is about."""
    pattern = re.compile(r"(LoadBalancer|Listener|TargetGroup)Arn|ResourceArns\.member\.\d+")
    return [value for name, value in parameters.items() if pattern.fullmatch(name)]


def _tagged(target: Target, action: str) -> Target:
    """What is tagged while it is made: of a listener, the permission to make it is about its load balancer."""
    keys = {**target.keys, "elasticloadbalancing:createaction": (action,)}
    if action != "CreateListener":
        return Target(target.arn, target.kind, keys)
    return Target(target.arn.replace(":loadbalancer/", ":listener/") + "/*", "listener", keys)


def _tags(parameters: Parameters, prefix: str, name: str = "Tag") -> dict[str, str | None]:
    pattern = re.compile(rf"({re.escape(prefix)}{name}\.\d+)\.Key")
    found = (match for key in parameters if (match := pattern.fullmatch(key)))
    return {parameters[match[0]]: parameters.get(f"{match[1]}.Value") for match in found}


def _request_keys(tags: Mapping[str, str | None]) -> dict[str, Values]:
    keys: dict[str, Values] = {
        f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items() if value is not None
    }
    return {**keys, "aws:tagkeys": tuple(tags)} if tags else keys
