"""A province's first day, from an empty folder and a fresh host to a delivered mail, by its own README's commands.

Nothing of the clone is used but what is published: the built collection. The host is this file's own, and so is the
Internet beside it, whose root is signed (`tests/support/public.py`). No variable is set but those that the README
names: each default of a real server that the other test hosts do without runs here (`tests/lab/differences.toml`).
"""

from __future__ import annotations

import difflib
import plistlib
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.lab import Host, Lab
from tests.support import internet as net
from tests.support import public
from tests.support.authority import Authority
from tests.support.deployment import FQDN, PROJECT, Deployment, new_password, unmeasured
from tests.support.founding import ANSWERS
from tests.support.internet import raw
from tests.support.letters import new_key
from tests.support.mail import compose
from tests.support.public import Public
from tests.support.web import ask
from tests.support.webmail import Webmail

NAME, ADDRESS = "province", "10.233.0.62"
INTERNET, INTERNET_ADDRESS = "prov-net", "10.233.0.63"
# Somebody elsewhere, whom limits of rate stop.
STRANGER = "10.233.0.64"
NAMES = (FQDN, "autoconfig.laocai.gov.vn", "autodiscover.laocai.gov.vn")
CONTACT, OFFICIAL = "contact-stttt@laocai.gov.vn", "nvvinh-stttt@laocai.gov.vn"
SUBJECT, WEBMAIL_SUBJECT = "Thư đầu tiên của tỉnh", "Thư từ trang thư"


