# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every test states all calls that the method under test makes, in order."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.api import TidbCloud
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.failures import NotFound, Unreadable
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.pages import MOST_PAGES
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._tidbcloud.session import Session
from tests.support.digest_server import Answer, DigestServer

MISSING = Answer({"code": 5, "message": "not found", "details": []}, 404)
GROUP = "/v1beta1/clusters/10/tidbNodeGroups/20"
CONNECTIONS = f"{GROUP}/privateEndpointConnections"
PAGE = "pageSize=100"


class Conversation:
    """TiDB Cloud behind a script. `calls` are those after the challenge."""

    def __init__(self, server: DigestServer, session: Session) -> None:
        self.server = server
        self.tidb = TidbCloud(session)

    @property
    def calls(self) -> list[str]:
        assert self.server.calls[0].endswith(" 401")
        return self.server.calls[1:]


@pytest.fixture
def talk(serve: t.Callable[..., DigestServer], connect: t.Callable[..., Session]) -> t.Callable[..., Conversation]:
    def start(*script: Answer) -> Conversation:
        server = serve(*script)
        return Conversation(server, connect(server))

    return start


Talk = t.Callable[..., Conversation]


def test_a_cluster_is_one_call(talk: Talk) -> None:
    talk_ = talk(Answer({"clusterId": "10", "state": "ACTIVE"}))
    cluster = talk_.tidb.get_cluster("10")
    assert cluster is not None
    assert (cluster.cluster_id, cluster.state) == ("10", "ACTIVE")
    assert talk_.calls == ["GET /v1beta1/clusters/10 200"]


def test_a_cluster_that_neither_its_address_nor_the_list_has_is_null(talk: Talk) -> None:
    talk_ = talk(MISSING, NO_CLUSTERS)
    assert talk_.tidb.get_cluster("10", "7") is None
    assert talk_.calls == [
        "GET /v1beta1/clusters/10 404",
        f"GET /v1beta1/clusters?projectId=7&clusterIds=10&{PAGE} 200",
    ]


def test_a_cluster_that_is_listed_is_there_whatever_its_address_says(talk: Talk) -> None:
    talk_ = talk(MISSING, Answer({"clusters": [{"clusterId": "10", "state": "PAUSED"}]}))
    cluster = talk_.tidb.get_cluster("10")
    assert cluster is not None
    assert cluster.state == "PAUSED"


def test_a_cluster_that_is_listed_without_an_id_may_be_the_one_that_is_not_found(talk: Talk) -> None:
    with pytest.raises(Unreadable, match=r"asked for 10 and lists a cluster without an id"):
        talk(MISSING, Answer({"clusters": [{"state": "ACTIVE"}]})).tidb.get_cluster("10")


def test_a_404_on_the_list_of_clusters_is_not_an_empty_list(talk: Talk) -> None:
    with pytest.raises(NotFound):
        talk(MISSING, MISSING).tidb.get_cluster("10")
    with pytest.raises(NotFound):
        talk(MISSING).tidb.list_clusters("7")


@pytest.mark.parametrize("answer", [{}, {"status": "ok"}, {"clusterId": None}, {"clusterId": "11"}, {"clusterId": []}])
def test_an_object_that_is_not_the_cluster_is_unreadable(talk: Talk, answer: object) -> None:
    with pytest.raises(Unreadable, match=r"a JSON object of another kind.*Check tidbcloud_api_url"):
        talk(Answer(answer)).tidb.get_cluster("10")


NO_CLUSTERS = Answer({"clusters": []})
PAGE_NOT_FOUND = Answer(b"404 page not found", 404, {"Content-Type": "text/plain"})


def test_a_cluster_that_something_else_does_not_find_is_looked_for_in_the_list(talk: Talk) -> None:
    talk_ = talk(PAGE_NOT_FOUND, NO_CLUSTERS)
    assert talk_.tidb.get_cluster("10") is None
    assert talk_.calls == ["GET /v1beta1/clusters/10 404", f"GET /v1beta1/clusters?clusterIds=10&{PAGE} 200"]


def test_an_address_where_nothing_is_the_api_has_lost_no_cluster(talk: Talk) -> None:
    with pytest.raises(ApiError, match="HTTP 404"):
        talk(PAGE_NOT_FOUND, PAGE_NOT_FOUND).tidb.get_cluster("10")


def test_a_cluster_that_may_not_be_read_is_an_error(talk: Talk) -> None:
    with pytest.raises(ApiError, match="HTTP 403"):
        talk(Answer({"code": 7, "message": "denied"}, 403)).tidb.get_cluster("10")


def test_the_service_plan_is_asked_of_the_other_api(talk: Talk) -> None:
    talk_ = talk(Answer({"clusterId": "10", "servicePlan": "Starter"}))
    assert talk_.tidb.get_service_plan("10") == "Starter"
    assert talk_.calls == ["GET /serverless/clusters/10 200"]


