#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# python39.sh PYTHON DIRECTORY: compiles plugins/ and runs its unit tests on PYTHON, a Python 3.9, in an environment in DIRECTORY.
# No ansible-core that serves collections like ours installs on 3.9, but its module_utils run there, as they must on managed
# hosts: they are borrowed from the environment of "make setup", and so is amazon.aws.
set -euo pipefail
python=$1
directory=$2
if [[ -z $python ]]; then
  echo "SKIPPED: Python 3.9 is not here, so nothing shows that module code runs on it"
  exit 0
fi
site=$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
collections=$directory/lib/ansible_collections
mkdir -p "$collections/tidbcloud"
ln -sfn "$PWD" "$collections/tidbcloud/privatelink"
ln -sfn "$site/ansible_collections/amazon" "$collections/amazon"
ln -sfn "$site/ansible" "$directory/lib/ansible"
if [[ ! tests/tools/python39.txt -ot $directory/.done ]]; then
  "$python" -m venv "$directory/venv"
  "$directory/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/tools/python39.txt
  touch "$directory/.done"
fi
echo "Python 3.9:"
PYTHONPATH=$directory/lib PYTHONPYCACHEPREFIX=$directory/pycache "$directory/venv/bin/python" -m compileall -q plugins
# Inventory plugins and filters run on the control node, whose Python is newer.
PYTHONPATH=$directory/lib "$directory/venv/bin/python" -m pytest -q --ignore tests/unit/plugins/inventory --ignore tests/unit/plugins/filter tests/unit/plugins
