#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lay_copy.sh TREE: a real copy of this checkout at TREE/ansible_collections/tidbcloud/privatelink, with amazon.aws beside it.
# ansible-test refuses a symbolic link to the checkout, and looks for other collections nowhere but beside ours.
set -euo pipefail
tree=$1/ansible_collections
copy=$tree/tidbcloud/privatelink
amazon=$(python -c 'import sysconfig; print(sysconfig.get_path("purelib") + "/ansible_collections/amazon/aws")')
rm -rf "$copy"
mkdir -p "$copy" "$tree/amazon"
ln -sfn "$amazon" "$tree/amazon/aws"
git ls-files -coz --exclude-standard |
  while IFS= read -rd '' file; do if [[ -e $file ]]; then printf '%s\0' "$file"; fi; done |
  tar --null -T - -cf - | tar -xf - -C "$copy"
# The copy is in a directory that the checkout's git ignores: without a git of its own ansible-test would find no file there, and pass.
git -C "$copy" init -q
