# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWS options of a module as boto3 clients. Only here is amazon.aws used, and only its public names.

The options resolve as in amazon.aws: `region` is the option, else AWS_REGION, else AWS_DEFAULT_REGION, else that of the
profile (the option, else AWS_PROFILE, else AWS_DEFAULT_PROFILE, else `default`). `endpoint_url` is the option, else
AWS_URL, and applies to every service; where neither is set, botocore uses AWS_ENDPOINT_URL_EC2 and the like,
AWS_ENDPOINT_URL, and the profile's own `endpoint_url` and `services`.
"""

from __future__ import annotations

import contextlib
import re
import threading
import typing as t
from collections.abc import Iterable, Mapping
from functools import partial

from .._run.errors import ApiError, PrivateLinkError
from .._run.keys import flaw
from .._run.requirements import NO_AMAZON_AWS
from .._run.version import USER_AGENT
from . import descriptions
from .calls import MOST_SECONDS, WITHOUT_DEADLINE, BoundedClient, Client, advised, call, in_time
from .failures import Call
from .fields import Json, Unreadable, text
from .host_failures import not_answered
from .role import RoleCredentials
from .unattended import unattended
from .wire import guard

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before a session is made.
    import boto3
    import botocore.session
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials

if t.TYPE_CHECKING:
    from .._run.wait import Deadline

try:
    from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info, get_aws_region

    HAS_AMAZON_AWS = True
except ImportError:
    HAS_AMAZON_AWS = False

try:
    from ansible.module_utils.secrets import register_secrets
except ImportError:  # ansible-core before 2.22

    def register_secrets(values: Iterable[str]) -> None:
        """Nothing to register with."""


# STS allows letters, digits and "+=,.@-" here; it is shown in CloudTrail.
ROLE_SESSION_NAME = "tidbcloud.privatelink"
# Seconds. botocore's default is 60 for both, with retries: a silent network must not outlast a run.
CONNECT_TIMEOUT = 10
READ_TIMEOUT = 30
MAX_ATTEMPTS = 6
# These only give advice: a network that blocks them must not hold up a run.
_ADVISERS = frozenset({"pricing", "service-quotas"})
_ADVICE = {"connect_timeout": 3, "read_timeout": 3, "retries": {"mode": "standard", "total_max_attempts": 1}}
# The three texts of a key by botocore's names.
_KEYS = {"access_key_id": "access key", "secret_access_key": "secret key", "session_token": "session token"}
_LOGIN = re.compile(r"//(\S+)@")


class Module(t.Protocol):
    """The part of an AnsibleAWSModule that is needed: its options. An inventory plugin can provide it, too."""

    @property
    def params(self) -> Mapping[str, t.Any]: ...


class AwsSession:
    """One account's credentials, and clients made with them. It raises PrivateLinkError and never ends the module.

    `profile`, `assume_role_arn` and `assume_role_external_id` override the module's own options, for one item of a
    list; an item's profile also overrides the module's access key.
    """

    def __init__(
        self,
        module: Module,
        *,
        profile: str | None = None,
        assume_role_arn: str | None = None,
        assume_role_external_id: str | None = None,
        deadline: Deadline | None = None,
    ) -> None:
        if not HAS_AMAZON_AWS:
            raise PrivateLinkError(NO_AMAZON_AWS)
        params = dict(module.params)
        if profile is not None:
            params.update(profile=profile, access_key=None, secret_key=None, session_token=None)
        if assume_role_arn is None:
            assume_role_arn = params.get("assume_role_arn")
        if assume_role_external_id is None:
            assume_role_external_id = params.get("assume_role_external_id")
        self._deadline = deadline
        self._role_arn = assume_role_arn
        self._external_id = assume_role_external_id
        self._no_log_values = getattr(module, "no_log_values", None)
        self._hide(_logins(params.get("endpoint_url"), params.get("aws_config")))
        # That of the option, the environment or the profile; null if none sets it.
        self.region: str | None = _region(params)
        self._options = _Options({**params, "region": self.region})
        self._core_session = _core_session()
        self._boto_session: t.Any = None
        self._role_session: t.Any = None
        self._clients: dict[tuple[str, str], Client] = {}
        self._making = threading.Lock()
        self._preparation: threading.Thread | None = None

    def prepare(self) -> None:
        """Start to read botocore's description of EC2 from disk while others wait for the network: it takes a tenth of
        a second, and is the same for every region.
        """
        self._preparation = threading.Thread(target=self._read_description, daemon=True)
        self._preparation.start()

    def _read_description(self) -> None:
        with contextlib.suppress(Exception):  # Making the client raises the same error.
            descriptions.read(self._core_session, "ec2")

    def client(self, service: str, region: str) -> Client:
        """The client of a service (`ec2`, `sts`, `service-quotas`) in a region, the same one each time.

        No call through it outlasts the deadline; one that only gives advice takes at most three seconds. Raises
        PrivateLinkError. Threads may share it.
        """
        key = (service, region)
        with self._making:
            if key not in self._clients:
                self._clients[key] = self._connect(service, region, as_role=bool(self._role_arn))
            return self._clients[key]

    def _left(self) -> float:
        return min(self._deadline.for_calls(), MOST_SECONDS) if self._deadline else WITHOUT_DEADLINE

    def _connect(self, service: str, region: str, *, as_role: bool) -> Client:
        """Making a client fetches credentials: helper programs, STS, single sign-on, the metadata service."""
        asked = Call(service, f"Connecting to {service}", region)
        boto = in_time(asked, self._left, lambda: self._made(service, region, as_role=as_role))
        client = BoundedClient(boto, self._left)
        return advised(client) if service in _ADVISERS else client

    def _made(self, service: str, region: str, *, as_role: bool) -> t.Any:
        _region, endpoint_url, options = get_aws_connection_info(self._options)
        profile = options.pop("profile_name", None)
        _require_usable({name: options.get(f"aws_{name}") for name in _KEYS})
        config = _config(service, options.pop("aws_config", None), self._left())
        if self._preparation is not None:
            self._preparation.join()
        if as_role:
            # The keys among the options belong to the caller that assumes the role.
            session, options = self._session_of_role(region, profile), {"verify": options.get("verify")}
        else:
            session = self._own_session(profile)
            if not options.get("aws_access_key_id"):
                _require_usable(_found(self._core_session))
        with descriptions.without_collector(f"client of {service}"):
            return session.client(
                service, region_name=region, endpoint_url=endpoint_url or None, config=config, **options
            )

    def _own_session(self, profile: str | None) -> t.Any:
        if self._boto_session is None:
            self._boto_session = _boto_session(self._core_session, profile)
            unattended(self._core_session, self._left)
        return self._boto_session

    def _session_of_role(self, region: str, profile: str | None) -> t.Any:
        if self._role_session is None:
            core_session = _core_session()
            credentials = RoleCredentials(partial(self._assume_role, region))
            core_session.register_component("credential_provider", credentials)
            self._role_session = _boto_session(core_session, profile)
        return self._role_session

    def _assume_role(self, region: str) -> Mapping[str, str]:
        external_id = {"ExternalId": self._external_id} if self._external_id else {}
        given = call(
            self._connect("sts", region, as_role=False),
            "assume_role",
            _credentials,
            RoleArn=self._role_arn,
            RoleSessionName=ROLE_SESSION_NAME,
            **external_id,
        )
        self._hide([given["SecretAccessKey"], given["SessionToken"]])
        return given

    def _hide(self, secrets: list[str]) -> None:
        """What is derived from the options must not be shown either. Each of these exists in some versions of
        Ansible.
        """
        if not secrets:
            return
        register_secrets(secrets)
        if self._no_log_values is not None:
            self._no_log_values.update(secrets)


def _found(core_session: t.Any) -> dict[str, t.Any]:
    """The key that botocore finds without asking anybody: in the environment, a profile or its helper program.

    Raises what botocore raises.
    """
    found = core_session.get_credentials()
    if found is None or isinstance(found, RefreshableCredentials):  # These fetch theirs when they are used.
        return {}
    return dict(zip(_KEYS, (found.access_key, found.secret_key, found.token)))


def _require_usable(keys: Mapping[str, t.Any]) -> None:
    """Raises ApiError for a key that a line end or the like came with: AWS would only refuse its signature."""
    for name, value in keys.items():
        found = flaw(value) if isinstance(value, str) and value else None
        if found is not None:
            option = name.replace("access_key_id", "access_key").replace("secret_access_key", "secret_key")
            raise ApiError(
                f"The AWS {_KEYS[name]} cannot be used: {found}. Correct {option} (AWS_{name.upper()}), or the profile"
                " that it comes from.",
                api="aws",
                code="UnusableKey",
            )


class OptionsRefused(Exception):
    """What amazon.aws says of options that it does not take."""


class _Options:
    """What amazon.aws reads of a module. It fails by raising, so that one item of a list can fail alone."""

    def __init__(self, params: Mapping[str, t.Any]) -> None:
        self.params = params

    def fail_json(self, msg: str, **_details: t.Any) -> t.NoReturn:
        raise OptionsRefused(msg)


def _region(params: Mapping[str, t.Any]) -> str | None:
    try:
        return get_aws_region(_Options(params)) or None
    except Exception as error:
        raise not_answered(Call("aws", "Reading the AWS configuration", "any region"), error) from None


def _logins(*settings: t.Any) -> list[str]:
    """User names and passwords in the URLs among the settings: Ansible shows them with the invocation."""
    return [login for setting in settings if setting for login in _LOGIN.findall(str(setting))]


def _credentials(answer: Json) -> dict[str, str]:
    given = {key: text(answer.get("Credentials"), key) for key in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    missing = [key for key, value in given.items() if not value]
    if missing:
        raise Unreadable(f"{missing[0]} is missing")
    return {key: str(value) for key, value in given.items()}


def _core_session() -> t.Any:
    session = botocore.session.Session()
    guard(session)
    return session


def _boto_session(core_session: t.Any, profile: str | None) -> t.Any:
    descriptions.share(core_session)
    return boto3.session.Session(botocore_session=core_session, profile_name=profile)


def _config(service: str, user_config: Config | None, left: float) -> Config:
    """Our settings, overridden by the user's `aws_config`. No attempt takes longer than the time that is left."""
    settings: dict[str, t.Any] = {
        "connect_timeout": CONNECT_TIMEOUT,
        "read_timeout": max(1.0, min(READ_TIMEOUT, left)),
        "retries": {"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
        "user_agent_extra": USER_AGENT,
    }
    if service in _ADVISERS:
        settings.update(_ADVICE)
    config = Config(**settings)
    return config.merge(user_config) if user_config is not None else config
