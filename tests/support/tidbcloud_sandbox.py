# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TiDB Cloud half alone: a clock that only the test moves, a small fake of AWS, and clients without sockets."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPDigestAuth

from tests.sandbox.clock import Clock
from tests.sandbox.faults import Faults
from tests.sandbox.log import RequestLog
from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.cloud import TidbCloud
from tests.sandbox.tidbcloud.model import Cluster, NodeGroup
from tests.sandbox.tidbcloud.seed import CLUSTER_IDS, PRIVATE_KEY, PUBLIC_KEY
from tests.sandbox.tidbcloud.served import served_api
from tests.sandbox.transport import collect

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# The first second of a minute, so that a test knows when the rate limit starts again.
EPOCH = 1_800_000_000.0
DEDICATED = "http://dedicated.test"
SERVERLESS = "http://serverless.test"


@dataclass
class FakeEndpoint:
    vpc_endpoint_id: str
    service_name: str
    state: str = "pendingAcceptance"


class FakeAws:
    """Endpoints that become available when they are accepted; nothing else."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self.services: dict[str, tuple[str, ...]] = {}
        self.requested: dict[str, FakeEndpoint] = {}
        # How many seconds longer than the setting says AWS takes.
        self.late = 0.0

    def add_service(
        self,
        *,
        region: str,
        service_name: str,
        zone_ids: Iterable[str],
        private_dns_name: str,
        principals: Iterable[str],
    ) -> None:
        self.services[service_name] = tuple(principals)

    def remove_service(self, service_name: str) -> None:
        del self.services[service_name]
        for endpoint in self.endpoints(service_name):
            endpoint.state = "rejected"

    def endpoint(self, vpc_endpoint_id: str) -> FakeEndpoint | None:
        return self.requested.get(vpc_endpoint_id)

    def endpoints(self, service_name: str) -> list[FakeEndpoint]:
        return [one for one in self.requested.values() if one.service_name == service_name]

    def accept(self, vpc_endpoint_id: str) -> None:
        endpoint = self.requested[vpc_endpoint_id]
        if endpoint.state != "pendingAcceptance":
            return
        endpoint.state = "pending"

        def become_available() -> None:
            if endpoint.state == "pending":
                endpoint.state = "available"

        self._clock.after(self._settings.endpoint_available + self.late, become_available)

    def reject(self, vpc_endpoint_id: str) -> None:
        self.requested[vpc_endpoint_id].state = "rejected"

    def request(self, vpc_endpoint_id: str, service_name: str) -> FakeEndpoint:
        """A customer creates an endpoint for a service."""
        endpoint = self.requested[vpc_endpoint_id] = FakeEndpoint(vpc_endpoint_id, service_name)
        return endpoint


class WsgiAdapter(requests.adapters.BaseAdapter):
    """Lets requests talk to an app without a socket."""

    def __init__(self, app: WSGIApplication) -> None:
        super().__init__()
        self._app = app

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        body = request.body or b""
        data = body.encode() if isinstance(body, str) else body
        target = url.path + (f"?{url.query}" if url.query else "")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "REQUEST_URI": target,
            "SERVER_NAME": url.hostname,
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(data),
        }
        for name, value in request.headers.items():
            environ.setdefault(f"HTTP_{name.upper().replace('-', '_')}", value)
        answer = collect(self._app, environ)
        response = requests.Response()
        response.status_code = answer.code
        for name, value in answer.headers:
            earlier = response.headers.get(name)
            response.headers[name] = f"{earlier}, {value}" if earlier else value
        response._content = answer.body
        response.request = request
        response.url = str(request.url)
        # Digest authentication answers a challenge on the connection that it came by.
        response.connection = self  # type: ignore[assignment]
        response.raw = io.BytesIO()
        return response

    def close(self) -> None:
        """Nothing is open."""


class World:
    """The TiDB Cloud half with its log and faults. `settings` differ from the defaults."""

    def __init__(self, **settings: object) -> None:
        self.settings = Settings()
        self.settings.change(settings)
        self.clock = Clock(epoch=EPOCH)
        self.aws = FakeAws(self.clock, self.settings)
        self.cloud = TidbCloud(self.clock, self.settings, self.aws)
        self.cloud.reset(4000)
        self.log = RequestLog(self.clock.now)
        self.faults = Faults()
        self.client = self.new_client()

    def new_client(self, public_key: str = PUBLIC_KEY, private_key: str = PRIVATE_KEY) -> requests.Session:
        """An HTTP client with a digest state of its own."""
        client = requests.Session()
        client.auth = HTTPDigestAuth(public_key, private_key)
        for prefix, app in ((DEDICATED, self.cloud.dedicated), (SERVERLESS, self.cloud.serverless)):
            client.mount(prefix, WsgiAdapter(served_api(app, self.clock.lock, self.faults, self.log)))
        return client

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> requests.Response:
        return self.client.get(f"{DEDICATED}/v1beta1{path}", params=params)

    def register(self, endpoint_id: str, role: str = "main") -> requests.Response:
        return self.client.post(f"{DEDICATED}/v1beta1{self.connections(role)}", json={"endpointId": endpoint_id})

    def terminate(self, connection_id: str, role: str = "main") -> requests.Response:
        return self.client.delete(f"{DEDICATED}/v1beta1{self.connections(role)}/{connection_id}")

    def rows(self, role: str = "main") -> list[dict[str, Any]]:
        """The private endpoint connections of a cluster's default group."""
        rows: list[dict[str, Any]] = self.get(self.connections(role)).json()["privateEndpointConnections"]
        return rows

    def states(self, role: str = "main") -> list[str]:
        return [row["endpointState"] for row in self.rows(role)]

    def group(self, role: str) -> tuple[Cluster, NodeGroup]:
        """A cluster and its default group."""
        cluster = self.cloud.estate.clusters[CLUSTER_IDS[role]]
        return cluster, cluster.groups[0]

    def service_name(self, role: str) -> str:
        _cluster, group = self.group(role)
        service = group.service
        if service is None:
            raise LookupError(role)
        return service.name

    def connections(self, role: str) -> str:
        return f"{self.group_path(role)}/privateEndpointConnections"

    def group_path(self, role: str) -> str:
        return f"/clusters/{CLUSTER_IDS[role]}/tidbNodeGroups/{self.group(role)[1].id}"

    def request_endpoint(self, endpoint_id: str, role: str = "main") -> FakeEndpoint:
        """A customer creates an endpoint for a cluster's service."""
        return self.aws.request(endpoint_id, self.service_name(role))
