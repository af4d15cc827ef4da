# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Starter and Essential API: the one call that returns a cluster's plan.

Source: the specification "TiDB Cloud Starter and Essential API", v1beta1.
"""

from __future__ import annotations

import flask

from tests.sandbox.tidbcloud import shapes
from tests.sandbox.tidbcloud.digest import Digest
from tests.sandbox.tidbcloud.estate import Estate
from tests.sandbox.tidbcloud.gate import guard
from tests.sandbox.tidbcloud.rate import RateLimit
from tests.sandbox.tidbcloud.refusal import not_found


def serverless_app(estate: Estate, digest: Digest, rate: RateLimit) -> flask.Flask:
    """A Dedicated cluster is not known here (not published)."""
    app = flask.Flask("tidbcloud-serverless")
    guard(app, digest, rate)

    @app.get("/v1beta1/clusters/<cluster_id>", endpoint="GetServerlessCluster")
    def get_cluster(cluster_id: str) -> shapes.Json:
        cluster = estate.shared_clusters.get(cluster_id)
        if cluster is None:
            raise not_found(f"The cluster {cluster_id} is not found.")
        return shapes.shared_cluster(cluster)

    return app
