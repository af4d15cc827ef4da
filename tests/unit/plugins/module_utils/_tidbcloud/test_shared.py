# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every test states all calls that are made for all private endpoints together, in order."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import MAX_ATTEMPTS, Session
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.shared import SharedTidbCloud
from tests.support.digest_server import Answer, DigestServer

MISSING = Answer({"code": 5, "message": "not found", "details": []}, 404)
REFUSED = Answer({"code": 7, "message": "permission denied", "details": []}, 403)
CLUSTERS = "GET /v1beta1/clusters"
CONNECTIONS = "/v1beta1/clusters/{}/tidbNodeGroups/{}/privateEndpointConnections"
PROJECT = {"labels": {"tidb.cloud/project": "7"}}
ALL_OF_7 = f"GET {CONNECTIONS.format('-', '-')}?projectId=7&cloudProvider=aws&pageSize=100 200"


def cluster(cluster_id: str, **fields: t.Any) -> dict[str, t.Any]:
    return {"clusterId": cluster_id, "state": "ACTIVE", **PROJECT, **fields}


def clusters(*found: dict[str, t.Any]) -> Answer:
    return Answer({"clusters": list(found)})


def row(vpc_endpoint_id: str, cluster_id: str | None = "10", group_id: str | None = "20") -> dict[str, t.Any]:
    return {
        "endpointId": vpc_endpoint_id,
        "privateEndpointConnectionId": f"of-{vpc_endpoint_id}",
        "clusterId": cluster_id,
        "tidbNodeGroupId": group_id,
        "endpointState": "ACTIVE",
    }


def rows(*found: dict[str, t.Any]) -> Answer:
    return Answer({"privateEndpointConnections": list(found)})


class Conversation:
    """`calls` are those after the challenge."""

    def __init__(self, server: DigestServer, session: Session, cluster_ids: Mapping[str | None, list[str]]) -> None:
        self.server = server
        self.tidb = SharedTidbCloud(session, cluster_ids)

    @property
    def calls(self) -> list[str]:
        return self.server.calls[1:]

    def registered(self, cluster_id: str, group_id: str) -> list[str]:
        return [found.vpc_endpoint_id for found in self.tidb.list_registrations(cluster_id, group_id)]


Talk = t.Callable[..., Conversation]


@pytest.fixture
def talk(serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session]) -> Talk:
    def start(cluster_ids: Mapping[str | None, list[str]], *script: Answer) -> Conversation:
        server = serve(*script)
        return Conversation(server, connect(server), cluster_ids)

    return start


def test_all_clusters_of_a_project_are_one_request(talk: Talk) -> None:
    talk_ = talk({"7": ["11", "10", "11"]}, clusters(cluster("10", displayName="ten"), cluster("11")))
    found = [talk_.tidb.get_cluster(cluster_id) for cluster_id in ("10", "11", "10")]
    assert [one.name if one else "" for one in found] == ["ten", None, "ten"]
    assert talk_.calls == [f"{CLUSTERS}?projectId=7&clusterIds=10&clusterIds=11&pageSize=100 200"]


def test_each_project_has_a_list_of_its_own_and_without_one_the_default_project_is_meant(talk: Talk) -> None:
    talk_ = talk({None: ["10"], "7": ["11"]}, clusters(cluster("10")), clusters(cluster("11")))
    assert talk_.calls == [
        f"{CLUSTERS}?clusterIds=10&pageSize=100 200",
        f"{CLUSTERS}?projectId=7&clusterIds=11&pageSize=100 200",
    ]


def test_a_hundred_clusters_fit_into_a_request(talk: Talk) -> None:
    talk_ = talk({"7": [str(number) for number in range(1000, 1201)]})
    assert [call.count("clusterIds=") for call in talk_.calls] == [100, 100, 1]


def test_a_cluster_that_the_list_does_not_have_is_asked_for_once_by_itself(talk: Talk) -> None:
    talk_ = talk({"7": ["10", "12"]}, clusters(cluster("10")), MISSING, clusters())
    assert [talk_.tidb.get_cluster("12") for _turn in range(2)] == [None, None]
    assert talk_.calls[1:] == [f"{CLUSTERS}/12 404", f"{CLUSTERS}?projectId=7&clusterIds=12&pageSize=100 200"]


def test_a_project_that_is_refused_concerns_its_own_clusters_only(talk: Talk) -> None:
    talk_ = talk({"6": ["10"], "7": ["11"]}, REFUSED, clusters(cluster("11")), Answer(cluster("10")))
    assert talk_.tidb.get_cluster("11") is not None
    assert talk_.tidb.get_cluster("10") is not None
    assert talk_.calls[-1] == f"{CLUSTERS}/10 200"


