# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The boundary of a module: whatever goes wrong inside, it ends in time, with a result or a sentence."""

from __future__ import annotations

import typing as t

from .bounded import Overdue, bounded
from .errors import PrivateLinkError, WaitTimedOut, as_known
from .options import deadline_of, hide_url_secrets, reject_unencodable
from .text import encodable, sentence
from .wait import Deadline

# Seconds after the last moment for any call: what is still running then ignores its own bounds.
LAST_RESORT = 3.0

Result = t.TypeVar("Result")
Values = t.Mapping[str, t.Any]


class LeftBehind(WaitTimedOut):
    """The work did not end in time on its own. `values`: what is known by then."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(
            f"The run was stopped some seconds after its {deadline.seconds:g} seconds (wait_timeout) were over, while "
            f"{deadline.doing}: a peer neither answers nor fails. Check this host's network, its name servers and "
            "where its credentials come from. Then run again to continue from here."
        )
        self.values = dict(deadline.so_far())

    def returned(self) -> dict[str, t.Any]:
        return self.values


def in_time(params: Values, work: t.Callable[[Deadline], Result]) -> Result:
    """What `work` returns, under the deadline in the options (`params`).

    Raises only PrivateLinkError: LeftBehind where the work is not over 13 seconds after the deadline, Unexpected for an
    exception that is a defect of this collection.
    """
    deadline: Deadline | None = None
    try:
        reject_unencodable(params)
        deadline = until = deadline_of(params)
        return bounded(lambda: work(until), until.for_calls() + LAST_RESORT)
    except Overdue:
        raise LeftBehind(t.cast(Deadline, deadline)) from None
    except BaseException as error:
        raise as_known(error, deadline.doing if deadline else "reading the options") from None


def finish(module: t.Any, work: t.Callable[[Deadline], Values]) -> None:
    """End the module with the values of `work`, or with its error: `msg`, its own fields, the `steps` done."""
    hide_url_secrets(module)
    failure: PrivateLinkError | None = None
    returned: Values = {}
    try:
        returned = in_time(module.params, work)
    except PrivateLinkError as error:
        failure = error
    # Not inside the except block: Ansible would add a traceback to a sentence that needs none.
    if failure is None:
        module.exit_json(**encodable(returned))
    else:
        module.fail_json(**encodable({"msg": str(failure), **_failed(failure)}))


def _failed(error: PrivateLinkError) -> dict[str, t.Any]:
    return {"changed": bool(error.steps), "steps": list(error.steps), **error.returned()}


def warner(module: t.Any) -> t.Callable[[str], None]:
    """A function that shows a warning, which may quote names from outside."""
    # AnsibleAWSModule would hand it over once more with the result, of which ansible-core 2.19 complains to the user.
    plain = getattr(module, "_module", module)
    return lambda warning: plain.warn(sentence(warning))


def shows_tracebacks(module: t.Any) -> bool:
    """Whether the user asked for tracebacks, with `-vvv`."""
    return int(getattr(module, "_verbosity", 0)) >= 3
