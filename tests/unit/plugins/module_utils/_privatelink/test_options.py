# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import options
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run import options as run_options
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import PrivateLinkError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from tests.support.endpoint_literals import CLUSTER_ID, GROUP_ID, PROJECT_ID, SERVICE_NAME, VPC

KEYS = {
    "tidbcloud_public_key": "public-key-of-the-test",
    "tidbcloud_private_key": "private-key-of-the-test-0123",
    "tidbcloud_api_url": "",
    "tidbcloud_serverless_api_url": "",
    "tidbcloud_timeout": 30.0,
    "tidbcloud_ca_path": None,
}


def params(arguments: t.Mapping[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    """The parameters of a module with that argument spec."""
    defaults = {name: spec.get("default") for name, spec in arguments.items()}
    assert set(given) <= {*defaults, "project_id", "wait"}
    return {"project_id": None, "wait": True, **defaults, **given}


def wanted(**given: t.Any) -> Desired:
    return options.desired_endpoint(params(options.endpoint_arguments(), **given))


def test_what_is_not_given_is_left_alone() -> None:
    assert wanted(cluster_id=CLUSTER_ID) == Desired(cluster_id=CLUSTER_ID)


ARGUMENTS = options.endpoint_arguments()


def another(option: str) -> t.Any:
    """A value that is not the default of the option."""
    spec = ARGUMENTS.get(option, {"type": "str"})
    if spec["type"] == "bool":
        return not spec.get("default", True)
    if spec["type"] == "dict":
        return {"a": 1}
    choice = (spec.get("choices") or ["7"])[-1]
    return [choice] if spec["type"] == "list" else choice


@pytest.mark.parametrize("option", sorted({*ARGUMENTS, "project_id"} - {"cluster_id", "service_name"}))
def test_every_option_reaches_its_own_field_of_the_desired_state_and_no_other(option: str) -> None:
    without, with_it = wanted(cluster_id=CLUSTER_ID), wanted(cluster_id=CLUSTER_ID, **{option: another(option)})
    assert {name for name in vars(without) if getattr(without, name) != getattr(with_it, name)} == {option}


def test_every_field_of_the_desired_state_is_an_option() -> None:
    assert set(vars(Desired())) == {*ARGUMENTS, "project_id", "wait"}


def test_values_are_exact_sets_and_texts() -> None:
    made = wanted(
        cluster_id=CLUSTER_ID,
        node_group_id=GROUP_ID,
        project_id=PROJECT_ID,
        vpc_id=VPC,
        subnet_ids=["b", "a", "b"],
        security_group_ids=["sg"],
        allow_violations=["vpc_not_found"],
        tags={"a": 1},
        wait=False,
    )
    assert made == Desired(
        cluster_id=CLUSTER_ID,
        node_group_id=GROUP_ID,
        project_id=PROJECT_ID,
        vpc_id=VPC,
        subnet_ids=("a", "b"),
        security_group_ids=("sg",),
        allow_violations=frozenset({"vpc_not_found"}),
        tags={"a": "1"},
        wait=False,
    )
    assert wanted(service_name=SERVICE_NAME) == Desired(service_name=SERVICE_NAME)


@pytest.mark.parametrize("option", ["cluster_id", "node_group_id", "project_id"])
@pytest.mark.parametrize("value", [1.379661944646413e18, "1.379661944646413e+18", "12.0", "main", "-1", " ", "1" * 21])
def test_an_invalid_id_is_rejected_by_its_option(option: str, value: object) -> None:
    with pytest.raises(PrivateLinkError, match=option):
        wanted(**{"cluster_id": CLUSTER_ID, option: value})


def test_an_exact_number_is_an_id() -> None:
    assert wanted(cluster_id=int(CLUSTER_ID)).cluster_id == CLUSTER_ID


TEXTS = [name for name, spec in ARGUMENTS.items() if spec["type"] == "str" and "default" not in spec]


@pytest.mark.parametrize("option", sorted(set(TEXTS) - {"cluster_id"}))
def test_an_empty_text_counts_as_not_given(option: str) -> None:
    assert wanted(**{"cluster_id": CLUSTER_ID, option: ""}) == Desired(cluster_id=CLUSTER_ID)


@pytest.mark.parametrize("option", ["subnet_ids", "security_group_ids"])
def test_an_empty_text_for_a_list_counts_as_not_given_and_an_empty_list_is_refused(option: str) -> None:
    assert getattr(wanted(cluster_id=CLUSTER_ID, **{option: [""]}), option) is None
    assert getattr(wanted(cluster_id=CLUSTER_ID, **{option: ["", "a"]}), option) == ("a",)
    with pytest.raises(PrivateLinkError, match=f"^{option} is an empty list.*Omit {option}"):
        wanted(cluster_id=CLUSTER_ID, **{option: []})


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, "neither is given"),
        ({"cluster_id": "", "service_name": ""}, "neither is given"),
        ({"cluster_id": CLUSTER_ID, "service_name": SERVICE_NAME}, "both are given"),
        ({"service_name": SERVICE_NAME, "node_group_id": GROUP_ID}, "node_group_id needs cluster_id"),
    ],
)
def test_exactly_one_target_is_needed(given: dict[str, str], found: str) -> None:
    with pytest.raises(PrivateLinkError, match=found):
        wanted(**given)


