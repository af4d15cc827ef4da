# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever is answered in place of AWS becomes an object of the domain or an ApiError with a sentence, nothing else."""

from __future__ import annotations

import os
import re
import socket
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import api, network_shapes, shapes
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import network_api as network
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.fields import Unreadable
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws.session import AwsSession
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError, PrivateLinkError
from tests.support.raw_server import RawServer, answer

REGION = "us-east-1"
KEYS = {"access_key": "AKIAOPTIONOPTIONOPTN", "secret_key": "option-secret-access-key-of-the-test-01"}
SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
# What no sentence may hold: class names, memory addresses, error numbers, source lines, control characters.
UNFIT = re.compile(r"[a-z]Error\b|[a-z]Exception\b|0x[0-9a-f]{6}|\[Errno|\.c:\d|[\x00-\x1f\x7f-\x9f]|\.py\b")


class Module:
    def __init__(self, **options: t.Any) -> None:
        self.params: dict[str, t.Any] = {**dict.fromkeys(aws_argument_spec()), "validate_certs": True, **options}
        self.no_log_values: set[str] = set()


class Portal:
    """Answers every request with `body`; `status` is its status line."""

    def __init__(self) -> None:
        self.body = ""
        self.status = "200 OK"
        self.peer = RawServer(self._speak)

    def _speak(self, connection: socket.socket, _request: bytes) -> None:
        answer(connection, self.body, self.status)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.peer.close()


@pytest.fixture
def ec2(portal: Portal) -> t.Any:
    return AwsSession(Module(**KEYS, endpoint_url=portal.peer.url)).client("ec2", REGION)


def sentence_of(act: t.Callable[[], object]) -> PrivateLinkError:
    with pytest.raises(PrivateLinkError) as caught:
        act()
    assert not UNFIT.search(str(caught.value)), str(caught.value)
    assert len(str(caught.value)) < 1000
    return caught.value


READS: dict[str, t.Callable[[t.Any], object]] = {
    "endpoints": api.describe_vpc_endpoints,
    "endpoint": lambda ec2: api.describe_vpc_endpoints(ec2, ids=["vpce-1"]),
    "subnets": lambda ec2: api.describe_subnets(ec2, ["subnet-1"]),
    "groups": lambda ec2: api.describe_security_groups(ec2, ["sg-1"]),
    "interfaces": lambda ec2: api.describe_network_interfaces(ec2, ["eni-1"]),
    "vpc": lambda ec2: api.describe_vpc(ec2, "vpc-1"),
    "DNS attributes": lambda ec2: api.describe_dns_attributes(ec2, "vpc-1"),
    "service": lambda ec2: api.describe_vpc_endpoint_service(ec2, SERVICE),
    "instance": lambda ec2: network.describe_instance(ec2, "i-1"),
    "network interfaces": lambda ec2: network.describe_interfaces(ec2, ["eni-1"]),
    "address": lambda ec2: network.describe_interface_at(ec2, "vpc-1", "10.0.0.1"),
    "ranges": lambda ec2: network.describe_subnet_ranges_of(ec2, "vpc-1"),
    "rules": lambda ec2: network.describe_group_rules(ec2, ["sg-1"]),
    "ACLs": lambda ec2: network.describe_network_acls(ec2, ["vpc-1"]),
    "tables": lambda ec2: network.describe_route_tables(ec2, ["vpc-1"]),
    "peerings": lambda ec2: network.describe_peerings(ec2, ["pcx-1"]),
    "names": lambda ec2: network.describe_vpc_names(ec2, "vpc-1"),
    "name servers": lambda ec2: network.describe_name_servers(ec2, "dopt-1"),
    "prefix list": lambda ec2: network.prefix_list_entries(ec2, "pl-1"),
}
WRITES: dict[str, t.Callable[[t.Any], object]] = {
    "create": lambda ec2: api.create_vpc_endpoint(
        ec2,
        vpc_id="vpc-1",
        service_name=SERVICE,
        subnet_ids=["subnet-1"],
        security_group_ids=["sg-1"],
        tags={},
        client_token="token-1",
    ),
    "modify": lambda ec2: api.modify_vpc_endpoint(ec2, "vpce-1", private_dns_enabled=True),
    "delete": lambda ec2: api.delete_vpc_endpoint(ec2, "vpce-1"),
    "tag": lambda ec2: api.create_tags(ec2, "vpce-1", {"a": "b"}),
    "untag": lambda ec2: api.delete_tags(ec2, "vpce-1", ["a"]),
}
PORTALS = {
    "page": '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Log in</title></head><body/></html>',
    "nothing in it": "<R/>",
    "deep": "<a>" * 5000 + "</a>" * 5000,
    "empty": "",
    "JSON": "{}",
    "broken": "<a><b></a>",
}


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
@pytest.mark.parametrize("body", PORTALS.values(), ids=PORTALS)
@pytest.mark.parametrize("act", [*READS.values(), *WRITES.values()], ids=[*READS, *WRITES])
def test_what_is_not_aws_is_never_an_empty_success(
    portal: Portal, ec2: t.Any, act: t.Callable[[t.Any], object], body: str, status: str
) -> None:
    portal.body, portal.status = body, status
    error = sentence_of(lambda: act(ec2))
    assert isinstance(error, ApiError)
    assert "not a valid AWS answer" in str(error)
    assert "Check endpoint_url and any proxy." in str(error)
    assert error.ambiguous == (act in WRITES.values() and status == "200 OK") or status != "200 OK"


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_list_without_its_key_is_not_an_empty_one(
    portal: Portal, ec2: t.Any, read: t.Callable[[t.Any], object]
) -> None:
    portal.body = "<R><requestId>request-7</requestId></R>"
    assert "is missing. Check endpoint_url" in str(sentence_of(lambda: read(ec2)))


