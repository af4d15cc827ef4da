# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole life of a connection, for a first-time viewer: "make demo". Its second half is "make demo-self-hosted"."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.demo import self_hosted
from tests.demo.stage import DemoError, environment_of, play, say, title
from tests.sandbox import process
from tests.support.remains import remains

# Sandbox seconds in a real one.
SPEED = 5
VPC_RANGE = "10.42.0.0/16"


def main() -> int:
    """The exit status."""
    arguments = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    arguments.add_argument("--self-hosted", action="store_true", help="only the half with a TiDB of your own")
    only_self_hosted = arguments.parse_args().self_hosted
    began = time.monotonic()
    # The sandbox goes down whatever ends the demonstration.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="privatelink-demo-") as directory:
            _with_sandbox(Path(directory), only_self_hosted=only_self_hosted)
    except (DemoError, process.SandboxError) as error:
        print(f"\nThe demonstration failed: {error}", file=sys.stderr)
        return 1
    took = time.monotonic() - began
    say(f"That was all of it, in {took:.0f} seconds. README.md says how to use it with real accounts.")
    return 0


def _with_sandbox(directory: Path, *, only_self_hosted: bool) -> None:
    title("What you are going to see")
    (self_hosted.introduce if only_self_hosted else _introduce)()
    say(
        "You need no account. A sandbox imitates both clouds on this machine: the APIs of TiDB Cloud and AWS, and "
        f"the database. It listens on 127.0.0.1 only, and its clock runs {SPEED} times as fast as yours. The "
        "commands are what you would run against the real ones."
    )
    title("Starting the sandbox")
    facts = process.start(directory, [f"--scale={SPEED}"])
    try:
        if not only_self_hosted:
            _show(facts, directory)
            title("And a TiDB that you run yourself")
            self_hosted.introduce()
        self_hosted.show(facts, environment_of(facts, directory))
    finally:
        title("Stopping the sandbox")
        process.stop(directory)
        say("It is gone, and everything in it.")


def _introduce() -> None:
    say(
        "A TiDB Cloud cluster runs in another AWS account. A private endpoint lets the machines in a VPC of "
        "yours reach it over AWS's own network, without the internet. To make one takes steps in both clouds, in the "
        "right order; Ansible takes them here with one command, then removes everything again."
    )


def _show(facts: Mapping[str, Any], directory: Path) -> None:
    cluster = facts["clusters"]["main"]
    say(f"It has a cluster named {cluster['name']} in {cluster['region']}, and an AWS account with nothing in it.")
    prove_empty(facts, "The AWS account is empty, and TiDB Cloud has no private endpoint")

    environment = environment_of(facts, directory)
    connection = {"private_connection_cluster_id": cluster["cluster_id"]}
    database = facts["database"]
    new = {
        **connection,
        "private_connection_vpc_cidr": VPC_RANGE,
        "private_connection_check_connect_to": database["host"],
        "private_connection_check_ca_path": database["ca_path"],
        "private_connection_check_user": database["user"],
    }
    password = {"private_connection_check_password": database["password"]}

    title("1. Connect: from an empty account to a login")
    say(
        "Ansible makes a VPC, a subnet in each zone of the cluster's endpoint service, a security group that lets the "
        "cluster's port in and nothing else, and the interface endpoint; registers it with TiDB Cloud; waits until it "
        "is accepted; switches private DNS on; then logs in to the database."
    )
    say(
        "Simulated: the cluster's host name would resolve inside the VPC only, and this machine is not in it. So the "
        "check connects to 127.0.0.1 (private_connection_check_connect_to), where the sandbox's database listens, and "
        "trusts the sandbox's own CA (private_connection_check_ca_path). It still asks for the host name and checks "
        "the certificate against it, and the database answers only while the private endpoint is active."
    )
    if play("connect", new, environment, password) == 0:
        raise DemoError("the first connect changed nothing.")

    title("2. Connect again: nothing to do")
    say("The same command again reads both clouds, finds everything as desired, and changes nothing.")
    changed = play("connect", new, environment, password)
    print(f"\nsecond connect: changed={changed}", flush=True)
    if changed:
        raise DemoError("the second connect changed something.")

    title("3. Status: what there is, in both clouds")
    play("status", connection, environment)

    title("4. Disconnect: nothing is left")
    say("The same steps backwards. Only what Ansible made is removed; it is recognized by its tags.")
    play("disconnect", connection, environment)
    prove_empty(facts, "Checked without Ansible, by boto3 and plain HTTP: nothing is left in either cloud")


def prove_empty(facts: Mapping[str, Any], claim: str) -> None:
    found = remains(facts)
    if found:
        raise DemoError("something is left:\n" + "\n".join(found))
    say(claim + ".")


if __name__ == "__main__":
    sys.exit(main())
