# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides which prices apply to private endpoints: the user's own, else the AWS Price List's, else the table's."""

from __future__ import annotations

import typing as t

from .._aws.prices import PRICE_LIST_REGION, read_prices
from .._aws.session import AwsSession
from .._run.errors import PrivateLinkError
from .._run.text import listed
from .costs import TABLE, Endpoint, Prices, billed_regions


def read_costing(
    private_endpoints: t.Iterable[Endpoint], own: Prices, session: AwsSession | PrivateLinkError
) -> tuple[Prices, tuple[str, ...]]:
    """The prices, and sentences about what the Price List did not provide. Asks only about regions that are billed.

    `session` is the error instead if there is none to ask with.
    """
    unknown = [region for region in billed_regions(private_endpoints) if region not in own]
    if not unknown:
        return {**TABLE, **own}, ()
    try:
        if isinstance(session, PrivateLinkError):
            raise session
        read, problems = read_prices(session.client("pricing", PRICE_LIST_REGION), unknown)
    except PrivateLinkError as error:  # The client could not be made; prices are only advice.
        read, problems = {}, [f"The AWS Price List was not read for {listed(unknown)}: {error}"]
    left = [region for region in unknown if region not in read]
    return {**TABLE, **read, **own}, (*problems, *_instead(left))


def _instead(regions: t.Sequence[str]) -> t.Iterator[str]:
    dated = [f"{region} ({TABLE[region].as_of})" for region in regions if region in TABLE]
    if dated:
        yield f"The collection's own dated prices are used for {', '.join(dated)}. Others can be given in prices."
    unlisted = [region for region in regions if region not in TABLE]
    if unlisted:
        yield f"No price is known for {listed(unlisted)}. Give one in prices."
