# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto's Service Quotas with the quota of interface endpoints that the sandbox enforces."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from moto.servicequotas.responses import ServiceQuotasResponse

if TYPE_CHECKING:
    from tests.sandbox.settings import Settings

INTERFACE_ENDPOINTS_PER_VPC = "L-29B6F2EB"


class Quotas(ServiceQuotasResponse):
    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def get_service_quota(self) -> str:
        answer = json.loads(super().get_service_quota())
        quota = answer["Quota"]
        if quota["QuotaCode"] == INTERFACE_ENDPOINTS_PER_VPC:
            quota["Value"] = float(self._settings.endpoint_quota)
        quota["QuotaArn"] = f"arn:aws:servicequotas:{self.region}:{self.current_account}:vpc/{quota['QuotaCode']}"
        return json.dumps(answer)
