# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may connect to a service: principals as users write them, as AWS takes them, and what they permit. Pure."""

from __future__ import annotations

import re
import typing as t

from .._aws.provider_model import account_of

EVERYBODY = "*"
ACCOUNT = re.compile(r"[0-9]{12}")
# The name of a role or user in IAM, and a path before it. Source: IAM identifiers in the AWS IAM user guide.
_NAME = r"[\w+=,.@-]{1,64}"
_PATH = r"(?:[\x21-\x2e\x30-\x7e]+/)*"
_ROOT = re.compile(r"arn:(aws[a-z-]*):iam::([0-9]{12}):root")
_ROLE = re.compile(rf"arn:(aws[a-z-]*):iam::([0-9]{{12}}):role/{_PATH}({_NAME})", re.ASCII)
_USER = re.compile(rf"arn:(aws[a-z-]*):iam::([0-9]{{12}}):user/{_PATH}({_NAME})", re.ASCII)
_SESSION = re.compile(rf"arn:(aws[a-z-]*):sts::([0-9]{{12}}):assumed-role/({_NAME})/[\w+=,.@-]{{2,64}}", re.ASCII)
_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def partition_of(region: str) -> str:
    """The partition that ARNs of a region begin with."""
    return next((partition for prefix, partition in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def normalized(written: str, region: str) -> str | None:
    """The principal as AWS takes and returns it; null if it is none.

    A bare account id means its root. AWS refuses the ARN of an assumed role's session, and paths in the ARNs of roles
    and users. Source: ModifyVpcEndpointServicePermissions in the Amazon EC2 API reference; hypershift strips the path.
    """
    if written == EVERYBODY or _ROOT.fullmatch(written):
        return written
    if ACCOUNT.fullmatch(written):
        return f"arn:{partition_of(region)}:iam::{written}:root"
    user = _USER.fullmatch(written)
    found = user or _ROLE.fullmatch(written) or _SESSION.fullmatch(written)
    return f"arn:{found[1]}:iam::{found[2]}:{'user' if user else 'role'}/{found[3]}" if found else None


def account_in(principal: str) -> str | None:
    """The account of a principal; null for `*` and for one that cannot be read, such as AROA… of a deleted role."""
    return account_of(principal) if normalized(principal, "") else None


def is_unreadable(principal: str) -> bool:
    """Whether nobody can say whom it permits: its role or user no longer exists, or it is of another kind."""
    return principal != EVERYBODY and account_in(principal) is None


def permits(principals: t.Iterable[str], account: str | None, own_account: str | None) -> bool | None:
    """Whether the principals permit an account; null if that is not known.

    A connection shows only its account, so any role or user of it counts. The service's own account always may. One
    that cannot be read may be of any account.
    """
    principals = tuple(principals)
    if EVERYBODY in principals or (account and account == own_account):
        return True
    if account is None:
        return None
    if account in {account_in(principal) for principal in principals}:
        return True
    return None if any(is_unreadable(principal) for principal in principals) else False
