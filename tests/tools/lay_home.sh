#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lay_home.sh HOME: a home directory for ansible-test, with get_pip_shim.py where it looks for its downloaded get-pip.py.
set -euo pipefail
cache=$1/.ansible/test/cache
version=$(python - <<'END'
import inspect
import re

from ansible_test._internal import python_requirements

print(re.search(r"pip=.(\d[\d.]*)", inspect.getsource(python_requirements))[1])
END
)
mkdir -p "$cache"
compgen -G "$cache/pip-$version-*.whl" >/dev/null || python -m pip download --quiet --no-deps --dest "$cache" "pip==$version"
cp tests/tools/get_pip_shim.py "$cache/get_pip_${version//./_}.py"
