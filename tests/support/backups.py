"""A host with mail and a database, and a store for its backups, on this machine: all of it real, in its own folders."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from danhba_host.backup.settings import TOLD, Settings

USER, STORE_PASSWORD, KEY = "mail", "store-password", "repository-key"
UNIT = "postgresql@17-main.service"
PASSWORD = "Suối Mường Hoa"  # of the probe


@dataclass(frozen=True)
class Store:
    """A running `restic-rest-server --append-only`."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """What the host calls it."""
        return f"https://localhost:{self.port}/{USER}/"

    @property
    def repository(self) -> Path:
        """The repository as the store's own host sees it."""
        return self.folder / "data" / USER


@contextmanager
def store(folder: Path, *options: str) -> Iterator[Store]:
    """A store in a folder, with TLS and a user, until it ends."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    digest = base64.b64encode(hashlib.sha1(STORE_PASSWORD.encode(), usedforsecurity=False).digest()).decode()
    (folder / "htpasswd").write_text(f"{USER}:{{SHA}}{digest}\n")
    if not (folder / "store.crt").exists():
        _certify(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *("restic-rest-server", "--append-only", "--private-repos", "--path", str(folder / "data")),
        *("--listen", f"127.0.0.1:{port}", "--htpasswd-file", str(folder / "htpasswd")),
        *("--tls", "--tls-cert", str(folder / "store.crt"), "--tls-key", str(folder / "store.key"), *options),
    ]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait(port)
        yield Store(folder, port)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _certify(folder: Path) -> None:
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    where = ["-keyout", str(folder / "store.key"), "-out", str(folder / "store.crt")]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(["openssl", "req", "-x509", *key, *names, *where], check=True, capture_output=True)


def _wait(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the store does not listen")


def settings(folder: Path, kept: Store, *, data: Path, sockets: Path, binaries: Path, database: str) -> Settings:
    """The settings of a host in a folder, whose cluster is elsewhere; its folders are made."""
    for name in ("secrets", "mail", "keys", "metrics", "queue/incoming", "queue/deferred/A"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "secrets/store.password").write_text(f"{STORE_PASSWORD}\n")
    (folder / "secrets/repository.password").write_text(f"{KEY}\n")
    shutil.copy(kept.folder / "store.crt", folder / "secrets/store.crt")
    words = ["-q", "-t", "ed25519", "-N", "", "-f", str(folder / "host_key")]
    subprocess.run(["ssh-keygen", *words], check=True, stdin=subprocess.DEVNULL)
    return Settings(
        repository=kept.url,
        user=USER,
        secrets=str(folder / "secrets"),
        state=str(folder / "state"),
        mail=str(folder / "mail"),
        queue=str(folder / "queue"),
        keys=[str(folder / "keys"), str(folder / "none")],
        keys_back=[str(folder / "keys")],
        database=database,
        database_socket_dir=str(sockets),
        cluster=str(data),
        cluster_unit=UNIT,
        copies=str(sockets),
        binaries=str(binaries),
        pgbackrest=str(sockets / "pgbackrest.conf"),
        archive=str(sockets / "archive"),
        full_days=7,
        increment_hours=24,
        services=["dovecot.service"],
        drill_mailboxes=20,
        drill_address="",
        drill_password=str(folder / "none"),
        host_key=str(folder / "host_key"),
        metrics=str(folder / "metrics"),
    )


def archive_by_pgbackrest(folder: Path, data: Path) -> None:
    """Have a cluster that does not run yet archive its WAL into `folder/archive`, as role backup does."""
    (folder / "archive").mkdir(mode=0o700)
    (folder / "spool").mkdir(mode=0o700)
    (folder / "pgbackrest.conf").write_text(
        f"[global]\nrepo1-path={folder}/archive\nrepo1-retention-full=2\nrepo1-bundle=y\nrepo1-block=y\nstart-fast=y\n"
        f"log-level-file=off\nlog-level-console=warn\nlock-path={folder}/spool\nspool-path={folder}/spool\n"
        f"compress-type=zst\narchive-timeout=60\n[main]\npg1-path={data}\npg1-socket-path={folder}\npg1-port=5432\n"
    )
    with (data / "postgresql.conf").open("a") as file:
        command = f"pgbackrest --config={folder}/pgbackrest.conf --stanza=main archive-push %p"
        file.write(f"archive_mode = on\narchive_command = '{command}'\narchive_timeout = 60\n")
    with (data / "pg_ident.conf").open("a") as file:
        file.write("danhba postgres postgres\n")
    for path in ("archive", "spool", "pgbackrest.conf"):
        shutil.chown(folder / path, "postgres", "postgres")


def restic(kept: Store, *words: str, remote: bool = True, key: str = KEY) -> subprocess.CompletedProcess[str]:
    """Run restic with all the keys that the host holds; on the store's own host when not `remote`."""
    environment = {
        **os.environ,
        "RESTIC_REPOSITORY": f"rest:{kept.url}" if remote else str(kept.repository),
        "RESTIC_REST_USERNAME": USER,
        "RESTIC_REST_PASSWORD": STORE_PASSWORD,
        "RESTIC_PASSWORD": key,
        **({"RESTIC_CACERT": str(kept.folder / "store.crt")} if remote else {}),
        "RESTIC_CACHE_DIR": str(kept.folder / "cache"),
    }
    return subprocess.run(["restic", *words], env=environment, text=True, capture_output=True, check=False)


