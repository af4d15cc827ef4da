# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet import ensure_options
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.ensure_options import (
    FleetOptions,
    fleet_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.options import (
    endpoint_arguments,
    shared_arguments,
)
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.options import wait_arguments
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline

ONE, TWO, THREE = "1379661944646413143", "1379661944646423271", "1379661944646433389"
PROJECT, OTHER_PROJECT = "1372813089209061633", "1372813089209061634"
SERVICE = "com.amazonaws.vpce.us-east-1.vpce-svc-00000000000000001"
AWS_OPTIONS = ("region", "profile", "access_key", "secret_key", "session_token", "endpoint_url")


class Module:
    """A module's options as Ansible passes them: all are there, null if not set."""

    def __init__(self, *endpoints: dict[str, t.Any], **given: t.Any) -> None:
        spec = fleet_arguments()
        items = spec["endpoints"]["options"]
        every = {**spec, **shared_arguments(), **wait_arguments(900)}
        self.params = {
            **dict.fromkeys(AWS_OPTIONS),
            **{option: about.get("default") for option, about in every.items()},
            **given,
            "endpoints": [{**dict.fromkeys(items), **endpoint} for endpoint in endpoints],
        }
        self.no_log_values: set[str] = set()


class Made:
    """Records what was made of the options: accounts, and the clusters that are listed of each project."""

    def __init__(self) -> None:
        self.accounts: list[dict[str, t.Any]] = []
        self.clusters: list[dict[str | None, list[str]]] = []
        self.refreshed: list[str] = []

    def aws(self, module: t.Any, *, profile: str | None, deadline: Deadline) -> types.SimpleNamespace:
        if module.params["region"] == "nowhere":
            raise PrivateLinkError("There is no such region.")
        assert deadline.seconds == 60
        self.accounts.append({**module.params, "own profile": profile})
        return types.SimpleNamespace()

    def tidbcloud(self, session: object, cluster_ids: dict[str | None, list[str]]) -> types.SimpleNamespace:
        self.clusters.append(cluster_ids)
        return types.SimpleNamespace(refresh=lambda: self.refreshed.append("tidbcloud"))

    def clouds(self, aws: object, tidbcloud: object) -> types.SimpleNamespace:
        return types.SimpleNamespace(tidbcloud=tidbcloud, refresh=lambda: self.refreshed.append("aws"))

    def fleet(self, module: Module) -> FleetOptions:
        return FleetOptions(module, Deadline(60, 1))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    made = Made()
    monkeypatch.setattr(ensure_options, "tidbcloud_session", lambda module, deadline: "session")
    monkeypatch.setattr(ensure_options, "AwsSession", made.aws)
    monkeypatch.setattr(ensure_options, "SharedTidbCloud", made.tidbcloud)
    monkeypatch.setattr(ensure_options, "SharedClouds", made.clouds)
    return made


def wanted(made: Made, *endpoints: dict[str, t.Any], **given: t.Any) -> Desired:
    """The session of the first item."""
    first = made.fleet(Module(*endpoints, **given)).items[0]
    assert isinstance(first.desired, Desired)
    return first.desired


def test_an_item_takes_every_option_of_the_single_module_and_declares_no_defaults() -> None:
    spec = fleet_arguments()
    items = spec["endpoints"]["options"]
    assert set(endpoint_arguments()) < set(items)
    assert not [option for option, about in items.items() if "default" in about]
    assert all(spec[option] == about for option, about in endpoint_arguments().items())


def test_options_of_the_module_are_defaults_and_those_of_the_item_win(made: Made) -> None:
    desired = wanted(
        made,
        {"cluster_id": ONE, "vpc_id": "vpc-2", "purge_tags": False, "tags": {}},
        vpc_id="vpc-1",
        subnet_ids=["subnet-1"],
        purge_tags=True,
        tags={"stage": "test"},
    )
    assert (desired.cluster_id, desired.vpc_id, desired.subnet_ids) == (ONE, "vpc-2", ("subnet-1",))
    assert (desired.purge_tags, desired.tags) == (False, {})


@pytest.mark.parametrize(
    ("own", "given", "found"),
    [
        ({}, {"cluster_id": ONE, "node_group_id": TWO}, (ONE, TWO, None)),
        ({"service_name": SERVICE}, {"cluster_id": ONE, "node_group_id": TWO}, (None, None, SERVICE)),
        ({"cluster_id": ONE}, {"service_name": SERVICE}, (ONE, None, None)),
        ({"node_group_id": THREE}, {"cluster_id": ONE, "node_group_id": TWO}, (ONE, THREE, None)),
    ],
)
def test_an_item_that_names_its_service_does_not_take_that_of_the_module(
    made: Made, own: dict[str, str], given: dict[str, str], found: tuple[str | None, ...]
) -> None:
    desired = wanted(made, own, **given)
    assert (desired.cluster_id, desired.node_group_id, desired.service_name) == found


@pytest.mark.parametrize(
    "wrong",
    [{}, {"cluster_id": ONE, "service_name": SERVICE}, {"cluster_id": "1.3e18"}, {"cluster_id": ONE, "subnet_ids": []}],
)
def test_wrong_options_are_an_error_of_that_item_alone(made: Made, wrong: dict[str, t.Any]) -> None:
    items = made.fleet(Module(wrong, {"cluster_id": TWO})).items
    assert isinstance(items[0].desired, PrivateLinkError)
    assert isinstance(items[1].desired, Desired)
    assert made.clusters == [{None: [TWO]}]


def test_an_account_that_cannot_be_used_is_an_error_of_its_items_alone(made: Made) -> None:
    items = made.fleet(Module({"cluster_id": ONE, "region": "nowhere"}, {"cluster_id": TWO})).items
    assert str(items[0].desired) == "There is no such region."
    assert isinstance(items[1].desired, Desired)


def test_the_clusters_of_each_project_are_listed_together(made: Made) -> None:
    made.fleet(
        Module(
            {"cluster_id": ONE},
            {"cluster_id": TWO, "project_id": OTHER_PROJECT},
            {"cluster_id": THREE},
            {"service_name": SERVICE},
            project_id=PROJECT,
        )
    )
    assert made.clusters == [{PROJECT: [ONE, THREE], OTHER_PROJECT: [TWO]}]


def test_without_a_cluster_tidb_cloud_is_not_asked_and_needs_no_key(made: Made) -> None:
    fleet = made.fleet(Module({"service_name": SERVICE}))
    assert made.clusters == []
    assert t.cast(t.Any, fleet.items[0].clouds).tidbcloud is None


def test_items_of_one_account_and_region_share_their_clouds(made: Made) -> None:
    items = made.fleet(
        Module(
            {"cluster_id": ONE},
            {"cluster_id": TWO},
            {"cluster_id": ONE, "region": "us-west-2"},
            {"cluster_id": ONE, "profile": "other"},
            {"cluster_id": ONE, "assume_role_arn": "arn:aws:iam::210987654321:role/r", "assume_role_external_id": "x"},
            {"cluster_id": TWO, "profile": "other"},
            region="us-east-1",
        )
    ).items
    clouds = [one.clouds for one in items]
    assert [clouds.index(one) for one in clouds] == [0, 0, 2, 3, 4, 3]
    assert [one["region"] for one in made.accounts] == ["us-east-1", "us-west-2", "us-east-1", "us-east-1"]
    assert [one["own profile"] for one in made.accounts] == [None, None, "other", None]
    assert made.accounts[3]["assume_role_external_id"] == "x"


def test_a_refresh_forgets_both_clouds_of_every_account(made: Made) -> None:
    fleet = made.fleet(Module({"cluster_id": ONE}, {"cluster_id": ONE, "region": "us-west-2"}))
    fleet.refresh()
    assert made.refreshed == ["tidbcloud", "aws", "aws"]


def test_a_refresh_without_tidb_cloud_is_one_of_aws(made: Made) -> None:
    made.fleet(Module({"service_name": SERVICE})).refresh()
    assert made.refreshed == ["aws"]


def refuses(_session: object, _cluster_ids: object) -> t.NoReturn:
    raise PrivateLinkError("The API key is refused.")


def test_without_tidb_cloud_the_items_that_do_not_need_it_go_on(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensure_options, "SharedTidbCloud", refuses)
    first, second = made.fleet(Module({"cluster_id": ONE}, {"service_name": SERVICE})).items
    assert str(first.desired) == "The API key is refused."
    assert isinstance(second.desired, Desired)
    assert second.clouds is not None


def test_where_every_item_needs_tidb_cloud_its_error_ends_the_run(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensure_options, "SharedTidbCloud", refuses)
    with pytest.raises(PrivateLinkError, match="refused"):
        made.fleet(Module({"cluster_id": ONE}, {"cluster_id": TWO}))
