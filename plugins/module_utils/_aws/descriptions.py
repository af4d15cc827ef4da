# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later

"""botocore's descriptions of the services: reading that of EC2 takes longer than all calls of an unchanged run."""

from __future__ import annotations

import contextlib
import functools
import gc
import typing as t
from collections.abc import Iterator

with contextlib.suppress(ImportError):  # AnsibleAWSModule reports it before a session is made.
    from botocore.loaders import create_loader

# What botocore reads to make a client.
_KINDS = ("service-2", "endpoint-rule-set-1")


def share(core_session: t.Any) -> t.Any:
    """Let this botocore session use what any other of this process has already read, 25 MB for EC2.

    Returns the loader. Raises BotoCoreError if the session's profile cannot be read.
    """
    loader = _loader(core_session.get_config_variable("data_path"))
    core_session.register_component("data_loader", loader)
    return loader


def read(core_session: t.Any, service: str) -> None:
    """Read what a client of `service` will need. Raises BotoCoreError."""
    loader = share(core_session)
    with without_collector(f"description of {service}"):
        for kind in _KINDS:
            loader.load_service_model(service, kind)


@contextlib.contextmanager
def without_collector(made: str) -> Iterator[None]:
    """Descriptions are hundreds of thousands of objects that live until the end: Python's garbage collector would
    search them again and again and find nothing, nearly a third of the time that it takes to make a client.

    What is `made` for the first time in this process is never searched later. Only the first time: garbage that exists
    by then is kept, too, and a process that asks for days must not grow with each question.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        _freeze(made)
        gc.enable()


@functools.cache
def _freeze(_made: str) -> None:
    gc.freeze()


@functools.cache
def _loader(data_path: str | None) -> t.Any:
    return create_loader(data_path)
