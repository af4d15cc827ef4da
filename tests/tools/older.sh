#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# older.sh WHAT PYTHON DIRECTORY: compiles plugins/ and runs its unit tests on PYTHON, with what older-WHAT.txt pins, in an environment
# in DIRECTORY. ansible-core and amazon.aws are borrowed from the environment of "make setup": no ansible-core that serves collections
# like ours installs on Python 3.9, but its module_utils run there, as they must on managed hosts.
set -euo pipefail
requirements=tests/tools/older-$1.txt
python=$2
directory=$3
if [[ -z $python ]]; then
  echo "SKIPPED: this Python is not here, so nothing was run with $requirements"
  exit 0
fi
site=$(python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
collections=$directory/lib/ansible_collections
mkdir -p "$collections/tidbcloud"
ln -sfn "$PWD" "$collections/tidbcloud/privatelink"
ln -sfn "$site/ansible_collections/amazon" "$collections/amazon"
ln -sfn "$site/ansible" "$directory/lib/ansible"
if [[ ! $requirements -ot $directory/.done ]]; then
  "$python" -m venv --clear "$directory/venv"
  "$directory/venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
  touch "$directory/.done"
fi
"$directory/venv/bin/python" -c 'import boto3, platform, requests; print(f"Python {platform.python_version()}, boto3 {boto3.__version__}, requests {requests.__version__}:")'
PYTHONPATH=$directory/lib PYTHONPYCACHEPREFIX=$directory/pycache "$directory/venv/bin/python" -m compileall -q plugins
# Whatever is beside modules and their utils runs on the control node, whose Python is newer.
PYTHONPATH=$directory/lib "$directory/venv/bin/python" -m pytest -q tests/unit/plugins \
  --ignore tests/unit/plugins/action --ignore tests/unit/plugins/doc_fragments --ignore tests/unit/plugins/inventory --ignore tests/unit/plugins/filter --ignore tests/unit/plugins/plugin_utils