def tell(kept: Store, **more: object) -> None:
    """Have the backup host say of itself that all is well, as its clean-up and quarantine do, but for what is given."""
    folder = kept.repository / TOLD
    folder.mkdir(exist_ok=True)
    now = time.time()
    told = {"checked": now, "failed": 0, "swept": now, "free": 0.5, "suspects": {}}
    (folder / "config").write_text(json.dumps(told | more))


def initialise(kept: Store) -> None:
    """Lay a repository without a backup into a store, its key derived at once.

    restic takes half a second over that each time it starts, so that nobody guesses the password; tests start it
    hundreds of times. The file of the key is as https://restic.readthedocs.io/en/stable/100_references.html has it.
    """
    kept.repository.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(_empty_repository().name, kept.repository)


@cache
def _empty_repository() -> TemporaryDirectory[str]:
    """A repository that restic has made, with a file of its key that costs nothing."""
    folder = TemporaryDirectory(prefix="danhba-repository-")
    command = ["restic", "init", "--repo", folder.name, "--quiet"]
    subprocess.run(command, env={**os.environ, "RESTIC_PASSWORD": KEY}, check=True)
    (file,) = (Path(folder.name) / "keys").iterdir()
    slow = json.loads(file.read_bytes())
    data = base64.b64decode(slow["data"])
    nonce, sealed, code = data[:16], data[16:-16], data[-16:]
    assert _code(slow, nonce, sealed) == code
    quick = slow | {"N": 2, "r": 1, "p": 1}
    sealed = _cipher(quick, nonce, _cipher(slow, nonce, sealed))
    quick["data"] = base64.b64encode(nonce + sealed + _code(quick, nonce, sealed)).decode()
    text = json.dumps(quick).encode()
    file.unlink()
    (file.parent / hashlib.sha256(text).hexdigest()).write_bytes(text)
    return folder


def _derived(key: dict[str, Any]) -> bytes:
    """The 64 octets that restic derives from the password: to encrypt, and twice to authenticate."""
    cost = {name: key[name] for name in ("r", "p")}
    salt = base64.b64decode(key["salt"])
    return hashlib.scrypt(KEY.encode(), salt=salt, n=key["N"], **cost, maxmem=2**28, dklen=64)


def _cipher(key: dict[str, Any], nonce: bytes, text: bytes) -> bytes:
    """AES-256 in counter mode, there and back."""
    return Cipher(algorithms.AES(_derived(key)[:32]), modes.CTR(nonce)).encryptor().update(text)


def _code(key: dict[str, Any], nonce: bytes, sealed: bytes) -> bytes:
    """Poly1305-AES."""
    derived = _derived(key)
    once = Cipher(algorithms.AES(derived[32:48]), modes.ECB()).encryptor().update(nonce)  # noqa: S305 - one block
    return Poly1305.generate_tag(derived[48:] + once, sealed)


def deliver(mail: Path, home: str, name: str, text: str, folder: str = "") -> Path:
    """Put a message into a mailbox, as Dovecot does."""
    place = mail / home / "Maildir" / folder / "cur"
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}:2,"
    path.write_text(text)
    return path


def written(folder: Path, kept: Settings) -> Path:
    """The settings as a role writes them."""
    path = folder / "backup.json"
    path.write_text(json.dumps(asdict(replace(kept))))
    return path


