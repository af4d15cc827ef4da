#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# with_sandbox.sh DIRECTORY SCALE COMMAND [ARGUMENT...]: runs COMMAND beside a sandbox of its own, with the sandbox's
# environment, and stops the sandbox however COMMAND ends. DIRECTORY gets sandbox.json, sandbox.env and the log; SCALE is how
# many seconds pass in the sandbox in each real one.
set -euo pipefail
directory=$1
scale=$2
shift 2
# One that a killed run left behind would refuse the new one.
python -m tests.sandbox stop --directory "$directory" >/dev/null
trap 'python -m tests.sandbox stop --directory "$directory"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
python -m tests.sandbox start --directory "$directory" --scale "$scale"
# shellcheck disable=SC1091
. "$directory/sandbox.env"
"$@"
