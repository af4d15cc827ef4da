# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from outside, made fit for a sentence: names and messages come from APIs and servers that are not trusted."""

from __future__ import annotations

# Characters of foreign text in one sentence.
MOST = 300
_CUT = "…"


def printable(value: object, most: int = MOST) -> str:
    """The text of ``value`` on one line, without anything that a terminal would act on, cut to ``most`` characters.

    Control characters, line ends, escape sequences, text direction marks, zero-width characters and lone surrogates
    become spaces; runs of spaces become one.
    """
    text = str(value)[: most * 8]  # A message of megabytes is not worth looking through.
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return text if len(text) <= most else text[: most - 1].rstrip() + _CUT
