"""No password or hash in git, in Ansible's output, in the journal, in a log, on a command line, in clear on a disk."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.command_lines import CommandLines
from tests.support.deployment import PROJECT, Deployment
from tests.support.letters import pages

from .conftest import Official


@dataclass(frozen=True)
class Reissued:
    """Three reissued passwords with their hashes, Ansible's output at -vvv, and all command lines meanwhile."""

    passwords: list[str]
    hashes: list[str]
    output: str
    lines: set[bytes]
    stamp: Path

    @property
    def secrets(self) -> list[str]:
        return self.passwords + self.hashes


@pytest.fixture(scope="module")
def reissued(mail: Deployment, officials: list[Official], tmp_path_factory: pytest.TempPathFactory) -> Reissued:
    """The passwords are asked for after the command lines were collected."""
    chosen = officials[5:8]
    stamp = tmp_path_factory.mktemp("stamp") / "before"
    stamp.touch()
    with CommandLines() as lines:
        output = mail.play(
            "passwords",
            "-vvv",
            apart=True,
            accounts=[official.address for official in chosen],
            document="12/BC-SKHCN",
            document_date="2010-10-15",
        )
        output += mail.play("accounts", "-vvv", apart=True)
    secrets = [mail.issued[official.address] for official in chosen]
    ids = ",".join(f"'{official.id}'" for official in chosen)
    query = f"SELECT password FROM mail.credential WHERE id IN ({ids})"
    hashes = mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{query}"').stdout.split()
    assert len(secrets) == len(hashes) == 3
    return Reissued(secrets, [value.removeprefix("{ARGON2ID}") for value in hashes], output, lines.seen, stamp)


@pytest.mark.clause("R9.3")
def test_hashes_are_argon2id_with_their_scheme(mail: Deployment) -> None:
    count = "SELECT count(*) FROM mail.credential WHERE password NOT LIKE '{ARGON2ID}\\$argon2id\\$%'"
    assert mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{count}"').stdout.strip() == "0"


@pytest.mark.clause("R10.5")
def test_old_password_ends_with_the_reissue(mail: Deployment, officials: list[Official], reissued: Reissued) -> None:
    """Nor does the new one open anything before its owner has changed it (R10.1)."""
    official = officials[5]
    assert not mail.server.may_log_in(official.address, official.password)
    assert not mail.server.may_log_in(official.address, reissued.passwords[0])


def test_output_has_no_secret(reissued: Reissued) -> None:
    assert "Issue the passwords" in reissued.output, "the search would find what is there"
    assert [secret for secret in reissued.secrets if secret in reissued.output] == []


def test_command_lines_have_no_secret(reissued: Reissued) -> None:
    everything = b"\n".join(reissued.lines)
    assert b"passwords.yml" in everything, "the search would find what is there"
    assert [secret for secret in reissued.secrets if secret.encode() in everything] == []


def test_controller_keeps_nothing_in_clear(mail: Deployment, reissued: Reissued) -> None:
    """In no file that was written since the run began: beside the letters, in temporary folders, at home, in memory."""
    places = [mail.private, PROJECT, Path.home(), *map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/run", "/var/log"))]  # noqa: S108
    written = _written_since(reissued.stamp, places)
    assert any(path.parent.parent == mail.letters for path in written), "the search would find what is there"
    secrets = [secret.encode() for secret in reissued.secrets]
    assert [path for path in written if any(secret in _content(path) for secret in secrets)] == []


def _content(path: Path) -> bytes:
    """What is in a file; of a PDF, which is compressed, its text."""
    try:
        data = path.read_bytes()
        return "".join(pages(data)).encode() if data.startswith(b"%PDF-") else data
    except (OSError, subprocess.CalledProcessError):  # gone since, or of a kind that cannot be read
        return b""


def _written_since(stamp: Path, places: list[Path]) -> list[Path]:
    command = ["find", *map(str, places), "-xdev", "-type", "f", "-newer", str(stamp), "-size", "-64M", "-print0"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return [Path(os.fsdecode(name)) for name in done.stdout.split(b"\0") if name]


def test_host_keeps_no_secret_outside_the_database(mail: Deployment, reissued: Reissued) -> None:
    journal = mail.host.run("journalctl --no-pager --output=cat", timeout=120).stdout
    assert "Invoked with" in journal, "the search would find what is there"
    assert [secret for secret in reissued.secrets if secret in journal] == []
    assert _hold(mail, reissued.secrets, "/etc /var/log /tmp /root /home /run") == []


def test_host_has_no_password_on_its_disk(mail: Deployment, reissued: Reissued) -> None:
    """Not even in the files of the database, which has hashes alone."""
    assert _hold(mail, reissued.passwords, "--exclude-dir=proc --exclude-dir=sys --exclude-dir=dev /") == []
    assert _hold(mail, reissued.hashes, "/var/lib/postgresql"), "the search would find what is there"


def _hold(mail: Deployment, secrets: list[str], where: str) -> list[str]:
    """The files of the host that hold one of some secrets, which go there through a pipe."""
    search = mail.host.ssh(f"grep -rlFs -f - {where}")
    lines = "".join(f"{secret}\n" for secret in secrets)
    return subprocess.run(search, input=lines, text=True, check=False, stdout=subprocess.PIPE).stdout.split()


def test_git_has_no_secret(mail: Deployment, tmp_path: Path) -> None:
    """In no version of any file, not only in those checked out."""
    names = _git("rev-list", "--objects", "--all")
    objects = b"\n".join(line.split()[0] for line in names.splitlines())
    history = tmp_path / "history"
    history.write_bytes(_git("cat-file", "--batch", stdin=objects))
    searched = [b"playbooks/passwords.yml", *(secret.encode() for secret in mail.issued.values())]
    # One pass for all of them, however many and however long the history.
    found = _found("--fixed-strings", history, b"\n".join(searched))
    assert found == {b"playbooks/passwords.yml"}, "the search would find what is there, and there is nothing else"
    # A real hash has a salt of 16 and a digest of 32 octets.
    real_hash = rb"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}"
    assert _found("--extended-regexp", history, real_hash) == set()


def _found(kind: str, file: Path, patterns: bytes) -> set[bytes]:
    """What in a file is like one of some patterns, one in a line, which go to grep through a pipe."""
    command = ["grep", "--text", "--only-matching", kind, "--file=-", str(file)]
    done = subprocess.run(command, input=patterns, check=False, stdout=subprocess.PIPE, env={"LC_ALL": "C"})
    assert done.returncode in {0, 1}, "grep could not search"
    return {*done.stdout.splitlines()}


def _git(*arguments: str, stdin: bytes | None = None) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, input=stdin, check=True, stdout=subprocess.PIPE)
    return done.stdout
