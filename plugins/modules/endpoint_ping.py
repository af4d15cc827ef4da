# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_ping
short_description: Check the way from this host to a TiDB cluster through its private endpoint
version_added: 0.1.0
author:
  - TiDB Cloud PrivateLink contributors (@tidbcloud-privatelink)
description:
  - Checks, from the host that it runs on, whether a TiDB cluster can be used through its private endpoint, and if not,
    where the way ends and what to look at.
  - The stages are V(resolve) (the private host name), V(tcp), V(greeting) (of the MySQL protocol), V(tls) (the upgrade
    and the certificate) and V(login). Each is timed.
  - Run it on a host in the endpoint's VPC, or in a network that is connected with it. There is nothing to install on
    that host.
extends_documentation_fragment:
  - tidbcloud.privatelink.attributes
attributes:
  check_mode:
    support: full
    details: It only reads, so it does the same in check mode.
  diff_mode:
    support: full
    details: There is never a difference.
  idempotent:
    support: full
  platform:
    platforms: posix
    support: full
options:
  host:
    description:
      - The private host name of the cluster, as returned in
        RV(tidbcloud.privatelink.private_endpoint#module:private_endpoint.host).
      - TLS always asks for this name and, with O(tls=verify), checks the certificate against it.
    type: str
    required: true
  port:
    description: The port of the cluster.
    type: int
    default: 4000
  connect_to:
    description:
      - Addresses to connect to instead of those that O(host) resolves to, for VPCs without private DNS. TLS still asks
        for O(host).
      - DNS names are accepted too, such as the endpoint's own C(vpce-….vpce.amazonaws.com); they are resolved.
    type: list
    elements: str
  expected_addresses:
    description:
      - The addresses of the endpoint's network interfaces, of a dualstack endpoint those of both families. Any other
        address fails the check before anything is sent to it.
      - Not every one of them must appear.
    type: list
    elements: str
  require_private_address:
    description:
      - Fail the check when an address is public, before anything is sent to it.
      - Private are the ranges of RFC 1918, RFC 6598 and RFC 4193, loopback and link-local, and every address in
        O(expected_addresses), because the IPv6 ranges of a VPC are global.
    type: bool
    default: true
  tls:
    description:
      - V(verify) encrypts and checks the server's certificate.
      - V(encrypt) encrypts without knowing with whom.
      - V(off) ends the check after the greeting.
    type: str
    choices: [verify, encrypt, "off"]
    default: verify
  ca_path:
    description:
      - Path, on the host that the check runs on, of the cluster's CA certificate in PEM format.
      - Without O(ca_path) and O(ca_pem), the CAs count that the host trusts.
    type: path
  ca_pem:
    description:
      - The cluster's CA certificate itself, in PEM format. Mutually exclusive with O(ca_path).
      - What is around the certificates is ignored, and so are line ends within them.
    type: str
  login_user:
    description:
      - Also log in as this user and ask for the server's version.
      - Needs O(login_password), and O(tls) other than V(off).
      - The accounts' methods C(mysql_native_password) and C(caching_sha2_password) are known.
      - With O(tls=encrypt) the password may be shown to any server that answers; prefer V(verify).
    type: str
  login_password:
    description: The password of O(login_user).
    type: str
  attempts:
    description:
      - How often the name is resolved and each address tried, from 1 to 100, to have more than one measurement.
      - Addresses that only some of the answers name count as well.
      - The first failure at an address is final. Attempts after the first begin only while half of O(timeout) is left.
    type: int
    default: 3
  timeout:
    description: Seconds that the whole check may take, at most 3600.
    type: float
    default: 15
notes:
  - All addresses are tried, at the same time. O(login_user) logs in at one of them, once all have answered, so that a
    wrong password counts once against the account.
  - Without a login the server sees connections that end in the middle of the handshake. A MySQL server counts these
    against its C(max_connect_errors).
seealso:
  - module: tidbcloud.privatelink.private_endpoint
    description: Creates the private endpoint that this module checks.
"""

EXAMPLES = r"""
- name: Look up where the cluster is
  tidbcloud.privatelink.endpoint_info:
    cluster_id: "1234567890123456789"
    vpc_id: vpc-0123456789abcdef0
  delegate_to: localhost
  register: facts

- name: Check it by its private host name, from this host, with the CA certificate that the TiDB Cloud console offers under Connect
  tidbcloud.privatelink.endpoint_ping:
    host: "{{ facts.private_endpoints[0].host }}"
    port: "{{ facts.private_endpoints[0].port }}"
    ca_path: /etc/ssl/tidb-cloud-ca.pem

- name: Check it in a VPC without private DNS, by the addresses of the endpoint's network interfaces
  tidbcloud.privatelink.endpoint_ping:
    host: privatelink-12345678.abcdefghijkl.clusters.tidb-cloud.com
    connect_to:
      - 10.0.1.17
      - 10.0.2.23
    ca_path: /etc/ssl/tidb-cloud-ca.pem

- name: Check that the name leads to this very endpoint, and that the application's account can log in
  tidbcloud.privatelink.endpoint_ping:
    host: privatelink-12345678.abcdefghijkl.clusters.tidb-cloud.com
    expected_addresses: "{{ facts.private_endpoints[0].network_interfaces | map(attribute='private_ip_address') }}"
    ca_pem: "{{ lookup('ansible.builtin.file', 'tidb-cloud-ca.pem') }}"
    login_user: app
    login_password: "{{ lookup('ansible.builtin.env', 'APP_PASSWORD') }}"

- name: Wait until a new endpoint can be used
  tidbcloud.privatelink.endpoint_ping:
    host: privatelink-12345678.abcdefghijkl.clusters.tidb-cloud.com
    attempts: 1
    timeout: 5
  register: ping
  until: ping.reachable | default(false)
  retries: 20
  delay: 10
"""

RETURN = r"""
reachable:
  description:
    - Whether every stage succeeded at every address. A client may choose any of them, so that one failure is enough.
  returned: always
  type: bool
  sample: true
addresses:
  description: Every address that was found or given.
  returned: always
  type: list
  elements: dict
  contains:
    address:
      description: The address.
      type: str
      sample: 10.0.1.17
    private:
      description: Whether it is a private one.
      type: bool
      sample: true
    expected:
      description: Whether it is one of O(expected_addresses). V(null) where these are not given.
      type: bool
      sample: true
    reachable:
      description: Whether every stage up to V(tls) succeeded there. V(false) also where it was not tried.
      type: bool
      sample: true
    tcp_ms:
      description: Median of the milliseconds that a TCP connection took, V(null) where there was none.
      type: float
      sample: 0.712
    problem:
      description: What failed there, one of the codes of RV(problem). V(null) where nothing did.
      type: str
      sample: null
server_version:
  description: The version of the server, V(null) where it did not greet.
  returned: always
  type: str
  sample: 8.0.11-TiDB-v8.5.2
is_tidb:
  description: Whether the server is a TiDB, judged by its version. V(null) where it did not greet.
  returned: always
  type: bool
  sample: true
auth_plugin:
  description: The authentication method that the server prefers. V(null) where it did not greet.
  returned: always
  type: str
  sample: mysql_native_password
capabilities:
  description: What the server offers to clients, by the names of the MySQL protocol. Empty where it did not greet.
  returned: always
  type: list
  elements: str
  sample: [connect_with_db, protocol_41, ssl, multi_statements, multi_results, plugin_auth, connect_attrs]
tls:
  description:
    - What was agreed on, and the server's certificate, also where it was not accepted.
    - V(null) where TLS was not reached or not wanted.
  returned: always
  type: dict
  contains:
    protocol:
      description: Version of TLS.
      type: str
      sample: TLSv1.3
    cipher:
      description: Name of the cipher suite.
      type: str
      sample: TLS_AES_128_GCM_SHA256
    subject:
      description: Whom the certificate is for.
      type: str
      sample: CN=privatelink-12345678.abcdefghijkl.clusters.tidb-cloud.com
    issuer:
      description: The CA that issued the certificate.
      type: str
      sample: C=US, O=Example Trust Services, CN=Example CA
    names:
      description: The host names and addresses that the certificate is for.
      type: list
      elements: str
      sample: ["*.abcdefghijkl.clusters.tidb-cloud.com"]
    not_after:
      description: The time, in UTC, at which the certificate ends.
      type: str
      sample: "2027-03-01T23:59:59Z"
    days_left:
      description: Whole days until then, negative afterwards.
      type: int
      sample: 98
timings_ms:
  description:
    - Milliseconds that each stage took, over all addresses and attempts in which it succeeded, as C(min), C(median) and
      C(max).
    - V(null) for a stage that did not succeed, was not wanted or, as V(resolve) for an address, not needed.
  returned: always
  type: dict
  contains:
    resolve:
      description: Finding the addresses of the name.
      type: dict
      sample: {"min": 1.204, "median": 1.204, "max": 1.204}
    tcp:
      description: Connecting.
      type: dict
      sample: {"min": 0.702, "median": 0.712, "max": 0.934}
    greeting:
      description: Waiting for the server's greeting.
      type: dict
      sample: {"min": 0.811, "median": 0.903, "max": 1.377}
    tls:
      description: Agreeing on TLS.
      type: dict
      sample: {"min": 3.012, "median": 3.244, "max": 5.021}
    login:
      description: Logging in and asking for the version.
      type: dict
      sample: {"min": 2.411, "median": 2.502, "max": 3.105}
remarks:
  description:
    - What is worth knowing although the check succeeded, as sentences. They are shown as warnings, too.
    - For example, a certificate that OpenSSL and the clients of MySQL accept, but a client with stricter rules refuses.
      The verdict is the same on each version of Python.
  returned: always
  type: list
  elements: str
  sample: []
failed_stage:
  description: The stage that failed, V(resolve), V(tcp), V(greeting), V(tls) or V(login).
  returned: failure
  type: str
  sample: tcp
problem:
  description:
    - What failed.
    - In V(resolve), V(name_not_found), V(resolver_failed), V(public_address), V(unexpected_address).
    - In V(tcp), V(refused), V(unreachable).
    - In V(greeting), V(not_mysql), V(host_blocked), V(host_not_allowed), V(too_many_connections), V(server_error).
    - In V(tls), V(tls_not_offered), V(tls_failed), V(certificate_expired), V(certificate_not_yet_valid),
      V(certificate_untrusted), V(certificate_wrong_host), V(ca_unusable).
    - In V(login), V(access_denied), V(account_locked), V(password_expired), V(user_limit_reached),
      V(auth_method_unsupported), V(too_many_connections), V(host_not_allowed), V(server_error).
    - In any of them, V(timed_out), V(closed).
  returned: failure
  type: str
  sample: timed_out
found:
  description: What was found, as a sentence without its causes.
  returned: failure
  type: str
  sample: "db.example.com, port 4000, cannot be used from this host. Stage tcp, address 10.0.1.17: it refused the connection."
causes:
  description: What may be the cause and what to look at, the likely one first.
  returned: failure
  type: list
  elements: str
  sample:
    - "The security group of the interface endpoint does not allow TCP port 4000 from this host: add an inbound rule."
error:
  description: What ended the check, if it was a defect of this collection. RV(failed_stage) and RV(problem) are missing then.
  returned: when the check ended in an unexpected error
  type: dict
  contains:
    code:
      description: The kind of error.
      type: str
      sample: ValueError
    status:
      description: Always V(null).
      type: int
      sample: null
    api:
      description: Always V(null).
      type: str
      sample: null
    request_id:
      description: Always V(null).
      type: str
      sample: null
"""

import re
import traceback
import typing as t

from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.failures import StageFailed
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.login import Account
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.ping import Check, Outcome, ping
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._mysql.resolve import is_address
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.bounded import Overdue, bounded
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.given import AnsibleGivenModule
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.requirements import require_python
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.text import encodable, printable
from ansible_collections.tidbcloud.privatelink.plugins.module_utils._run.version import ISSUES, VERSION

# Seconds after the timeout: whatever does not keep to it, a file system or the system's resolver, is left behind.
GRACE = 2.0
DEFECT = (
    f"An unexpected error while checking the connection: a defect of tidbcloud.privatelink {VERSION}."
    f" Please report it at {ISSUES} with what was asked for and the traceback that -vvv shows."
)
# Those that stand for no byte.
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "host": {"type": "str", "required": True},
    "port": {"type": "int", "default": 4000},
    "connect_to": {"type": "list", "elements": "str"},
    "expected_addresses": {"type": "list", "elements": "str"},
    "require_private_address": {"type": "bool", "default": True},
    "tls": {"type": "str", "choices": ["verify", "encrypt", "off"], "default": "verify"},
    "ca_path": {"type": "path"},
    "ca_pem": {"type": "str"},
    "login_user": {"type": "str"},
    "login_password": {"type": "str", "no_log": True},
    "attempts": {"type": "int", "default": 3},
    "timeout": {"type": "float", "default": 15},
}


def violation(params: t.Mapping[str, t.Any]) -> str | None:
    """The first thing that is wrong with the options, as a sentence."""
    wrong_addresses = [address for address in listed(params["expected_addresses"]) if not is_address(address)]
    rules = (
        (not 1 <= params["port"] <= 65535, f"port is {params['port']}; it must be from 1 to 65535."),
        (not 1 <= params["attempts"] <= 100, f"attempts is {params['attempts']}; it must be from 1 to 100."),
        (
            not 0 < params["timeout"] <= 3600,
            f"timeout is {params['timeout']}; it must be above 0, at most 3600 seconds.",
        ),
        (wrong_addresses, f"expected_addresses holds what is no IP address: {printable(', '.join(wrong_addresses))}."),
        (
            any(_LONE.search(params[option] or "") for option in ("login_user", "login_password")),
            "login_user or login_password holds what is neither text nor bytes: lone surrogates.",
        ),
        (params["ca_path"] and params["ca_pem"], "ca_path and ca_pem are both given; give one of them."),
        (params["login_user"] and params["login_password"] is None, "login_user is given without login_password."),
        (
            params["login_user"] and params["tls"] == "off",
            "login_user is given and tls is off; a password is sent over TLS only, so set tls to verify.",
        ),
    )
    return next((sentence for broken, sentence in rules if broken), None)


def listed(items: t.Sequence[str] | None) -> tuple[str, ...]:
    """The items of a list option; C(a, b) in one text leaves blanks, an empty text an empty item."""
    return tuple(item.strip() for item in items or () if item.strip())


def requested_check(params: t.Mapping[str, t.Any]) -> Check:
    """The check that the options ask for. An empty text means the same as an option that is not set."""
    account = Account(params["login_user"], params["login_password"]) if params["login_user"] else None
    return Check(
        host=params["host"].rstrip("."),
        port=params["port"],
        connect_to=listed(params["connect_to"]),
        expected_addresses=listed(params["expected_addresses"]),
        require_private_address=params["require_private_address"],
        tls=params["tls"],
        ca_path=params["ca_path"] or None,
        ca_pem=params["ca_pem"] or None,
        account=account,
        attempts=params["attempts"],
        timeout=params["timeout"],
    )


def main() -> None:
    require_python()
    module = AnsibleGivenModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    sentence = violation(module.params)
    if sentence:
        module.fail_json(msg=sentence)
    outcome, defect = checked(requested_check(module.params))
    if outcome is None:
        module.fail_json(**defect)
        return
    values = encodable(outcome.returned())
    for remark in outcome.remarks:
        module.warn(remark)
    if outcome.failure:
        module.fail_json(msg=outcome.message(), changed=False, **values)
    module.exit_json(changed=False, **values)


def checked(check: Check) -> tuple[Outcome | None, dict[str, t.Any]]:
    """What the check found; null where it met a defect, with what the module returns then."""
    try:
        return bounded(lambda: ping(check), check.timeout + GRACE), {}
    except Overdue:
        return Outcome(check, failure=StageFailed("timed_out", "there was no answer in time", stage="resolve")), {}
    except Exception as error:
        named = {"code": type(error).__name__, "status": None, "api": None, "request_id": None}
        return None, {"msg": DEFECT, "changed": False, "error": named, "exception": traceback.format_exc()}


if __name__ == "__main__":
    main()
