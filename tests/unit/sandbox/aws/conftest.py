# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""boto3 against the sandbox's AWS in this process, with a clock that moves only when a test moves it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from werkzeug.serving import make_server

from tests.sandbox.aws import Aws
from tests.sandbox.clock import Clock
from tests.sandbox.settings import Settings
from tests.support.aws_sandbox import (
    ACCOUNT,
    HOST,
    KEYS,
    OTHER_ACCOUNT,
    REGION,
    SERVICE,
    ZONES,
    Cloud,
    Vpc,
    make_vpc,
)

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def _reset(aws: Aws, clock: Clock, settings: Settings) -> None:
    clock.reset()
    aws.reset()
    vars(settings).update(vars(Settings()))
    aws.add_service(
        region=REGION, service_name=SERVICE, zone_ids=ZONES, private_dns_name=HOST, principals=[ACCOUNT, OTHER_ACCOUNT]
    )


@pytest.fixture(scope="session")
def served() -> Iterator[Cloud]:
    settings, clock = Settings(), Clock()
    aws = Aws(clock, settings)
    for account_id, (access_key, secret_key) in KEYS.items():
        aws.add_account(account_id, access_key, secret_key)
    server = make_server("127.0.0.1", 0, aws.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    session: Any = boto3.session.Session()
    clients: dict[tuple[str, ...], Any] = {}

    def client(service: str = "ec2", account: str = ACCOUNT, region: str = REGION) -> Any:
        access_key, secret_key = KEYS[account]
        key = (service, account, region)
        if key not in clients:
            clients[key] = session.client(
                service,
                region_name=region,
                endpoint_url=f"http://127.0.0.1:{server.port}",
                aws_access_key_id=access_key,
                aws_secret_access_key=secret_key,
                config=Config(retries={"total_max_attempts": 1}),
            )
        return clients[key]

    yield Cloud(aws, clock, settings, client)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cloud(served: Cloud) -> Cloud:
    _reset(served.aws, served.clock, served.settings)
    return served


@pytest.fixture
def ec2(cloud: Cloud) -> EC2Client:
    client: EC2Client = cloud.client()
    return client


@pytest.fixture
def vpc(ec2: EC2Client) -> Vpc:
    return make_vpc(ec2)
