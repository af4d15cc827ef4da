# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A naive client makes, finds, changes and removes load balancers, listeners and target groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_sandbox import ACCOUNT, OTHER_ACCOUNT, REGION, Cloud, Vpc, refused
from tests.support.provider_sandbox import begin_balancer, make_balancer, publish

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

PREFIX = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
NO_BALANCER = f"{PREFIX}:loadbalancer/net/nothing/0123456789abcdef"
NO_LISTENER = f"{PREFIX}:listener/net/nothing/0123456789abcdef/0123456789abcdef"
NO_TARGET_GROUP = f"{PREFIX}:targetgroup/nothing/0123456789abcdef"
BALANCERS_MISSING = "One or more load balancers not found"
LISTENERS_MISSING = "One or more listeners not found"
TARGET_GROUPS_MISSING = "One or more target groups not found"


@pytest.fixture
def elb(cloud: Cloud) -> Any:
    return cloud.client("elbv2")


def _describe(elb: Any, arn: str) -> Any:
    return elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]


def _target_group(elb: Any, vpc: Vpc, name: str = "tidb", **more: Any) -> str:
    asked: dict[str, Any] = {
        "Name": name,
        "Protocol": "TCP",
        "Port": 4000,
        "VpcId": vpc.vpc_id,
        "TargetType": "ip",
        **more,
    }
    return str(elb.create_target_group(**asked)["TargetGroups"][0]["TargetGroupArn"])


def _listener(elb: Any, load_balancer_arn: str, target_group_arn: str, **more: Any) -> str:
    asked: dict[str, Any] = {
        "LoadBalancerArn": load_balancer_arn,
        "Protocol": "TCP",
        "Port": 4000,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": target_group_arn}],
        **more,
    }
    return str(elb.create_listener(**asked)["Listeners"][0]["ListenerArn"])


def test_a_load_balancer_is_active_after_a_while_and_not_because_somebody_asks(
    cloud: Cloud, elb: Any, vpc: Vpc
) -> None:
    arn = begin_balancer(cloud, vpc)
    assert arn.startswith(f"{PREFIX}:loadbalancer/net/orders/")
    assert [_describe(elb, arn)["State"]["Code"] for _turn in range(2)] == ["provisioning"] * 2
    cloud.clock.advance(cloud.settings.load_balancer_active)
    balancer = _describe(elb, arn)
    assert (balancer["State"]["Code"], balancer["Type"], balancer["Scheme"]) == ("active", "network", "internal")
    assert balancer["DNSName"] == f"orders-{arn.rsplit('/', 1)[-1]}.elb.{REGION}.amazonaws.com"
    assert [one["ZoneName"] for one in balancer["AvailabilityZones"]] == ["us-east-1b", "us-east-1c"]


