# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks that remedy findings about own services, each with every option that it needs. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._publication.desired import NAME_TAG
from .._publication.principals import EVERYBODY
from .._run.task import Option, is_writable, task_of
from .._run.text import listed
from .own_side import Own


@dataclass(frozen=True)
class OwnTasks:
    """`access`: by AWS account, the options that give access to it, if they are not the module's own."""

    access: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)

    def run(self, own: Own, **options: Option) -> str:
        """The task of `endpoint_service` that changes this, and nothing else of the service.

        Its id makes clear which one is meant, whatever others have the name; one that nobody publishes is adopted under
        its id. Where a value could mean something else in a playbook, there are words instead.
        """
        service = own.service
        name = own.name or service.service_id
        by_hand = [option for option, value in {"self_hosted_name": name, **options}.items() if not is_writable(value)]
        if by_hand:
            return (
                f"tidbcloud.privatelink.endpoint_service with service_id {service.service_id}, "
                f"{listed(f'{option}' for option in by_hand)} (written by hand: this text has characters that a "
                f"playbook could take for code; the name is in the tag {NAME_TAG})"
            )
        return task_of(
            "endpoint_service",
            self_hosted_name=name,
            service_id=service.service_id,
            region=own.region,
            # Its defaults would change these.
            acceptance_required=None if service.acceptance_required else False,
            allow_violations=("public_service",) if self._is_public(own) else None,
            **self.access.get(own.account, {}),
            **options,
        )

    @staticmethod
    def _is_public(own: Own) -> bool:
        return not own.service.acceptance_required and EVERYBODY in own.published.principals