@pytest.mark.parametrize("status", [400, 403, 404])
def test_the_service_plan_is_null_where_the_other_api_does_not_show_the_cluster(talk: Talk, status: int) -> None:
    assert talk(Answer({"code": 7, "message": "no"}, status)).tidb.get_service_plan("10") is None


def test_the_service_plan_is_an_error_where_the_other_api_fails(talk: Talk) -> None:
    with pytest.raises(ApiError, match="HTTP 500"):
        talk(*[Answer({"code": 13, "message": "no"}, 500)] * 9).tidb.get_service_plan("10")


def test_clusters_are_read_page_by_page_with_the_same_parameters(talk: Talk) -> None:
    talk_ = talk(
        Answer({"clusters": [{"clusterId": "10"}, {"clusterId": "11"}], "totalSize": 3, "nextPageToken": "a/b="}),
        Answer({"clusters": [{"clusterId": "12"}], "totalSize": 3, "nextPageToken": ""}),
    )
    clusters = talk_.tidb.list_clusters(project_id="1", cluster_ids=["10", "11", "12"])
    assert [cluster.cluster_id for cluster in clusters] == ["10", "11", "12"]
    query = "projectId=1&clusterIds=10&clusterIds=11&clusterIds=12&pageSize=100"
    assert talk_.calls == [
        f"GET /v1beta1/clusters?{query} 200",
        f"GET /v1beta1/clusters?{query}&pageToken=a%2Fb%3D 200",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"clusters": []},
        {"totalSize": 0},
        {"clusters": None, "totalSize": 0},
        {"nextPageToken": ""},
        {"clusters": None, "nextPageToken": ""},
        {"totalSize": 0, "nextPageToken": "", "more": 1},
    ],
)
def test_an_empty_list_may_be_written_in_many_ways(talk: Talk, answer: object) -> None:
    talk_ = talk(Answer(answer))
    assert talk_.tidb.list_clusters() == []
    assert talk_.calls == [f"GET /v1beta1/clusters?{PAGE} 200"]


def test_a_page_token_that_comes_again_is_an_error_and_not_an_endless_loop(talk: Talk) -> None:
    talk_ = talk(*[Answer({"clusters": [{"clusterId": "10"}], "nextPageToken": "same"})] * 9)
    with pytest.raises(ApiError, match="never end"):
        talk_.tidb.list_clusters()
    assert talk_.calls == [
        f"GET /v1beta1/clusters?{PAGE} 200",
        f"GET /v1beta1/clusters?{PAGE}&pageToken=same 200",
    ]


BAD_TOKENS: list[object] = [5, [], {}, False, "a\nb", "\ud800", "x" * 5000]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"clusters": {"clusterId": "10"}},
        {"clusters": None},
        {"clusters": None, "nextPageToken": None, "totalSize": None},
        {"totalSize": 3},
        {"totalSize": False},
        {"totalSize": 3, "nextPageToken": ""},
        {"nextPageToken": "", "status": "ok"},
        {"status": "ok"},
        {"clusters": [None]},
        {"clusters": ["10"]},
        *({"clusters": [], "nextPageToken": token} for token in BAD_TOKENS),
    ],
    ids=repr,
)
def test_what_is_not_a_list_is_unreadable_because_what_is_not_listed_counts_as_gone(talk: Talk, answer: object) -> None:
    talk_ = talk(Answer(answer))
    with pytest.raises(Unreadable, match=r"GET /clusters was answered with .* of another kind.*tidbcloud_api_url"):
        talk_.tidb.list_clusters()
    assert len(talk_.calls) == 1


def test_a_page_may_be_empty_and_have_a_next_one(talk: Talk) -> None:
    talk_ = talk(
        Answer({"clusters": [], "totalSize": 1, "nextPageToken": "2"}),
        Answer({"nextPageToken": "3"}),
        Answer({"clusters": [{"clusterId": "10"}], "nextPageToken": None}),
    )
    assert [cluster.cluster_id for cluster in talk_.tidb.list_clusters()] == ["10"]


def test_endless_new_page_tokens_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        asked = 0

        def get(self, *_args: object, **_options: object) -> dict[str, t.Any]:
            self.asked += 1
            return {"clusters": [], "nextPageToken": str(self.asked)}

    endless = Endless()
    with pytest.raises(ApiError, match="never end"):
        TidbCloud(t.cast(Session, endless)).list_clusters()
    assert endless.asked == MOST_PAGES + 1


def test_a_cluster_that_is_listed_without_an_id_is_kept(talk: Talk) -> None:
    assert [one.cluster_id for one in talk(Answer({"clusters": [{"clusterId": "../x"}]})).tidb.list_clusters()] == [""]


