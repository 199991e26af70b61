"""A real PostgreSQL, laid out as on the mail host, and a way to run the collection's modules against it for real.

The server listens on a Unix socket in a private folder and on nothing else, and dies with the test run.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host.migrations import migrate, read_migrations
from ansible_collections.laocai.mail.plugins.module_utils.host.schema import read_files
from psycopg import sql
from psycopg.rows import TupleRow

from tests.lab import interpreter
from tests.support import preloaded

PROJECT = Path(__file__).resolve().parents[2]
MIGRATIONS = PROJECT / "roles/database/files/migrations"
SCHEMA_FILES = PROJECT / "roles/database/files/schema"
TEMPLATE = "danhba_template"
LOGIN_ROLES = (
    "danhba_apply",
    "danhba_password",
    "danhba_credentials",
    "danhba_sessions",
    "danhba_room",
    "danhba_events",
    "danhba_trace",
    "danhba_recall",
    "danhba_audit",
    "danhba_archive",
    "danhba_secrecy",
    "danhba_notices",
    "danhba_metrics",
    "postfix",
    "dovecot",
    "openldap",
)
# In the environment of what `Ansible.start` has started: whose it is.
STARTED = "DANHBA_STARTED_IN"
WEBMAIL_ROLE = "roundcube"  # signs in to a database of its own and has no way into that of the accounts
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system, on which the server has a folder of its own
ROOM = 2**31  # octets; one server needs a tenth of it
SERVER_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "30",
    "max_locks_per_transaction": "256",  # as role database has it
    "shared_buffers": "32MB",
    "fsync": "off",  # the data is thrown away; what survives a crash of the machine is not tested here
    "full_page_writes": "off",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL server of the tests' own."""

    binaries: Path
    folder: Path

    @property
    def socket(self) -> str:
        """Folder of the Unix socket."""
        return str(self.folder)

    def run(self, program: str, *arguments: str) -> str:
        """What one of PostgreSQL's own programs prints, run against this server as its superuser."""
        command = [str(self.binaries / program), "--host", self.socket, "--username", "postgres", *arguments]
        return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout

    def connect(self, database: str, role: str = "postgres") -> psycopg.Connection[TupleRow]:
        """An autocommitting connection that asks reality, past all code under test."""
        return psycopg.connect(host=self.socket, dbname=database, user=role, autocommit=True)


