#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# network_packages.sh DIRECTORY: gets what "make network" needs and this machine lacks from Debian's packages, unpacked in
# DIRECTORY. Nothing is installed: no service starts, no file outside of DIRECTORY changes but apt's own lists.
set -euo pipefail
directory=$1
export PATH=$PATH:/usr/sbin:/sbin

skip() {
  echo "SKIPPED: $*, so nothing shows that the check works on a real network"
  exit 0
}

packages=()
command -v ip >/dev/null || packages+=(iproute2)
command -v nft >/dev/null || packages+=(nftables)
command -v mariadbd >/dev/null || packages+=(mariadb-server-core)
[[ ${packages[*]} != "$(cat "$directory/.done" 2>/dev/null)" ]] || exit 0
command -v apt-get >/dev/null || skip "not here: ${packages[*]} (packages of Debian), and no apt-get to get them with"

# What an installation would bring to this machine, one "Inst NAME ..." a line.
missing() {
  apt-get install --simulate --quiet=2 --no-install-recommends "${packages[@]}" 2>/dev/null | awk '/^Inst / { print $2 }'
}
download() {
  local names
  names=$(missing) && [[ -n $names ]] || return 1
  rm -rf "$directory"
  mkdir -p "$directory/archives"
  # shellcheck disable=SC2086
  (cd "$directory/archives" && timeout 300 apt-get download --quiet=2 -o APT::Sandbox::User=root -o Acquire::Retries=3 $names 2>&1)
}
# A new machine has no lists of packages, and an old one lists what is no longer there.
download || { ((EUID == 0)) && timeout 300 apt-get update --quiet=2 && download; } ||
  skip "${packages[*]} cannot be had from Debian's packages"

for archive in "$directory"/archives/*.deb; do dpkg-deb --extract "$archive" "$directory"; done
rm -rf "$directory/archives"
echo "${packages[*]}" >"$directory/.done"
