# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module class of amazon.aws, which brings the AWS options with their environment fallbacks."""

from __future__ import annotations

import typing as t

from .._run.requirements import NO_AMAZON_AWS, give_up, missing_libraries, require_python

require_python()  # What follows may not be importable otherwise.

from .._run.given import AnsibleGivenModule

# In a block, since Ansible fails with a list of file names if a required import is missing.
try:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule as _AmazonModule

    HAS_AMAZON_AWS = True
except ImportError:
    _AmazonModule = object
    HAS_AMAZON_AWS = False

__all__ = ["AnsibleAWSModule"]


class AnsibleAWSModule(_AmazonModule):  # type: ignore[misc]
    """The module class of amazon.aws. It ends with a sentence if something that modules need is missing."""

    def __init__(self, **specification: t.Any) -> None:
        if not HAS_AMAZON_AWS:
            give_up(NO_AMAZON_AWS)
        missing = missing_libraries()
        # amazon.aws takes the class of the module within from here alone, not from what it is called with.
        _AmazonModule.default_settings["module_class"] = AnsibleGivenModule
        super().__init__(check_boto3=not missing, **specification)
        if missing:
            self.fail_json(msg=missing)
