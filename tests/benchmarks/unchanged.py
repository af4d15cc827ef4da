# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""An unchanged run over 200 private endpoints of one project, compared with what users write without the collection."""

from __future__ import annotations

from tests.benchmarks.place import COLLECTION, Measured, Options, Place
from tests.benchmarks.report import Report, Row

NUMBER = 200
# A loop costs the same for each item: the peer is measured over some of them.
PEER_NUMBER = 40


def measure(place: Place) -> Report:
    with place.unlimited():
        fleet = place.fleet(NUMBER)
        task = {f"{COLLECTION}.private_endpoints": {"endpoints": fleet.endpoints}}
        place.playbook([task])
    with place.measured() as ours:
        place.playbook([task])
    changed = [request for request in ours[0].requests if request["call"].startswith(("Create", "Modify"))]
    place.begin_a_minute()
    with place.measured() as theirs:
        place.playbook(peer(place, fleet.endpoints[:PEER_NUMBER]))
    most = 2 * -(-NUMBER // 100) + 3
    exchanges, calls = ours[0].count("tidbcloud"), ours[0].count("aws")
    return Report(
        "unchanged",
        f"An unchanged run over {NUMBER} private endpoints in one project",
        [
            _row("private_endpoints, one task", NUMBER, ours[0]),
            _row("ansible.builtin.uri and amazon.aws in a loop", PEER_NUMBER, theirs[0]),
            {
                "how": "Terraform provider, by arithmetic (2 requests each)",
                "private endpoints": NUMBER,
                "exchanges with TiDB Cloud": 2 * NUMBER,
                "refused (429)": None,
                "calls to AWS": None,
                "seconds": None,
                "exchanges for each": 2.0,
            },
        ],
        [
            (f"at most {most} exchanges with TiDB Cloud: {exchanges}", exchanges <= most),
            (f"at most 4 calls to AWS: {calls}", calls <= 4),
            ("nothing was changed", not changed),
        ],
        [
            f"The loop was measured over {PEER_NUMBER} of the private endpoints: it costs the same for each.",
            f"The calls of the one task: {ours[0].calls('tidbcloud')}, {ours[0].calls('aws')}.",
        ],
    )


def _row(how: str, number: int, found: Measured) -> Row:
    return {
        "how": how,
        "private endpoints": number,
        "exchanges with TiDB Cloud": found.count("tidbcloud"),
        "refused (429)": found.refused(),
        "calls to AWS": found.count("aws"),
        "seconds": found.seconds,
        "exchanges for each": found.count("tidbcloud") / number,
    }


def peer(place: Place, endpoints: list[Options]) -> list[Options]:
    """Each private endpoint as documented for users of plain Ansible: ask TiDB Cloud for the service and the
    registrations, let amazon.aws ensure the interface endpoint, and register it if needed.
    """
    cloud = place.facts["tidbcloud"]
    items = [{**endpoint, "group_id": _group_id(place, endpoint["cluster_id"])} for endpoint in endpoints]
    group = (
        f"{cloud['dedicated_url']}/v1beta1/clusters/{{{{ item.cluster_id }}}}/tidbNodeGroups/{{{{ item.group_id }}}}"
    )
    uri: Options = {
        "url_username": cloud["public_key"],
        "url_password": cloud["private_key"],
        "return_content": True,
    }
    patient: Options = {"retries": 20, "delay": 5, "until": "answer is not failed", "register": "answer"}
    return [
        {"loop": items, "ansible.builtin.uri": {"url": f"{group}/privateLinkService", **uri}, **patient},
        {"ansible.builtin.set_fact": {"services": "{{ answer.results | map(attribute='json.serviceName') }}"}},
        {
            "loop": items,
            "loop_control": {"index_var": "number"},
            "amazon.aws.ec2_vpc_endpoint": {
                "region": "us-east-1",
                "vpc_id": "{{ item.vpc_id }}",
                "service": "{{ services[number] }}",
                "vpc_endpoint_type": "Interface",
                "vpc_endpoint_subnets": "{{ item.subnet_ids }}",
                "vpc_endpoint_security_groups": "{{ item.security_group_ids }}",
            },
            "register": "interface",
        },
        {"loop": items, "ansible.builtin.uri": {"url": f"{group}/privateEndpointConnections", **uri}, **patient},
        {
            "ansible.builtin.assert": {
                "that": "answer.results | map(attribute='json.privateEndpointConnections') | flatten | "
                "selectattr('endpointState', 'equalto', 'ACTIVE') | length == interface.results | length"
            }
        },
    ]


def _group_id(place: Place, cluster_id: str) -> str:
    clusters = place.control("GET", "/status")["tidbcloud"]["clusters"]
    cluster = next(one for one in clusters if one["cluster_id"] == cluster_id)
    return str(next(iter(cluster["node_groups"].values()))["node_group_id"])