def test_load_balancers_are_found_by_their_tags(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    tagged = make_balancer(cloud, vpc, Tags=[{"Key": "service", "Value": "tidb"}])
    other = make_balancer(cloud, vpc, name="more")
    elb.add_tags(ResourceArns=[other], Tags=[{"Key": "team", "Value": "a"}])
    answer: Any = elb.describe_tags(ResourceArns=[tagged, other])
    assert {one["ResourceArn"]: one["Tags"] for one in answer["TagDescriptions"]} == {
        tagged: [{"Key": "service", "Value": "tidb"}],
        other: [{"Key": "team", "Value": "a"}],
    }
    elb.remove_tags(ResourceArns=[tagged], TagKeys=["service"])
    assert elb.describe_tags(ResourceArns=[tagged])["TagDescriptions"][0]["Tags"] == []


def test_what_does_not_exist_is_refused_each_with_its_code(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    with refused("LoadBalancerNotFound", BALANCERS_MISSING):
        elb.describe_load_balancers(LoadBalancerArns=[arn, NO_BALANCER])
    with refused("LoadBalancerNotFound", "Load balancers '[nothing, nobody]' not found"):
        elb.describe_load_balancers(Names=["orders", "nothing", "nobody"])
    with refused("LoadBalancerNotFound", BALANCERS_MISSING):
        elb.describe_tags(ResourceArns=[arn, NO_BALANCER])
    with refused("LoadBalancerNotFound", BALANCERS_MISSING):
        elb.describe_listeners(LoadBalancerArn=NO_BALANCER)
    with refused("ListenerNotFound", LISTENERS_MISSING):
        elb.describe_listeners(ListenerArns=[NO_LISTENER])
    with refused("ListenerNotFound", LISTENERS_MISSING):
        elb.delete_listener(ListenerArn=NO_LISTENER)
    with refused("TargetGroupNotFound", TARGET_GROUPS_MISSING):
        elb.describe_target_groups(Names=["nothing"])
    with refused("TargetGroupNotFound", TARGET_GROUPS_MISSING):
        elb.register_targets(TargetGroupArn=NO_TARGET_GROUP, Targets=[{"Id": "10.20.2.10"}])
    with refused("TargetGroupNotFound", TARGET_GROUPS_MISSING):
        elb.describe_target_health(TargetGroupArn=NO_TARGET_GROUP)
    with refused("SubnetNotFound", "The subnet ID 'subnet-0123456789abcdef0' does not exist"):
        begin_balancer(cloud, vpc, name="more", Subnets=["subnet-0123456789abcdef0"])


def test_an_arn_of_another_region_or_account_is_refused(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    for client in (cloud.client("elbv2", OTHER_ACCOUNT), cloud.client("elbv2", region="us-west-2")):
        with refused("ValidationError", f"'{arn}' is not a valid load balancer ARN"):
            client.describe_load_balancers(LoadBalancerArns=[arn])


def test_no_more_than_twenty_can_be_described_at_once(elb: Any) -> None:
    text = "You can specify up to 20 resources in a single call"
    with refused("ValidationError", text):
        elb.describe_tags(ResourceArns=[NO_BALANCER] * 21)
    with refused("ValidationError", text):
        elb.describe_load_balancers(LoadBalancerArns=[NO_BALANCER] * 21)


def test_lists_come_in_pages(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arns = [make_balancer(cloud, vpc, name=f"orders{number}") for number in range(3)]
    for number, port in enumerate((4000, 4001, 4002)):
        _listener(elb, arns[0], _target_group(elb, vpc, f"tidb{number}"), Port=port)
    cloud.settings.aws_page_size = 2
    listed: Any = [*elb.get_paginator("describe_load_balancers").paginate()]
    assert [[one["LoadBalancerArn"] for one in page["LoadBalancers"]] for page in listed] == [arns[:2], arns[2:]]
    pages = [*elb.get_paginator("describe_listeners").paginate(LoadBalancerArn=arns[0])]
    assert [[one["Port"] for one in page["Listeners"]] for page in pages] == [[4000, 4001], [4002]]
    groups = [*elb.get_paginator("describe_target_groups").paginate()]
    assert [len(page["TargetGroups"]) for page in groups] == [2, 1]


def test_creating_the_same_again_answers_with_the_first(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arn, target_group_arn = make_balancer(cloud, vpc), _target_group(elb, vpc)
    listener_arn = _listener(elb, arn, target_group_arn)
    assert begin_balancer(cloud, vpc) == arn
    assert _target_group(elb, vpc) == target_group_arn
    assert _listener(elb, arn, target_group_arn) == listener_arn
    assert len(elb.describe_load_balancers()["LoadBalancers"]) == 1


def test_a_name_or_a_port_that_is_taken_is_refused(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arn, target_group_arn = make_balancer(cloud, vpc), _target_group(elb, vpc)
    _listener(elb, arn, target_group_arn)
    with refused(
        "DuplicateLoadBalancerName", "A load balancer with the same name 'orders' exists, but with different settings"
    ):
        begin_balancer(cloud, vpc, ("us-east-1d",))
    with refused(
        "DuplicateTargetGroupName", "A target group with the same name 'tidb' exists, but with different settings"
    ):
        _target_group(elb, vpc, Port=4001)
    with refused("DuplicateListener", f"A listener already exists on this port for this load balancer '{arn}'"):
        _listener(elb, arn, _target_group(elb, vpc, "more"))


def test_two_subnets_of_one_zone_are_refused(cloud: Cloud, ec2: EC2Client, vpc: Vpc) -> None:
    twin = ec2.create_subnet(VpcId=vpc.vpc_id, CidrBlock="10.20.99.0/24", AvailabilityZone="us-east-1b")["Subnet"]
    text = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
    with refused("InvalidConfigurationRequest", text):
        begin_balancer(cloud, vpc, Subnets=[vpc.subnets["us-east-1b"], twin["SubnetId"]])
    assert cloud.client("elbv2").describe_load_balancers()["LoadBalancers"] == []


def test_a_load_balancer_with_an_endpoint_service_cannot_be_deleted(
    cloud: Cloud, ec2: EC2Client, elb: Any, vpc: Vpc
) -> None:
    arn = make_balancer(cloud, vpc)
    service_id = publish(cloud, [arn])["ServiceId"]
    text = f"Load balancer '{arn}' cannot be deleted because it is currently associated with another service"
    with refused("ResourceInUse", text):
        elb.delete_load_balancer(LoadBalancerArn=arn)
    ec2.delete_vpc_endpoint_service_configurations(ServiceIds=[service_id])
    with refused("ResourceInUse", text):
        elb.delete_load_balancer(LoadBalancerArn=arn)
    cloud.clock.advance(cloud.settings.configuration_deleting)
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert elb.describe_load_balancers()["LoadBalancers"] == []
    elb.delete_load_balancer(LoadBalancerArn=arn)


def test_deletion_protection_keeps_a_load_balancer(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    for value in ("true", "false"):
        elb.modify_load_balancer_attributes(
            LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": value}]
        )
        if value == "true":
            text = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            with refused("OperationNotPermitted", text):
                elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.delete_load_balancer(LoadBalancerArn=arn)


def test_subnets_of_a_published_load_balancer_are_only_added(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    first, second, third = (vpc.subnets[zone] for zone in ("us-east-1b", "us-east-1c", "us-east-1d"))
    elb.set_subnets(LoadBalancerArn=arn, Subnets=[first])
    publish(cloud, [arn])
    elb.set_subnets(LoadBalancerArn=arn, Subnets=[first, second])
    text = (
        "Subnets cannot be removed from load balancer because the load balancer is currently associated with another "
        "service"
    )
    with refused("ResourceInUse", text):
        elb.set_subnets(LoadBalancerArn=arn, Subnets=[first, third])
    assert [one["SubnetId"] for one in _describe(elb, arn)["AvailabilityZones"]] == [first, second]


def test_a_target_group_belongs_to_one_load_balancer(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    first, second, target_group_arn = (
        make_balancer(cloud, vpc),
        make_balancer(cloud, vpc, name="more"),
        _target_group(elb, vpc),
    )
    _listener(elb, first, target_group_arn)
    _listener(elb, first, target_group_arn, Port=4001)
    text = f"The following target groups cannot be associated with more than one load balancer: {target_group_arn}"
    with refused("TargetGroupAssociationLimit", text):
        _listener(elb, second, target_group_arn)
    listener_arn = _listener(elb, second, _target_group(elb, vpc, "more"))
    with refused("TargetGroupAssociationLimit", text):
        elb.modify_listener(
            ListenerArn=listener_arn, DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group_arn}]
        )


def test_a_target_group_in_use_cannot_be_deleted(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    target_group_arn = _target_group(elb, vpc)
    listener_arn = _listener(elb, make_balancer(cloud, vpc), target_group_arn)
    text = f"Target group '{target_group_arn}' is currently in use by a listener or a rule"
    with refused("ResourceInUse", text):
        elb.delete_target_group(TargetGroupArn=target_group_arn)
    elb.delete_listener(ListenerArn=listener_arn)
    elb.delete_target_group(TargetGroupArn=target_group_arn)
    elb.delete_target_group(TargetGroupArn=target_group_arn)
    assert elb.describe_target_groups()["TargetGroups"] == []


def test_a_target_group_is_listed_with_the_load_balancers_that_use_it_now(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arn, target_group_arn = make_balancer(cloud, vpc), _target_group(elb, vpc)
    assert elb.describe_target_groups(LoadBalancerArn=arn)["TargetGroups"] == []
    listener_arn = _listener(elb, arn, target_group_arn)
    assert elb.describe_target_groups()["TargetGroups"][0]["LoadBalancerArns"] == [arn]
    elb.delete_listener(ListenerArn=listener_arn)
    assert elb.describe_target_groups()["TargetGroups"][0]["LoadBalancerArns"] == []


def test_listeners_speak_every_protocol_of_a_network_load_balancer(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    arn = make_balancer(cloud, vpc)
    listener_arn = _listener(elb, arn, _target_group(elb, vpc))
    for protocol in ("TCP_UDP", "UDP", "TCP"):
        elb.modify_listener(ListenerArn=listener_arn, Protocol=protocol)
        assert elb.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]["Protocol"] == protocol
    with refused("ValidationError", "Listener protocol 'HTTP' must be one of 'UDP, TCP, TLS, TCP_UDP'"):
        _listener(elb, arn, _target_group(elb, vpc, "more"), Protocol="HTTP", Port=80)


def test_targets_are_unused_then_initial_then_healthy(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    target_group_arn = _target_group(elb, vpc)
    elb.register_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": "10.20.2.10"}])

    def states() -> dict[str, str]:
        answer: Any = elb.describe_target_health(TargetGroupArn=target_group_arn)
        return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in answer["TargetHealthDescriptions"]}

    assert states() == {"10.20.2.10": "unused"}
    _listener(elb, make_balancer(cloud, vpc), target_group_arn)
    elb.register_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": "10.20.3.10", "Port": 4001}])
    assert states() == {"10.20.2.10": "healthy", "10.20.3.10": "initial"}
    cloud.clock.advance(cloud.settings.target_healthy)
    assert states() == {"10.20.2.10": "healthy", "10.20.3.10": "healthy"}
    elb.deregister_targets(TargetGroupArn=target_group_arn, Targets=[{"Id": "10.20.2.10"}, {"Id": "10.20.4.10"}])
    assert states() == {"10.20.3.10": "healthy"}


def test_security_groups_judge_the_clients_of_endpoints_unless_that_is_switched_off(
    cloud: Cloud, elb: Any, vpc: Vpc
) -> None:
    with_groups = make_balancer(cloud, vpc, SecurityGroups=[vpc.group_id])
    without = make_balancer(cloud, vpc, name="more")
    key = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    assert (_describe(elb, with_groups)[key], _describe(elb, without).get(key)) == ("on", None)
    groups = [vpc.group_id]
    elb.set_security_groups(LoadBalancerArn=with_groups, SecurityGroups=groups, **{key: "off"})
    assert _describe(elb, with_groups)[key] == "off"
    text = f"Load balancer '{without}' was created without security groups, so that none can be set"
    with refused("InvalidConfigurationRequest", text):
        elb.set_security_groups(LoadBalancerArn=without, SecurityGroups=groups)


def test_zones_have_names_and_ids(ec2: EC2Client) -> None:
    zones = {one["ZoneName"]: one["ZoneId"] for one in ec2.describe_availability_zones()["AvailabilityZones"]}
    assert (zones["us-east-1a"], zones["us-east-1b"], zones["us-east-1d"]) == ("use1-az6", "use1-az1", "use1-az4")
    by_id = ec2.describe_availability_zones(ZoneIds=["use1-az2"])["AvailabilityZones"]
    assert [(one["ZoneName"], one["State"]) for one in by_id] == [("us-east-1c", "available")]
    with refused("InvalidParameterValue", "Invalid availability zone: [us-east-1z]"):
        ec2.describe_availability_zones(ZoneNames=["us-east-1c", "us-east-1z"])
    with refused("InvalidParameterValue", "Invalid availability zone-id: [use1-az9]"):
        ec2.describe_availability_zones(ZoneIds=["use1-az9"])


def test_a_health_check_is_changed_in_place_and_a_listener_has_tags(cloud: Cloud, elb: Any, vpc: Vpc) -> None:
    target_group_arn = _target_group(elb, vpc)
    elb.modify_target_group(TargetGroupArn=target_group_arn, HealthCheckProtocol="HTTP", HealthCheckPath="/status")
    (group,) = elb.describe_target_groups()["TargetGroups"]
    assert (group["HealthCheckProtocol"], group["HealthCheckPath"]) == ("HTTP", "/status")
    tags = [{"Key": "team", "Value": "data"}]
    listener_arn = _listener(elb, make_balancer(cloud, vpc), target_group_arn, Tags=tags)
    (described,) = elb.describe_tags(ResourceArns=[listener_arn])["TagDescriptions"]
    assert described == {"ResourceArn": listener_arn, "Tags": tags}
    elb.delete_listener(ListenerArn=listener_arn)
    with refused("ListenerNotFound", LISTENERS_MISSING):
        elb.describe_tags(ResourceArns=[listener_arn])


def test_what_is_gone_cannot_be_changed(elb: Any) -> None:
    with refused("TargetGroupNotFound", TARGET_GROUPS_MISSING):
        elb.modify_target_group(TargetGroupArn=NO_TARGET_GROUP, HealthCheckPath="/status")
    with refused("TargetGroupNotFound", TARGET_GROUPS_MISSING):
        elb.describe_tags(ResourceArns=[NO_TARGET_GROUP])