def test_a_service_is_one_call_and_null_if_it_was_never_begun(talk: Talk) -> None:
    talk_ = talk(Answer({"state": "CREATING"}), MISSING, Answer({"tidbNodeGroupId": "20", "availableZones": []}))
    service = talk_.tidb.get_service("10", "20")
    assert service is not None
    assert (service.node_group_id, service.state, service.service_name) == ("20", "creating", None)
    assert talk_.tidb.get_service("10", "20") is None
    assert talk_.tidb.get_service("10", "20") is None
    assert talk_.calls == [f"GET {GROUP}/privateLinkService {status}" for status in (200, 404, 200)]


@pytest.mark.parametrize("answer", [{}, {"status": 1}, {"tidbNodeGroupId": "21", "state": "ACTIVE"}], ids=repr)
def test_an_object_that_is_not_the_service_is_unreadable_and_not_a_service_that_was_never_begun(
    talk: Talk, answer: object
) -> None:
    with pytest.raises(Unreadable, match="of another kind"):
        talk(Answer(answer)).tidb.get_service("10", "20")


def test_a_web_page_with_404_is_not_a_service_that_was_never_begun(talk: Talk) -> None:
    talk_ = talk(NO_CLUSTERS, Answer(b"<html>404</html>", 404))
    talk_.tidb.list_clusters()
    with pytest.raises(NotFound, match="does not find"):
        talk_.tidb.get_service("10", "20")


def test_the_registrations_of_all_clusters_of_a_project_are_one_list(talk: Talk) -> None:
    talk_ = talk(Answer({"privateEndpointConnections": [{"endpointId": "vpce-1", "endpointState": "DISCOVERED"}]}))
    registrations = talk_.tidb.list_registrations(project_id="1", cloud_provider="aws")
    assert [(one.vpc_endpoint_id, one.state, one.cluster_id) for one in registrations] == [
        ("vpce-1", "DISCOVERED", None)
    ]
    path = "/v1beta1/clusters/-/tidbNodeGroups/-/privateEndpointConnections"
    assert talk_.calls == [f"GET {path}?projectId=1&cloudProvider=aws&{PAGE} 200"]


def test_the_registrations_of_one_node_group_carry_its_ids(talk: Talk) -> None:
    talk_ = talk(
        Answer({"privateEndpointConnections": [{"endpointId": "vpce-1"}], "nextPageToken": "2"}),
        Answer({"privateEndpointConnections": [{"endpointId": "vpce-2"}]}),
    )
    found = talk_.tidb.list_registrations("10", "20")
    assert [(one.vpc_endpoint_id, one.cluster_id, one.node_group_id) for one in found] == [
        ("vpce-1", "10", "20"),
        ("vpce-2", "10", "20"),
    ]
    assert talk_.calls == [f"GET {CONNECTIONS}?{PAGE} 200", f"GET {CONNECTIONS}?{PAGE}&pageToken=2 200"]


@pytest.mark.parametrize("missing", [MISSING, PAGE_NOT_FOUND, Answer(b"<html>404</html>", 404)], ids=repr)
def test_a_404_on_the_list_of_registrations_is_not_an_empty_list(talk: Talk, missing: Answer) -> None:
    talk_ = talk(NO_CLUSTERS, missing)
    talk_.tidb.list_clusters()
    with pytest.raises(NotFound):
        talk_.tidb.list_registrations("10", "20")


def test_rows_that_lack_their_ids_are_kept(talk: Talk) -> None:
    listed = [{"privateEndpointConnectionId": "30"}, {"endpointId": "vpce-1", "privateEndpointConnectionId": "a/b"}, {}]
    found = talk(Answer({"privateEndpointConnections": listed})).tidb.list_registrations("10", "20")
    assert [(one.vpc_endpoint_id, one.private_endpoint_connection_id) for one in found] == [
        ("", "30"),
        ("vpce-1", None),
        ("", None),
    ]


def test_one_registration_is_one_call_and_null_if_the_list_does_not_have_it_either(talk: Talk) -> None:
    discovered = {"endpointId": "vpce-2", "endpointState": "DISCOVERED"}
    talk_ = talk(
        Answer({"endpointId": "vpce-1", "endpointState": "ACTIVE"}),
        MISSING,
        Answer({"privateEndpointConnections": [discovered]}),
    )
    registration = talk_.tidb.get_registration("10", "20", "30")
    assert registration is not None
    assert registration.state == "ACTIVE"
    assert talk_.tidb.get_registration("10", "20", "30") is None
    assert talk_.calls == [
        f"GET {CONNECTIONS}/30 200",
        f"GET {CONNECTIONS}/30 404",
        f"GET {CONNECTIONS}?{PAGE} 200",
    ]


