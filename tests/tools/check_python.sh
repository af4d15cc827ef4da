#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# check_python.sh NAME PATH: says what is missing where the Python called NAME, found at PATH, cannot carry the environment.
set -u
name=$1
path=$2
complain() {
  echo "$1" >&2
  exit 1
}
[[ -n $path ]] || complain "There is no '$name' here. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3 ..."
version=$("$path" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  complain "'$name' is Python $version; 3.11 or newer is needed. Name another: make PYTHON=/path/to/python3.11 ..."
"$path" -c 'import ensurepip, venv' 2>/dev/null ||
  complain "'$name' (Python $version) cannot make environments. On Debian and Ubuntu: apt-get install python$version-venv"