@dataclass(frozen=True)
class Repository:
    """The province's own repository, and how its administrator works in it."""

    path: Path
    deployment: Deployment
    # What the administrator's machine has of the Internet: its resolver and the authorities that it believes.
    resolver: Path
    authorities: Path

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

    def run(self, commands: str, *, outside: bool = False) -> subprocess.CompletedProcess[str]:
        """What a shell says to some commands, in a session that has begun as README says.

        It asks the DNS of the lab's Internet, but `outside`: this machine's own, where registries of packages are.
        """
        begun = self.step("activate") if (self.path / ".venv").exists() else ""
        words = ["/bin/bash", "-c", f"set -e\n{begun}{commands}"]
        if not outside:
            script = f'mount --bind {self.resolver} /etc/resolv.conf && exec "$@"'
            words = ["unshare", "--mount", "/bin/sh", "-c", script, "sh", *words]
        return subprocess.run(
            words,
            cwd=self.path,
            env=environment(self.deployment.host) | ({} if outside else {"SSL_CERT_FILE": str(self.authorities)}),
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def do(self, name: str, *, outside: bool = False) -> str:
        """Carry out a step of the README, which must work."""
        return self.must(self.step(name), outside=outside)

    def must(self, commands: str, *, outside: bool = False) -> str:
        """What commands say that must work."""
        done = self.run(commands, outside=outside)
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
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    """The Internet, from its root on."""
    lab, folder = Lab(), tmp_path_factory.mktemp("internet")
    lab.down(INTERNET)
    try:
        yield public.extend(net.boot(folder / "mail", INTERNET, INTERNET_ADDRESS), folder / "acme")
    finally:
        lab.down(INTERNET)


@pytest.fixture(scope="module")
def host(world: Public) -> Iterator[Host]:
    """A Debian that nothing has been deployed to, in that Internet."""
    lab = Lab()
    lab.down(NAME)
    try:
        bare = lab.up(NAME, address=ADDRESS, fqdn=FQDN)
        world.join(bare)
        yield bare
    finally:
        lab.down(NAME)


@pytest.fixture(scope="module")
def repository(host: Host, world: Public, tmp_path_factory: pytest.TempPathFactory) -> Repository:
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
    resolver, authorities = work / "resolv.conf", work / "authorities.pem"
    resolver.write_text(f"nameserver {INTERNET_ADDRESS}\n", encoding="ascii")
    authorities.write_text(world.authorities, encoding="ascii")
    made = Repository(work / "tinh", Deployment(host, private, work / "tinh/directory"), resolver, authorities)
    made.do("setup", outside=True)
    made.do("private")
    shutil.copy(work / "operator.key", made.deployment.letters_key_file)  # where this test's own tools look for it
    return made


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
def written(repository: Repository) -> str:
    """The settings of the host as `danhba init` wrote them."""
    return repository.settings.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def prepared(repository: Repository, written: str) -> Repository:
    """The repository with all that a deployment needs: certificates of its own authority, and who vouches for them."""
    own_authority(repository).issue(repository.private / "server", NAMES)
    own = 'tls_authority: "{{ private_dir }}/ca.crt"'
    assert own in (repository.path / "README.md").read_text(encoding="utf-8")
    repository.settings.write_text(written.replace('tls_authority: ""', own), encoding="utf-8")
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
        "TARGET_BRANCH=main .ci/review gitlab 1\n",
        outside=True,
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


def test_no_variable_is_set_but_what_the_guide_names(prepared: Repository, written: str) -> None:
    """Whatever a real server has by default, this one has too."""
    now = prepared.settings.read_text(encoding="utf-8")
    lines = difflib.ndiff(written.splitlines(), now.splitlines())
    assert [line for line in lines if line[0] in "+-"] == [
        '- tls_authority: ""',
        '+ tls_authority: "{{ private_dir }}/ca.crt"',
    ]
    hosts = (prepared.path / "inventories/production/hosts.yml").read_text(encoding="utf-8")
    assert "test_host" not in hosts + now


@pytest.mark.timeout(2400)  # the deployment
def test_the_guide_deploys_a_fresh_host(prepared: Repository, story: Callable[[], None]) -> None:
    _check, *others = prepared.step("site").splitlines()
    prepared.must("\n".join(others))


def publish(repository: Repository, world: Public) -> None:
    """Write what DNS must hold, as README says, and have whoever runs the name servers take it over."""
    repository.do("dns")
    fragment = (repository.private / "dns/laocai.gov.vn.zone").read_text(encoding="utf-8")
    world.internet.hold(fragment, mail=ADDRESS)
    repository.deployment.host.run("systemctl restart unbound")  # which has kept that the names were not there


@pytest.mark.clause("R9.3")
def test_everything_is_as_it_should_be_once_dns_is_published(
    repository: Repository, world: Public, story: Callable[[], None]
) -> None:
    publish(repository, world)
    assert "all answered right" in " ".join(repository.do("verify").split())


@pytest.mark.clause("R10.1")
def test_new_accounts_have_no_password(host: Host, story: Callable[[], None]) -> None:
    counts = "count(*), (SELECT count(*) FROM mail.credential), (SELECT count(*) FROM dovecot.passdb)"
    asked = f"SELECT {counts} FROM mail.account WHERE state = 'open'"
    done = host.run(f'runuser -u postgres -- psql -XAt -d danhba -c "{asked}"')
    opened, *passwords = map(int, done.stdout.split("|"))
    assert opened > 0
    assert passwords == [0, 0]


@pytest.mark.long  # at each commit Molecule runs all roles a second time
def test_nothing_is_left_to_do_and_one_part_can_be_run(repository: Repository, story: Callable[[], None]) -> None:
    said = repository.must("ansible-playbook laocai.mail.site --tags tls,settings")
    assert re.findall(r"changed=(\d+)", said) == ["0"]


def test_a_mail_is_delivered(repository: Repository, story: Callable[[], None]) -> None:
    today = datetime.now(UTC).date().isoformat()
    opened = repository.run(
        'danhba open stttt --name "Nguyễn Văn Vịnh" --title "Giám đốc" --id 000101 '
        f"--document 101/QĐ-UBND --date {today} --yes"
    )
    assert opened.returncode == 0, opened.stdout
    repository.must("git commit --quiet --all --message 'Mở hộp thư'")
    repository.do("accounts")
    applied, here = repository.must("git ls-remote origin refs/danhba/applied; git rev-parse HEAD").splitlines()
    assert applied.split() == [here, "refs/danhba/applied"]
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


def asked(host: Host, questions: Sequence[str]) -> list[str]:
    """Of each question, whether the host's own resolver has validated the answer."""
    script = (
        "import sys, dns.flags, dns.message, dns.query\n"
        "for one in sys.argv[1:]:\n"
        "    question = dns.message.make_query(*one.split(), want_dnssec=True)\n"
        "    print(bool(dns.query.udp_with_fallback(question, '127.0.0.1', 20)[0].flags & dns.flags.AD))\n"
    )
    return host.run(shlex.join(["python3", "-c", script, *questions])).stdout.split()


def test_what_the_root_signs_is_believed(host: Host, story: Callable[[], None]) -> None:
    """By the host's own resolver, from the root's servers on: others' zones, the province's, and that a name is not."""
    questions = [". SOA", f"mx.{net.GOOD} A", "mail.laocai.gov.vn A", f"{net.VIRUSES} A", "khong-co.vn A"]
    assert asked(host, questions) == ["True"] * len(questions)
    assert host.run("stat -c %U:%G /var/lib/unbound/root.key").stdout.strip() == "unbound:unbound"
    assert "nameserver 127.0.0.1" in host.run("cat /etc/resolv.conf").stdout


NO_KEY = {
    "empty": "",
    "garbage": "garbage\n",
    "of another zone": f"laocai.gov.vn. IN DS 12345 13 2 {'E06D44B80B8F1D39' * 4}\n",
}
# What a name server does that knows nothing of DNSSEC: it asks without wanting signatures.
STRIPPING = "192.0.2.53"
STRIPPER = f"""
import socket, dns.message, dns.query
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("{STRIPPING}", 53))
while True:
    asked, whose = server.recvfrom(4096)
    question = dns.message.from_wire(asked)
    question.use_edns(False)
    server.sendto(dns.query.udp(question, "{INTERNET_ADDRESS}", timeout=5).to_wire(), whose)
"""


@pytest.mark.parametrize("kind", NO_KEY)
def test_root_key_that_is_none_is_replaced_as_the_resolver_starts(
    host: Host, kind: str, story: Callable[[], None]
) -> None:
    key = "/var/lib/unbound/root.key"
    host.run(f"printf %s {shlex.quote(NO_KEY[kind])} >{key}; systemctl restart unbound")
    assert asked(host, [". SOA"]) == ["True"]


@pytest.mark.long
def test_root_key_of_somebody_else_ends_the_run_with_the_way_out(
    host: Host, repository: Repository, story: Callable[[], None]
) -> None:
    key = "/var/lib/unbound/root.key"
    # That of the real root, whose key the lab's Internet does not have: as if it were of another time.
    host.run(f"cp -a {key} /root/; cat /usr/share/dns/root.key.iana >{key}; systemctl restart unbound")
    try:
        done = repository.run("ansible-playbook laocai.mail.site --tags resolver")
    finally:
        host.run(f"systemctl stop unbound; mv /root/root.key {key}; systemctl start unbound")
    assert done.returncode == 2, done.stdout
    assert "khóa ấy cũ hoặc không phải của vùng gốc" in " ".join(done.stdout.split())
    assert asked(host, [". SOA"]) == ["True"]


@pytest.mark.long
def test_forwarders_that_strip_signatures_end_the_run_with_the_way_out(
    host: Host, repository: Repository, world: Public, story: Callable[[], None]
) -> None:
    elsewhere, settings = world.internet.host, repository.settings.read_text(encoding="utf-8")
    script = f"python3 -c {shlex.quote(STRIPPER)}"
    elsewhere.run(f"ip address replace {STRIPPING}/32 dev lo; systemd-run -q --unit=strip {script}")
    host.run(f"ip route replace {STRIPPING} via {INTERNET_ADDRESS}")
    repository.settings.write_text(f"{settings}resolver_forwarders: [{STRIPPING}]\n", encoding="utf-8")
    try:
        done = repository.run("ansible-playbook laocai.mail.site --tags resolver")
    finally:
        repository.settings.write_text(settings, encoding="utf-8")
        elsewhere.run("systemctl stop strip")
    repository.must("ansible-playbook laocai.mail.site --tags resolver")
    assert done.returncode == 2, done.stdout
    assert "resolver_forwarders strip them" in " ".join(done.stdout.split())
    assert asked(host, [". SOA"]) == ["True"]


@pytest.mark.clause("R7.2")
def test_mail_leaves_by_dane_and_comes_in(repository: Repository, world: Public, story: Callable[[], None]) -> None:
    deployment = repository.deployment
    there = f"ai-do@{net.GOOD}"
    message = compose(OFFICIAL, [there], "Gửi ra ngoài", "Kính gửi.\n")
    with deployment.server.submission(OFFICIAL, deployment.passwords[OFFICIAL]) as smtp:
        smtp.send_message(message)
    received = world.internet.waits_for(net.GOOD, str(message["Message-ID"]))
    for verdict in ("dkim=pass", "spf=pass", "dmarc=pass"):
        assert verdict in net.verdicts(received)
    log = deployment.host.run("journalctl -u postfix --no-pager -o cat").stdout
    assert f"Verified TLS connection established to mx.{net.GOOD}" in log
    letter = raw(there, "Thư từ ngoài")
    world.internet.send(letter, there, OFFICIAL)
    id_ = re.findall("Message-ID: (.*)", letter)[0]
    answered = deployment.server.wait_for(OFFICIAL, deployment.passwords[OFFICIAL], id_)
    assert "dmarc=pass" in str(answered["Authentication-Results"])


def test_database_of_viruses_comes_from_its_makers_mirror(host: Host, world: Public, story: Callable[[], None]) -> None:
    """freshclam takes it by HTTPS from the name it was shipped with, and what nobody has signed it does not take."""
    data, fetch = (
        "/var/lib/clamav",
        "runuser --user=clamav -- freshclam --config-file=/etc/clamav/danhba-freshclam.conf",
    )
    assert host.run(f"ls {data}/danhba-test.ndb", check=False).returncode != 0
    assert host.run("systemctl is-active clamav-freshclam clamav-daemon").stdout.split() == ["active"] * 2
    whole = host.run(f"sha256sum {data}/daily.cvd").stdout
    mirror = world.internet.host
    served = f"{net.VIRUS_FILES}/daily.cvd"
    tamper = f"cp {served} /root/; printf x | dd of={served} bs=1 seek=4000 conv=notrunc"
    host.run(f"systemctl stop clamav-freshclam; mv {data}/daily.cvd /root/")
    try:
        mirror.run(tamper)
        said = host.run(fetch, check=False)
        assert said.returncode != 0, said.stdout
        assert host.run(f"ls {data}/daily.cvd", check=False).returncode != 0, "one that lies brings nothing"
    finally:
        mirror.run(f"mv /root/daily.cvd {served}")
        host.run(f"mv /root/daily.cvd {data}/; systemctl start clamav-freshclam")
    assert host.run(f"sha256sum {data}/daily.cvd").stdout == whole


def test_security_updates_come_by_themselves(host: Host, story: Callable[[], None]) -> None:
    said = host.run("apt-config dump APT::Periodic").stdout
    assert 'APT::Periodic::Unattended-Upgrade "1";' in said
    assert 'APT::Periodic::Update-Package-Lists "1";' in said
    assert host.run("systemctl is-active apt-daily.timer apt-daily-upgrade.timer").stdout.split() == ["active"] * 2
    looked = host.run("unattended-upgrade --dry-run --debug", timeout=300).stdout
    assert "Allowed origins are: " in looked


# Each job that the other test hosts let rest, and the seconds after which it looks again by the default of its role.
INTERVALS = {
    "danhba-addressbook-sync": "30s",
    "danhba-end-sessions": "30s",
    "danhba-metrics": "1min",
    "danhba-protected-names": "1min",
    "danhba-notices": "30s",
    "danhba-status": "1min",
}


@pytest.mark.parametrize("job", INTERVALS)
def test_job_looks_as_often_as_by_default(host: Host, job: str, story: Callable[[], None]) -> None:
    said = host.run(f"systemctl show --property=TimersMonotonic {job}.timer").stdout
    assert re.search(rf"OnUnit(Ina|A)ctiveUSec={INTERVALS[job]} ", said), said


@pytest.mark.clause("R9.3")
def test_certificate_comes_by_acme_from_the_default_authority(
    repository: Repository, world: Public, written: str, story: Callable[[], None]
) -> None:
    """As the guide says it: tls_mode and tls_acme_email, and nothing of one's own authority."""
    text = written.replace("tls_mode: given", f"tls_mode: acme\ntls_acme_email: {CONTACT}")
    repository.settings.write_text(re.sub(r"(?m)^tls_given_.*\n", "", text), encoding="utf-8")
    repository.must("ansible-playbook laocai.mail.site --tags tls")
    context = ssl.create_default_context(cafile=str(world.acme.root))
    for port in (443, 465, 636, 993):
        with (
            socket.create_connection((ADDRESS, port), 20) as plain,
            context.wrap_socket(plain, server_hostname=FQDN) as connection,
        ):
            shown: dict[str, Any] = connection.getpeercert() or {}
        assert sorted(name for _kind, name in shown["subjectAltName"]) == sorted(NAMES)


@pytest.mark.long
def test_everything_is_as_it_should_be_with_that_certificate(
    repository: Repository, world: Public, story: Callable[[], None]
) -> None:
    repository.must("ansible-playbook laocai.mail.site --tags settings")
    publish(repository, world)
    assert "all answered right" in " ".join(repository.do("verify").split())


def accepted(within: Sequence[str], port: int, times: int) -> int:
    """How many connections a client opens to a port, one right after the other, of so many that it tries."""
    script = (
        "import socket, sys\n"
        "opened = []\n"
        "for _ in range(int(sys.argv[3])):\n"
        "    try: opened.append(socket.create_connection((sys.argv[1], int(sys.argv[2])), 0.5))\n"
        "    except OSError: break\n"
        "print(len(opened))\n"
    )
    words = [*within, sys.executable, "-c", script, ADDRESS, str(port), str(times)]
    return int(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout)


@pytest.mark.clause("R10.8")
def test_one_address_may_not_connect_without_end(host: Host, story: Callable[[], None]) -> None:
    """By the defaults: 60 to ssh at once and 30 a minute more, 600 to the other ports and 300 a minute more."""
    with Lab().client("stranger", STRANGER) as within:
        assert 60 <= accepted(within, 22, 120) < 100
        assert 600 <= accepted(within, 443, 900) < 850
    host.run("true", login=True)
