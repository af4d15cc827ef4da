# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where benchmarks run: a sandbox with TiDB Cloud's rate limit and the latency of a network, and fleets of any size."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import requests
from botocore.config import Config
from requests.auth import HTTPDigestAuth

from tests.sandbox import process

CHECKOUT = Path(__file__).resolve().parents[2]
OUTPUT = CHECKOUT / ".cache" / "bench"
LATENCY = 0.04  # real seconds that each answer of both clouds takes longer
LIMIT = 100  # requests a minute
UNLIMITED = 1_000_000
COLLECTION = "tidbcloud.privatelink"

Options = dict[str, Any]


@dataclass
class Fleet:
    """Private endpoints as `private_endpoints` takes them, in `networks` of at most `quota` each."""

    networks: list[Options] = field(default_factory=list)
    endpoints: list[Options] = field(default_factory=list)


@dataclass(frozen=True)
class Measured:
    """One run: its seconds, and the requests that both clouds got meanwhile, by call, including challenges."""

    seconds: float
    requests: list[dict[str, Any]]

    def count(self, api: str) -> int:
        return sum(request["api"] == api for request in self.requests)

    def calls(self, api: str) -> dict[str, int]:
        names = sorted({request["call"] for request in self.requests if request["api"] == api})
        return {name: sum(request["call"] == name for request in self.requests) for name in names}

    def refused(self) -> int:
        """Requests that TiDB Cloud refused for the rate limit."""
        return sum(request["api"] == "tidbcloud" and request["status"] == 429 for request in self.requests)