def test_a_registration_that_is_listed_is_there_whatever_its_address_says(talk: Talk) -> None:
    row = {"privateEndpointConnectionId": "30", "endpointState": "ACTIVE"}
    registration = talk(PAGE_NOT_FOUND, Answer({"privateEndpointConnections": [row]})).tidb.get_registration(
        "10", "20", "30"
    )
    assert registration is not None
    assert registration.state == "ACTIVE"


@pytest.mark.parametrize(
    "listed",
    [MISSING, Answer({}), Answer({"privateEndpointConnections": [{"endpointId": "vpce-1"}]})],
    ids=["404", "unreadable", "a row without its id"],
)
def test_a_registration_is_not_gone_while_the_list_does_not_tell(talk: Talk, listed: Answer) -> None:
    with pytest.raises(ApiError):
        talk(MISSING, listed).tidb.get_registration("10", "20", "30")


@pytest.mark.parametrize(
    "answer", [{}, {"status": "ok"}, {"privateEndpointConnectionId": "31", "endpointState": "ACTIVE"}], ids=repr
)
def test_an_object_that_is_not_the_registration_is_unreadable(talk: Talk, answer: object) -> None:
    with pytest.raises(Unreadable, match="of another kind"):
        talk(Answer(answer)).tidb.get_registration("10", "20", "30")


@pytest.mark.parametrize(
    "answer",
    [Answer({}), Answer({"status": "ok"}), Answer({"endpointId": "vpce-2"}), Answer(b"<html/>"), Answer(b"[[" * 9999)],
    ids=["empty", "portal", "another endpoint", "web page", "deep"],
)
def test_a_registration_that_is_answered_unreadably_is_ambiguous(talk: Talk, answer: Answer) -> None:
    with pytest.raises(Unreadable, match=r"POST /clusters/10.*tidbcloud_api_url") as caught:
        talk(answer).tidb.register_endpoint("10", "20", "vpce-1")
    assert caught.value.ambiguous


def test_an_endpoint_is_registered_by_its_id_alone(talk: Talk) -> None:
    talk_ = talk(Answer({"privateEndpointConnectionId": "30", "endpointState": "PENDING"}))
    registration = talk_.tidb.register_endpoint("10", "20", "vpce-1")
    assert (registration.vpc_endpoint_id, registration.private_endpoint_connection_id) == ("vpce-1", "30")
    assert talk_.calls == [f"POST {CONNECTIONS} 200"]
    assert talk_.server.exchanges[-1].body == '{"endpointId": "vpce-1"}'


def test_registering_in_a_node_group_that_is_not_there_is_an_error(talk: Talk) -> None:
    with pytest.raises(ApiError, match="does not find"):
        talk(MISSING).tidb.register_endpoint("10", "20", "vpce-1")


@pytest.mark.parametrize("answer", [Answer({}), Answer(b""), Answer(b"", 204)], ids=["{}", "nothing", "204"])
def test_terminating_is_one_call(talk: Talk, answer: Answer) -> None:
    talk_ = talk(answer)
    talk_.tidb.terminate_registration("10", "20", "30")
    assert talk_.calls == [f"DELETE {CONNECTIONS}/30 {answer.status}"]


@pytest.mark.parametrize("state", [None, "DELETING", "DISCOVERED"])
def test_terminating_a_registration_that_is_gone_already_is_fine(talk: Talk, state: str | None) -> None:
    listed = [{"privateEndpointConnectionId": "30", "endpointState": state}] if state else []
    talk_ = talk(MISSING, Answer({"privateEndpointConnections": listed}))
    talk_.tidb.terminate_registration("10", "20", "30")
    assert talk_.calls == [f"DELETE {CONNECTIONS}/30 404", f"GET {CONNECTIONS}?{PAGE} 200"]


def test_a_registration_that_is_still_listed_was_not_terminated(talk: Talk) -> None:
    listed = [{"privateEndpointConnectionId": "30", "endpointState": "ACTIVE"}]
    with pytest.raises(NotFound):
        talk(MISSING, Answer({"privateEndpointConnections": listed})).tidb.terminate_registration("10", "20", "30")


@pytest.mark.parametrize("answer", [Answer({"status": "ok"}), Answer(b"<html/>"), Answer([])], ids=repr)
def test_a_delete_that_is_answered_with_anything_is_unreadable_and_ambiguous(talk: Talk, answer: Answer) -> None:
    with pytest.raises(Unreadable) as caught:
        talk(answer).tidb.terminate_registration("10", "20", "30")
    assert caught.value.ambiguous


@pytest.mark.parametrize("bad", ["", "../regions?x=1", "..", "1\n", "1/2", "é", "1" * 65])
def test_what_is_not_an_id_is_never_asked_for(talk: Talk, bad: str) -> None:
    talk_ = talk()
    with pytest.raises(ApiError, match="that is not an id"):
        talk_.tidb.get_service("10", bad)
    assert talk_.server.calls == []
