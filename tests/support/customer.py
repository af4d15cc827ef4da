# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A customer who runs the collection's modules against a sandbox of this process. Sleeping moves its clock."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import os
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

import boto3
from ansible.module_utils import basic
from botocore.config import Config

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import Session
from tests.sandbox.log import Entry
from tests.sandbox.sandbox import Sandbox
from tests.support.module_options import module_arguments

MODULES = "ansible_collections.tidbcloud.privatelink.plugins.modules"
# So slow that nothing happens by itself while a test runs.
STANDSTILL = 1e-6
WRITING_CALLS = {
    "CreatePrivateEndpointConnection",
    "DeletePrivateEndpointConnection",
    "CreateVpcEndpoint",
    "ModifyVpcEndpoint",
    "DeleteVpcEndpoints",
    "CreateTags",
    "DeleteTags",
}

Result = dict[str, Any]


@dataclass(frozen=True)
class Network:
    """A VPC with one subnet in each zone of the service, and one security group."""

    vpc_id: str
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]

    @property
    def options(self) -> dict[str, Any]:
        """The network as options of `private_endpoint`."""
        return {
            "vpc_id": self.vpc_id,
            "subnet_ids": list(self.subnet_ids),
            "security_group_ids": list(self.security_group_ids),
        }


class Customer:
    """`warnings` are those of the last run."""

    def __init__(self, sandbox: Sandbox, account: str = "main") -> None:
        self.sandbox = sandbox
        self.facts = sandbox.facts()
        self.account = self.facts["aws"]["accounts"][account]
        self.warnings: list[str] = []
        self.environment = {
            "TIDBCLOUD_PUBLIC_KEY": self.facts["tidbcloud"]["public_key"],
            "TIDBCLOUD_PRIVATE_KEY": self.facts["tidbcloud"]["private_key"],
            "TIDBCLOUD_DEDICATED_ENDPOINT": self.facts["tidbcloud"]["dedicated_url"],
            "TIDBCLOUD_SERVERLESS_ENDPOINT": self.facts["tidbcloud"]["serverless_url"],
            "AWS_ACCESS_KEY_ID": self.account["access_key"],
            "AWS_SECRET_ACCESS_KEY": self.account["secret_key"],
            "AWS_ENDPOINT_URL": self.facts["aws"]["endpoint_url"],
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def cluster_id(self, role: str) -> str:
        return str(self.facts["clusters"][role]["cluster_id"])

    def zone_ids(self, role: str = "main") -> list[str]:
        """The zones of the cluster's default service."""
        group = next(iter(self.facts["clusters"][role]["node_groups"].values()))
        return list(group["zone_ids"])

    def ec2(self, region: str = "us-east-1") -> Any:
        """A client that tries once."""
        keys = (self.account["access_key"], self.account["secret_key"])
        return _ec2_client(region, self.facts["aws"]["endpoint_url"], *keys)

    def network(self, *zone_ids: str, region: str = "us-east-1", dns: bool = True) -> Network:
        """:param zone_ids: one subnet in each; by default the first two zones of the cluster "main"."""
        ec2 = self.ec2(region)
        vpc_id = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
        if dns:
            ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
        subnet_ids = [
            ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.7.{number}.0/24", AvailabilityZoneId=zone_id)["Subnet"][
                "SubnetId"
            ]
            for number, zone_id in enumerate(zone_ids or self.zone_ids()[:2])
        ]
        group = ec2.create_security_group(VpcId=vpc_id, GroupName=f"clients-{vpc_id}", Description="clients")
        return Network(vpc_id, tuple(subnet_ids), (group["GroupId"],))

    def offered_service(
        self,
        private_dns_name: str | None,
        *,
        acceptance_required: bool = False,
        address_types: Sequence[str] = ("ipv4",),
    ) -> str:
        """The name of an endpoint service that is not of TiDB Cloud and permits this account."""
        name = "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718"
        self.sandbox.aws.add_service(
            region="us-east-1",
            service_name=name,
            zone_ids=self.zone_ids(),
            private_dns_name=private_dns_name,
            principals=[self.account["account_id"]],
            acceptance_required=acceptance_required,
            address_types=address_types,
        )
        return name

    def run(self, module: str, *, check: bool = False, **options: Any) -> Result:
        """What the module returned; `failed` is always there. The request log then holds this run alone."""
        self.sandbox.log.clear()
        self.warnings.clear()
        arguments = {
            "_ansible_check_mode": check,
            "_ansible_diff": True,
            # However busy this machine is while the sandbox's time passes by itself.
            "wait_timeout": 300 * max(1.0, self.sandbox.clock.scale),
            **options,
        }
        output = io.StringIO()
        with self._at_work(arguments), contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
            importlib.import_module(f"{MODULES}.{module}").main()
        result: Result = json.loads(output.getvalue())
        for framework in ("warnings", "deprecations"):  # amazon.aws hands its warnings over, which Ansible deprecates
            result.pop(framework, None)
        return {"failed": False, **result}

    @contextlib.contextmanager
    def _at_work(self, arguments: Mapping[str, Any]) -> Iterator[None]:
        """The module's arguments, its environment, and the sandbox's clock as its own."""
        clock = self.sandbox.clock
        with contextlib.ExitStack() as stack:
            stack.enter_context(module_arguments(dict(arguments)))
            stack.enter_context(mock.patch.dict(os.environ, {"HOME": os.devnull, **self.environment}, clear=True))
            stack.enter_context(time_of(clock.now, clock.advance))
            stack.enter_context(mock.patch.object(basic.AnsibleModule, "warn", self._take_warning))
            yield

    def _take_warning(self, warning: str, **_details: Any) -> None:
        # amazon.aws passes everything on once more at the end.
        if warning not in self.warnings:
            self.warnings.append(warning)

    @property
    def requests(self) -> list[Entry]:
        """Of the last run."""
        return self.sandbox.log.entries()

    @property
    def writing_calls(self) -> list[str]:
        """The requests of the last run that could have changed something."""
        return [entry.call for entry in self.requests if entry.call in WRITING_CALLS]

    def count(self, api: str) -> int:
        """Requests of the last run to `tidbcloud` or `aws`, challenges counted."""
        return sum(entry.api == api for entry in self.requests)

    def live_endpoints(self) -> list[str]:
        """All accounts' interface endpoints that exist and are not dead."""
        return [one.vpc_endpoint_id for one in self.sandbox.aws.endpoints() if one.is_live]

    def registered(self) -> list[str]:
        """The interface endpoints that are registered with TiDB Cloud, in whatever state."""
        rows = self.sandbox.status()["tidbcloud"]["registrations"]
        return [row["vpc_endpoint_id"] for row in rows if row["state"] != "DISCOVERED"]