_SYSTEMCTL = """#!/bin/sh
# What systemd does with the cluster: its settings are outside of the data, as Debian keeps them.
echo "$@" >> {folder}/systemctl.log
case "$*" in
"stop {unit}")
    setpriv --reuid=postgres --regid=postgres --clear-groups {binaries}/pg_ctl -D {data} -m fast -w stop || : ;;
"start {unit}")
    setpriv --reuid=postgres --regid=postgres --clear-groups {binaries}/pg_ctl -D {data} status > /dev/null && exit 0
    cp {folder}/etc/* {data}/ && chown postgres:postgres {data}/*.conf
    exec setpriv --reuid=postgres --regid=postgres --clear-groups \\
        {binaries}/pg_ctl -D {data} -w -l {folder}/restored.log start > /dev/null ;;
esac
"""
_DOVEADM = """#!{python}
import json, pathlib, shutil, sys
words = sys.argv[1:]
box = pathlib.Path({boxes!r}) / words[words.index("-u") + 1]
if "list" in words:
    print("INBOX", *sorted(each.name for each in box.glob("*")), sep="\\n")
elif "import" in words:
    assert "-s" in words, "not subscribed"
    source, into, *query = words[words.index("-u") + 2:]
    for path in pathlib.Path(source.partition(":")[2]).rglob("cur/*"):
        text = path.read_text()
        folder = path.parent.parent.name.lstrip(".") if path.parent.parent.name != "Maildir" else "INBOX"
        if query == ["all"] or query == ["mailbox", folder] or (query[0] == "header" and query[2] in text):
            (box / into).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, box / into)
else:
    into = words[-1].partition("/")[0]
    print(json.dumps([{{"messages": str(len(list((box / into).glob("*"))))}}]))
"""
# The text of a file that `queued.queue_file` has written.
_POSTCAT = """#!{python}
import pathlib, re, sys
found = re.search(rb"Message-ID: <[^>]*>", pathlib.Path(sys.argv[-1]).read_bytes())
print(found[0].decode() if found else "", end="\\n\\nx\\n")
"""
_DOVECOT = """#!{python}
import base64, pathlib, re, socket, sys
settings = pathlib.Path(sys.argv[-1]).read_text()
place, mail = (pathlib.Path(re.search(pattern, settings)[1]) for pattern in ("base_dir = (.*)", "'(/.*)/' [|][|] home"))
assert {password!r} not in settings
place.mkdir()
listener = socket.create_server(str(place / "imap-drill"), family=socket.AF_UNIX)
while True:
    connection = listener.accept()[0].makefile("rwb", buffering=0)
    connection.write(b"* OK ready\\r\\n")
    for line in connection:
        tag, command = line.split()[:2]
        done = b"OK done"
        if command == b"CAPABILITY":
            connection.write(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\\r\\n")
        elif command == b"AUTHENTICATE":
            connection.write(b"+ \\r\\n")
            password = base64.b64decode(connection.readline()).split(b"\\0")[2].decode()
            done = done if password == {password!r} else b"NO [AUTHENTICATIONFAILED]"
        elif command == b"EXAMINE":
            there = len([*mail.glob("*/*/Maildir/cur/*"), *mail.glob("*/*/Maildir/new/*")])
            connection.write(b"* %d EXISTS\\r\\n" % there)
        elif command == b"LOGOUT":
            connection.write(b"* BYE\\r\\n")
        connection.write(tag + b" " + done + b"\\r\\n")
"""


def stand_in(folder: Path, kept: Settings) -> Path:
    """A folder with `systemctl` for the cluster, `doveadm` for mailboxes below `boxes`, `dovecot`, which knows one
    password, and `postcat`; as the real ones do.
    """
    programs, cluster = folder / "programs", Path(kept.copies)
    programs.mkdir()
    (cluster / "etc").mkdir()
    for name in ("postgresql.conf", "pg_hba.conf", "pg_ident.conf"):
        shutil.copy(cluster / "data" / name, cluster / "etc" / name)
    with (cluster / "etc/postgresql.conf").open("a") as file:
        file.write(f"listen_addresses = ''\nunix_socket_directories = '{cluster}'\nmax_connections = 30\n")
        file.write("max_locks_per_transaction = 256\nfsync = off\n")
    values = {"folder": cluster, "unit": UNIT, "binaries": kept.binaries, "data": kept.cluster}
    (programs / "systemctl").write_text(_SYSTEMCTL.format(**values))
    (programs / "doveadm").write_text(_DOVEADM.format(python=sys.executable, boxes=str(folder / "boxes")))
    (programs / "postcat").write_text(_POSTCAT.format(python=sys.executable))
    (programs / "dovecot").write_text(_DOVECOT.format(python=sys.executable, password=PASSWORD))
    for path in programs.iterdir():
        path.chmod(0o755)
    return programs