def test_an_empty_list_of_ec2_is_one_and_so_are_those_of_moto(portal: Portal, ec2: t.Any) -> None:
    portal.body = "<R><vpcEndpointSet/><requestId>request-7</requestId></R>"
    assert api.describe_vpc_endpoints(ec2) == []


@pytest.mark.parametrize(
    "body",
    [
        "<R><vpcEndpoint/><requestId>r</requestId></R>",
        "<R><requestId>r</requestId></R>",
        "<R><vpcEndpoint><vpcEndpointId> ; reboot</vpcEndpointId></vpcEndpoint><requestId>r</requestId></R>",
    ],
)
def test_an_endpoint_that_was_made_without_an_id_is_ambiguous(portal: Portal, ec2: t.Any, body: str) -> None:
    portal.body = body
    error = sentence_of(lambda: WRITES["create"](ec2))
    assert isinstance(error, ApiError)
    assert error.ambiguous


def test_an_endpoint_that_was_made_needs_nothing_but_its_id(portal: Portal, ec2: t.Any) -> None:
    portal.body = "<R><vpcEndpoint><vpcEndpointId>vpce-1</vpcEndpointId></vpcEndpoint><requestId>r</requestId></R>"
    made: t.Any = WRITES["create"](ec2)
    assert (made.endpoint.vpc_endpoint_id, made.age) == ("vpce-1", None)


def test_a_change_that_aws_says_it_did_not_make_is_an_error(portal: Portal, ec2: t.Any) -> None:
    portal.body = "<R><return>false</return><requestId>r</requestId></R>"
    assert "nothing was done" in str(sentence_of(lambda: WRITES["modify"](ec2)))


@pytest.mark.parametrize("item", ["", "<error/>", "<error><code/></error>", "<resourceId>x</resourceId>text"])
def test_a_refusal_in_a_strange_form_is_an_error_all_the_same(portal: Portal, ec2: t.Any, item: str) -> None:
    portal.body = f"<R><unsuccessful><item>{item}</item></unsuccessful><requestId>r</requestId></R>"
    sentence_of(lambda: WRITES["delete"](ec2))


