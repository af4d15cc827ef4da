# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands where ansible-test looks for its downloaded get-pip.py: installs the pip wheel beside it.

ansible-test makes its own environments without pip and would fetch get-pip.py from a host that is no package registry.
A wheel of the same pip version, taken from the registry like everything else, does the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(next(HERE.glob("pip-*.whl"))))

if __name__ == "__main__":
    from pip._internal.cli.main import main

    arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
    sys.exit(main(["install", "--upgrade", "--force-reinstall", "--no-index", "--find-links", str(HERE), *arguments]))
