#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# each_python.sh VERSION...: what can be run on each of these Pythons that is here: unit tests and sanity, or before 3.11, which is for
# managed hosts alone, the unit tests of what runs there.
set -euo pipefail
for version in "$@"; do
  if ! python=$(tests/tools/find_python.sh "$version"); then
    echo "SKIPPED: Python $version is not here"
  elif [[ $version == 3.9 || $version == 3.10 ]]; then
    echo "==> unit on Python $version"
    tests/tools/older.sh python "$python" ".cache/older-python-$version"
  else
    echo "==> unit and sanity on Python $version"
    make --no-print-directory unit sanity pylint PYTHON="$python" VENV=".cache/venv-$version"
  fi
done
