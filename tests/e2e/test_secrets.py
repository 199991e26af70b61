"""No password or hash in git, in Ansible's output, in the journal, in a log or on a command line."""

from __future__ import annotations

import re
import subprocess
import threading
from pathlib import Path

import pytest

from tests.deployment import PROJECT, Deployment

from .conftest import Official


class CommandLines:
    """Collects the command line and environment of every process on this machine, test hosts included."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> CommandLines:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                    self.seen.add(path.with_name("environ").read_bytes())
                except OSError:
                    continue


@pytest.fixture(scope="module")
def reissued(mail: Deployment, officials: list[Official]) -> tuple[list[str], str, set[bytes]]:
    """Three reissued secrets with their hashes, Ansible's output at -vvv, and all command lines meanwhile."""
    chosen = officials[5:8]
    with CommandLines() as lines:
        output = mail.play(
            "passwords",
            "-vvv",
            accounts=[official.address for official in chosen],
            document="12/BC-SKHCN",
        )
        output += mail.play("accounts", "-vvv")
    secrets = [mail.passwords[official.address] for official in chosen]
    ids = ",".join(f"'{official.id}'" for official in chosen)
    query = f"SELECT password FROM mail.credential WHERE id IN ({ids})"
    hashes = mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{query}"').stdout.split()
    assert len(secrets) == len(hashes) == 3
    return secrets + [value.removeprefix("{ARGON2ID}") for value in hashes], output, lines.seen


def test_hashes_are_argon2id_with_their_scheme(mail: Deployment) -> None:
    count = "SELECT count(*) FROM mail.credential WHERE password NOT LIKE '{ARGON2ID}\\$argon2id\\$%'"
    assert mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{count}"').stdout.strip() == "0"


def test_old_password_ends_with_the_reissue(
    mail: Deployment, officials: list[Official], reissued: tuple[list[str], str, set[bytes]]
) -> None:
    official = officials[5]
    assert not mail.server.may_log_in(official.address, official.password)
    assert mail.server.may_log_in(official.address, reissued[0][0])


def test_output_has_no_secret(reissued: tuple[list[str], str, set[bytes]]) -> None:
    secrets, output, _lines = reissued
    assert "Issue the passwords" in output, "the search would find what is there"
    assert [secret for secret in secrets if secret in output] == []


def test_command_lines_have_no_secret(reissued: tuple[list[str], str, set[bytes]]) -> None:
    secrets, _output, lines = reissued
    everything = b"\n".join(lines)
    assert b"passwords.yml" in everything, "the search would find what is there"
    assert [secret for secret in secrets if secret.encode() in everything] == []


def test_host_keeps_no_secret_outside_the_database(
    mail: Deployment, reissued: tuple[list[str], str, set[bytes]]
) -> None:
    secrets, _output, _lines = reissued
    journal = mail.host.run("journalctl --no-pager --output=cat", timeout=120).stdout
    assert "Invoked with" in journal, "the search would find what is there"
    assert [secret for secret in secrets if secret in journal] == []
    patterns = "\\n".join(secrets).replace("$", "\\044")
    search = (
        f"printf '{patterns}\\n' > /run/patterns; grep -rlFs -f /run/patterns /etc /var/log /tmp /root /home /run/user"
    )
    found = mail.host.run(f"{search}; rm /run/patterns", check=False).stdout.split()
    assert found == []


def test_git_has_no_secret(mail: Deployment) -> None:
    """In no version of any file, not only in those checked out."""
    names = _git("rev-list", "--objects", "--all")
    objects = b"\n".join(line.split()[0] for line in names.splitlines())
    history = _git("cat-file", "--batch", stdin=objects)
    assert b"playbooks/passwords.yml" in history, "the search would find what is there"
    assert [secret for secret in mail.passwords.values() if secret.encode() in history] == []
    # A real hash has a salt of 16 and a digest of 32 octets.
    assert re.findall(rb"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", history) == []


def _git(*arguments: str, stdin: bytes | None = None) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, input=stdin, check=True, stdout=subprocess.PIPE)
    return done.stdout
