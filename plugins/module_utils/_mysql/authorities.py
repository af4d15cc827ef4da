# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates of a CA as people hand them over: with comments, in one line, in another format."""

from __future__ import annotations

import re
import textwrap

_CERTIFICATE = re.compile(r"-----BEGIN (?:X509 )?CERTIFICATE-----(.*?)-----END (?:X509 )?CERTIFICATE-----", re.DOTALL)
# Line ends, also those that a survey or a shell left as they are written.
_BETWEEN = re.compile(r"\\[rn]|\s+")
_OBJECT = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,60})-----")
_DER = b"\x30\x82"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def certificates(text: str) -> str:
    """The certificates in a text in PEM format, and nothing else of it: comments may be in any language.

    Empty if there is none. OpenSSL checks what they contain.
    """
    bodies = (_BETWEEN.sub("", body) for body in _CERTIFICATE.findall(text))
    return "".join(
        f"-----BEGIN CERTIFICATE-----\n{textwrap.fill(body, 64)}\n-----END CERTIFICATE-----\n"
        for body in bodies
        if body.isascii()
    )


def pem_flaw(content: bytes) -> str:
    """Why OpenSSL finds no certificate in the content of a file, as a part of a sentence."""
    if not content.strip():
        return "it is empty"
    if content.startswith(_UTF_16):
        return "it is text in UTF-16: save it as UTF-8"
    if content.startswith(_DER):
        return "it is in DER format: convert it with openssl x509 -inform der"
    kinds = _OBJECT.findall(content.decode("latin-1"))
    if any(kind.endswith("CERTIFICATE") for kind in kinds):
        return "the certificate in it is damaged or cut off"
    if any(kind.endswith("PRIVATE KEY") for kind in kinds):
        return "it holds a private key and no certificate"
    if kinds:
        return f"it holds no certificate, but a {kinds[0]}"
    return "it is not in PEM format, whose certificates begin with -----BEGIN CERTIFICATE-----"
