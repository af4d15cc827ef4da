#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# with_sandbox.sh DIRECTORY COMMAND [ARGUMENT...]: runs COMMAND beside a sandbox of its own, with the sandbox's environment,
# and stops the sandbox however COMMAND ends. DIRECTORY gets sandbox.json, sandbox.env and the log.
set -euo pipefail
directory=$1
shift
# One that a killed run left behind would refuse the new one.
python -m tests.sandbox stop --directory "$directory" >/dev/null 2>&1 || true
trap 'python -m tests.sandbox stop --directory "$directory"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
python -m tests.sandbox start --directory "$directory"
# shellcheck disable=SC1091
. "$directory/sandbox.env"
"$@"
