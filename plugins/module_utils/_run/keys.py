# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no key of a cloud has, and pasted ones often do."""

from __future__ import annotations


def flaw(key: str) -> str | None:
    """What is wrong with the text of a key, as a part of a sentence; null if nothing is. Nothing of it is quoted."""
    if not key:
        return "it is empty"
    if key[-1] in "\r\n":
        return "it ends with a line end"
    if key != key.strip():
        return "there is a blank before or behind it"
    if any(character.isspace() for character in key):
        return "it holds a blank or a line end"
    if '"' in key or "'" in key:
        return "it holds a quote"
    if not (key.isascii() and key.isprintable()):
        return "it holds a character that no key has"
    return None