@functools.cache
def _ec2_client(region: str, endpoint_url: str, access_key: str, secret_key: str) -> Any:
    """One for all tests of a sandbox: making one takes longer than most calls."""
    return boto3.client(
        "ec2",
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def run_alone(module: str, options: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Run a module in a process that does nothing else; its result is lost, its exit status is not."""
    os.environ.clear()
    os.environ.update({"HOME": os.devnull, **environment})
    with module_arguments(dict(options)), contextlib.redirect_stdout(io.StringIO()):
        importlib.import_module(f"{MODULES}.{module}").main()


def run_and_tell(answers: Any, module: str, options: Mapping[str, Any], environment: Mapping[str, str]) -> None:
    """Run a module in a process of its own and put what it returns into `answers`, a queue."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        os.environ.clear()
        os.environ.update({"HOME": os.devnull, **environment})
        with module_arguments(dict(options)):
            importlib.import_module(f"{MODULES}.{module}").main()
    answers.put({"failed": False, **json.loads(output.getvalue())})


@contextlib.contextmanager
def time_of(clock: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[None]:
    """Deadlines, pauses and repetitions of a run use this clock; sockets do not."""
    with contextlib.ExitStack() as stack:
        for waiting in (Deadline, Session):
            stack.enter_context(mock.patch.dict(waiting.__init__.__kwdefaults__, {"clock": clock, "sleep": sleep}))
        stack.enter_context(mock.patch("botocore.endpoint.time", types.SimpleNamespace(sleep=sleep)))
        yield
