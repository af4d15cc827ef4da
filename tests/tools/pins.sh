#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# pins.sh DIRECTORY: writes the pinned requirements from what development asks for by itself (*.in), with the hash of every file
# that may be installed, for every Python that uses them. uv does the resolving, in an environment in DIRECTORY.
set -euo pipefail
directory=$1
[[ -x $directory/bin/uv ]] || {
  python -m venv "$directory"
  "$directory/bin/pip" install --quiet --disable-pip-version-check uv
}
pin() { # FROM TO PYTHON
  {
    head -n 2 "$1"
    echo "# Written by \"make pins\" from $(basename "$1"). Do not edit."
    "$directory/bin/uv" pip compile --universal --python-version "$3" --generate-hashes --no-header --no-emit-index-url "$1" 2>"$directory/pins.log"
  } >"$2.new"
  mv "$2.new" "$2"
}
pin requirements-dev.in requirements-dev.txt 3.11
pin tests/tools/older-python.in tests/tools/older-python.txt 3.9
pin tests/tools/older-libraries.in tests/tools/older-libraries.txt 3.11
