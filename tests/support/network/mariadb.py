# SPDX-FileCopyrightText: Contributors to tidbcloud.privatelink
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real MariaDB server behind the endpoint, which calls itself a TiDB. It has every certificate that a test needs."""

from __future__ import annotations

import datetime
import os
import pwd
import shutil
import time
from pathlib import Path

import pymysql
import trustme

from tests.support.network import tools
from tests.support.network.vpc import ENDPOINT, FILES, HOST, PORT, Failed, Vpc

VERSION = "8.0.11-TiDB-v8.5.2"
USER, PASSWORD = "application", "password-of-the-application"
_FILES = f"{FILES}/mariadb"
_SECONDS_TO_START = 20
_ADMINISTRATOR = "administrator"
_TABLES = ("mysql_system_tables.sql", "mysql_system_tables_data.sql")


class MariaDb:
    """`ca` signs its certificate, `other_ca` is one that the clients do not know."""

    def __init__(self, vpc: Vpc) -> None:
        self._vpc = vpc
        self._directory = vpc.files / "mariadb"
        self.ca = trustme.CA(organization_name="The cluster's CA")
        self.other_ca = trustme.CA(organization_name="Another CA")
        self.ca_pem = self.ca.cert_pem.bytes().decode()

    def start(self) -> None:
        """Make the database and serve it on all addresses of the endpoint. It ends with the VPC."""
        (self._directory / "data").mkdir(parents=True)
        self._write_certificate(self.ca, HOST, days=30)
        self._own()
        self._bootstrap()
        options = [
            "--bind-address=*",
            f"--port={PORT}",
            f"--socket={_FILES}/socket",
            f"--version={VERSION}",
            f"--ssl-cert={_FILES}/certificate.pem",
            f"--ssl-key={_FILES}/key.pem",
            "--require-secure-transport",
            "--skip-name-resolve",
            # It may be many tests that break connections off.
            "--max-connect-errors=1000000",
        ]
        self._vpc.spawn(ENDPOINT, "bash", "-c", 'echo ready; exec "$0" "$@"', *self._command(*options))
        self._await()

    def present(self, *, ca: trustme.CA | None = None, name: str = HOST, days: float = 30) -> None:
        """Show another certificate from now on, of `ca` for `name`, that ends that many `days` from now."""
        self._write_certificate(ca or self.ca, name, days)
        self._own()
        self.execute("FLUSH SSL")

    def execute(self, statement: str) -> None:
        with self._administrator() as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def _administrator(self) -> pymysql.Connection[pymysql.cursors.Cursor]:
        return pymysql.connect(unix_socket=str(self._directory / "socket"), user=_ADMINISTRATOR, password=PASSWORD)

    def _await(self) -> None:
        end = time.monotonic() + _SECONDS_TO_START
        while True:
            try:
                self._administrator().close()
                return
            except pymysql.MySQLError as error:
                if time.monotonic() > end:
                    raise TimeoutError(f"MariaDB did not start: {error}\n{self._log()}") from error
                time.sleep(0.05)

    def _command(self, *options: str) -> list[str]:
        """A server without rights: as nobody, or if the VPC was made without root, as the user who made it."""
        program = tools.program("mariadbd")
        share = Path(program).parents[1] / "share/mysql"
        return [
            program,
            "--no-defaults",
            f"--user={'nobody' if os.geteuid() == 0 else 'root'}",
            f"--datadir={_FILES}/data",
            # Not /tmp, which all servers share: in each VPC the process, and so the file, has the same number.
            f"--tmpdir={_FILES}",
            f"--lc-messages-dir={share}",
            f"--character-sets-dir={share / 'charsets'}",
            f"--log-error={_FILES}/log.err",
            "--innodb-buffer-pool-size=8M",
            "--innodb-log-file-size=4M",
            "--innodb-flush-log-at-trx-commit=0",
            "--performance-schema=off",
            *options,
        ]

    def _bootstrap(self) -> None:
        """What mariadb-install-db does, without what nobody needs here."""
        share = Path(tools.program("mariadbd")).parents[1] / "share/mysql"
        tables = "".join((share / name).read_text(encoding="utf-8") for name in _TABLES)
        accounts = f"""
FLUSH PRIVILEGES;
CREATE USER '{_ADMINISTRATOR}'@'localhost' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO '{_ADMINISTRATOR}'@'localhost';
CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}' REQUIRE SSL;
"""
        preamble = "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n"
        try:
            self._vpc.run(ENDPOINT, *self._command("--bootstrap"), text=preamble + tables + accounts)
        except Failed as error:
            raise RuntimeError(f"MariaDB's tables could not be made: {error}\n{self._log()}") from error

    def _log(self) -> str:
        return (self._directory / "log.err").read_text(encoding="utf-8", errors="replace")

    def _write_certificate(self, ca: trustme.CA, name: str, days: float) -> None:
        now = datetime.datetime.now(datetime.UTC)
        end = now + datetime.timedelta(days=days)
        begin = min(now, end) - datetime.timedelta(days=1)
        leaf = ca.issue_cert(name, common_name=name[:64], not_before=begin, not_after=end)
        leaf.private_key_pem.write_to_path(self._directory / "key.pem")
        leaf.cert_chain_pems[0].write_to_path(self._directory / "certificate.pem")

    def _own(self) -> None:
        """Give the files to the user that the server becomes."""
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in (self._directory, *self._directory.rglob("*")):
                shutil.chown(path, nobody.pw_uid, nobody.pw_gid)
