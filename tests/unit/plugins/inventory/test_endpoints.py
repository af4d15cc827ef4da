# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
import warnings
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, inventory_loader

from ansible_collections.tidbcloud.privatelink.plugins.inventory import endpoints
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet import read_options
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.read import Hosts
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._fleet.scope import Filters
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import options
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.wait import Deadline
from tests.tools.documented import merged

NAME = "tidbcloud.privatelink.endpoints"
KEYS = {"tidbcloud_public_key": "publickey-Vw6tR3", "tidbcloud_private_key": "9b1c7f52-private-key-0a6d"}


def endpoint(number: int, **facts: t.Any) -> dict[str, t.Any]:
    known: dict[str, t.Any] = {
        "vpc_endpoint_id": f"vpce-{number}",
        "status": "active",
        "region": "us-east-1",
        "project_id": "7",
        "cluster_id": str(number),
        "cluster_name": "{{ 1 + 1 }}",
        "vpc_id": "vpc-1",
        "tags": {"team": "data"},
    }
    return {**known, **facts}


class Fleet:
    """What the rooms of the modules would find. `reads`: the requests to them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found = [endpoint(1), endpoint(2, status="failed", region="us-west-2", vpc_id=None)]
        self.services: list[dict[str, t.Any]] = []
        self.reads: list[tuple[Filters, list[t.Any]]] = []
        self.params: dict[str, t.Any] = {}
        self.errors: list[Exception] = []
        self.missing: list[str] = []
        self.seconds = 0.0

    def connect(self, options: t.Any, deadline: Deadline) -> str:
        self.seconds = deadline.seconds
        self.params = options.params
        return "tidbcloud"

    def read(self, filters: Filters, tidb: object, accounts: list[t.Any], warn: t.Callable[[str], None]) -> Hosts:
        self.reads.append((filters, accounts))
        for warning in self.missing:
            warn(warning)
        for error in self.errors:
            raise error
        return Hosts(self.found, self.services)

    def inventory(self, *, renewed: bool = False, **options: t.Any) -> InventoryData:
        """As Ansible would read it from a file. `renewed`: with `--flush-cache`."""
        path = self.path / "x.tidbcloud_endpoints.yml"
        path.write_text(yaml.safe_dump({"plugin": NAME, **KEYS, **options}))
        plugin = inventory_loader.get(NAME)
        inventory = InventoryData()
        assert plugin.verify_file(str(path))
        plugin.parse(inventory, DataLoader(), str(path), cache=not renewed)
        if options.get("cache"):
            plugin.update_cache_if_changed()
        inventory.reconcile_inventory()
        return inventory


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fleet:
    with warnings.catch_warnings(action="ignore"):  # pytest-ansible may have done it already.
        init_plugin_loader()
    fleet = Fleet(tmp_path)
    module = inventory_loader.get(NAME).__class__.parse.__globals__
    monkeypatch.setitem(module, "read_hosts", fleet.read)
    monkeypatch.setitem(module, "connect_tidbcloud", fleet.connect)
    monkeypatch.setattr(read_options, "connect_tidbcloud", fleet.connect)
    for variable in ("TIDBCLOUD_PUBLIC_KEY", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    return fleet


def members(inventory: InventoryData) -> dict[str, list[str]]:
    groups = inventory.get_groups_dict()
    return {name: sorted(hosts) for name, hosts in groups.items() if name not in ("all", "ungrouped")}


def variables(inventory: InventoryData, host: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = inventory.get_host(host).get_vars()
    return found


def test_every_private_endpoint_is_a_host_with_its_facts(fleet: Fleet) -> None:
    inventory = fleet.inventory()
    assert sorted(inventory.hosts) == ["vpce-1", "vpce-2"]
    assert variables(inventory, "vpce-1")["private_endpoint"] == endpoint(1)


def test_hosts_are_grouped_by_what_is_known_of_them(fleet: Fleet) -> None:
    assert members(fleet.inventory()) == {
        "private_endpoints": ["vpce-1", "vpce-2"],
        "status_active": ["vpce-1"],
        "status_failed": ["vpce-2"],
        "region_us_east_1": ["vpce-1"],
        "region_us_west_2": ["vpce-2"],
        "project_7": ["vpce-1", "vpce-2"],
        "cluster_1": ["vpce-1"],
        "cluster_2": ["vpce-2"],
        "vpc_vpc_1": ["vpce-1"],
    }


def test_a_host_is_not_a_machine_so_its_tasks_run_here_with_the_python_of_the_playbook(fleet: Fleet) -> None:
    found = variables(fleet.inventory(), "vpce-1")
    assert found["ansible_connection"] == "local"
    assert found["ansible_python_interpreter"] == "{{ ansible_playbook_python }}"


def test_what_the_apis_tell_is_never_a_template(fleet: Fleet) -> None:
    inventory = fleet.inventory(compose={"name": "private_endpoint.cluster_name"})
    name = variables(inventory, "vpce-1")["name"]
    assert name == "{{ 1 + 1 }}"
    try:
        from ansible.template import is_trusted_as_template
    except ImportError:  # ansible-core before 2.19
        assert getattr(name, "__UNSAFE__", False)
    else:
        assert not is_trusted_as_template(name)


def test_users_add_variables_and_groups_of_their_own(fleet: Fleet) -> None:
    inventory = fleet.inventory(
        compose={"team": "private_endpoint.tags.team"},
        groups={"broken": "private_endpoint.status == 'failed'"},
        keyed_groups=[{"prefix": "team", "key": "private_endpoint.tags.team"}],
    )
    assert variables(inventory, "vpce-1")["team"] == "data"
    assert members(inventory)["broken"] == ["vpce-2"]
    assert members(inventory)["team_data"] == ["vpce-1", "vpce-2"]


def test_strict_refuses_an_expression_that_fails(fleet: Fleet) -> None:
    wrong = {"x": "private_endpoint.no_such_key.at_all"}
    assert "x" not in variables(fleet.inventory(compose=wrong), "vpce-1")
    with pytest.raises(AnsibleParserError if t.TYPE_CHECKING else Exception, match="Could not set x"):
        fleet.inventory(compose=wrong, strict=True)


def test_an_empty_fleet_is_an_empty_inventory(fleet: Fleet) -> None:
    fleet.found = []
    assert fleet.inventory().hosts == {}


def test_a_registration_without_an_interface_endpoint_is_not_a_host(fleet: Fleet) -> None:
    fleet.found = [endpoint(1), endpoint(2, vpc_endpoint_id=None)]
    assert list(fleet.inventory().hosts) == ["vpce-1"]


def test_the_filters_are_those_of_endpoint_info(fleet: Fleet) -> None:
    fleet.inventory(
        project_ids=["8", "7"], cluster_ids=["1"], vpc_ids=["vpc-1"], statuses=["failed"], regions=["us-west-2"]
    )
    filters, _accounts = fleet.reads[0]
    assert filters == Filters(
        cluster_ids=frozenset({"1"}),
        project_ids=("7", "8"),
        vpc_ids=frozenset({"vpc-1"}),
        statuses=frozenset({"failed"}),
        regions=("us-west-2",),
    )


def test_aws_is_read_with_the_aws_options_and_their_environment(fleet: Fleet) -> None:
    fleet.inventory()
    _filters, (account,) = fleet.reads[0]
    assert (account.session.region, account.regions) == ("eu-central-1", ())


def test_aws_may_be_several_accounts(fleet: Fleet) -> None:
    role = "arn:aws:iam::210987654321:role/r"
    fleet.inventory(accounts=[{"assume_role_arn": role, "regions": ["us-east-1"]}, {"assume_role_arn": role}])
    _filters, accounts = fleet.reads[0]
    assert [account.regions for account in accounts] == [("us-east-1",), ()]


def test_without_aws_details_no_account_is_read(fleet: Fleet) -> None:
    fleet.inventory(aws_details=False)
    assert fleet.reads[0][1] == []


def test_options_come_from_the_environment_and_may_be_templates(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDBCLOUD_PUBLIC_KEY", "publickey-of-the-environment")
    monkeypatch.setenv("TIDBCLOUD_DEDICATED_ENDPOINT", "http://127.0.0.1:1")
    fleet.inventory(tidbcloud_public_key=None, tidbcloud_private_key="{{ 'private' ~ 'key' }}")
    assert fleet.params["tidbcloud_public_key"] == "publickey-of-the-environment"
    assert fleet.params["tidbcloud_api_url"] == "http://127.0.0.1:1"


def test_the_cache_spares_the_second_read_and_holds_no_secret(fleet: Fleet) -> None:
    kept = fleet.path / "kept"
    options: t.Any = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(kept)}
    first, second = fleet.inventory(**options), fleet.inventory(**options)
    assert len(fleet.reads) == 1
    assert variables(second, "vpce-2") == variables(first, "vpce-2")
    assert members(second) == members(first)
    (file,) = kept.iterdir()
    text = file.read_text()
    assert "vpce-1" in json.dumps(json.loads(text))
    assert not [secret for secret in KEYS.values() if secret in text]


def test_a_cache_is_renewed_on_request(fleet: Fleet) -> None:
    options: t.Any = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(fleet.path / "kept"),
    }
    fleet.inventory(**options)
    fleet.found = [endpoint(3)]
    assert list(fleet.inventory(renewed=True, **options).hosts) == ["vpce-3"]
    assert list(fleet.inventory(**options).hosts) == ["vpce-3"]


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("tidbcloud_endpoints.yml", True),
        ("production.tidbcloud_endpoints.yaml", True),
        ("endpoints.yml", False),
        ("tidbcloud_endpoints.json", False),
        ("tidbcloud_endpoints.yml.bak", False),
    ],
)
def test_a_file_is_known_by_the_end_of_its_name(fleet: Fleet, name: str, is_ours: bool) -> None:
    path = fleet.path / name
    path.write_text("plugin: x\n")
    assert inventory_loader.get(NAME).verify_file(str(path)) is is_ours


def test_a_file_that_is_not_there_is_not_ours(fleet: Fleet) -> None:
    assert not inventory_loader.get(NAME).verify_file(str(fleet.path / "tidbcloud_endpoints.yml"))


def test_what_a_cloud_refuses_is_reported_as_it_is(fleet: Fleet) -> None:
    fleet.errors = [ApiError("TiDB Cloud refused the key. Check it.", api="tidbcloud", status=401)]
    with pytest.raises(AnsibleParserError, match=r"TiDB Cloud refused the key\. Check it\."):
        fleet.inventory()


def test_an_invalid_id_is_reported(fleet: Fleet) -> None:
    with pytest.raises(AnsibleParserError, match="cluster_id"):
        fleet.inventory(cluster_ids=["1.3e18"])


def test_a_missing_requests_is_reported(monkeypatch: pytest.MonkeyPatch, fleet: Fleet) -> None:
    monkeypatch.setattr(options, "HAS_REQUESTS", False)
    monkeypatch.setattr(read_options, "connect_tidbcloud", options.connect_tidbcloud)
    with pytest.raises(AnsibleParserError, match="requests"):
        fleet.inventory()


def test_a_missing_boto3_matters_only_where_aws_is_read(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    fleet.inventory(aws_details=False)
    with pytest.raises(
        AnsibleParserError, match=r"cannot be imported .*: boto3, botocore, requests\. .* aws_details must be false"
    ):
        fleet.inventory()


def test_the_statuses_that_may_be_asked_for_are_those_that_exist() -> None:
    from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.status import NOTES

    documented = merged(endpoints.DOCUMENTATION)
    assert set(documented["statuses"]["choices"]) == set(NOTES)


def test_reading_has_a_deadline(fleet: Fleet) -> None:
    fleet.inventory()
    assert fleet.seconds == 900
    fleet.inventory(wait_timeout=30)
    assert fleet.seconds == 30
    with pytest.raises(AnsibleParserError, match="wait_timeout must be"):
        fleet.inventory(wait_timeout=-1)


def test_an_unexpected_error_is_reported_as_a_defect(fleet: Fleet) -> None:
    fleet.errors = [KeyError("what the code takes for granted")]
    with pytest.raises(AnsibleParserError, match="while reading the private endpoints: a defect of tidbcloud"):
        fleet.inventory()


HOSTILE_IDS = ["all", "localhost", "vpce-1\nvpce-2", "vpce-{{ 1 }}", "-e", "vpce-" + "1" * 99, "vpce-1[0:9]", "\ud800"]


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
def test_what_is_not_an_id_becomes_neither_a_host_nor_a_group(fleet: Fleet, hostile: str) -> None:
    facts = dict.fromkeys(("region", "project_id", "cluster_id", "vpc_id"), f"a:{hostile}")
    fleet.found = [endpoint(1, **facts), endpoint(2, vpc_endpoint_id=hostile)]
    inventory = fleet.inventory()
    assert list(inventory.hosts) == ["vpce-1"]
    assert members(inventory) == {"private_endpoints": ["vpce-1"], "status_active": ["vpce-1"]}


def is_template(value: t.Any) -> bool:
    try:
        from ansible.template import is_trusted_as_template
    except ImportError:  # ansible-core before 2.19
        return not getattr(value, "__UNSAFE__", False)
    return bool(is_trusted_as_template(value))


POISON: list[t.Any] = [
    {"__ansible_type": "TrustedAsTemplate"},
    "text",
    {},
    [1],
    [{}],
    [{"vpc_endpoint_id": 1, **dict.fromkeys(("status", "region", "project_id", "cluster_id", "vpc_id"))}],
    [{"vpc_endpoint_id": "vpce-1"}],
    None,
]


@pytest.mark.parametrize("poison", POISON)
def test_a_cache_that_holds_something_else_is_renewed(fleet: Fleet, poison: t.Any) -> None:
    plugin = inventory_loader.get(NAME)
    kept = plugin.__class__.parse.__globals__["_kept"]
    assert kept(poison) is None


def test_what_a_poisoned_cache_holds_is_data_as_well(fleet: Fleet) -> None:
    kept = fleet.path / "kept"
    options: t.Any = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(kept)}
    fleet.inventory(**options)
    (file,) = kept.iterdir()
    tags = [{"__ansible_type": "TrustedAsTemplate"}]
    trusted = {"__ansible_type": "_AnsibleTaggedStr", "value": "{{ 6 * 7 }}", "tags": tags}
    text = file.read_text()
    for plain, poison in ((json.dumps("{{ 1 + 1 }}"), json.dumps(trusted)),):
        # From ansible-core 2.19 on the cache is a JSON text within another.
        text = text.replace(json.dumps(plain)[1:-1], json.dumps(poison)[1:-1]).replace(plain, poison)
    assert "6 * 7" in text
    file.write_text(text)
    inventory = fleet.inventory(compose={"name": "private_endpoint.cluster_name"}, **options)
    assert len(fleet.reads) == 1
    host = variables(inventory, "vpce-1")
    assert host["name"] == "{{ 6 * 7 }}"
    assert not is_template(host["name"])
    assert not is_template(host["private_endpoint"]["cluster_name"])


def test_what_was_not_found_or_not_read_is_warned_of(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr("ansible.utils.display.Display.warning", lambda _self, message, **_more: shown.append(message))
    fleet.missing = ["cluster_ids names 12, which was not found.\x1b[2J It is not there."]
    assert len(fleet.inventory().hosts) == 2
    assert shown == ["cluster_ids names 12, which was not found. [2J It is not there."]


EMPTY = [
    "project_id",
    "cluster_ids",
    "statuses",
    "regions",
    "accounts",
    "aws_details",
    "wait_timeout",
    "tidbcloud_timeout",
    "tidbcloud_api_url",
    "region",
    "profile",
    "assume_role_arn",
    "strict",
    "compose",
    "keyed_groups",
]


@pytest.mark.parametrize("empty", ["", " ", None])
@pytest.mark.parametrize("option", EMPTY)
def test_an_option_that_is_left_empty_is_as_if_it_were_not_there(fleet: Fleet, option: str, empty: str | None) -> None:
    fleet.inventory()
    expected = fleet.params
    given: dict[str, t.Any] = {option: empty}
    fleet.inventory(**given)
    assert fleet.params == expected
    assert [filters for filters, _accounts in fleet.reads] == [fleet.reads[0][0]] * 2
    assert len(fleet.reads[1][1]) == 1


def test_blanks_around_ids_and_regions_do_not_count_nor_empty_items(fleet: Fleet) -> None:
    accounts = [{"profile": " reader ", "regions": ["us-east-1 ", ""]}]
    fleet.inventory(
        cluster_ids="1 , 2,",
        vpc_ids=[" vpc-1", ""],
        regions="us-east-1 , eu-central-1",
        region="us-east-1 ",
        accounts=accounts,
    )
    filters = fleet.reads[0][0]
    assert (filters.cluster_ids, filters.vpc_ids) == (frozenset({"1", "2"}), frozenset({"vpc-1"}))
    assert filters.regions == ("eu-central-1", "us-east-1")
    assert fleet.params["region"] == "us-east-1"
    assert fleet.params["accounts"] == [{"profile": "reader", "regions": ["us-east-1"]}]


def test_a_template_that_leaves_nothing_is_not_set_either(fleet: Fleet) -> None:
    fleet.inventory(cluster_ids="{{ ' ' }}", region="{{ '' }}", tidbcloud_api_url="{{ ' https://x.example/v1 ' }}")
    assert fleet.reads[0][0].cluster_ids == frozenset()
    assert fleet.params["region"] is None
    assert fleet.params["tidbcloud_api_url"] == "https://x.example/v1"


# Endpoint services of the user's own


def own(service_id: str = "vpce-svc-1", **facts: t.Any) -> dict[str, t.Any]:
    return {"service_id": service_id, "region": "us-east-1", "hosting": "self_hosted", "connections": [], **facts}


def test_an_own_service_is_a_host_in_groups_of_its_own(fleet: Fleet) -> None:
    fleet.services = [own(tags={"tidbcloud:service-name": "{{ 1 + 1 }}"})]
    inventory = fleet.inventory()
    groups = members(inventory)
    assert (groups["endpoint_services"], groups["service_region_us_east_1"]) == (["vpce-svc-1"], ["vpce-svc-1"])
    assert [name for name, hosts in groups.items() if "vpce-svc-1" in hosts] == sorted(
        ["endpoint_services", "service_region_us_east_1"]
    )
    found = variables(inventory, "vpce-svc-1")
    assert found["endpoint_service"] == fleet.services[0]
    assert "private_endpoint" not in found
    assert found["ansible_connection"] == "local"


def test_what_is_constructed_is_for_private_endpoints_only(fleet: Fleet) -> None:
    fleet.services = [own()]
    inventory = fleet.inventory(
        strict=True, compose={"name": "private_endpoint.status"}, groups={"of_all": "private_endpoint.status != ''"}
    )
    assert "name" in variables(inventory, "vpce-1")
    assert "name" not in variables(inventory, "vpce-svc-1")


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
def test_a_service_without_an_id_and_a_region_that_is_none_are_left_out(fleet: Fleet, hostile: str) -> None:
    fleet.services = [own(hostile), own(region=f"a:{hostile}")]
    inventory = fleet.inventory()
    assert sorted(inventory.hosts) == ["vpce-1", "vpce-2", "vpce-svc-1"]
    assert not [name for name in members(inventory) if name.startswith("service_region")]


def test_own_services_come_from_the_cache_as_well(fleet: Fleet) -> None:
    fleet.services = [own()]
    options: t.Any = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(fleet.path / "kept"),
    }
    first, second = fleet.inventory(**options), fleet.inventory(**options)
    assert len(fleet.reads) == 1
    assert variables(first, "vpce-svc-1")["endpoint_service"] == variables(second, "vpce-svc-1")["endpoint_service"]


@pytest.mark.parametrize(
    ("options", "asked"), [({}, False), ({"aws_details": False}, True), ({"vpc_ids": ["v"]}, True)]
)
def test_without_a_key_own_services_are_all_that_is_read(
    monkeypatch: pytest.MonkeyPatch, fleet: Fleet, options: dict[str, t.Any], asked: bool
) -> None:
    for half in ("public", "private"):
        monkeypatch.delenv(f"TIDBCLOUD_{half.upper()}_KEY", raising=False)
        monkeypatch.delitem(KEYS, f"tidbcloud_{half}_key")
    fleet.inventory(**options)
    assert bool(fleet.params) is asked
