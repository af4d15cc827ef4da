# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import botocore.session
import pytest
from botocore.exceptions import ProfileNotFound

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._aws import descriptions


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    """The collector as it was before, with nothing made yet."""
    descriptions._freeze.cache_clear()
    yield
    gc.enable()
    gc.unfreeze()


def test_what_one_session_read_no_other_reads_again(files_read: list[str]) -> None:
    descriptions.read(botocore.session.Session(), "sts")
    assert any("/sts/" in path for path in files_read)
    files_read.clear()
    other = botocore.session.Session()
    descriptions.share(other)
    other.create_client("sts", region_name="us-east-1")
    assert [path for path in files_read if "/sts/" in path] == []


def test_sessions_with_descriptions_of_their_own_share_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = descriptions.share(botocore.session.Session())
    monkeypatch.setenv("AWS_DATA_PATH", "/opt/descriptions")
    own = descriptions.share(botocore.session.Session())
    assert own is not usual
    assert "/opt/descriptions" in own.search_paths


def test_a_profile_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ProfileNotFound):
        descriptions.read(botocore.session.Session(), "sts")
    assert gc.isenabled()


def test_the_collector_rests_while_a_description_is_read_and_never_looks_through_it() -> None:
    with descriptions.without_collector("client"):
        assert not gc.isenabled()
        made = [{"a": [1]} for _number in range(1000)]
    assert gc.isenabled()
    # None of them is among the objects that a collection searches.
    ids = {id(item) for item in made}
    assert not any(id(item) in ids for item in gc.get_objects())


class Garbage:
    """It refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_a_process_that_asks_again_and_again_keeps_no_garbage() -> None:
    with descriptions.without_collector("client"):
        pass
    with descriptions.without_collector("client"):
        dropped = weakref.ref(Garbage())
    gc.collect()
    assert dropped() is None


def test_the_collector_works_again_after_a_failure() -> None:
    with pytest.raises(ValueError, match="odd"), descriptions.without_collector("client"):
        raise ValueError("odd")
    assert gc.isenabled()


def test_a_collector_that_was_switched_off_stays_off() -> None:
    gc.disable()
    with descriptions.without_collector("client"):
        pass
    assert not gc.isenabled()
