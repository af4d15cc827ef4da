#!/usr/bin/env bash
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
#
# vpc.sh: lays a VPC of network namespaces, says "ready" and holds it until its input ends.
# It has to be the first process of new namespaces (mount, network and pid): the kernel then takes everything away with
# it, however it ends. Nothing of it can be seen or reached from outside, and nothing outside from within.
#
#   client 10.0.1.10 ── router (the VPC: routes, network ACLs, resolver 10.0.0.2) ── endpoint 10.0.11.10, 10.0.12.10, 10.0.13.10
set -euo pipefail

# A /run of its own, in memory: the namespaces' names are kept there and the files of all that runs here. It also hides the
# sockets by which programs would ask services outside for names.
mount -t tmpfs -o mode=755 tmpfs /run
printf '%s\n' 'nameserver 10.0.0.2' 'options timeout:1 attempts:1' >/run/resolv.conf
echo 'hosts: files dns' >/run/nsswitch.conf
resolv_conf=$(readlink -m /etc/resolv.conf)
mkdir -p "$(dirname "$resolv_conf")"
[[ -e $resolv_conf ]] || : >"$resolv_conf"
mount --bind /run/resolv.conf "$resolv_conf"
[[ ! -e /etc/nsswitch.conf ]] || mount --bind /run/nsswitch.conf /etc/nsswitch.conf

ip link set lo up
ip address add 10.0.0.2/32 dev lo
echo 1 >/proc/sys/net/ipv4/ip_forward
if [[ -e /proc/net/if_inet6 ]]; then echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; fi

# join HOST SUBNET...: a namespace HOST with the address .10 in each of these subnets, in which the router is .1.
join() {
  local host=$1 subnet
  shift
  ip netns add "$host"
  ip link add "$host" type veth peer name eth0 netns "$host"
  ip link set "$host" up
  ip -n "$host" link set lo up
  ip -n "$host" link set eth0 up
  for subnet; do
    ip address add "10.0.$subnet.1/24" dev "$host"
    ip -n "$host" address add "10.0.$subnet.10/24" dev eth0
    if [[ -e /proc/net/if_inet6 ]]; then
      ip address add "fd00:0:0:$subnet::1/64" dev "$host" nodad
      ip -n "$host" address add "fd00:0:0:$subnet::10/64" dev eth0 nodad
    fi
  done
  ip -n "$host" route add default via "10.0.$1.1"
  if [[ -e /proc/net/if_inet6 ]]; then ip -n "$host" route add default via "fd00:0:0:$1::1"; fi
}

join client 1
join endpoint 11 12 13

echo ready
exec cat >/dev/null
