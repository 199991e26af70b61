"""A province's first day, from an empty folder and a fresh host to a delivered mail, by its own README's commands.

Nothing of the clone is used but what is published: the built collection. The host is this file's own.
"""

from __future__ import annotations

import json
import plistlib
import re
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.lab import Host, Lab
from tests.support.authority import Authority
from tests.support.deployment import FQDN, PROJECT, Deployment, new_password, unmeasured
from tests.support.founding import ANSWERS
from tests.support.letters import new_key
from tests.support.mail import compose
from tests.support.web import ask
from tests.support.webmail import Webmail

NAME, ADDRESS = "province", "10.233.0.62"
NAMES = (FQDN, "autoconfig.laocai.gov.vn", "autodiscover.laocai.gov.vn")
CONTACT, OFFICIAL = "contact-stttt@laocai.gov.vn", "nvvinh-stttt@laocai.gov.vn"
SUBJECT, WEBMAIL_SUBJECT = "Thư đầu tiên của tỉnh", "Thư từ trang thư"


@dataclass(frozen=True)
class Repository:
    """The province's own repository, and how its administrator works in it."""

    path: Path
    deployment: Deployment

    @property
    def private(self) -> Path:
        return self.path / ".private/production"

    @property
    def settings(self) -> Path:
        return self.path / f"inventories/production/host_vars/{FQDN}.yml"

    def step(self, name: str) -> str:
        """The commands of one step of the README."""
        readme = (self.path / "README.md").read_text(encoding="utf-8")
        block = re.search(rf"^```sh step={name}\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
        assert block, f"README has no step {name}"
        return block[1]

    def run(self, commands: str) -> subprocess.CompletedProcess[str]:
        """What a shell says to some commands, in a session that has begun as README says."""
        begun = self.step("activate") if (self.path / ".venv").exists() else ""
        return subprocess.run(
            ["/bin/bash", "-c", f"set -e\n{begun}{commands}"],
            cwd=self.path,
            env=environment(self.deployment.host),
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def do(self, name: str) -> str:
        """Carry out a step of the README, which must work."""
        return self.must(self.step(name))

    def must(self, commands: str) -> str:
        """What commands say that must work."""
        done = self.run(commands)
        assert done.returncode == 0, done.stdout[-6000:]
        return done.stdout


def environment(host: Host) -> dict[str, str]:
    """An administrator's, who reaches the host by key; the clone's own Ansible and Python are not in it."""
    kept = {key: value for key, value in unmeasured().items() if key not in ("VIRTUAL_ENV", "ANSIBLE_CONFIG")}
    return kept | {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PRIVATE_KEY_FILE": str(host.private_key),
        "ANSIBLE_SSH_COMMON_ARGS": f"-o UserKnownHostsFile={host.known_hosts} -o StrictHostKeyChecking=yes",
        "GIT_AUTHOR_NAME": "Quản trị",
        "GIT_AUTHOR_EMAIL": "quantri@example.org",
        "GIT_COMMITTER_NAME": "Quản trị",
        "GIT_COMMITTER_EMAIL": "quantri@example.org",
    }


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    lab = Lab()
    lab.down(NAME)
    try:
        yield lab.up(NAME, address=ADDRESS, fqdn=FQDN)
    finally:
        lab.down(NAME)


@pytest.fixture(scope="module")
def repository(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """What `danhba init` makes, with the collection as it is published."""
    work = tmp_path_factory.mktemp("province")
    private = work / "tinh/.private/production"
    key = new_key(work / "operator.key")
    tools = PROJECT / ".venv/bin"
    galaxy = [str(tools / "ansible-galaxy"), "collection", "build", "--output-path", str(work / "published")]
    subprocess.run(galaxy, cwd=PROJECT, env=unmeasured() | {"LC_ALL": "C.UTF-8"}, check=True, capture_output=True)
    answers = {
        **ANSWERS,
        "key": key,
        "server": ADDRESS,
        "collection": str(next((work / "published").glob("*.tar.gz"))),
    }
    options = [f"--{name}={value}" for name, value in answers.items()]
    done = subprocess.run([tools / "danhba", "init", "tinh", *options], cwd=work, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    made = Repository(work / "tinh", Deployment(host, private, work / "tinh/directory"))
    made.do("setup")
    made.do("private")
    shutil.copy(work / "operator.key", made.deployment.letters_key_file)  # where this test's own tools look for it
    return made


def unknown_to_the_internet(host: Host) -> str:
    """The settings of a host that knows no name server but that of this machine, is in no DNS, and gets no signatures.

    The mirror of the virus scanner's signatures is in the Internet, and freshclam takes none that others have signed.
    """
    servers = re.findall(r"(?m)^nameserver (\S+)", host.run("cat /etc/resolv.conf").stdout)
    own = {
        "resolver_forwarders": servers,
        "resolver_validate_root": False,
        "dns_verify": False,
        "clamav_test_signatures": True,
    }
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in own.items())


def state(host: Host) -> set[str]:
    """What is on the host: files, packages, services, users, firewall rules."""
    script = (PROJECT / "tests/support/host_state.sh").read_text(encoding="utf-8")
    return set(host.run(script).stdout.splitlines())


@pytest.fixture(scope="module")
def fresh(host: Host) -> set[str]:
    """The state of the host before anything was done."""
    return state(host)


def own_authority(repository: Repository) -> Authority:
    """The province's, made when it is first asked for."""
    there = (repository.private / "ca.crt").exists()
    return Authority.read(repository.private) if there else Authority.make(repository.private)


@pytest.fixture(scope="module")
def prepared(repository: Repository) -> Repository:
    """The repository with all that a deployment needs: certificates of its own authority, and who vouches for them."""
    own_authority(repository).issue(repository.private / "server", NAMES)
    text = repository.settings.read_text(encoding="utf-8")
    own = 'tls_authority: "{{ private_dir }}/ca.crt"'
    assert own in (repository.path / "README.md").read_text(encoding="utf-8")
    text = text.replace('tls_authority: ""', own) + unknown_to_the_internet(repository.deployment.host)
    repository.settings.write_text(text, encoding="utf-8")
    return repository


def test_the_sample_goes_to_no_real_host(host: Host, fresh: set[str], repository: Repository, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    shutil.copytree(repository.path, folder, ignore=shutil.ignore_patterns(".venv", ".ansible", ".git"))
    shutil.rmtree(folder / "directory")
    shutil.copytree(PROJECT / "directory", folder / "directory")
    for playbook in ("site", "accounts", "passwords", "letters -e to=/nowhere"):
        command = f"cd {folder} && ansible-playbook laocai.mail.{playbook}"
        done = repository.run(f"export ANSIBLE_COLLECTIONS_PATH=$PWD/.ansible/collections\n{command}")
        assert done.returncode == 2, done.stdout
        assert "là sổ mẫu (sample: true trong province.yml)" in " ".join(done.stdout.split())
        assert "danhba init" in done.stdout
    assert state(host) == fresh


def test_the_register_holds_and_is_committed(repository: Repository, story: Callable[[], None]) -> None:
    said = repository.do("check")
    assert "0 lỗi, 0 lưu ý" in said
    listed = repository.run("git ls-files").stdout
    assert "directory/agencies/stttt.yml" in listed
    assert ".private" not in listed


def test_a_pull_request_is_reviewed_by_the_published_software(
    repository: Repository, tmp_path: Path, story: Callable[[], None]
) -> None:
    """As the workflow of the province's forge does it, over a bare repository in the place of the forge."""
    done = repository.run(
        f"git clone --quiet --bare . {tmp_path}/forge.git\n"
        f"git remote add origin {tmp_path}/forge.git\n"
        "git switch --quiet --create de-nghi\n"
        'danhba open stttt --name "Nguyễn Văn Vịnh" --id 000101 --document 101/QĐ-UBND --date 2010-10-15 --yes\n'
        "git commit --quiet --all --message 'Mở hộp thư'\n"
        "git push --quiet origin HEAD:refs/merge-requests/1/head\n"
        "git switch --quiet main\n"
        ".ci/prepare-review\n"
        "TARGET_BRANCH=main .ci/review gitlab 1\n"
    )
    assert done.returncode == 0, done.stdout
    assert "Nguyễn Văn Vịnh" in (repository.path / "build/review/comment.md").read_text(encoding="utf-8")
    assert repository.run("git status --short").stdout == ""


def test_all_that_is_missing_is_told_at_once(
    host: Host, fresh: set[str], repository: Repository, story: Callable[[], None]
) -> None:
    text = repository.settings.read_text(encoding="utf-8")
    repository.settings.write_text(f"{text}tls_given_certficate: x\nmail_attachment: 40\n", encoding="utf-8")
    done = repository.run("ansible-playbook laocai.mail.site")
    repository.settings.write_text(text, encoding="utf-8")
    said = " ".join(done.stdout.split())
    assert done.returncode == 2, done.stdout
    assert "Chưa có gì thay đổi" in said
    for fault in (
        "did you mean tls_given_certificate?",
        "did you mean mail_attachments?",
        "tls_given_certificate: not found or not readable on the controller",
        "tls_given_key: not found or not readable on the controller",
    ):
        assert fault in said
    assert state(host) == fresh


def test_an_authority_that_nobody_knows_is_asked_for(repository: Repository, story: Callable[[], None]) -> None:
    authority = own_authority(repository)
    authority.issue(repository.private / "server", NAMES[:1])
    done = repository.run("ansible-playbook laocai.mail.site --check")
    said = " ".join(done.stdout.split())
    assert done.returncode == 2, done.stdout
    assert "the certificate is not issued for the name autoconfig.laocai.gov.vn" in said
    assert "for an authority of your own set tls_authority" in said


def test_check_mode_leaves_a_bare_host_as_it_is(
    host: Host, fresh: set[str], prepared: Repository, story: Callable[[], None]
) -> None:
    first, *_others = prepared.step("site").splitlines()
    assert "--check" in first
    prepared.must(first)
    assert state(host) ^ fresh == set()


@pytest.mark.long
@pytest.mark.timeout(2400)  # the deployment, and verify
def test_the_guide_deploys_a_fresh_host(prepared: Repository, story: Callable[[], None]) -> None:
    _check, *others = prepared.step("site").splitlines()
    said = prepared.must("\n".join(others))
    assert "all answered right" in " ".join(said.split())


@pytest.mark.long
@pytest.mark.clause("R10.1")
def test_new_accounts_have_no_password(host: Host, story: Callable[[], None]) -> None:
    counts = "count(*), (SELECT count(*) FROM mail.credential), (SELECT count(*) FROM dovecot.passdb)"
    asked = f"SELECT {counts} FROM mail.account WHERE state = 'open'"
    done = host.run(f'runuser -u postgres -- psql -XAt -d danhba -c "{asked}"')
    opened, *passwords = map(int, done.stdout.split("|"))
    assert opened > 0
    assert passwords == [0, 0]


@pytest.mark.long
def test_nothing_is_left_to_do_and_one_part_can_be_run(repository: Repository, story: Callable[[], None]) -> None:
    said = repository.must("ansible-playbook laocai.mail.site --tags tls,settings")
    assert re.findall(r"changed=(\d+)", said) == ["0"]


@pytest.mark.long
def test_a_mail_is_delivered(repository: Repository, story: Callable[[], None]) -> None:
    today = datetime.now(UTC).date().isoformat()
    opened = repository.run(
        'danhba open stttt --name "Nguyễn Văn Vịnh" --title "Giám đốc" --id 000101 '
        f"--document 101/QĐ-UBND --date {today} --yes"
    )
    assert opened.returncode == 0, opened.stdout
    repository.do("accounts")
    deployment = repository.deployment
    assert deployment.issued.keys() == {CONTACT, OFFICIAL}
    webmail, password = Webmail(deployment.server), new_password()
    webmail.choose_first(OFFICIAL, deployment.issued[OFFICIAL], password)
    deployment.remember(OFFICIAL, password)
    # The webmail believes the province's own authority: it sends by 465, and finds people by 636.
    sent = webmail.send(CONTACT, WEBMAIL_SUBJECT, "Kính gửi cơ quan.")
    assert sent.complaint == "", sent.text[-2000:]
    found = webmail.remote({"_search": "vinh", "_reqid": "1"}, task="mail", action="autocomplete")
    assert "nvvinh-stttt" in found.text
    webmail.log_out()
    message = compose(OFFICIAL, [CONTACT], SUBJECT, "Kính gửi cơ quan.\n", ("thu.txt", b"x\n"))
    with deployment.server.submission(OFFICIAL, password) as smtp:
        smtp.send_message(message)
    received = deployment.server.wait_for(CONTACT, deployment.choose(CONTACT), str(message["Message-ID"]))
    assert received["Subject"] == SUBJECT
    subjects = [str(one["Subject"]) for one in deployment.server.inbox(CONTACT, deployment.passwords[CONTACT])]
    assert WEBMAIL_SUBJECT in subjects


@pytest.mark.long
def test_devices_get_the_provinces_own_authority(repository: Repository, story: Callable[[], None]) -> None:
    server = repository.deployment.server

    def get(path: str) -> bytes:
        return ask(server.address, server.tls, f"https://{FQDN}{path}").body

    authority = (repository.private / "ca.crt").read_text(encoding="ascii")
    assert get("/dien-thoai/ca.crt").decode() == authority
    assert b'href="ca.crt"' in get("/dien-thoai/")
    root, account = plistlib.loads(get(f"/mobileconfig?address={OFFICIAL}"))["PayloadContent"]
    assert root["PayloadType"] == "com.apple.security.root"
    assert root["PayloadContent"] == ssl.PEM_cert_to_DER_cert(authority)
    assert account["IncomingMailServerHostName"] == FQDN


@pytest.mark.long
def test_letters_lie_in_the_repository_and_not_in_git(
    repository: Repository, tmp_path: Path, story: Callable[[], None]
) -> None:
    done = repository.run(repository.step("letters").replace("/media/usb/phieu", str(tmp_path / "usb")))
    assert done.returncode == 0, done.stdout
    assert list((tmp_path / "usb").glob("*.pdf.age"))
    assert list((repository.private / "letters").iterdir())
    assert not list((repository.path / ".ansible").rglob("*.age"))
    assert repository.run("git status --short .private").stdout == ""
    assert repository.private.stat().st_mode & 0o077 == 0
