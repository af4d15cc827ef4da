# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the control API that concerns customers who provide an endpoint service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask

from tests.sandbox.aws import balancers
from tests.sandbox.aws.cloud import PROVIDER_ACCOUNT_ID
from tests.sandbox.aws.private_names import STATES

if TYPE_CHECKING:
    from tests.sandbox.aws import Aws

Json = dict[str, Any]

LOAD_BALANCER_STATES = ("active", "provisioning", "active_impaired", "failed")
"""Source: LoadBalancerState.Code in the Elastic Load Balancing API reference."""


def add_provider(app: flask.Flask, aws: Aws) -> None:
    _add_services(app, aws)
    _add_dns(app, aws)


def _add_services(app: flask.Flask, aws: Aws) -> None:
    @app.post("/connections")
    def connect() -> Json | tuple[Json, int]:
        fields = _body("service_name", "account_id")
        try:
            endpoint = aws.connect(fields["service_name"], fields.get("account_id", PROVIDER_ACCOUNT_ID))
        except KeyError:
            return _not_found("endpoint service", fields["service_name"])
        except PermissionError as refused:
            return {"error": str(refused)}, 403
        return {"endpoint_id": endpoint.vpc_endpoint_id, "state": endpoint.state}

    @app.patch("/endpoint-services/<service_id>")
    def change_service(service_id: str) -> Json | tuple[Json, int]:
        state = _one_of(_body("private_dns_name_state")["private_dns_name_state"], STATES)
        try:
            aws.provider.force_name(service_id, state)
        except KeyError:
            return _not_found("endpoint service with a private DNS name", service_id)
        return {"service_id": service_id, "private_dns_name_state": state}

    @app.patch("/load-balancers/<path:arn>")
    def change_load_balancer(arn: str) -> Json | tuple[Json, int]:
        state = _one_of(_body("state")["state"], LOAD_BALANCER_STATES)
        try:
            balancers.force_state(arn, state)
        except (KeyError, ValueError):
            return _not_found("load balancer", arn)
        return {"load_balancer_arn": arn, "state": state}

    @app.delete("/principals/<path:arn>")
    def delete_principal(arn: str) -> Json:
        aws.provider.forget_principal(arn)
        return {}


def _add_dns(app: flask.Flask, aws: Aws) -> None:
    @app.get("/dns")
    def get_records() -> Json:
        return {"records": aws.dns.records()}

    @app.put("/dns/<name>")
    def publish(name: str) -> Json:
        values = _body("values")["values"]
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise ValueError("The values of a TXT record must be a list of texts.")
        aws.dns.publish(name, values)
        return {}

    @app.delete("/dns/<name>")
    def withdraw(name: str) -> Json:
        aws.dns.publish(name, ())
        return {}


def _body(required: str, *optional: str) -> Json:
    body = flask.request.get_json(force=True)
    if not isinstance(body, dict) or required not in body or not body.keys() <= {required, *optional}:
        raise ValueError(f"The body must be a JSON object with {required}.")
    return body


def _one_of(state: object, known: tuple[str, ...]) -> str:
    if not isinstance(state, str) or state not in known:
        raise ValueError(f"The state must be one of {', '.join(known)}, not {state!r}.")
    return state


def _not_found(kind: str, name: str) -> tuple[Json, int]:
    return {"error": f"The {kind} {name} is not found."}, 404
