"""A closed mailbox leaves the store sealed, comes back as it was, and is purged by two alone; on a real server."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest

from tests.support.deployment import Deployment
from tests.support.editing import RegisterCopy
from tests.support.mail import Sieve, compose

from .conftest import Official

KEY = pyrage.x25519.Identity.generate()
CARD = "BEGIN:VCARD\\nVERSION:3.0\\nFN:Lù Thị Bạn\\nEMAIL:ban@example.vn\\nEND:VCARD"
REASON: dict[str, Any] = {"document": "12/QĐ-STTTT", "document_date": "2026-11-27"}
DAYS = 200  # since it was closed: more than the policy keeps it
SUBFOLDER = "Vi&Hsc-c/N&AQM-m nay.v2"
SEEN = re.compile(r"\\Seen|\\Flagged|\$Label1")


@dataclass
class Story:
    """Whose mailbox it is, what it held, and what each message was."""

    mail: Deployment
    owner: Official
    files: dict[str, str] = field(default_factory=dict)
    mails: dict[str, list[str]] = field(default_factory=dict)

    @property
    def mailbox(self) -> str:
        return f"official/{self.owner.id}"

    @property
    def home(self) -> str:
        return f"/srv/vmail/{self.mailbox}"

    @property
    def archives(self) -> Path:
        return self.mail.private / "archives"

    def stored(self) -> dict[str, str]:
        """SHA-256 of each message by its path; whether it is in `new` or in `cur` is Dovecot's."""
        command = f"cd {self.home} && find . -path '*/cur/*' -o -path '*/new/*' | tr '\\n' '\\0' | xargs -0r sha256sum"
        lines = self.mail.host.run(command).stdout.splitlines()
        return {line[68:]: line[:64] for line in lines}

    def read(self) -> dict[str, list[str]]:
        """Of each message by its folder: its number, its flags and its subject."""
        found: dict[str, list[str]] = {}
        with self.mail.server.imap(self.owner.address, self.owner.password) as client:
            for folder in ("INBOX", SUBFOLDER):
                assert client.select(f'"{folder}"', readonly=True)[0] == "OK"
                _, told = client.fetch("1:*", "(UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")
                found[folder] = [_line(each) for each in told if isinstance(each, tuple)]
        return found

    def ask(self, step: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """The host's own program, without the way by Ansible."""
        request = json.dumps({"step": step, "actor": "test@e2e", **REASON, **more})
        return self.mail.host.run(f"printf %s {shlex.quote(request)} | danhba-host archive", check=False, timeout=120)

    def told(self, step: str, **more: Any) -> dict[str, Any]:
        done = self.ask(step, **more)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def _line(told: tuple[bytes, bytes]) -> str:
    number = re.search(r"UID (\d+)", told[0].decode())
    assert number
    return f"{number[1]} {sorted(SEEN.findall(told[0].decode()))} {told[1].decode().strip()}"


@pytest.fixture(scope="module")
def told(mail: Deployment, register: RegisterCopy, officials: list[Official]) -> Story:
    """Mail in two folders with flags and a keyword, and a rule; the register names an operator of the test's own."""
    text = (register.path / "province.yml").read_text(encoding="utf-8")
    register.replace("province.yml", re.findall(r"operator_key: (\S+)", text)[0], str(KEY.to_public()))
    owner = officials[0]
    # Overlayfs renames no folder that lies in the snapshot below, as this one does where the demo has delivered to it.
    home = f"/srv/vmail/official/{owner.id}"
    mail.host.run(f"if test -d {home}; then cp -a {home} {home}.new && rm -r {home} && mv {home}.new {home}; fi")
    sieve = Sieve(mail.server, owner.address, owner.password)
    sieve.activate("rules", "keep;\n")
    sieve.close()
    with mail.server.imap(owner.address, owner.password) as client:
        client.create(f'"{SUBFOLDER}"')
        for folder, flags in (("INBOX", r"\Seen"), (SUBFOLDER, r"\Flagged $Label1"), (SUBFOLDER, "")):
            made = compose(owner.address, [owner.address], "Giấy mời", f"Nội dung {flags}.")
            client.append(f'"{folder}"', flags, None, made.as_bytes())
    story = Story(mail, owner)
    story.files, story.mails = story.stored(), story.read()
    assert len(story.files) >= 3
    return story


def opened(path: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    octets = pyrage.decrypt(path.read_bytes(), [KEY])
    with tarfile.open(fileobj=io.BytesIO(octets)) as tar:
        found = {each.name: tar.extractfile(each) for each in tar.getmembers() if each.isreg()}
        files = {name: file.read() for name, file in found.items() if file}
    return files, json.loads(files.pop("manifest.json"))


def test_an_open_mailbox_is_exported_to_its_owner(told: Story) -> None:
    """With contacts as the webmail has them."""
    address = told.owner.address
    query = (
        f"INSERT INTO users (username, mail_host, created) VALUES ('{address}', 'localhost', now()) ON CONFLICT DO"
        f" NOTHING; INSERT INTO contacts (user_id, name, email, vcard, words) SELECT user_id, 'Lù Thị Bạn',"
        f" 'ban@example.vn', E'{CARD}', '' FROM users WHERE username = '{address}'"
    )
    told.mail.host.run(f"runuser -u postgres -- psql -q -d roundcube -c {shlex.quote(query)}")
    exported = told.told("export", mailbox=told.mailbox, recipient=str(KEY.to_public()))
    local = told.mail.private / "export.age"
    local.write_bytes(
        subprocess.run(told.mail.host.ssh(f"cat {exported['path']}"), check=True, stdout=subprocess.PIPE).stdout
    )
    files, manifest = opened(local)
    assert manifest["messages"] == len(told.files)
    assert "FN:Lù Thị Bạn\r\n" in files["contacts.vcf"].decode()
    assert json.loads(files["settings.json"])["webmail"][0]["identities"] == []
    assert any(json.loads(line)["event"] == "signed-in" for line in files["events.jsonl"].splitlines())
    assert "Việc/Năm nay.v2" in [each["name"] for each in manifest["folders"]]
    told.told("drop", path=exported["path"])


@pytest.mark.clause("R6.2b")
def test_out_of_the_store_sealed(told: Story, register: RegisterCopy) -> None:
    assert told.ask("seal", mailbox=told.mailbox, since="2026-01-01", recipient=str(KEY.to_public())).returncode == 1
    day = (date.today() - timedelta(days=DAYS)).isoformat()
    before = register.agency(told.owner.agency).read_text(encoding="utf-8")
    register.close(told.owner.agency, told.owner.id, day)
    told.mail.play("accounts")
    output = told.mail.play("archive", step="archive", mailboxes=told.mailbox, **REASON)
    assert told.owner.address in output
    assert told.mail.host.run(f"ls -A {told.home} 2>&1; true").stdout.strip().endswith("No such file or directory")
    assert told.mail.host.run("find /var/lib/danhba-archive /srv/vmail/.leaving 2>/dev/null -type f; true").stdout == ""
    [sealed] = told.archives.glob("*.age")
    _files, manifest = opened(sealed)
    listed = {each["path"]: each["sha256"] for each in manifest["files"]}
    assert {path: digest for path, digest in listed.items() if "/cur/" in path or "/new/" in path} == told.files
    register.agency(told.owner.agency).write_text(before, encoding="utf-8")


def test_one_signature_purges_nothing(told: Story, tmp_path: Path, story: Callable[[], None]) -> None:
    story()
    for name in ("an", "binh"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    known = [f"{name} {' '.join((tmp_path / f'{name}.pub').read_text().split()[:2])}" for name in ("an", "binh")]
    script = (
        "import json,sys; p='/etc/danhba/archive.json'; s=json.load(open(p)); s['operators']=json.loads(sys.argv[1])"
    )
    script += "; json.dump(s, open(p,'w'))"
    told.mail.host.run(f"python3 -c {shlex.quote(script)} {shlex.quote(json.dumps(known))}")
    plan = told.told("purge", mailboxes=[told.mailbox])
    signed = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-n", "danhba-archive", "-f", tmp_path / "an"],
        input=f"{plan['checksum']}\n",
        text=True,
        check=True,
        capture_output=True,
    ).stdout
    refused = told.ask("purge", mailboxes=[told.mailbox], signatures=[signed])
    assert refused.returncode == 1
    assert "so far there is: an" in refused.stderr
    assert len([*told.archives.glob("*.age")]) == 1


def test_reopened_it_comes_back_as_it_was(told: Story, story: Callable[[], None], tmp_path: Path) -> None:
    story()
    told.mail.play("accounts")
    identity = tmp_path / "operator.key"
    identity.write_text(f"{KEY}\n")
    told.mail.play("archive", step="restore", mailboxes=told.mailbox, identity=str(identity), **REASON)
    assert told.stored() == told.files
    assert told.read() == told.mails
    owners = told.mail.host.run(f"find {told.home} -printf '%U\\n' | sort -u").stdout.split()
    assert owners == told.mail.host.run("stat -c %u /srv/vmail").stdout.split()
    assert told.mail.host.run("find /srv/vmail/.leaving /var/lib/danhba-archive -type f 2>/dev/null; true").stdout == ""
