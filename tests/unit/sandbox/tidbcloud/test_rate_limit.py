# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import requests

from tests.sandbox.clock import Clock
from tests.sandbox.settings import Settings
from tests.sandbox.tidbcloud.rate import RateLimit
from tests.support.tidbcloud_sandbox import EPOCH, World


def _limit_headers(answer: requests.Response) -> tuple[str, str, str]:
    names = ("X-Ratelimit-Limit-Minute", "X-Ratelimit-Remaining-Minute", "X-Ratelimit-Reset")
    limit, remaining, reset = (answer.headers[name] for name in names)
    return limit, remaining, reset


def test_every_answer_tells_what_is_left_of_the_minute(world: World) -> None:
    assert _limit_headers(world.get("/clusters")) == ("100", "99", "60")
    world.clock.advance(20)
    assert _limit_headers(world.get("/clusters/1")) == ("100", "98", "40")


def test_a_challenge_counts_for_no_key_and_shows_the_whole_allowance(world: World) -> None:
    world.get("/clusters")
    world.client.auth = None
    assert _limit_headers(world.get("/clusters")) == ("100", "100", "60")
    assert _limit_headers(world.new_client().get("http://dedicated.test/v1beta1/clusters")) == ("100", "98", "60")


def test_the_next_minute_starts_with_the_whole_allowance() -> None:
    world = World(rate_limit=2)
    assert [world.get("/clusters").status_code for _turn in range(3)] == [200, 200, 429]
    world.clock.advance(59)
    assert _limit_headers(world.get("/clusters")) == ("2", "0", "1")
    world.clock.advance(1)
    assert _limit_headers(world.get("/clusters")) == ("2", "1", "60")


def test_both_hosts_share_one_limit() -> None:
    world = World(rate_limit=1)
    world.get("/clusters")
    answer = world.client.get("http://serverless.test/v1beta1/clusters/1")
    assert (answer.status_code, answer.json()["code"]) == (429, 49900007)


def test_the_reset_is_in_seconds_of_the_clients_clock() -> None:
    rate = RateLimit(Clock(scale=20, epoch=EPOCH), Settings())
    assert rate.take("some-key").reset == 3