def test_where_tidb_cloud_cannot_be_asked_at_all_the_first_list_says_so(
    serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session]
) -> None:
    server = serve(challenge='Digest realm="tidb.cloud", nonce="n", qop="auth"')
    with pytest.raises(ApiError) as refused:
        SharedTidbCloud(connect(server), {"7": ["10"]})
    assert refused.value.status == 401


def test_each_service_is_one_request_also_where_there_is_none(talk: Talk) -> None:
    talk_ = talk({}, Answer({"serviceName": "s", "state": "ACTIVE"}), MISSING)
    found = [talk_.tidb.get_service("10", group_id) for group_id in ("20", "21", "20", "21")]
    assert [one.service_name if one else None for one in found] == ["s", None, "s", None]
    assert [call.rsplit(" ", 1)[1] for call in talk_.calls] == ["200", "404"]


def test_the_registrations_of_a_project_are_one_list_for_all_its_clusters(talk: Talk) -> None:
    listed = rows(row("vpce-1"), row("vpce-2", "10", "21"), row("vpce-3", "11", "22"))
    talk_ = talk({"7": ["10", "11"]}, clusters(cluster("10"), cluster("11")), listed)
    assert talk_.registered("10", "20") == ["vpce-1"]
    assert talk_.registered("10", "21") == ["vpce-2"]
    assert talk_.registered("11", "22") == ["vpce-3"]
    assert talk_.registered("11", "20") == []
    one = talk_.tidb.get_registration("10", "21", "of-vpce-2")
    assert one is not None
    assert one.vpc_endpoint_id == "vpce-2"
    assert talk_.tidb.get_registration("10", "20", "of-vpce-2") is None
    assert talk_.calls[1:] == [ALL_OF_7]


def test_a_row_without_its_cluster_belongs_to_its_node_group(talk: Talk) -> None:
    talk_ = talk({"7": ["10"]}, clusters(cluster("10")), rows(row("vpce-1", None), row("vpce-2", "10", "21")))
    assert talk_.registered("10", "20") == ["vpce-1"]
    assert talk_.registered("10", "29") == []


@pytest.mark.parametrize("of", ["10", None])
def test_the_list_of_a_group_completes_rows_without_their_node_group(talk: Talk, of: str | None) -> None:
    known = [clusters(cluster("10"), cluster("11")), rows(row("vpce-1", of, None), row("vpce-3", "11", "21"))]
    talk_ = talk({"7": ["10", "11"]}, *known, rows(row("vpce-1")), rows(row("vpce-3", "11", "21")))
    assert talk_.registered("10", "20") == ["vpce-1"]
    assert talk_.registered("11", "21") == ["vpce-3"]
    own = [] if of else [f"GET {CONNECTIONS.format('11', '21')}?pageSize=100 200"]
    assert talk_.calls[1:] == [ALL_OF_7, f"GET {CONNECTIONS.format('10', '20')}?pageSize=100 200", *own]


@pytest.mark.parametrize("strange", [REFUSED, MISSING, Answer({"status": "ok"}), Answer(b"<html/>")], ids=repr)
def test_a_strange_list_of_a_project_is_replaced_by_those_of_its_node_groups(talk: Talk, strange: Answer) -> None:
    talk_ = talk({"7": ["10"]}, clusters(cluster("10")), strange, rows(row("vpce-1")), rows(row("vpce-2", "10", "21")))
    assert talk_.registered("10", "20") == ["vpce-1"]
    assert talk_.registered("10", "21") == ["vpce-2"]
    assert talk_.registered("10", "21") == ["vpce-2"]
    assert len(talk_.calls) == 4


def test_a_list_that_cannot_be_read_is_requested_once_in_each_round(talk: Talk) -> None:
    down = [Answer({}, 503)] * MAX_ATTEMPTS
    talk_ = talk({"7": ["10", "11"]}, clusters(cluster("10"), cluster("11")), *down, rows(row("vpce-1")))
    errors = []
    for cluster_id in ("10", "11", "10"):
        with pytest.raises(ApiError, match="503") as failed:
            talk_.registered(cluster_id, "20")
        errors.append(failed.value)
    assert len({id(error) for error in errors}) == 3
    assert {error.status for error in errors} == {503}
    assert len(talk_.calls) == 1 + MAX_ATTEMPTS
    talk_.tidb.refresh()
    assert talk_.registered("10", "20") == ["vpce-1"]