class Place:
    """A sandbox of its own. Its clock is the real one, unless what it takes to lay out is not to be waited for."""

    def __init__(self, directory: Path, scale: int = 1) -> None:
        self.directory = directory
        self._scale = scale
        self.facts: dict[str, Any] = {}
        self._control = _local_session()

    def __enter__(self) -> Place:
        process.stop(self.directory)
        # What an earlier run left there would be taken for this one's.
        shutil.rmtree(self.directory, ignore_errors=True)
        self.facts = process.start(self.directory, [f"--scale={self._scale}", "--set", "endpoint_quota=100000"])
        return self

    def __exit__(self, *_ended: object) -> None:
        process.stop(self.directory)

    @property
    def environment(self) -> dict[str, str]:
        """A command's environment: the sandbox's addresses and keys, nothing of the user who runs the benchmarks."""
        main = self.facts["aws"]["accounts"]["main"]
        cloud = self.facts["tidbcloud"]
        return {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin:/usr/bin:/bin"]),
            "HOME": str(self.directory),
            "LC_ALL": "C.UTF-8",
            "no_proxy": "127.0.0.1,localhost",
            "PYTHONPATH": str(CHECKOUT),
            "ANSIBLE_HOME": str(self.directory / "ansible"),
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "tree"),
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "AWS_ACCESS_KEY_ID": main["access_key"],
            "AWS_SECRET_ACCESS_KEY": main["secret_key"],
            "AWS_ENDPOINT_URL": self.facts["aws"]["endpoint_url"],
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TIDBCLOUD_PUBLIC_KEY": cloud["public_key"],
            "TIDBCLOUD_PRIVATE_KEY": cloud["private_key"],
            "TIDBCLOUD_DEDICATED_ENDPOINT": cloud["dedicated_url"],
            "TIDBCLOUD_SERVERLESS_ENDPOINT": cloud["serverless_url"],
        }

    def control(self, method: str, path: str, body: object = None) -> Any:
        answer = self._control.request(method, self.facts["control_url"] + path, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    @contextlib.contextmanager
    def unlimited(self) -> Iterator[None]:
        """Without limit and latency, to set up what a benchmark needs; afterwards a new minute starts."""
        self.control("DELETE", "/faults")
        self.control("PATCH", "/settings", {"rate_limit": UNLIMITED})
        try:
            yield
        finally:
            self.control("PATCH", "/settings", {"rate_limit": LIMIT})
            for api in ("tidbcloud", "aws"):
                fault = {"api": api, "call": "*", "kind": "latency", "value": LATENCY, "times": UNLIMITED}
                self.control("POST", "/faults", fault)
            self.begin_a_minute()

    def begin_a_minute(self) -> None:
        """Every measurement starts with a whole minute's allowance."""
        now = self.control("GET", "/status")["time"]
        self.control("POST", "/clock/advance", {"seconds": 60 - now % 60 + 0.5})

    @contextlib.contextmanager
    def measured(self) -> Iterator[list[Measured]]:
        """Measure what happens inside; the result is the one item of the list once it is over."""
        found: list[Measured] = []
        self.control("DELETE", "/requests")
        began = time.monotonic()
        yield found
        seconds = time.monotonic() - began
        found.append(Measured(seconds, self.control("GET", "/requests")["requests"]))

    def playbook(self, tasks: Sequence[Options], *, check: bool = True) -> str:
        """Run a play on this host, as a user would."""
        play = [{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}]
        path = self.directory / "play.json"
        path.write_text(json.dumps(play))
        return self.ansible([str(path)], check=check)

    def ansible(self, arguments: Sequence[str], *, check: bool = True) -> str:
        """Run ansible-playbook, and return what it prints."""
        run = subprocess.run(
            ["ansible-playbook", *arguments],
            env=self.environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and run.returncode:
            raise SystemExit(f"The play failed:\n{run.stdout[-3000:]}\n{run.stderr[-3000:]}")
        return run.stdout

    def module(self, name: str, options: Options) -> dict[str, Any]:
        """Run a module in a process of its own, without Ansible: what it returned, its seconds and its memory."""
        run = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.run_module", name],
            env=self.environment,
            cwd=CHECKOUT,
            input=json.dumps(options),
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, Any] = json.loads(run.stdout)
        return found

    def ec2(self, region: str = "us-east-1") -> Any:
        keys = self.facts["aws"]["accounts"]["main"]
        return boto3.client(
            "ec2",
            region_name=region,
            endpoint_url=self.facts["aws"]["endpoint_url"],
            aws_access_key_id=keys["access_key"],
            aws_secret_access_key=keys["secret_key"],
            config=Config(proxies={}, max_pool_connections=20),
        )

    def network(self) -> Options:
        """A VPC with a subnet in two zones of every service, and a security group."""
        ec2 = self.ec2()
        vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
        subnet_ids = [
            ec2.create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{128 * number}.0/17", AvailabilityZoneId=zone_id)[
                "Subnet"
            ]["SubnetId"]
            for number, zone_id in enumerate(("use1-az1", "use1-az2"))
        ]
        group = ec2.create_security_group(VpcId=vpc_id, GroupName="clients", Description="clients")
        return {"vpc_id": vpc_id, "subnet_ids": subnet_ids, "security_group_ids": [group["GroupId"]]}

    def clusters(self, number: int) -> list[dict[str, Any]]:
        return [self.control("POST", "/clusters", {"name": f"fleet-{one}"}) for one in range(number)]

    def fleet(self, number: int, per_vpc: int = 50) -> Fleet:
        """Options of so many private endpoints, each of a cluster of its own; nothing is made but the networks."""
        networks = [self.network() for _network in range(-(-number // per_vpc))]
        endpoints = [
            {"cluster_id": cluster["cluster_id"], **networks[one // per_vpc]}
            for one, cluster in enumerate(self.clusters(number))
        ]
        return Fleet(networks, endpoints)

    def grow(self, clusters: Sequence[Mapping[str, Any]], network: Mapping[str, Any], each: int) -> None:
        """Private endpoints without private DNS, `each` for every cluster, straight over the clouds' own APIs."""
        ec2, session = self.ec2(), _local_session()
        cloud = self.facts["tidbcloud"]
        session.auth = HTTPDigestAuth(cloud["public_key"], cloud["private_key"])
        groups = [(cluster, next(iter(cluster["node_groups"].values()))) for cluster in clusters]
        with ThreadPoolExecutor(2) as pool:
            made = pool.map(partial(_make, ec2, network), [group for group in groups for _one in range(each)])
            for cluster, group, vpc_endpoint_id in made:
                path = f"clusters/{cluster['cluster_id']}/tidbNodeGroups/{group['node_group_id']}"
                answer = session.post(
                    f"{cloud['dedicated_url']}/v1beta1/{path}/privateEndpointConnections",
                    json={"endpointId": vpc_endpoint_id},
                    timeout=60,
                )
                answer.raise_for_status()
        self.control("POST", "/clock/advance", {"seconds": 60})


def _make(ec2: Any, network: Mapping[str, Any], of: tuple[Mapping[str, Any], Mapping[str, Any]]) -> Any:
    cluster, group = of
    answer = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=network["vpc_id"],
        ServiceName=group["service_name"],
        SubnetIds=network["subnet_ids"],
        SecurityGroupIds=network["security_group_ids"],
        PrivateDnsEnabled=False,
    )
    return cluster, group, answer["VpcEndpoint"]["VpcEndpointId"]


def _local_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
