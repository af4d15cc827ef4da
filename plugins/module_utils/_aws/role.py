# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credentials of an assumed role. They last an hour and a run may take longer, so they are renewed in time."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import datetime, timedelta, timezone

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before a session is made.
    from botocore.credentials import RefreshableCredentials

# What STS gives without a requested duration. Its expiration is no help: this host's clock may be wrong.
LASTS = timedelta(hours=1)


class RoleCredentials:
    """Takes the place of botocore's search for credentials in a session.

    `assume` asks STS and returns its `Credentials`; botocore asks again a quarter of an hour before they expire.
    """

    def __init__(self, assume: t.Callable[[], t.Mapping[str, str]]) -> None:
        self._assume = assume

    def load_credentials(self) -> t.Any:
        """Called by botocore for the first client. Raises what `assume` raises."""
        return RefreshableCredentials.create_from_metadata(
            metadata=self._given(), refresh_using=self._given, method="sts-assume-role"
        )

    def _given(self) -> dict[str, str]:
        expires = datetime.now(timezone.utc) + LASTS
        given = self._assume()
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": expires.isoformat(),
        }
