"""Runs a second Dovecot on the restored mail of a drill, to sign in by IMAP and open the inbox.

It knows only the restored accounts and the restored mail, listens on a Unix socket of its own, and writes beside them.
"""

from __future__ import annotations

import imaplib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..journal import Refused
from .cluster import Copy
from .settings import Settings

START_SECONDS, STOP_SECONDS, ANSWER_SECONDS = 60, 30, 60
LONGEST = 400  # characters of the log that an error message quotes

# The configuration of role dovecot, without parts that reach out of the copy: other protocols, delivery, throttling.
_SETTINGS = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
instance_name = danhba-drill
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
ssl = no
auth_allow_cleartext = yes
auth_mechanisms = plain
auth_username_format = %{{user | lower}}
sql_driver = pgsql
pgsql {sockets} {{
  parameters {{
    user = dovecot
    dbname = {database}
    port = {port}
  }}
}}
passdb sql {{
  query = SELECT address AS user, password, CASE WHEN initial THEN 'y' END AS nologin \\
    FROM dovecot.passdb WHERE address = '%{{user}}'
}}
userdb sql {{
  query = SELECT address AS user, '{mail}/' || home AS home FROM dovecot.userdb WHERE address = '%{{user}}'
}}
mail_driver = maildir
mail_path = %{{home}}/Maildir
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = {uid}
namespace inbox {{
  inbox = yes
  separator = /
}}
# Nobody comes from the network, and the unit of the drill may not change its root.
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = 0
  }}
  unix_listener imap-drill {{
    mode = 0600
  }}
}}
# These two are open to every user of this host by default.
service auth {{
  unix_listener auth-userdb {{
    mode = 0600
  }}
}}
service indexer {{
  unix_listener indexer {{
    mode = 0600
  }}
}}
# The copy knows its callers by their system user, as the living one does.
service auth-worker {{
  user = dovecot
}}
"""


class Dovecot:
    """The second Dovecot, with its folder beside the restored cluster."""

    def __init__(self, settings: Settings, copy: Copy) -> None:
        self._settings, self._copy = settings, copy
        self.folder = copy.folder / "dovecot"
        self.mail = self.folder / "mail"

    def make(self, home: str) -> Path:
        """Make the empty home of a mailbox such as `official/1`, owned as the live store and open to Dovecot."""
        owner = Path(self._settings.mail).stat()
        where = self.mail / home
        where.mkdir(parents=True)
        for path in (self._copy.folder, self.folder, self.mail, where.parent):
            path.chmod(0o711)
        os.chown(where, owner.st_uid, owner.st_gid)
        return where

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run Dovecot within this context.

        Raises:
            Refused: it does not start.
        """
        owner = Path(self._settings.mail).stat()
        file = self.folder / "dovecot.conf"
        written = _SETTINGS.format(
            folder=self.folder, sockets=self._copy.folder, database=self._settings.database, port=Copy.PORT,
            mail=self.mail, uid=owner.st_uid, gid=owner.st_gid,
        )  # fmt: skip
        file.write_text(written, encoding="utf-8")
        try:
            with (self.folder / "log").open("a", encoding="utf-8") as log:
                process = subprocess.Popen(["dovecot", "-F", "-c", str(file)], stdout=log, stderr=log, cwd="/")
        except OSError as error:
            raise Refused(f"không chạy được -- cannot be run: {error}; playbooks/site.yml --tags dovecot") from error
        try:
            self._wait(process)
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def _socket(self) -> Path:
        return self.folder / "run" / "imap-drill"

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + START_SECONDS
        while not self._socket.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise Refused(f"Dovecot thứ hai không chạy -- the second Dovecot does not start: {self._said()}")
            time.sleep(0.1)

    def count(self, address: str, password: str) -> int:
        """Sign in, open the inbox, and return its number of messages.

        Raises:
            Refused: the sign-in fails, or there is no inbox.
        """
        try:
            with _Imap(str(self._socket)) as client:
                client.authenticate("PLAIN", lambda _said: f"\0{address}\0{password}".encode())
                status, found = client.select(readonly=True)
        except (OSError, imaplib.IMAP4.error) as error:
            raise Refused(f"{address}: {error}: {self._said()}") from error
        if status != "OK":
            raise Refused(f"{address}: INBOX: {found!r}: {self._said()}")
        return int(found[0] or 0)

    def _said(self) -> str:
        """The end of Dovecot's log, which contains no password."""
        return " ".join((self.folder / "log").read_text(encoding="utf-8", errors="replace").split())[-LONGEST:]


class _Imap(imaplib.IMAP4):
    """An IMAP client over a Unix socket."""

    def __init__(self, path: str) -> None:
        self._path = path
        super().__init__(timeout=ANSWER_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(timeout)
        connection.connect(self._path)
        return connection
