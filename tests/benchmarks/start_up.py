# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each module costs before it does anything: the time to import it and the size of what Ansible packs for it."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.benchmarks.place import CHECKOUT, Place
from tests.benchmarks.report import Report, Row

REPEATS = 7
OWN = "ansible_collections.tidbcloud.privatelink.plugins"
# Every module of the action group takes the options of both clouds, which are made in `_privatelink`; what is wrong
# with a file of certificates is known in `_mysql`.
GROUP = {"_run", "_aws", "_tidbcloud", "_privatelink", "_mysql"}
# The folders that a module may import: everything else of the collection would be loaded for nothing.
NEEDED = {
    "connection_network": GROUP | {"_costs", "_network"},
    "endpoint_info": GROUP | {"_costs", "_fleet", "_publication"},
    "endpoint_ping": {"_run", "_mysql"},
    "endpoint_service": GROUP | {"_costs", "_publication"},
    "private_endpoint": GROUP | {"_costs"},
    "private_endpoints": GROUP | {"_costs", "_fleet"},
    "reachability_info": GROUP | {"_reachability"},
}
PEERS = ("amazon.aws.ec2_vpc_endpoint", "amazon.aws.ec2_vpc_endpoint_info")
IMPORT = """
import sys, time
sys.path.insert(0, sys.argv[2])
began = time.perf_counter()
__import__(sys.argv[1])
seconds = time.perf_counter() - began
import json
print(json.dumps([seconds, sorted(sys.modules)]))
"""
PACK = """
import json, sys
from ansible.executor import module_common
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, module_loader
from ansible.template import Templar
init_plugin_loader()
sizes = {}
for name in sys.argv[1:]:
    found = module_loader.find_plugin_with_context(name)
    packed = module_common.modify_module(
        module_name=found.resolved_fqcn, module_path=found.plugin_resolved_path, module_args={},
        templar=Templar(loader=DataLoader()), task_vars={"ansible_python_interpreter": sys.executable},
        module_compression="ZIP_DEFLATED",
    )
    data = packed.b_module_data if hasattr(packed, "b_module_data") else packed[0]
    sizes[name] = len(data)
print(json.dumps(sizes))
"""


def measure(place: Place) -> Report:
    own = sorted(path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py"))
    names = [*(f"tidbcloud.privatelink.{name}" for name in own), *PEERS]
    sizes = json.loads(_python(place, PACK, *names))
    rows: list[Row] = []
    idle: list[str] = []
    for name in names:
        seconds, modules = _import(place, name)
        rows.append({"module": name, "import (ms)": 1000 * seconds, "packed (KB)": sizes[name] / 1024})
        idle += _idle(name, modules)
    return Report(
        "start_up",
        "Start-up of each module",
        rows,
        [(f"nothing of the collection is imported that a module has no use for: {idle or 'nothing'}", not idle)],
        [f"Import: best of {REPEATS}, in a new process each. Packed: what Ansible sends to a host, compressed."],
    )


def _import(place: Place, name: str) -> tuple[float, list[str]]:
    namespace, collection, module = name.split(".")
    full = f"ansible_collections.{namespace}.{collection}.plugins.modules.{module}"
    runs = [json.loads(_python(place, IMPORT, full, str(CHECKOUT / ".cache" / "tree"))) for _run in range(REPEATS)]
    seconds: float = min(run[0] for run in runs)
    return seconds, runs[0][1]


def _idle(name: str, modules: list[str]) -> list[str]:
    if not name.startswith("tidbcloud.privatelink."):
        return []
    short = name.rpartition(".")[2]
    folders = {module.split(".")[5] for module in modules if module.startswith(f"{OWN}.module_utils._")}
    return sorted(f"{folder} by {short}" for folder in folders - NEEDED[short])


def _python(place: Place, program: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=place.environment,
        cwd=place.directory,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
