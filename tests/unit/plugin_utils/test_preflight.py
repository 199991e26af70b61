"""What is asked before a deployment; with a real playbook around it in tests/integration/test_inventory.py."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.certificate import Pair
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Province
from ansible_collections.laocai.mail.plugins.module_utils.debian import DEBIAN
from ansible_collections.laocai.mail.plugins.plugin_utils import preflight
from ansible_collections.laocai.mail.plugins.plugin_utils.preflight import Server
from ansible_collections.laocai.mail.plugins.plugin_utils.settings import Fault

PROJECT = Path(__file__).resolve().parents[3]
ROOMY = ("memory 3900 MB", "/ 20000 MB", "/var 20000 MB", "/srv 20000 MB")
GOOD = Server("mail.laocai.gov.vn", "192.0.2.10", False, [DEBIAN.lower(), "root", "python3", *ROOMY], "")
PROVINCE = Province("Lào Cai", "laocai.gov.vn", "mail.laocai.gov.vn", "stttt", "province.yml", operator_key="age1")
ROLES = preflight.read_roles()


def english(faults: Iterable[Fault]) -> str:
    listed = list(faults)
    assert all(fault.vi and fault.en for fault in listed)
    return "\n".join(fault.en for fault in listed)


def answered(*lines: str) -> Server:
    return GOOD._replace(lines=list(lines))


def test_suitable_server_has_no_faults() -> None:
    assert english(preflight.reached(GOOD)) == english(preflight.room(GOOD)) == ""


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (GOOD._replace(unreachable=True), "cannot be reached by ssh"),
        (
            answered("debian 12", "root", "python3", f"clock {1e9:.0f} s", "/ 9 MB"),
            'it answers "debian 12, root, python3"',
        ),
        (answered("ubuntu 24.04", "root", "python3"), f"must be {DEBIAN}"),
        (answered(DEBIAN.lower(), "root"), 'run "apt-get install python3" there'),
        (answered(DEBIAN.lower(), "python3"), "No root's rights on mail.laocai.gov.vn"),
        (answered()._replace(error="sudo: a password is required"), "sudo: a password is required"),
    ],
)
def test_unsuitable_server_has_a_fault(server: Server, said: str) -> None:
    assert said in english(preflight.reached(server))


NOW = 1_764_331_200
DAY = 86400


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], ""),
        ([f"clock {NOW} s", "danhba_clock_offset_seconds -0.00012 s"], ""),
        ([f"clock {NOW + 590} s", "danhba_clock_offset_seconds 1.2e-05 s"], ""),
        ([f"clock {NOW - 2 * DAY} s"], "The controller's clock is 2 days ahead of that of mail.laocai.gov.vn"),
        ([f"clock {NOW + 2 * DAY} s"], "The controller's clock is 2 days behind that of mail.laocai.gov.vn"),
        ([f"clock {NOW + 660} s"], "is 11 minutes behind"),
        ([f"clock {NOW - 7 * 3600} s"], "is 7 hours ahead"),
        (
            [f"clock {NOW} s", f"danhba_clock_offset_seconds {2.0 * DAY} s"],
            "The clock of mail.laocai.gov.vn is 2 days off its time server's",
        ),
        ([f"clock {NOW} s", f"danhba_clock_offset_seconds {-2.0 * DAY} s"], "is 2 days off its time server's"),
    ],
)
def test_clocks_that_disagree_are_a_fault(lines: list[str], said: str) -> None:
    found = english(preflight.clocks(answered(*lines), NOW))
    assert said in found
    assert bool(said) == bool(found)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["schema 9999"], "is at migration 9999, and this version ends with"),
        (["schema 1"], ""),
        (["shipped 0001_accounts.sql", "shipped 9999_later.sql"], "is at migration 9999, and this version ends with"),
        (["shipped 0001_accounts.sql"], ""),
        (["shipped *.sql"], ""),
        (["schema "], ""),  # the table is empty
        ([], ""),
    ],
)
def test_database_newer_than_the_clone_is_a_fault(lines: list[str], said: str) -> None:
    found = english(preflight.schema(answered(*lines)))
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["memory 900 MB"], "has 900 MB of memory; it needs 1800 MB"),
        (["memory 3900 MB", "/srv 4000 MB"], "the disk of /srv has 4000 MB left; it needs 5000 MB"),
        (["built", "/var 400 MB"], "the disk of /var has 400 MB left; it needs 1000 MB"),
        (["built", "/var 1400 MB"], ""),
    ],
)
def test_server_without_memory_or_disk_is_a_fault(lines: list[str], said: str) -> None:
    found = english(preflight.room(answered(*lines)))
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mail_attachment", "did you mean mail_attachments?"),
        ("tls_given_certficate", "did you mean tls_given_certificate?"),
        ("base_frewall_ssh_from", "did you mean base_firewall_ssh_from?"),
        ("registerdir", "did you mean register_dir?"),
        ("test_hots", "did you mean test_host?"),
        ("postfix_xyz", "There is no variable postfix_xyz"),
        ("dovecot_local_imap", "dovecot_local_imap → remove it"),
    ],
)
def test_misspelt_variable_is_named_with_the_right_name(name: str, said: str) -> None:
    assert said in english(preflight.names({name: 1}, ROLES))


def test_foreign_variables_are_ignored() -> None:
    own = ["storage_dir", "ansible_user", "_internal", "so_dien_thoai", "contact"]
    assert english(preflight.names(dict.fromkeys(own, 1), ROLES)) == ""


def test_every_variable_of_roles_and_playbooks_is_known() -> None:
    known = preflight.known_names(ROLES)
    assert {"mail_attachments", "tls_authority", "test_host", "register_dir", "as_of", "accounts", "verify_ca"} <= known
    assert english(preflight.names(dict.fromkeys(known, 1), ROLES)) == ""


def test_domain_set_beside_the_register_is_a_fault() -> None:
    assert english(preflight.domain(PROVINCE, "laocai.gov.vn", "mail.laocai.gov.vn")) == ""
    assert "they come from province.yml" in english(preflight.domain(PROVINCE, "example.org", "mail.laocai.gov.vn"))
    short = replace(PROVINCE, host="laocai.vn")
    assert "must be a full host name" in english(preflight.domain(short, "laocai.gov.vn", "laocai.vn"))


def test_name_missing_in_dns_is_warned_of() -> None:
    assert english(preflight.names_in_dns(["localhost"])) == ""
    assert "DNS does not have the name mail.invalid" in english(preflight.names_in_dns(["mail.invalid"]))


def test_province_without_operator_key_is_warned_of() -> None:
    assert english(preflight.keys(PROVINCE)) == ""
    assert "no operator_key" in english(preflight.keys(replace(PROVINCE, operator_key="")))


def test_conditions_of_roles_have_messages_in_both_languages() -> None:
    wanted = [one for role in ROLES for one in role.settings]
    assert len(wanted) >= 10
    assert all(one.keys() == {"name", "that", "fail_msg"} and " -- " in one["fail_msg"] for one in wanted)


def test_role_with_conditions_has_a_prerequisites_task() -> None:
    takes = re.compile(r"laocai\.mail\.prerequisites:$", re.MULTILINE)
    for role in (path.parents[1] for path in (PROJECT / "roles").glob("*/meta/settings.yml")):
        tasks = "".join(path.read_text(encoding="utf-8") for path in (role / "tasks").glob("*.yml"))
        assert takes.search(tasks), role.name


def test_former_variable_is_named_with_the_present_one() -> None:
    said = english(preflight.names({"database_socket": "/run", "dovecot_local_imap": True}, ROLES))
    assert "database_socket → database_socket_dir" in said
    assert "dovecot_local_imap → remove it" in said


def test_unknown_variable_with_a_roles_prefix_is_a_fault() -> None:
    assert "There is no variable tls_zzqqxxkkwwvvjjhh: no role reads it" in english(
        preflight.names({"tls_zzqqxxkkwwvvjjhh": 1}, ROLES)
    )


def test_overridden_group_variable_is_a_fault() -> None:
    said = english(preflight.overridden({"mail_attachments": 50, "mine": 1}, {"mail_attachments": 30}))
    assert (
        said
        == "mail_attachments is set for a group in hosts.yml, where it has no effect: move it to the host's host_vars."
    )
    assert english(preflight.overridden({"mail_attachments": 30}, {"mail_attachments": 30})) == ""


@pytest.mark.parametrize("whole", [True, False])
def test_register_with_errors_is_a_fault(tmp_path: Path, whole: bool) -> None:
    found, faults = preflight.register(PROJECT / "directory", test_host=True, whole=whole)
    assert found
    assert (found.domain, faults) == ("laocai.gov.vn", [])
    found, faults = preflight.register(PROJECT / "directory", test_host=False, whole=whole)
    assert found  # settings are judged by it all the same
    assert "is a sample" in english(faults)
    assert preflight.register(tmp_path / "nowhere", test_host=True, whole=whole)[0] is None


@pytest.mark.parametrize(("file", "told"), [("province.yml", {True, False}), ("agencies/stttt.yml", {True})])
def test_without_whole_only_province_yml_is_checked(tmp_path: Path, file: str, told: set[bool]) -> None:
    shutil.copytree(PROJECT / "directory", tmp_path / "directory")
    with (tmp_path / "directory" / file).open("a", encoding="utf-8") as broken:
        broken.write("unknown: 1\n")
    asked = {whole: preflight.register(tmp_path / "directory", test_host=True, whole=whole) for whole in (True, False)}
    assert {whole for whole, (_found, faults) in asked.items() if faults} == told
    assert all((found is None) == (file == "province.yml") for found, _faults in asked.values())


class TestAcme:
    """What an authority needs that asks for itself."""

    def test_acme_with_closed_port_80_is_a_fault(self) -> None:
        assert english(preflight.opened([25, "80", 443])) == ""
        assert "add 80 to base_firewall_ports" in english(preflight.opened([25, 443, "x"]))
        assert english(preflight.opened("80")) == english(preflight.opened(80)) == ""

    def test_acme_without_nginx_is_a_fault(self) -> None:
        assert english(preflight.answering("mail.laocai.gov.vn", ["mail", "webmail"])) == ""
        assert "needs nginx on mail.laocai.gov.vn" in english(preflight.answering("mail.laocai.gov.vn", ["mail"]))

    def test_acme_with_unreachable_authority_is_a_fault(self) -> None:
        url = "https://acme.example/dir"
        assert english(preflight.authority(answered(DEBIAN.lower(), "acme"), url)) == ""
        assert english(preflight.authority(GOOD._replace(unreachable=True), url)) == ""  # told by `reached`
        said = english(preflight.authority(GOOD, url))
        assert "mail.laocai.gov.vn does not reach the authority https://acme.example/dir" in said

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (None, ""),
            (ConnectionRefusedError(), ""),  # it is there, and has no web server yet
            (socket.gaierror(), "DNS does not have the name mail.laocai.gov.vn"),
            (TimeoutError(), "mail.laocai.gov.vn: port 80 does not answer"),
            (OSError(113, "No route to host"), "mail.laocai.gov.vn: port 80 does not answer"),
        ],
    )
    def test_acme_with_unreachable_port_80_is_a_fault(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception | None, said: str
    ) -> None:
        asked = []

        def connect(address: tuple[str, int], timeout: float) -> socket.socket:
            asked.append(address)
            if error:
                raise error
            return socket.socket()

        monkeypatch.setattr(socket, "create_connection", connect)
        found = english(preflight.challenged(["mail.laocai.gov.vn"]))
        assert asked == [("mail.laocai.gov.vn", 80)]
        assert found.startswith(said)
        assert bool(found) == bool(said)

    def test_acme_with_unreadable_authority_files_is_a_fault(self, tmp_path: Path) -> None:
        there, other = tmp_path / "ca.crt", tmp_path / "other.crt"
        there.write_text("-----BEGIN CERTIFICATE-----\n")
        other.write_text("")
        assert english(preflight.believed({"tls_authority": str(there)})) == ""
        assert "tls_authority: not found or not readable" in english(preflight.believed({"tls_authority": "/nowhere"}))
        said = english(preflight.believed({"tls_acme_authority": str(other)}))
        assert said.startswith(f"tls_acme_authority: {other} is no certificate in PEM")


class TestCertificate:
    """The files that are to be given, with a real openssl."""

    @pytest.fixture
    def pair(self, tmp_path: Path) -> Pair:
        certificate, key = tmp_path / "server.crt", tmp_path / "server.key"
        make = "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=mail.laocai.gov.vn".split()
        names = ("-addext", "subjectAltName=DNS:mail.laocai.gov.vn")
        command = [*make, *names, "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True)
        return Pair(str(certificate), str(key), str(certificate))

    def ask(self, pair: Pair, *names: str, needed: Sequence[str] = ()) -> str:
        return english(preflight.certificate(preflight.Given(pair, names or ("mail.laocai.gov.vn",), needed)))

    def test_valid_certificate_has_no_faults(self, pair: Pair) -> None:
        assert self.ask(pair) == ""

    def test_certificate_for_another_name_is_a_fault(self, pair: Pair) -> None:
        said = self.ask(pair, "other.laocai.gov.vn")
        assert f"Certificate {pair.certificate}" in said
        assert "other.laocai.gov.vn" in said

    def test_missing_certificate_files_are_faults(self, pair: Pair) -> None:
        said = self.ask(replace(pair, key="/nowhere/server.key", trust=""))
        assert "tls_given_key: not found or not readable on the controller (/nowhere/server.key)" in said
        assert "tls_given_certificate: not found or not readable on the controller (chưa nêu / not given)" in self.ask(
            replace(pair, certificate="")
        )

    def test_missing_names_of_mail_programs_are_faults(self, pair: Pair) -> None:
        said = self.ask(pair, needed=("mail.laocai.gov.vn", "autoconfig.laocai.gov.vn"))
        assert "tls_names lacks autoconfig.laocai.gov.vn" in said

    def test_controller_without_openssl_is_a_fault(self, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        assert "apt-get install openssl" in self.ask(pair)
