# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API: what a test or a demonstration does to the sandbox from outside. It needs no authentication.

    GET    /status                          what is in it, both clouds
    POST   /reset                           everything as it was after the start, including settings, faults and log
    GET    /requests[?since=&api=&call=]    the request log and its counts; DELETE clears it
    GET    /settings, PATCH {name: value}
    GET    /faults, DELETE; POST {api, call, kind, value?, effect?: before|after, times?: n|null, after?: n,
           probability?: 0..1, seed?, where?: {detail: value}, field?, headers?: {name: text|null} or a name, text?,
           request_id?}; the call is as logged, *, Connect (at the HTTPS ports) or Challenge (no credentials yet);
           the answer has the seed and the counts
    GET    /faults/kinds                    what each kind does, and the value and the effects that it accepts
    POST   /clock/advance {"seconds": n}
    POST   /clusters {...}, PATCH /clusters/<id> {"state": ...}, DELETE /clusters/<id>
    PATCH  /registrations/<endpoint id> {"state": ..., "message": ...}
    PATCH  /vpc-endpoints/<endpoint id> {"state": ...}
    POST   /connections {"service_name": ..., "account_id"?: TiDB Cloud's}: that account connects from elsewhere
    PATCH  /endpoint-services/<service id> {"private_dns_name_state": ...}
    PATCH  /load-balancers/<ARN> {"state": ...}
    DELETE /principals/<ARN>                a role or user is deleted in IAM: permissions show its unique id
    GET    /dns                             the TXT records in public DNS
    PUT    /dns/<name> {"values": [text]}, DELETE
    GET    /policies                        the IAM policies that are enforced, by principal
    PUT    /policies/<access key id or role ARN> {policy document}, DELETE: everything is allowed again
    GET    /policies/asked                  every permission that AWS calls requested since the start or the last reset,
                                            by action, resource type and (for tags) creation; DELETE clears it

An error has the shape {"error": sentence}.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import flask
from werkzeug.exceptions import HTTPException

from tests.sandbox.control_provider import add_provider
from tests.sandbox.facts import cluster_facts
from tests.sandbox.fault_kinds import KINDS
from tests.sandbox.tidbcloud.build import build_cluster
from tests.sandbox.tidbcloud.model import CLUSTER_STATES, REGISTRATION_STATES
from tests.sandbox.tidbcloud.refusal import Refusal
from tests.sandbox.tidbcloud.seed import DEFAULT_PROJECT, MAIN_ACCOUNT, OTHER_ACCOUNT

if TYPE_CHECKING:
    from tests.sandbox.sandbox import Sandbox

Json = dict[str, Any]

# As answers spell them. Source: VpcEndpoint.State in the Amazon EC2 API reference.
ENDPOINT_STATES = (
    "pendingAcceptance",
    "pending",
    "available",
    "deleting",
    "deleted",
    "rejected",
    "failed",
    "expired",
    "partial",
)

CLUSTER_FIELDS = frozenset(
    {"name", "project_id", "port", "principals", "provider", "region", "state", "service", "node_groups"}
)


def control_app(sandbox: Sandbox) -> flask.Flask:
    """The app; every request runs under the clock's lock, like those of the clouds."""
    app = flask.Flask("sandbox-control")
    _add_whole(app, sandbox)
    _add_faults(app, sandbox)
    _add_tidbcloud(app, sandbox)
    _add_policies(app, sandbox)
    add_provider(app, sandbox.aws)

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> tuple[Json, int]:
        return {"error": refusal.message}, refusal.status

    @app.errorhandler(ValueError)
    def unfit(error: ValueError) -> tuple[Json, int]:
        return {"error": str(error)}, 400

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> tuple[Json, int]:
        return {"error": error.description or error.name}, error.code or 500

    return app


def _body() -> Json:
    body = flask.request.get_json(force=True)
    if not isinstance(body, dict):
        raise ValueError("The body must be a JSON object.")
    return body


def _field(name: str) -> Any:
    body = _body()
    if name not in body:
        raise ValueError(f"The body needs the field {name}.")
    return body[name]


def _add_whole(app: flask.Flask, sandbox: Sandbox) -> None:
    @app.get("/status")
    def status() -> Json:
        return sandbox.status()

    @app.post("/reset")
    def reset() -> Json:
        sandbox.reset()
        return {}

    @app.post("/clock/advance")
    def advance() -> Json:
        sandbox.clock.advance(float(_field("seconds")))
        return {"time": sandbox.clock.now()}

    @app.get("/settings")
    def get_settings() -> Json:
        return dataclasses.asdict(sandbox.settings)

    @app.patch("/settings")
    def change_settings() -> Json:
        sandbox.settings.change(_body())
        return dataclasses.asdict(sandbox.settings)


def _add_faults(app: flask.Flask, sandbox: Sandbox) -> None:
    @app.get("/requests")
    def get_requests() -> Json:
        query = flask.request.args
        since, api, call = int(query.get("since", 0)), query.get("api"), query.get("call")
        entries = sandbox.log.entries(since=since, api=api, call=call)
        return {
            "requests": [dataclasses.asdict(entry) for entry in entries],
            "counts": sandbox.log.counts(entries),
        }

    @app.delete("/requests")
    def forget_requests() -> Json:
        sandbox.log.clear()
        return {}

    @app.get("/faults")
    def get_faults() -> Json:
        return {"faults": [dataclasses.asdict(fault) for fault in sandbox.faults.list()]}

    @app.get("/faults/kinds")
    def get_kinds() -> Json:
        return {name: dataclasses.asdict(kind) for name, kind in KINDS.items()}

    @app.post("/faults")
    def add_fault() -> Json:
        return dataclasses.asdict(sandbox.faults.add(_body()))

    @app.delete("/faults")
    def clear_faults() -> Json:
        sandbox.faults.clear()
        return {}


def _add_tidbcloud(app: flask.Flask, sandbox: Sandbox) -> None:
    estate = sandbox.tidbcloud.estate

    @app.post("/clusters")
    def add_cluster() -> Json:
        fields = _body()
        if not fields.keys() <= CLUSTER_FIELDS:
            raise ValueError(f"A cluster has the fields {', '.join(sorted(CLUSTER_FIELDS))}.")
        _check_state(fields.get("state", "ACTIVE"), CLUSTER_STATES)
        defaults: Json = {
            "name": "another-cluster",
            "project_id": DEFAULT_PROJECT,
            "port": sandbox.database.port,
            "principals": [MAIN_ACCOUNT, OTHER_ACCOUNT],
        }
        cluster = build_cluster(cluster_id=estate.ids.new(), **(defaults | fields))
        estate.add_cluster(cluster)
        return cluster_facts(cluster)

    @app.patch("/clusters/<cluster_id>")
    def change_cluster(cluster_id: str) -> Json:
        state = _check_state(_field("state"), CLUSTER_STATES)
        return cluster_facts(estate.set_cluster_state(cluster_id, state))

    @app.delete("/clusters/<cluster_id>")
    def drop_cluster(cluster_id: str) -> Json:
        estate.drop_cluster(cluster_id)
        return {}

    @app.patch("/registrations/<endpoint_id>")
    def change_registration(endpoint_id: str) -> Json:
        fields = _body()
        state = _check_state(fields.get("state"), REGISTRATION_STATES)
        registration = estate.registrations.force(endpoint_id, state, fields.get("message"))
        return {"endpoint_id": endpoint_id, "state": registration.state, "message": registration.message}

    @app.patch("/vpc-endpoints/<endpoint_id>")
    def change_endpoint(endpoint_id: str) -> Json | tuple[Json, int]:
        if sandbox.aws.endpoint(endpoint_id) is None:
            return {"error": f"The VPC endpoint {endpoint_id} is not found."}, 404
        state = _check_state(_field("state"), ENDPOINT_STATES)
        sandbox.aws.force_state(endpoint_id, state)
        return {"endpoint_id": endpoint_id, "state": state}


def _add_policies(app: flask.Flask, sandbox: Sandbox) -> None:
    authorizer = sandbox.aws.authorizer

    @app.get("/policies")
    def get_policies() -> Json:
        return authorizer.attached()

    @app.put("/policies/<path:principal>")
    def attach_policy(principal: str) -> Json:
        authorizer.attach(principal, _body())
        return {}

    @app.delete("/policies/<path:principal>")
    def detach_policy(principal: str) -> Json:
        authorizer.detach(principal)
        return {}

    @app.get("/policies/asked")
    def get_asked() -> Json:
        return {"asked": authorizer.asked()}

    @app.delete("/policies/asked")
    def forget_asked() -> Json:
        authorizer.forget()
        return {}


def _check_state(state: object, known: tuple[str, ...]) -> str:
    if not isinstance(state, str) or state not in known:
        raise ValueError(f"The state must be one of {', '.join(known)}, not {state!r}.")
    return state
