# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's STS with the sandbox's own accounts behind it."""

from __future__ import annotations

import datetime

from moto.core.exceptions import AccessDeniedError
from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from tests.sandbox.aws.credentials import Keys


class Sts(TokenResponse):
    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def get_caller_identity(self) -> ActionResult:
        caller = self._keys.caller(self.headers)
        return ActionResult({"UserId": caller.user_id, "Account": caller.account_id, "Arn": caller.arn})

    def assume_role(self) -> ActionResult:
        role_arn = str(self._get_param("RoleArn"))
        principal = self._keys.assume_role(role_arn, str(self._get_param("RoleSessionName")))
        if principal is None:
            raise AccessDeniedError(self._keys.caller(self.headers).arn, f"sts:AssumeRole on resource: {role_arn}")
        duration = datetime.timedelta(seconds=self._get_int_param("DurationSeconds", 3600))
        return ActionResult(
            {
                "Credentials": {
                    "AccessKeyId": principal.access_key,
                    "SecretAccessKey": principal.secret_key,
                    "SessionToken": principal.session_token,
                    # real time: SDKs compare it with their own clock
                    "Expiration": datetime.datetime.now(datetime.UTC) + duration,
                },
                "AssumedRoleUser": {"AssumedRoleId": principal.user_id, "Arn": principal.arn},
            }
        )