def test_each_private_endpoint_gets_an_error_of_its_own_for_a_list_of_its_node_group(talk: Talk) -> None:
    talk_ = talk({None: ["10"]}, clusters(cluster("10", labels=None)), *[Answer({}, 503)] * MAX_ATTEMPTS)
    errors = []
    for _turn in range(2):
        with pytest.raises(ApiError, match="503") as failed:
            talk_.registered("10", "20")
        errors.append(failed.value)
    assert errors[0] is not errors[1]


@pytest.mark.parametrize("strange", [Answer({"status": "ok"}), clusters({"state": "ACTIVE"}), Answer(b"<html/>")])
def test_clusters_that_a_strange_list_does_not_tell_are_asked_for_by_themselves(talk: Talk, strange: Answer) -> None:
    talk_ = talk({"6": ["10"], "7": ["11"]}, strange, clusters(cluster("11")), Answer(cluster("10")))
    assert talk_.tidb.get_cluster("11") is not None
    assert talk_.tidb.get_cluster("10") is not None


def test_a_list_of_clusters_that_cannot_be_read_fails_only_those(talk: Talk) -> None:
    talk_ = talk({"6": ["10", "12"], "7": ["11"]}, *[Answer({}, 503)] * MAX_ATTEMPTS, clusters(cluster("11")))
    assert talk_.tidb.get_cluster("11") is not None
    for cluster_id in ("10", "12"):
        with pytest.raises(ApiError, match="503"):
            talk_.tidb.get_cluster(cluster_id)
    assert len(talk_.calls) == MAX_ATTEMPTS + 1


def test_a_registration_is_not_gone_while_a_row_has_no_id(talk: Talk) -> None:
    nameless = {**row("vpce-1"), "privateEndpointConnectionId": None}
    talk_ = talk({"7": ["10"]}, clusters(cluster("10")), rows(nameless), Answer(row("vpce-1")))
    found = talk_.tidb.get_registration("10", "20", "of-vpce-1")
    assert found is not None
    assert talk_.calls[-1] == f"GET {CONNECTIONS.format('10', '20')}/of-vpce-1 200"


def test_what_is_not_found_to_be_terminated_is_looked_for_in_a_new_list(talk: Talk) -> None:
    talk_ = talk({"7": ["10"]}, clusters(cluster("10")), rows(row("vpce-1")), MISSING, rows())
    assert talk_.registered("10", "20") == ["vpce-1"]
    talk_.tidb.terminate_registration("10", "20", "of-vpce-1")
    assert talk_.calls[-1] == f"GET {CONNECTIONS.format('10', '20')}?pageSize=100 200"


def test_after_a_refresh_registrations_are_listed_again_and_clusters_and_services_are_not(talk: Talk) -> None:
    talk_ = talk({"7": ["10"]}, clusters(cluster("10")), rows(), rows(row("vpce-1")))
    assert talk_.registered("10", "20") == []
    talk_.tidb.refresh()
    assert talk_.registered("10", "20") == ["vpce-1"]
    talk_.tidb.get_cluster("10")
    assert talk_.calls[1:] == [ALL_OF_7, ALL_OF_7]


def test_a_cluster_without_a_known_project_has_a_list_of_its_own_once_in_each_round(talk: Talk) -> None:
    alone = cluster("10", labels=None)
    talk_ = talk({None: ["10"]}, clusters(alone), rows(row("vpce-1")), rows())
    assert [talk_.registered("10", "20") for _turn in range(2)] == [["vpce-1"], ["vpce-1"]]
    talk_.tidb.refresh()
    assert talk_.registered("10", "20") == []
    assert talk_.calls[1:] == [f"GET {CONNECTIONS.format('10', '20')}?pageSize=100 200"] * 2


def test_after_a_registration_that_failed_the_next_look_is_at_a_new_list(talk: Talk) -> None:
    refused = Answer({"code": 3, "message": "exists already", "details": []}, 400)
    talk_ = talk({"7": ["10"]}, clusters(cluster("10")), rows(), refused, rows(row("vpce-1")))
    assert talk_.registered("10", "20") == []
    with pytest.raises(ApiError, match="exists already"):
        talk_.tidb.register_endpoint("10", "20", "vpce-1")
    assert talk_.registered("10", "20") == ["vpce-1"]
    assert talk_.calls[1:] == [ALL_OF_7, f"POST {CONNECTIONS.format('10', '20')} 400", ALL_OF_7]


def test_a_registration_that_was_taken_costs_no_new_list(talk: Talk) -> None:
    talk_ = talk({"7": ["10"]}, clusters(cluster("10")), rows(), Answer(row("vpce-1")))
    talk_.registered("10", "20")
    talk_.tidb.register_endpoint("10", "20", "vpce-1")
    talk_.registered("10", "20")
    assert talk_.calls[1:] == [ALL_OF_7, f"POST {CONNECTIONS.format('10', '20')} 200"]
