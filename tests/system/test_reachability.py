# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An active private endpoint in the sandbox, broken in each way that configuration can show: the cause is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.customer import Customer
from tests.support.reachability_breaks import BREAKS, Site, admit_nobody, allow, deny, laid_out


@pytest.fixture
def site(customer: Customer) -> Site:
    return laid_out(customer)


def test_an_active_private_endpoint_is_reachable_with_few_calls_that_only_read(site: Site) -> None:
    result = site.ask()
    assert (result["reachable"], result["blockers"]) == (True, []), [
        hop for hop in result["hops"] if hop["verdict"] != "pass"
    ]
    assert result["port"] == site.port
    assert site.customer.writing_calls == []
    assert (site.customer.count("tidbcloud"), site.customer.count("aws")) == (3, 11)


@pytest.mark.parametrize(("break_it", "name", "sentence"), BREAKS.values(), ids=BREAKS)
def test_each_break_is_named_as_the_cause(
    site: Site, break_it: Callable[[Site], str | None], name: str, sentence: str
) -> None:
    object_id = break_it(site)
    result = site.ask()
    assert result["reachable"] is False
    assert {hop["name"] for hop in result["hops"] if hop["verdict"] == "block"} == {name}
    [blocker] = result["blockers"]
    assert object_id in (None, blocker["object_id"])
    assert sentence in blocker["message"]
    assert blocker["remedy"]


def test_the_remedies_of_a_blocked_list_and_group_open_the_way_again(site: Site) -> None:
    admit_nobody(site)
    assert site.ask()["reachable"] is False
    allow(site.ec2, site.group_id, site.port, UserIdGroupPairs=[{"GroupId": site.client_group_id}])
    assert site.ask()["reachable"] is True


def test_a_prefix_list_admits_what_it_holds(site: Site) -> None:
    admit_nobody(site)
    made = site.ec2.create_managed_prefix_list(
        PrefixListName="clients", Entries=[{"Cidr": "10.7.100.0/24"}], MaxEntries=2, AddressFamily="IPv4"
    )
    list_id = made["PrefixList"]["PrefixListId"]
    allow(site.ec2, site.group_id, site.port, PrefixListIds=[{"PrefixListId": list_id}])
    result = site.ask()
    assert result["reachable"] is True
    rules = {hop["rule"] for hop in result["hops"] if hop["name"] == "endpoint_security_group"}
    assert rules == {f"inbound: tcp {site.port} from {list_id} (10.7.100.0/24)"}


def test_one_zone_that_fails_is_named_beside_the_one_that_works(site: Site) -> None:
    deny(site, [site.network.subnet_ids[1]], egress=False, ports=(site.port, site.port))
    result = site.ask()
    assert result["reachable"] is True
    assert [path["reachable"] for path in result["paths"]] == [True, False]
    [blocker] = result["blockers"]
    assert f"(zone {site.customer.zone_ids()[1]})" in blocker["message"]


def test_own_name_servers_are_unknown_unless_names_are_not_needed(site: Site) -> None:
    configuration = [{"Key": "domain-name-servers", "Values": ["192.0.2.53"]}]
    options = site.ec2.create_dhcp_options(DhcpConfigurations=configuration)["DhcpOptions"]
    site.ec2.associate_dhcp_options(DhcpOptionsId=options["DhcpOptionsId"], VpcId=site.network.vpc_id)
    result = site.ask()
    assert result["reachable"] is None
    assert [hop["name"] for hop in result["hops"] if hop["verdict"] == "unknown"] == ["dhcp_options"]
    assert site.ask(require_private_dns=False)["reachable"] is True


def test_a_stopped_instance_reaches_nothing(site: Site) -> None:
    placed = {"SubnetId": site.client_subnet_id, "SecurityGroupIds": [site.client_group_id]}
    made = site.ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, **placed)
    instance_id = made["Instances"][0]["InstanceId"]
    assert site.ask(source_instance_id=instance_id)["reachable"] is True
    site.ec2.stop_instances(InstanceIds=[instance_id])
    [blocker] = site.ask(source_instance_id=instance_id)["blockers"]
    assert (blocker["object_id"], "is stopped" in blocker["message"]) == (instance_id, True)


def test_an_address_that_nothing_has_yet_leaves_the_groups_unknown(site: Site) -> None:
    result = site.ask(source_address="10.7.100.200")
    assert result["reachable"] is None
    unknown = {hop["name"] for hop in result["hops"] if hop["verdict"] == "unknown"}
    assert unknown == {"source_security_group"}


def test_a_peered_vpc_reaches_it_with_routes_on_both_sides(site: Site) -> None:
    ec2 = site.ec2
    vpc_id = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    allow(ec2, site.group_id, site.port, IpRanges=[{"CidrIp": "10.9.0.0/16"}])
    interface = ec2.create_network_interface(SubnetId=subnet_id)["NetworkInterface"]["NetworkInterfaceId"]
    ask = {"source_network_interface_id": interface, "require_private_dns": False}
    assert "has no route to" in site.ask(**ask)["blockers"][0]["message"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc_id, PeerVpcId=site.network.vpc_id)
    peering_id = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    for here, there in ((vpc_id, "10.7.0.0/16"), (site.network.vpc_id, "10.9.0.0/16")):
        [table] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [here]}])["RouteTables"]
        table_id = table["RouteTableId"]
        ec2.create_route(RouteTableId=table_id, DestinationCidrBlock=there, VpcPeeringConnectionId=peering_id)
    assert f"Peering connection {peering_id} between the two VPCs is pending-acceptance" in str(
        site.ask(**ask)["blockers"]
    )
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)
    assert site.ask(**ask)["reachable"] is True


def test_without_a_key_of_tidb_cloud_its_side_is_unknown_and_the_rest_is_judged(site: Site) -> None:
    for half in ("PUBLIC", "PRIVATE"):
        del site.customer.environment[f"TIDBCLOUD_{half}_KEY"]
    result = site.ask(port=site.port, region="us-east-1")
    assert result["reachable"] is None
    assert [hop["name"] for hop in result["hops"] if hop["verdict"] == "unknown"] == ["cluster", "registration"]
    admit_nobody(site)
    assert site.ask(port=site.port, region="us-east-1")["reachable"] is False


def test_an_endpoint_without_tags_is_found_by_its_registration(site: Site) -> None:
    tags = site.ec2.describe_vpc_endpoints(VpcEndpointIds=[site.vpc_endpoint_id])["VpcEndpoints"][0]["Tags"]
    site.ec2.delete_tags(Resources=[site.vpc_endpoint_id], Tags=[{"Key": tag["Key"]} for tag in tags])
    assert site.ask(region="us-east-1")["reachable"] is True
