# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The options that every module of the action group shares.
    DOCUMENTATION = r"""
options:
  tidbcloud_public_key:
    description:
      - Public half of a TiDB Cloud API key.
      - The key must belong to an Organization Owner or a Project Owner.
      - If not set, the environment variable E(TIDBCLOUD_PUBLIC_KEY) is used.
    type: str
  tidbcloud_private_key:
    description:
      - Private half of the TiDB Cloud API key. It is never logged, returned or cached.
      - If not set, the environment variable E(TIDBCLOUD_PRIVATE_KEY) is used.
    type: str
  tidbcloud_api_url:
    description:
      - URL of the TiDB Cloud Dedicated API. A URL without a path gets V(/v1beta1).
      - Plain C(http) is accepted for loopback addresses only.
      - If not set, the environment variable E(TIDBCLOUD_DEDICATED_ENDPOINT) is used.
    type: str
    default: https://dedicated.tidbapi.com/v1beta1
  tidbcloud_serverless_api_url:
    description:
      - URL of the TiDB Cloud Starter and Essential API. It is used only to say why a cluster is not a Dedicated one.
      - If not set, the environment variable E(TIDBCLOUD_SERVERLESS_ENDPOINT) is used.
    type: str
    default: https://serverless.tidbapi.com/v1beta1
  tidbcloud_ca_path:
    description:
      - File of certificate authorities to trust for the TiDB Cloud API, for example behind a proxy that inspects TLS.
    type: path
  tidbcloud_timeout:
    description:
      - Seconds for one attempt of a request to the TiDB Cloud API, from the look-up of the name to the end of the answer.
    type: float
    default: 30
  project_id:
    description:
      - ID of the TiDB Cloud project. Needed only if clusters are listed, not named; without it the key's default project is used.
      - Quote IDs in YAML. They are too large to be kept exactly as numbers.
    type: str
  assume_role_arn:
    description:
      - ARN of an AWS role to assume for all AWS calls, for control nodes that have no profile file.
    type: str
  assume_role_external_id:
    description:
      - External ID to present when assuming O(assume_role_arn).
    type: str
requirements:
  - requests >= 2.28.0
"""

    # Waiting.
    WAIT = r"""
options:
  wait:
    description:
      - Whether to wait until everything that was started is finished.
      - With V(false) only what needs no waiting is done, and the status is the honest intermediate one; the next run continues from there.
    type: bool
    default: true
  wait_delay:
    description:
      - Longest pause between two polls, in seconds. Polls start short and grow to it.
    type: float
    default: 15
"""

    # How long reading may take.
    READ = r"""
options:
  wait_timeout:
    description:
      - Seconds that the run may take. It never outlasts them by more than 15, whatever a peer does.
      - The limit of 100 requests a minute of the TiDB Cloud API may make it wait.
    type: int
    default: 900
"""

    # Which private endpoints to read, and where.
    FILTERS = r"""
options:
  cluster_ids:
    description:
      - Only these clusters. Quote the IDs. Named clusters may be of any project.
    type: list
    elements: str
    default: []
  node_group_ids:
    description:
      - Only these node groups.
    type: list
    elements: str
    default: []
  project_ids:
    description:
      - Only these projects. The API lists one project at a time; without any project, cluster or O(project_id), the key's default project is read.
    type: list
    elements: str
    default: []
  vpc_ids:
    description:
      - Only private endpoints in these VPCs.
    type: list
    elements: str
    default: []
  vpc_endpoint_ids:
    description:
      - Only these interface endpoints.
    type: list
    elements: str
    default: []
  statuses:
    description:
      - Only private endpoints with these statuses.
    type: list
    elements: str
    default: []
    choices: [not_configured, initiating, pending, active, deleting, failed]
  regions:
    description:
      - AWS regions to read. Defaults to the configured region or, without one, to the regions of the clusters and registrations found.
    type: list
    elements: str
    default: []
  accounts:
    description:
      - AWS accounts to read, instead of the one that the AWS options name. TiDB Cloud is read once for all of them.
    type: list
    elements: dict
    default: []
    suboptions:
      profile:
        description:
          - A named AWS profile.
        type: str
      assume_role_arn:
        description:
          - ARN of a role in the account, assumed with the credentials of the AWS options or O(accounts[].profile).
        type: str
      assume_role_external_id:
        description:
          - External ID to present when assuming O(accounts[].assume_role_arn).
        type: str
      regions:
        description:
          - AWS regions to read in this account. Defaults to O(regions), with the same defaults as there.
        type: list
        elements: str
        default: []
"""

    # For plugins, whose environment variables Ansible reads.
    PLUGINS = r"""
options:
  tidbcloud_public_key:
    env:
      - name: TIDBCLOUD_PUBLIC_KEY
  tidbcloud_private_key:
    env:
      - name: TIDBCLOUD_PRIVATE_KEY
  tidbcloud_api_url:
    env:
      - name: TIDBCLOUD_DEDICATED_ENDPOINT
  tidbcloud_serverless_api_url:
    env:
      - name: TIDBCLOUD_SERVERLESS_ENDPOINT
"""
