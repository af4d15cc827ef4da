# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls through a boto3 client, failures as ApiError. A client has no static type: it is Any from here on."""

from __future__ import annotations

import contextlib
import typing as t

from .failures import Call, not_answered, refused

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before anything here is called.
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

Client = t.Any
Json = t.Mapping[str, t.Any]
# botocore repeats every failure that may pass but one: an answer that was cut off.
READ_ATTEMPTS = 3


def call(client: Client, method: str, **params: t.Any) -> Json:
    """The answer of C(client.method(**params))."""
    return _translated(client, method, lambda: getattr(client, method)(**params))


def pages(client: Client, method: str, key: str, **params: t.Any) -> list[Json]:
    """The items under C(key) of all pages."""

    def read() -> list[Json]:
        return [item for page in client.get_paginator(method).paginate(**params) for item in page.get(key) or ()]

    return _translated(client, method, read)


def call_of(client: Client, method: str) -> Call:
    """The call as error messages name it."""
    meta = client.meta
    return Call(meta.service_model.service_name, meta.method_to_api_mapping[method], meta.region_name)


_Result = t.TypeVar("_Result")


def _translated(client: Client, method: str, act: t.Callable[[], _Result], attempts: int = READ_ATTEMPTS) -> _Result:
    try:
        return act()
    except ClientError as error:
        raise refused(call_of(client, method), error.response) from None
    except ResponseParserError as error:
        asked = call_of(client, method)
        if attempts <= 1 or not asked.reads:
            raise not_answered(asked, error) from None
    except (BotoCoreError, ValueError) as error:
        raise not_answered(call_of(client, method), error) from None
    return _translated(client, method, act, attempts - 1)