def test_a_reason_of_aws_is_one_line_of_text_and_not_all_of_it(portal: Portal, ec2: t.Any) -> None:
    portal.status = "400 Bad Request"
    text = "first&#10;ok: [localhost]&#13;\x85\u202e &#x9b;31m https://me:secret@host/ " + "x" * 100_000
    portal.body = (
        f"<R><Errors><Error><Code>Odd&#10;Code</Code><Message>{text}</Message></Error></Errors>"
        f"<RequestID>r&#10;PLAY RECAP{'y' * 1000}</RequestID></R>"
    )
    error = sentence_of(lambda: READS["endpoints"](ec2))
    assert isinstance(error, ApiError)
    assert "secret" not in str(error)
    assert error.code == "Odd Code"
    assert len(str(error.request_id)) <= 300
    assert str(error.request_id).isprintable()


# Junk for the pure shapes

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("\ud800")
KEYS_OF_AWS = st.sampled_from(
    sorted(
        {
            member
            for method in ("DescribeVpcEndpoints", "DescribeSubnets", "DescribeSecurityGroups", "DescribeVpcs")
            for member in ("VpcEndpointId", "SubnetId", "GroupId", "VpcId", "State", "ServiceName", method)
        }
        | {"Groups", "Tags", "Key", "Value", "DnsEntries", "DnsName", "LastError", "Message", "SubnetIds", "Instances"}
        | {"NetworkInterfaceId", "Attachment", "DeviceIndex", "PrivateIpAddress", "Ipv6Addresses", "InstanceId"}
        | {"IpPermissions", "IpProtocol", "FromPort", "IpRanges", "CidrIp", "Entries", "RuleNumber", "Protocol"}
        | {"NetworkAclId", "RuleAction", "CidrBlock", "PortRange", "From", "RouteTableId", "Routes", "Associations"}
        | {"DhcpConfigurations", "Values", "Cidr", "VpcPeeringConnectionId", "Status", "NetworkInterfaces", "Error"}
    )
)
TREES = st.recursive(
    SCALARS | st.sampled_from(["vpce-1", "10.0.0.0/8", "10.0.0.1", "available", "domain-name-servers"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS_OF_AWS, inner, max_size=8),
    max_leaves=30,
)
SHAPES: dict[str, t.Callable[[t.Any], object]] = {
    "endpoint": lambda item: shapes.interface_endpoint(item, REGION),
    "made endpoint": lambda item: shapes.made_endpoint(item, REGION),
    "interface": shapes.network_interface,
    "subnet": shapes.subnet,
    "group": shapes.security_group,
    "vpc": shapes.vpc,
    "attribute": lambda item: shapes.vpc_attribute(item, "VpcId"),
    "service": lambda item: shapes.vpc_endpoint_service(item, "s"),
    "instances": network_shapes.instances,
    "instance": network_shapes.instance,
    "eni": network_shapes.interface,
    "range": network_shapes.subnet_range,
    "rules": network_shapes.security_group,
    "acl": network_shapes.network_acl,
    "table": network_shapes.route_table,
    "peering": network_shapes.peering,
    "names": network_shapes.vpc_names,
    "dhcp": lambda item: network_shapes.dhcp_values(item, "domain-name-servers"),
    "prefix": network_shapes.prefix_list_range,
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=TREES)
def test_any_junk_is_an_object_of_the_domain_or_unreadable(shape: t.Callable[[t.Any], object], tree: t.Any) -> None:
    try:
        repr(shape(tree)).encode("utf-8")
    except Unreadable as error:
        reason = str(error)
    else:
        reason = "none"
    assert reason.isascii()
    assert reason.isprintable()


# What goes wrong on this host


def failing(**options: t.Any) -> PrivateLinkError:
    def ask() -> None:
        api.describe_vpc_endpoints(AwsSession(Module(**options)).client("ec2", str(options.get("region") or REGION)))

    return sentence_of(ask)


def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    (tmp_path / "config").write_bytes(content)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


@pytest.mark.parametrize(
    "content",
    [
        b"[default\nregion = x",
        b"\xff\xfe\x00",
        b"[default]\ncredential_process = /no/such/program",
        b"[default]\ncredential_process = 'never closed",
        b"[default]\ncredential_process = cat /dev/null",
        b"[default]\ncredential_process = false",
        b"[default]\nrole_arn = r\nsource_profile = nobody",
        b"[default]\nrole_arn = r\nsource_profile = default",
        b"[default]\nrole_arn = r\ncredential_source = Moon",
        b"[default]\nrole_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = /no/such/token",
        b"[default]\nsso_session = none\nsso_account_id = 1\nsso_role_name = r",
        b"[default]\naws_access_key_id = AKIAKEY",
        b"[default]\nretry_mode = strange",
        b"[default]\nmax_attempts = many",
        b"[default]\nservices = nowhere",
    ],
)
def test_a_configuration_file_that_is_broken_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    configured(tmp_path, monkeypatch, content)
    failing(endpoint_url="http://127.0.0.1:1")


@pytest.mark.parametrize(
    "options",
    [
        {"aws_config": {"no_such_setting": 1}},
        {"aws_config": {"retries": "many"}},
        {"aws_config": {"proxies": {"http": "http://me:secret@\x00:x"}}},
        {"aws_config": {"proxies": {"http": "::::"}}},
        {"aws_config": {"proxies": {"http": "\ud800"}}},
        {"region": "us east\n1"},
        {"region": "\ud800"},
        {"region": "x" * 5000},
        {"endpoint_url": "http://me:secret@[::1"},
        {"endpoint_url": "https://me:secret@host:99999999"},
        {"endpoint_url": "\x00"},
        {"endpoint_url": "https://127.0.0.1:1", "aws_ca_bundle": "/no/such/file"},
        {"endpoint_url": "https://127.0.0.1:1", "aws_ca_bundle": "/dev/null"},
        {"access_key": "\ud800"},
        {"secret_key": "\ud800"},
        {"session_token": "a\nb"},
    ],
    ids=str,
)
def test_an_option_that_cannot_be_used_is_a_sentence_without_its_secrets(options: dict[str, t.Any]) -> None:
    error = failing(**{**KEYS, "endpoint_url": "http://127.0.0.1:1", **options})
    assert ":secret" not in str(error)


def test_a_login_in_a_url_is_hidden_where_the_invocation_is_shown() -> None:
    proxies = {"proxies": {"https": "http://proxy-user:proxy-pass@proxy:3128"}}
    module = Module(**KEYS, endpoint_url="https://me:s3cr3t@127.0.0.1:1", aws_config=proxies)
    AwsSession(module)
    assert module.no_log_values == {"me:s3cr3t", "proxy-user:proxy-pass"}


@pytest.mark.parametrize("passing", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_process_passes(
    ec2: t.Any, monkeypatch: pytest.MonkeyPatch, passing: type[BaseException]
) -> None:
    def end(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raise passing

    monkeypatch.setattr(ec2.boto, "describe_vpc_attribute", end)
    with pytest.raises(passing):
        api.describe_dns_attributes(ec2, "vpc-1")


# DryRun


@pytest.mark.parametrize(
    ("code", "permitted", "named"),
    [
        ("DryRunOperation", True, None),
        ("UnauthorizedOperation", False, "allow ec2:DeleteVpcEndpoints in the IAM policy"),
        ("InvalidVpcEndpointId.NotFound", None, None),
        ("RequestLimitExceeded", None, None),
        ("InternalError", None, None),
    ],
)
def test_a_dry_run_tells_what_is_permitted(
    portal: Portal, ec2: t.Any, code: str, permitted: bool | None, named: str | None
) -> None:
    portal.status = "412 Precondition Failed"
    portal.body = (
        f"<R><Errors><Error><Code>{code}</Code><Message>m</Message></Error></Errors><RequestID>r</RequestID></R>"
    )
    found = api.dry_run(ec2, lambda asking: api.delete_vpc_endpoint(asking, "vpce-1"))
    assert found.permitted is permitted
    assert (named or "") in str(found.refusal or "")


def test_a_dry_run_that_is_answered_like_a_call_tells_nothing(portal: Portal, ec2: t.Any) -> None:
    portal.body = PORTALS["page"]
    assert api.dry_run(ec2, lambda asking: api.delete_vpc_endpoint(asking, "vpce-1")) == api.DryRun(None)
