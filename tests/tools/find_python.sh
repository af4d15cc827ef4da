#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# find_python.sh X.Y: prints the path of a Python X.Y that runs, or nothing (status 1).
# A name on PATH is not enough: pyenv puts there what it has not switched on.
set -u
for candidate in "python$1" "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$1".*/bin/"python$1"; do
  "$candidate" -c 'import sys; print(sys.executable)' 2>/dev/null && exit 0
done
exit 1