def test_no_tags_are_not_the_same_as_tags_that_are_not_given() -> None:
    assert wanted(cluster_id=CLUSTER_ID, tags={}).tags == {}
    assert wanted(cluster_id=CLUSTER_ID).tags is None


@pytest.mark.parametrize(
    ("waiting", "option"),
    [
        ({"wait_timeout": -1}, "wait_timeout"),
        ({"wait_delay": 0}, "wait_delay"),
        ({"wait_delay": -0.5}, "wait_delay"),
        ({"wait_delay": float("nan")}, "wait_delay"),
        ({"wait_delay": float("inf")}, "wait_delay"),
        ({"wait_timeout": 10**30}, "wait_timeout"),
    ],
)
def test_a_time_that_cannot_be_waited_is_refused(waiting: dict[str, float], option: str) -> None:
    with pytest.raises(PrivateLinkError, match=option):
        run_options.deadline_of({**params(run_options.wait_arguments(900)), **waiting})


def test_the_deadline_is_that_of_the_options() -> None:
    assert run_options.deadline_of(params(run_options.wait_arguments(900))).seconds == 900
    assert run_options.deadline_of({"wait_timeout": 0, "wait_delay": 1}).left() == 0
    assert run_options.deadline_of(params(run_options.read_arguments())).seconds == 900


@pytest.mark.parametrize(
    "value", ["a\udcff", ["a", "\udcff"], {"tags": {"\udcff": "b"}}, [{"tags": [{"a": "\udcff"}]}], {"a": ("\udcff",)}]
)
def test_bytes_that_are_not_text_are_refused_by_the_name_of_their_option(value: t.Any) -> None:
    with pytest.raises(PrivateLinkError, match=r"^name holds bytes that are not UTF-8\."):
        run_options.reject_unencodable({"vpc_id": "vpc-1", "port": 1, "name": value})


def test_any_other_text_does_not_matter_here() -> None:
    run_options.reject_unencodable(
        {"name": "\U0001f600\x1b\n", "tags": {1: None, "ü": 1.5}, "wait_delay": float("nan")}
    )


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("https://host.example.com/v1", set()),
        ("https://someone:pass%40word@host.example.com", {"someone:pass%40word", "pass%40word", "pass@word"}),
        ("https://a-token-alone@host.example.com", {"a-token-alone"}),
        ("https://someone:a/b?c#d@host.example.com", {"someone:a/b?c#d", "a/b?c#d"}),
        ("https://a:b@host.example.com", set()),
        ("mail@example.com", set()),
    ],
)
def test_credentials_in_a_url_are_hidden_from_whatever_is_shown(url: str, hidden: set[str]) -> None:
    module = Module(tidbcloud_api_url=url)
    run_options.hide_url_secrets(module)
    assert module.no_log_values == hidden


class Module:
    """The part of a module that connecting needs."""

    def __init__(self, **given: t.Any) -> None:
        self.params = {**KEYS, **given}
        self.failures: list[dict[str, t.Any]] = []
        self.no_log_values: set[str] = set()

    def fail_json(self, **details: t.Any) -> t.NoReturn:
        self.failures.append(details)
        raise SystemExit


@pytest.mark.parametrize("half", ["public", "private"])
@pytest.mark.parametrize("value", [None, ""])
def test_half_a_key_that_is_missing_is_named_with_its_variable(half: str, value: str | None) -> None:
    with pytest.raises(PrivateLinkError, match=f"tidbcloud_{half}_key.*TIDBCLOUD_{half.upper()}_KEY"):
        options.connect_tidbcloud(Module(**{f"tidbcloud_{half}_key": value}), Deadline(900, 1))


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 1e30])
def test_a_request_must_be_given_time(seconds: float) -> None:
    with pytest.raises(PrivateLinkError, match="tidbcloud_timeout"):
        options.connect_tidbcloud(Module(tidbcloud_timeout=seconds), Deadline(900, 1))


def test_a_missing_library_ends_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "HAS_REQUESTS", False)
    monkeypatch.setattr(options, "REQUESTS_IMPORT_ERROR", "Traceback: no requests")
    with pytest.raises(
        PrivateLinkError, match=r"cannot be imported by .*: requests\. .*pip install 'boto3.*' 'requests"
    ) as caught:
        options.connect_tidbcloud(Module(), Deadline(900, 1))
    assert caught.value.returned()["exception"] == "Traceback: no requests"


def test_empty_addresses_are_those_of_the_service() -> None:
    assert options.connect_tidbcloud(Module(), Deadline(900, 1)).session is not None


def test_secrets_are_marked_and_public_halves_are_not() -> None:
    arguments = options.shared_arguments()
    assert arguments["tidbcloud_private_key"]["no_log"] is True
    assert arguments["tidbcloud_public_key"]["no_log"] is False
