# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: 2014 Will Thames <will@thames.id.au>
# SPDX-FileCopyrightText: 2015 Ansible, Inc
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The options that the module class of amazon.aws takes, after its doc fragments common and region: a copy, so that
    # the documentation is there where amazon.aws is not. A test compares the two.
    DOCUMENTATION = r"""
options:
  access_key:
    description:
      - AWS access key ID.
      - If not set, the environment variables E(AWS_ACCESS_KEY_ID) and E(AWS_ACCESS_KEY) are used, in this order.
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_access_key_id, aws_access_key]
  secret_key:
    description:
      - AWS secret access key.
      - If not set, the environment variables E(AWS_SECRET_ACCESS_KEY) and E(AWS_SECRET_KEY) are used, in this order.
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
  session_token:
    description:
      - AWS session token of temporary credentials.
      - If not set, the environment variable E(AWS_SESSION_TOKEN) is used.
      - Mutually exclusive with O(profile).
    type: str
    aliases: [aws_session_token]
  profile:
    description:
      - A named AWS profile.
      - If not set, the environment variables E(AWS_PROFILE) and E(AWS_DEFAULT_PROFILE) are used, in this order.
      - Mutually exclusive with O(access_key), O(secret_key) and O(session_token).
    type: str
    aliases: [aws_profile]
  endpoint_url:
    description:
      - URL to use instead of AWS's own endpoints.
      - If not set, the environment variable E(AWS_URL) is used.
    type: str
    aliases: [aws_endpoint_url]
  region:
    description:
      - AWS region.
      - If not set, the environment variables E(AWS_REGION) and E(AWS_DEFAULT_REGION) are used, in this order, then the profile.
        Where none of them names one, the region of the cluster is used.
    type: str
    aliases: [aws_region]
requirements:
  - boto3 >= 1.34.0
  - botocore >= 1.34.0
  - the collection amazon.aws >= 10.0.0
notes:
  - Environment variables and files, such as those in C(~/.aws), are those of the host that the task runs on.
    See U(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/credentials.html).
"""

    # What modules take besides.
    MODULES = r"""
options:
  aws_ca_bundle:
    description:
      - File of certificate authorities to trust for AWS.
      - If not set, the environment variable E(AWS_CA_BUNDLE) is used.
    type: path
  validate_certs:
    description:
      - Whether to check AWS's certificates. Set O(aws_ca_bundle) rather than switching this off.
    type: bool
    default: true
  aws_config:
    description:
      - Settings of botocore, by the names in
        U(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html#botocore.config.Config).
    type: dict
  debug_botocore_endpoint_logs:
    description:
      - Whether to return the calls to AWS as C(resource_actions).
      - If not set, the environment variable E(ANSIBLE_DEBUG_BOTOCORE_LOGS) is used.
    type: bool
    default: false
"""

    # For plugins, whose environment variables Ansible reads.
    PLUGINS = r"""
options:
  access_key:
    env:
      - name: AWS_ACCESS_KEY_ID
      - name: AWS_ACCESS_KEY
  secret_key:
    env:
      - name: AWS_SECRET_ACCESS_KEY
      - name: AWS_SECRET_KEY
  session_token:
    env:
      - name: AWS_SESSION_TOKEN
  profile:
    env:
      - name: AWS_PROFILE
      - name: AWS_DEFAULT_PROFILE
  endpoint_url:
    env:
      - name: AWS_URL
  region:
    env:
      - name: AWS_REGION
"""
