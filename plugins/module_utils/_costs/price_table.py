# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an interface endpoint costs, as far as it was confirmed. Data only.

Source: AWS Price List, offer AmazonVPC, product family VpcEndpoint, usage types `<region>-VpcEndpoint-Hours` and
`<region>-VpcEndpoint-Bytes`, on demand; the day is the one on which the region's price was last confirmed there. A
region is added with both, never by analogy with another.
"""

from __future__ import annotations

# USD for a GB of the first PB of a region and month, the same in all of these regions.
PER_GB_USD = 0.01
# Region to (USD for one zone and hour, day).
ZONE_HOURS = {
    "ap-northeast-1": (0.014, "2026-09-13"),
    "ap-northeast-2": (0.013, "2026-10-01"),
    "ap-south-1": (0.013, "2026-08-01"),
    "ap-southeast-1": (0.013, "2026-08-12"),
    "ap-southeast-5": (0.0117, "2026-09-29"),
    "eu-central-1": (0.012, "2026-09-22"),
    "eu-west-1": (0.011, "2026-05-01"),
    "us-east-1": (0.01, "2026-09-29"),
    "us-west-2": (0.01, "2026-10-06"),
}
