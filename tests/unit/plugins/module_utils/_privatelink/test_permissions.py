# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWS is asked once for each action whether it would permit it; only a clear denial stops a run."""

from __future__ import annotations

import threading
import types
import typing as t
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink import permissions
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.current import Current, Pair
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.desired import Desired
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.lifecycle import Outcome
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.permissions import permitted
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.plan import plan
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._privatelink.steps import CreateVpcEndpoint
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.errors import ApiError
from tests.support.endpoint_literals import (
    OTHER_VPC,
    OTHER_VPCE,
    OWNED,
    REGION,
    VPC,
    VPCE,
    current,
    desired,
    interface_endpoint,
    pair,
    registration,
)

METHODS = {
    "create_vpc_endpoint": "CreateVpcEndpoint",
    "create_tags": "CreateTags",
    "delete_tags": "DeleteTags",
    "delete_vpc_endpoints": "DeleteVpcEndpoints",
    "modify_vpc_endpoint": "ModifyVpcEndpoint",
}
REQUEST_ID = "request-7"
EDIT: dict[str, t.Any] = {"subnet_ids": ("subnet-a", "subnet-b"), "security_group_ids": ("sg-2",), "tags": {"a": "b"}}


class Ec2:
    """A client of boto3. `codes`: what a call is answered with instead of "it would be permitted"; "" is success.

    `only`: the parameters that a call must have to get this answer.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, t.Any]]] = []
        self.codes: dict[str, str] = {}
        self.only = ""
        self.meta = types.SimpleNamespace(
            service_model=types.SimpleNamespace(service_name="ec2"),
            method_to_api_mapping=METHODS,
            region_name=REGION,
        )

    def __getattr__(self, method: str) -> t.Callable[..., t.Any]:
        return lambda **params: self._answer(METHODS[method], params)

    def _answer(self, call: str, params: dict[str, t.Any]) -> dict[str, t.Any]:
        assert params["DryRun"] is True
        self.asked.append((call, params))
        code = self.codes.get(call, "DryRunOperation") if self.only in str(params) else "DryRunOperation"
        meta: t.Any = {"RequestId": REQUEST_ID, "HTTPStatusCode": 403 if code == "UnauthorizedOperation" else 412}
        if code:
            message = f"User: me is not authorized to perform: ec2:{call} because no policy allows it."
            raise ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": meta}, call)
        return {
            "VpcEndpoint": {"VpcEndpointId": "vpce-made", "State": "pendingAcceptance"},
            "Unsuccessful": [],
            "ResponseMetadata": meta,
        }

    @property
    def calls(self) -> list[str]:
        return sorted(call for call, _params in self.asked)


@pytest.fixture
def ec2() -> Ec2:
    return Ec2()


def clouds_of(ec2: Ec2) -> t.Any:
    return types.SimpleNamespace(ec2=lambda region: ec2)


def outcome(wanted: Desired, before: Current) -> Outcome:
    return Outcome(wanted, before, before, plan(wanted, before))


def there(vpce: str = VPCE, vpc_id: str = VPC, tags: t.Mapping[str, str] = OWNED) -> Pair:
    return pair(interface_endpoint(vpce, vpc_id=vpc_id, tags={**tags}), registration(vpce))


def edit(vpce: str = VPCE, vpc_id: str = VPC, tags: t.Mapping[str, str] = OWNED, **options: t.Any) -> Outcome:
    wanted = desired(vpc_id=vpc_id, **{**EDIT, **options})
    return outcome(wanted, current(main=there(vpce, vpc_id, tags)))


def removal(vpce: str = VPCE, vpc_id: str = VPC, tags: t.Mapping[str, str] = OWNED) -> Outcome:
    wanted = desired(state="absent", vpc_id=vpc_id)
    return outcome(wanted, current(main=there(vpce, vpc_id, tags)))


def refusal(found: object) -> ApiError:
    assert isinstance(found, ApiError)
    return found


def test_a_creation_is_asked_for_with_its_own_arguments_and_token(ec2: Ec2) -> None:
    made = outcome(desired(), current(gone=("vpce-old",)))
    assert permitted([(made, clouds_of(ec2))]) == [made]
    [(call, params)] = ec2.asked
    assert call == "CreateVpcEndpoint"
    assert (params["VpcId"], params["SubnetIds"], params["SecurityGroupIds"]) == (VPC, ["subnet-a"], ["sg-1"])
    tags = {tag["Key"]: tag["Value"] for tag in params["TagSpecifications"][0]["Tags"]}
    assert tags == OWNED
    assert len(params["ClientToken"]) == 64


def test_each_action_of_an_edit_is_asked_for_once_about_the_endpoint_itself(ec2: Ec2) -> None:
    found = edit(tags={**OWNED, "old": "x"})
    assert len(found.planned.steps) == 5
    assert permitted([(found, clouds_of(ec2))]) == [found]
    assert ec2.calls == ["CreateTags", "DeleteTags", "ModifyVpcEndpoint"]
    assert all(VPCE in str(params) for _call, params in ec2.asked)


def test_an_unchanged_run_and_a_registration_ask_for_nothing(ec2: Ec2) -> None:
    wanted = desired()
    unchanged = outcome(wanted, current(main=there()))
    unregistered = outcome(wanted, current(main=Pair(there().endpoint, None)))
    assert [step.name for step in unregistered.planned.steps] == ["register_endpoint"]
    items = [unchanged, unregistered]
    assert permitted([(item, clouds_of(ec2)) for item in items]) == items
    assert ec2.asked == []


def test_everything_that_is_missing_is_named_in_one_error(ec2: Ec2) -> None:
    ec2.codes = {"CreateTags": "UnauthorizedOperation", "ModifyVpcEndpoint": "UnauthorizedOperation"}
    error = refusal(permitted([(edit(), clouds_of(ec2))])[0])
    for action in ("ec2:CreateTags", "ec2:ModifyVpcEndpoint"):
        assert f"allow {action} in the IAM policy of these credentials" in str(error)
    assert str(error).endswith("Nothing was touched.")
    assert error.returned()["error"] == {
        "code": "UnauthorizedOperation",
        "status": 403,
        "api": "ec2",
        "request_id": REQUEST_ID,
    }


@pytest.mark.parametrize("code", ["InvalidVpcEndpointId.NotFound", "RequestLimitExceeded", "InternalError", ""])
def test_any_other_answer_costs_no_run(ec2: Ec2, code: str) -> None:
    ec2.codes = dict.fromkeys(METHODS.values(), code)
    items = [edit(), removal(OTHER_VPCE, OTHER_VPC)]
    assert permitted([(item, clouds_of(ec2)) for item in items]) == items


def test_an_answer_that_does_not_come_costs_seconds_and_no_run(ec2: Ec2, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(permissions, "ANSWERED_WITHIN", 0.1)
    monkeypatch.setattr(ec2, "_answer", lambda call, params: over.wait(30))
    item = removal()
    assert permitted([(item, clouds_of(ec2))]) == [item]
    over.set()


def test_a_fleet_asks_once_for_each_action_account_and_region(ec2: Ec2) -> None:
    clouds, other = clouds_of(ec2), Ec2()
    items = [removal(f"vpce-{number}", f"vpc-{number % 3}") for number in range(9)]
    accounts = [(item, clouds) for item in items] + [(removal(), clouds_of(other))]
    elsewhere = replace(
        items[0], before=replace(items[0].before, provider=replace(items[0].before.provider, region="eu-west-1"))
    )
    assert permitted([*accounts, (elsewhere, clouds)]) == [*items, accounts[-1][0], elsewhere]
    assert ec2.calls == ["DeleteVpcEndpoints"] * 2
    assert other.calls == ["DeleteVpcEndpoints"]


def test_a_refusal_holds_for_its_vpc_and_another_vpc_is_asked_about(ec2: Ec2) -> None:
    ec2.codes, ec2.only = {"DeleteVpcEndpoints": "UnauthorizedOperation"}, "vpce-a"
    clouds = clouds_of(ec2)
    items = [removal("vpce-a1"), removal("vpce-a2"), removal("vpce-b1", OTHER_VPC), removal("vpce-b2", OTHER_VPC)]
    found = permitted([(item, clouds) for item in items])
    assert [isinstance(one, ApiError) for one in found] == [True, True, False, False]
    assert len(ec2.asked) == 2


def test_an_adoption_is_asked_for_its_tags_alone_and_says_nothing_of_our_own(ec2: Ec2) -> None:
    ec2.codes, ec2.only = {"CreateTags": "UnauthorizedOperation"}, "vpce-foreign"
    clouds = clouds_of(ec2)
    adoption, ours = edit("vpce-foreign", tags={"old": "x"}), edit()
    found = permitted([(adoption, clouds), (ours, clouds)])
    assert "ec2:CreateTags" in str(refusal(found[0]))
    assert found[1] == ours
    # What an adoption changes is ours by then; only what is ours already is asked about.
    assert [params["VpcEndpointId"] for call, params in ec2.asked if call == "ModifyVpcEndpoint"] == [VPCE]
    assert "DeleteTags" not in ec2.calls


def test_what_made_an_endpoint_for_a_dry_run_has_made_the_one_that_is_wanted(ec2: Ec2) -> None:
    ec2.codes = {"CreateVpcEndpoint": ""}
    items = [outcome(desired(), current()), outcome(desired(vpc_id=OTHER_VPC), current())]
    first, second = permitted([(item, clouds_of(ec2)) for item in items])[0], items[1]
    assert isinstance(first, Outcome)
    creation = first.planned.first(CreateVpcEndpoint)
    assert creation is not None
    assert creation.made == "vpce-made"
    assert first.returned()["steps"] == items[0].returned()["steps"]
    clouds = clouds_of(ec2)
    both = permitted([(item, clouds) for item in items])
    assert both[1] == second