@dataclass(frozen=True)
class Database:
    """One test's own copy of the migrated database."""

    server: Server
    name: str

    @property
    def arguments(self) -> dict[str, Any]:
        """The module arguments that point at this database."""
        return {"database": self.name, "socket": self.server.socket}

    def connect(self, role: str = "postgres") -> psycopg.Connection[TupleRow]:
        """As `Server.connect`, to this database."""
        return self.server.connect(self.name, role)

    def query(self, query: str, *parameters: object, role: str = "postgres") -> list[TupleRow]:
        """All rows of a query; for a statement without rows, none."""
        with self.connect(role) as connection:
            cursor = connection.execute(query.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def somebody_waits(self, *kinds: str) -> bool:
        """Whether a session waits for a lock of one of these kinds (`wait_event`), now or in a moment."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND wait_event = ANY(%s)"
        )
        for _ in range(200):
            if self.query(waiting, list(kinds)) != [(0,)]:
                return True
            time.sleep(0.02)
        return False

    def become(self, other: Database) -> None:
        """Hold what another one holds, and nothing else."""
        _drop_database(self.server, self.name)
        _create_database(self.server, self.name, other.name)

    def migrate(self, until: int | None = None) -> None:
        """Bring it to the version of today; `until`, to a former one: that of this migration, without schema files."""
        migrations, files = read_migrations(MIGRATIONS), read_files(SCHEMA_FILES)
        with self.connect() as connection:
            migrate(connection, migrations[:until], [] if until is not None else files, dry_run=False)

    def schema(self) -> str:
        """The schema as pg_dump writes it, without the owner, which is one."""
        return self.server.run("pg_dump", "--schema-only", "--no-owner", self.name)

    def dump(self) -> str:
        """Everything in the database, sequences included, as pg_dump writes it: equal text means equal state."""
        text = self.server.run("pg_dump", self.name)
        return re.sub(r"^\\(un)?restrict .*\n", "", text, flags=re.MULTILINE)  # a random token of each dump


@dataclass(frozen=True)
class Outcome:
    """What one run of a module gave."""

    status: int
    result: dict[str, Any]
    output: str

    @property
    def changed(self) -> bool:
        """Whether the module says that it changed something."""
        return bool(self.result.get("changed"))

    @property
    def message(self) -> str:
        """The module's message."""
        return str(self.result.get("msg", ""))

    def assert_refused(self, vi: str, en: str) -> None:
        """The module failed, and its message holds these words: Vietnamese on the first line, English on the second."""
        assert "localhost | FAILED! =>" in self.output, self.output
        first, second = self.message.split("\n")
        assert vi in first
        assert en in second
        assert "Traceback" not in self.output


@dataclass(frozen=True)
class Ansible:
    """Runs modules of the collection by `ansible` itself, on this machine."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    def command(self, module: str, arguments: Mapping[str, Any], *options: str) -> list[str]:
        """The command line that runs one module."""
        return [
            str(Path(sys.executable).with_name("ansible")),
            "localhost",
            *("--inventory", "localhost,", "--connection", "local", "--playbook-dir", str(self.folder)),
            *("--module-name", module, "--args", json.dumps(arguments), *options),
        ]

    def run(
        self,
        module: str,
        arguments: Mapping[str, Any],
        *,
        check: bool = False,
        diff: bool = False,
        verbosity: int = 0,
        variables: Mapping[str, Any] = MappingProxyType({}),
    ) -> Outcome:
        """Run one module, on a host of these variables, and wait for it."""
        options = ["--check"] * check + ["--diff"] * diff + [f"-{'v' * verbosity}"] * bool(verbosity)
        options += ["--extra-vars", json.dumps(dict(variables))] * bool(variables)
        done = preloaded.run(self.command(module, arguments, *options), self.environment, self.folder)
        return Outcome(done.returncode, _result(done.stdout), done.stdout)

    def start(self, module: str, arguments: Mapping[str, Any]) -> subprocess.Popen[bytes]:
        """Start one module in the background, for `kill`."""
        return subprocess.Popen(
            self.command(module, arguments),
            env={**self.environment, STARTED: str(self.folder)},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL to a started module and to all that came of it, until nothing is left.

        Ansible's workers are sessions of their own, and children may be born while others are found; one that lived on
        would hold a lock for ever. So they are known by their environment.
        """
        mark = f"{STARTED}={self.folder}".encode()
        while left := [pid for pid in processes() if mark in environment_of(pid)]:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        process.wait()


def _result(output: str) -> dict[str, Any]:
    """The JSON that the callback `minimal` prints after the host's name and status."""
    match = re.search(r"^localhost \| [A-Z]+!? => (?=\{)", output, re.MULTILINE)
    if not match:
        return {}
    result: dict[str, Any] = json.JSONDecoder().raw_decode(output, match.end())[0]
    return result


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def environment_of(pid: int) -> list[bytes]:
    """The environment that a process began with; empty of one that has ended, or that is nobody's here."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


@contextmanager
def new_database(server: Server, template: str = "template0") -> Iterator[Database]:
    """A database of its own for whoever asks, gone afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    _create_database(server, name, template)
    try:
        yield Database(server, name)
    finally:
        _drop_database(server, name)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server, with the roles of the mail host and the template of the database."""
    with new_server() as server:
        yield server


@contextmanager
def new_server(prepare: Callable[[Server], None] = lambda _server: None) -> Iterator[Server]:
    """A server of one's own, gone afterwards; `TEMPLATE` is a database with every migration.

    `prepare` may add to its files before it starts.
    """
    folder = Path(tempfile.mkdtemp(prefix="danhba-pg-", dir=_in_memory()))
    try:
        server = Server(_find_binaries(), folder)
        _initialise(server)
        prepare(server)
        with _running(server):
            _create_roles(server)
            _create_database(server, TEMPLATE, "template0")
            Database(server, TEMPLATE).migrate()
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    """A fresh copy of the migrated database."""
    with new_database(server, TEMPLATE) as database:
        yield database


@pytest.fixture
def empty_database(server: Server) -> Iterator[Database]:
    """A database as the role `database` makes it before its first migration."""
    with new_database(server) as database:
        yield database


@pytest.fixture(scope="session")
def ansible_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment in which Ansible knows this clone as the collection and nothing of the user's settings."""
    home = tmp_path_factory.mktemp("ansible")
    link = home / "collections/ansible_collections/laocai/mail"
    link.parent.mkdir(parents=True)
    link.symlink_to(PROJECT)
    configuration = home / "ansible.cfg"
    python = _compiling_once(home / "python")
    configuration.write_text(f"[defaults]\ninterpreter_python = {python}\n[connection]\npipelining = true\n")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    yield inherited | {
        "PATH": path_without("doveadm", inherited["PATH"], home / "programs"),
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_COLLECTIONS_PATH": str(home / "collections"),
        "ANSIBLE_REMOTE_TEMP": str(home / "remote"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        # Else a worker is ended while it writes down what it ran (coverage).
        "ANSIBLE_WORKER_SHUTDOWN_POLL_COUNT": "100",
        "ANSIBLE_WORKER_SHUTDOWN_POLL_DELAY": "0.1",
    }
    preloaded.end()


def path_without(program: str, path: str, folder: Path) -> str:
    """A search path on which a program is not found, whether this machine has it or not; all others are.

    A folder that has it is left out, and one of links to the rest of it stands in its place.
    """
    folders = []
    for number, there in enumerate(path.split(os.pathsep)):
        if Path(there, program).exists():
            rest = folder / str(number)
            rest.mkdir(parents=True)
            for each in Path(there).iterdir():
                if each.name != program:
                    (rest / each.name).symlink_to(each)
            folders.append(str(rest))
        else:
            folders.append(there)
    return os.pathsep.join(folders)


def _compiling_once(folder: Path) -> Path:
    """The Python of this run, which compiles each module once, as that of the lab's hosts."""
    (folder / "compiled").mkdir(parents=True)
    program = folder / Path(interpreter.__file__).name
    _shebang, rest = Path(interpreter.__file__).read_text(encoding="utf-8").split("\n", 1)
    program.write_text(f"#!{sys.executable}\n{rest}", encoding="utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture
def ansible(tmp_path: Path, ansible_environment: dict[str, str]) -> Ansible:
    """Ansible, to run the collection's modules with. Relative paths in arguments are below `folder`."""
    return Ansible(tmp_path, ansible_environment)


def _in_memory() -> Path | None:
    """Where it has room: a copy of a database is hundreds of files, which take a disk five times as long."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if has_room else None


OLDEST = 15
"""The PostgreSQL of Debian 12, which a controller and CI may have. The hosts have that of role database."""


def pytest_report_header() -> str:
    """Which PostgreSQL the tests run, and which the hosts have."""
    deployed = re.search(r"postgresql-(\d+)", (PROJECT / "roles/database/vars/main.yml").read_text(encoding="utf-8"))
    there = _newest_binaries()
    ours = _version(there) if there else "none"
    return f"PostgreSQL: {ours} here (POSTGRES_BIN names another), {deployed[1] if deployed else '?'} on hosts"


def _version(binaries: Path) -> int:
    """The major version of the PostgreSQL in a folder."""
    said = subprocess.run([binaries / "postgres", "--version"], check=True, text=True, stdout=subprocess.PIPE).stdout
    found = re.search(r" (\d+)", said)
    assert found, said
    return int(found[1])


def _find_binaries() -> Path:
    """The newest PostgreSQL installed, or the one that POSTGRES_BIN names; none, or one that is too old, fails."""
    found = _newest_binaries()
    if not found:
        pytest.fail("PostgreSQL is not installed. Run: make setup")
    if _version(found) < OLDEST:
        pytest.fail(f"PostgreSQL {_version(found)} in {found} is too old: the tests need {OLDEST} or newer")
    return found


def _newest_binaries() -> Path | None:
    if chosen := os.environ.get("POSTGRES_BIN"):
        return Path(chosen)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _unprivileged() -> list[str]:
    """The start of a command line that runs the rest as a user other than root, and ends it with the test run."""
    drop = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *drop, "--pdeathsig=INT"]


def _initialise(server: Server) -> None:
    if os.geteuid() == 0:
        shutil.chown(server.folder, "postgres", "postgres")
    server.folder.chmod(0o711)  # the test user reaches the socket, nobody lists the folder
    data = server.folder / "data"
    command = [str(server.binaries / "initdb"), "--pgdata", str(data), "--username=postgres", "--encoding=UTF8"]
    options = ["--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    subprocess.run([*_unprivileged(), *command, *options], check=True, stdout=subprocess.DEVNULL, cwd=server.folder)
    # As in production: by peer alone, and one system user may be several database roles.
    (data / "pg_hba.conf").write_text("local all all peer map=danhba\n")
    users = [f"danhba {getpass.getuser()} {role}\n" for role in ("postgres", *LOGIN_ROLES, WEBMAIL_ROLE)]
    (data / "pg_ident.conf").write_text("".join(users))


@contextmanager
def _running(server: Server) -> Iterator[None]:
    settings = SERVER_SETTINGS | {"unix_socket_directories": server.socket}
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (server.folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*_unprivileged(), str(server.binaries / "postgres"), "-D", str(server.folder / "data"), *arguments],
            cwd=server.folder,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_until_ready(server, process)
            yield
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(timeout=30)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        ready = [str(server.binaries / "pg_isready"), "--quiet", "--host", server.socket]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.1)
    pytest.fail(f"PostgreSQL did not start:\n{(server.folder / 'log').read_text()}")


def _create_roles(server: Server) -> None:
    with server.connect("postgres") as connection:
        connection.execute("CREATE ROLE danhba_owner NOLOGIN")
        for role in (*LOGIN_ROLES, WEBMAIL_ROLE):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def _create_database(server: Server, name: str, template: str) -> None:
    database, roles = sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, LOGIN_ROLES))
    with server.connect("postgres") as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER danhba_owner TEMPLATE {}").format(database, sql.Identifier(template))
        )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, roles))


def _drop_database(server: Server, name: str) -> None:
    with server.connect("postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
