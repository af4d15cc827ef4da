# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role says, of a run and of a check: thin, the words are in plugin_utils.

What comes from a cloud stays data: no line is taken for a template.
"""

from __future__ import annotations

import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils import (
    check_source,
    fail_on,
    last_words,
    status_table,
    verdict,
    verified_change,
)
from ansible_collections.tidbcloud.privatelink.plugins.plugin_utils.foreign import as_data

Values = t.Mapping[str, t.Any]


def check_outcome(ping: Values) -> dict[str, t.Any]:
    """How a check ended. See check_outcome.yml."""
    return verdict.outcome(ping).returned()


def with_check(endpoint: Values, ping: Values, host: str) -> t.Any:
    """The result of the role. See with_check.yml."""
    return as_data(verdict.with_check(endpoint, ping, host))


def with_place(result: Values, ping: Values, source: Values, host: str) -> t.Any:
    """The result of the role once it is known where the check's host is. See with_place.yml."""
    return as_data(verdict.with_place(result, ping, source, host))


def unchecked_line(result: Values) -> t.Any:
    """Why it was not checked that clients can connect. See unchecked_line.yml."""
    return as_data(verdict.unchecked_line(result))


def why_unverifiable(result: Values, ping: Values) -> t.Any:
    """Why the check before a change shows nothing. See why_unverifiable.yml."""
    return as_data(verdict.why_unverifiable(result, ping))


def check_failure(known: Values) -> t.Any:
    """The message with which a run fails whose check failed. See check_failure.yml."""
    return as_data(verified_change.check_failure(known))


def with_reverted(known: Values, seconds: float) -> t.Any:
    """The result of the role after a change was undone. See with_reverted.yml."""
    return as_data(verified_change.with_reverted(known, float(seconds)))


def check_source_of(seen: Values) -> t.Any:
    """Where in AWS the check's host is. See check_source_of.yml."""
    found = check_source.network_interface_of(seen["facts"], seen["interfaces"])
    addresses = seen["facts"].get("ansible_all_ipv4_addresses") or []
    return as_data(
        {
            "source": {"network_interface_id": found} if found else {},
            "not_judged": "" if found else check_source.not_found(seen["vpc_id"], seen["host"], addresses),
            "is_in_vpc": bool(found),
            "is_outside": not found,
        }
    )


def check_verdict(known: Values) -> t.Any:
    """Why clients cannot connect. See check_verdict.yml."""
    return as_data(verdict.verdict(verdict.case(known)))


def failed_check_lines(known: Values) -> t.Any:
    """Why a run fails whose check failed. See failed_check_lines.yml."""
    return as_data(verified_change.failed_check_lines(known))


def run_lines(known: Values) -> t.Any:
    """What a run has come to. See run_lines.yml."""
    return as_data(last_words.run_lines(known))


def done_lines(known: Values) -> t.Any:
    """What a run of connect has done. See done_lines.yml."""
    return as_data(last_words.done_lines(known))


def status_lines(info: Values, words: t.Sequence[str]) -> t.Any:
    """What there is and what is wrong. See status_lines.yml."""
    return as_data([*status_table.status_lines(info), *fail_on.found_sentence(info, words)])


def unknown_words(words: t.Sequence[str], statuses: t.Sequence[str] = ()) -> str:
    """What is wrong with fail_on. See unknown_words.yml."""
    return fail_on.unknown_words(words, statuses)


def found_words(info: Values, words: t.Sequence[str]) -> list[str]:
    """What fail_on names and is there. See found_words.yml."""
    return fail_on.found_words(info, words)


class FilterModule:
    """The filters that say something."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "check_outcome": check_outcome,
            "with_check": with_check,
            "with_place": with_place,
            "unchecked_line": unchecked_line,
            "why_unverifiable": why_unverifiable,
            "check_failure": check_failure,
            "with_reverted": with_reverted,
            "check_source_of": check_source_of,
            "check_verdict": check_verdict,
            "failed_check_lines": failed_check_lines,
            "run_lines": run_lines,
            "done_lines": done_lines,
            "status_lines": status_lines,
            "unknown_words": unknown_words,
            "found_words": found_words,
        }
