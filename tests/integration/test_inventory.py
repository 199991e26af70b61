"""What would stop a playbook is told before anything is asked twice or changed: all of it, with the way out."""

from __future__ import annotations

import json
import os
import shutil
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from tests.support import preloaded
from tests.support.authority import Authority
from tests.support.deployment import PROJECT, environment

UNREACHABLE = "192.0.2.1"  # RFC 5737: nobody answers there
NAMES = ("mail.laocai.gov.vn", "autoconfig.laocai.gov.vn", "autodiscover.laocai.gov.vn")


def refuse(playbook: str, inventory: str = "inventories/lab", limit: str = "all", **variables: Any) -> str:
    """What a playbook says that refuses these variables."""
    timeout = {"ansible_host": UNREACHABLE, "ansible_timeout": 1}
    command = [
        str(PROJECT / ".venv/bin/ansible-playbook"),
        *("--inventory", inventory, "--limit", limit, "--extra-vars", json.dumps({**timeout, **variables})),
        str(PROJECT / "playbooks" / f"{playbook}.yml"),
    ]
    # Measured, unlike other playbooks: what asks runs here, on the controller.
    measured = {name: value for name, value in os.environ.items() if name.startswith("COV")}
    known = {**environment(), **measured}
    done = preloaded.run(command, known, PROJECT)
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stdout
    said = " ".join(done.stdout.split())
    assert "Chưa có gì thay đổi." in said
    assert "Nothing was changed." in said
    return said


def ask(inventory: str = "inventories/lab", **variables: Any) -> str:
    """The same of what site.yml does first, without the roles that follow, which take seconds to read."""
    return refuse(f"{first_play().name}/site", inventory, **variables)


@cache
def first_play() -> TemporaryDirectory[str]:
    """A folder with a site.yml that ends where something would be changed."""
    folder = TemporaryDirectory(prefix="danhba-site-")
    for name in ("group_vars", "tasks"):
        Path(folder.name, name).symlink_to(PROJECT / "playbooks" / name)
    first, *_rest = yaml.safe_load((PROJECT / "playbooks/site.yml").read_text(encoding="utf-8"))
    Path(folder.name, "site.yml").write_text(yaml.safe_dump([first]), encoding="utf-8")
    return folder


@pytest.mark.parametrize("playbook", ["site", "accounts", "passwords", "verify"])
def test_a_former_name_is_refused_with_the_present_one(playbook: str) -> None:
    said = refuse(playbook, postfix_database_socket="/run/postgresql")
    assert "Biến đã đổi tên hoặc bỏ: postfix_database_socket → postfix_database_socket_dir." in said
    assert "Variables that were renamed or removed: postfix_database_socket → postfix_database_socket_dir." in said
    assert f"({UNREACHABLE}) cannot be reached by ssh" in said  # told with it


@pytest.mark.parametrize("playbook", ["site", "accounts", "passwords"])
def test_the_sample_goes_to_test_hosts_alone(playbook: str) -> None:
    said = refuse(playbook, test_host=False)
    assert "là sổ mẫu (sample: true trong province.yml)" in said
    assert "Begin the province's own: danhba init DIR." in said


@pytest.mark.clause("R10.7")
def test_backups_forget_nothing_where_the_mail_server_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text("{mail: {hosts: {mail.x: }}, backup: {hosts: {backup.x: }}}")
    said = refuse("forget", str(tmp_path / "hosts.yml"), limit="backup", recall="TH-01")
    assert "run this again without --limit" in said


def test_the_samples_letters_are_handed_to_nobody(tmp_path: Path) -> None:
    said = refuse("letters", test_host=False, to=str(tmp_path))
    assert "là sổ mẫu (sample: true trong province.yml)" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("playbook", ["site", "accounts", "passwords"])
def test_a_sample_that_no_longer_says_so_is_told_by_its_keys(tmp_path: Path, playbook: str) -> None:
    register = tmp_path / "directory"
    shutil.copytree(PROJECT / "directory", register)
    province = register / "province.yml"
    province.write_text(province.read_text(encoding="utf-8").replace("sample: true\n", ""), encoding="utf-8")
    said = refuse(playbook, register_dir=str(register), test_host=False)
    assert "province-sample-key" in said
    # A custodian's too: where the register is not read anyway before anything is changed, at once.
    assert ("agencies/stttt.yml" in said) == (playbook == "site")


def test_all_that_an_authority_needs_is_told_at_once(tmp_path: Path) -> None:
    empty = tmp_path / "ca.crt"
    empty.touch()
    said = ask(tls_mode="acme", tls_acme_email="x", tls_acme_server="http://acme.example/dir")
    assert "tls_acme_email = 'x': must be mail addresses" in said
    assert 'tls_acme_server = "http://acme.example/dir": the https URL of an ACME directory is needed' in said
    said = ask(
        tls_mode="acme",
        tls_acme_email="a@laocai.gov.vn",
        tls_names=NAMES[:1],
        tls_authority=str(empty),
        base_firewall_ports=[25, 443],
    )
    assert "tls_names lacks autoconfig.laocai.gov.vn, autodiscover.laocai.gov.vn" in said
    assert "add 80 to base_firewall_ports" in said
    assert f"tls_authority: {empty} is no certificate in PEM" in said


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    said = ask(
        mail_attachment=40,
        tls_given_certficate="x",
        dovecot_local_imap="false",
        pages_colour="red",
        tls_mode="own",
        base_firewall_ports="smtp",
        resolver_mta_sts="false",
        capacity_sessions="20000",
        mail_domain="example.org",
        dns_dmarc="quarentine",
        backup_times="mỗi giờ",
        events_keep_days=3,
        tls_given_certificate="/nowhere/server.crt",
    )
    for fault in (
        "There is no variable mail_attachment; did you mean mail_attachments?",
        "There is no variable tls_given_certficate; did you mean tls_given_certificate?",
        "dovecot_local_imap → remove it",
        "There is no variable pages_colour",
        "tls_mode = 'own': phải là lab, given, acme. Sửa trên dòng lệnh (-e).",
        "dns_dmarc = 'quarentine': must be one of none, quarantine, reject. Set it on the command line (-e).",
        "backup_times = 'mỗi giờ': must be a calendar of systemd",
        "events_keep_days = 3: A setting of role events is out of bounds",
        "tls_given_certificate: not found or not readable on the controller (/nowhere/server.crt)",
        "base_firewall_ports",
        "resolver_mta_sts = 'false' is text. On a command line, write -e '{\"resolver_mta_sts\": false}'",
        "capacity_sessions = '20000' is text. On a command line, write -e '{\"capacity_sessions\": 20000}'",
        'mail_domain = "example.org"',
        "they come from province.yml",
        "cannot be reached by ssh",
    ):
        assert fault in said
    assert "base_sessions" not in said  # nobody wrote it


def test_settings_are_judged_beside_a_register_with_faults(tmp_path: Path) -> None:
    register = tmp_path / "directory"
    shutil.copytree(PROJECT / "directory", register)
    with (register / "agencies/stttt.yml").open("a", encoding="utf-8") as agency:
        agency.write("unknown: 1\n")
    said = ask(register_dir=str(register), dns_dmarc="quarentine", mail_attachments="lớn")
    assert "directory/agencies/stttt.yml" in said
    assert "dns_dmarc = 'quarentine'" in said
    assert "mail_attachments = 'lớn': must be int" in said


def test_what_roles_assert_is_told_at_once() -> None:
    said = ask(credentials_minimum_length=4, postfix_support="Hỗ trợ", database_name="Thư")
    for fault in (
        "minimum_length 8 to 64",
        'postfix_support = "Hỗ trợ" may hold',
        "database_name = 'Thư': must be the name of a database",
    ):
        assert fault in said


def test_a_variable_of_a_group_that_has_no_effect_is_told(tmp_path: Path) -> None:
    inventory = tmp_path / "inventories/own"
    shutil.copytree(PROJECT / "inventories/lab", inventory)
    shutil.copytree(PROJECT / "directory", tmp_path / "directory")
    hosts = inventory / "hosts.yml"
    text = hosts.read_text(encoding="utf-8")
    hosts.write_text(f"all: {{vars: {{mail_attachments: 40, mail_password_length: 10}}}}\n{text[4:]}", encoding="utf-8")
    said = ask(inventory=str(inventory))
    assert "mail_attachments is set for a group in hosts.yml, where it has no effect" in said
    assert "mail_password_length is set" not in said  # it says what holds anyway


def test_a_province_s_own_variables_are_its_own() -> None:
    said = ask(thu_muc_sao_luu="/srv", contact_of_the_centre="x")
    assert said.count("There is no variable") == 0


def rendered(inventory: Path, host: str, *names: str) -> dict[str, Any]:
    """Variables of a host as every playbook has them."""
    text = "{{ {" + ", ".join(f"'{name}': {name}" for name in names) + "} | to_json }}"
    task: dict[str, Any] = {"ansible.builtin.copy": {"content": text, "dest": "{{ to }}"}, "delegate_to": "localhost"}
    task["vars"] = {"ansible_python_interpreter": sys.executable}
    play = {"hosts": host, "gather_facts": False, "tasks": [task]}
    playbook, to = Path(first_play().name, f"show-{host}.yml"), inventory / "shown.json"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    ansible = str(PROJECT / ".venv/bin/ansible-playbook")
    command = [ansible, "--inventory", str(inventory), "--extra-vars", json.dumps({"to": str(to)}), str(playbook)]
    done = preloaded.run(command, environment(), PROJECT)
    assert done.returncode == 0, done.stdout
    shown: dict[str, Any] = json.loads(to.read_text(encoding="utf-8"))
    return shown


def province(folder: Path, mail: dict[str, Any]) -> Path:
    """A province's own repository with a mail host and a backup host; its inventory."""
    inventory = folder / "inventories/production"
    inventory.mkdir(parents=True)
    shutil.copytree(PROJECT / "directory", folder / "directory")
    hosts = {"mail": {"hosts": {"mail.x": mail}}, "backup": {"hosts": {"backup.x": {}}}}
    (inventory / "hosts.yml").write_text(json.dumps(hosts), encoding="utf-8")
    return inventory


@pytest.mark.clause("R10.7")
def test_operators_of_the_mail_host_sign_for_the_backup_host_too(tmp_path: Path) -> None:
    """The guide has `recall_operators` entered below the mail host, and `forget.yml` asks the backup host's."""
    operators = [{"name": name, "key": f"ssh-ed25519 AAAA{name}"} for name in ("an", "binh")]
    inventory = province(tmp_path, {"recall_operators": operators})
    assert rendered(inventory, "backup.x", "backupstore_operators") == {"backupstore_operators": operators}
    assert rendered(inventory, "mail.x", "events_operators") == {"events_operators": operators}


def test_two_provinces_on_one_controller_share_no_path(tmp_path: Path) -> None:
    names = ("private_dir", "register_dir", "backup_secrets", "audit_heads", "upgrades_folder", "tls_lab_ca_copy")
    one, other = (
        rendered(province(tmp_path / name, {"ansible_host": "192.0.2.1"}), "mail.x", *names) for name in ("một", "hai")
    )
    for name in names:
        assert one[name].startswith(str(tmp_path / "một"))
        assert other[name].startswith(str(tmp_path / "hai"))


@pytest.mark.parametrize(("old", "new"), [("laocai.gov.vn", "LaoCai.gov.vn"), ("mail.laocai.gov.vn", "mail")])
def test_a_name_of_another_form_is_refused(tmp_path: Path, old: str, new: str) -> None:
    register = tmp_path / "directory"
    shutil.copytree(PROJECT / "directory", register)
    text = (register / "province.yml").read_text(encoding="utf-8")
    (register / "province.yml").write_text(text.replace(f": {old}\n", f": {new}\n"), encoding="utf-8")
    said = ask(register_dir=str(register))
    assert f"'{new}'" in said
    assert "should look like" in said


def test_a_register_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "there is no directory" in ask(register_dir=str(tmp_path / "none"))


class TestCertificate:
    """Of mode `given`: files on the controller."""

    @pytest.fixture
    def given(self, tmp_path: Path) -> dict[str, str]:
        authority = Authority.make(tmp_path)
        authority.issue(tmp_path / "server", NAMES)
        return {
            "tls_mode": "given",
            "tls_given_certificate": str(tmp_path / "server.crt"),
            "tls_given_key": str(tmp_path / "server.key"),
            "tls_authority": str(authority.certificate),
        }

    def test_a_good_one_is_no_fault(self, given: dict[str, str]) -> None:
        said = ask(**given)
        assert "1 things to see to first" in said  # the host

    def test_files_that_are_not_there(self, given: dict[str, str], tmp_path: Path) -> None:
        missing = str(tmp_path / "none")
        said = ask(**given | dict.fromkeys(("tls_given_key", "tls_authority"), missing))
        assert f"tls_given_key: not found or not readable on the controller ({missing})" in said
        assert f"tls_authority: not found or not readable on the controller ({missing})" in said
        assert "tls_given_certificate: not found" not in said
        assert "(chưa nêu / not given)" in ask(**given | {"tls_given_certificate": ""})

    def test_each_fault(self, given: dict[str, str], tmp_path: Path) -> None:
        Authority.read(tmp_path).issue(tmp_path / "server", NAMES[:1], days=-1)
        other = Authority.make(tmp_path / "other")
        said = ask(**given | {"tls_given_key": str(other.key), "tls_authority": str(other.certificate)})
        for fault in (
            "the key does not belong to this certificate",
            "the certificate ends on",
            "not issued for the name autoconfig.laocai.gov.vn",
            "not issued for the name autodiscover.laocai.gov.vn",
            "has issued it, or intermediate ones are missing",
        ):
            assert fault in said

    def test_an_authority_that_nobody_knows(self, given: dict[str, str]) -> None:
        said = ask(**given | {"tls_authority": ""})
        assert "for an authority of your own set tls_authority" in said

    def test_a_chain_that_lacks_its_middle(self, given: dict[str, str], tmp_path: Path) -> None:
        middle, server = Authority.read(tmp_path).below(tmp_path / "middle"), Path(given["tls_given_certificate"])
        middle.issue(tmp_path / "server", NAMES)
        assert "has issued it, or intermediate ones are missing" in ask(**given)
        server.write_bytes(server.read_bytes() + middle.certificate.read_bytes())
        assert "1 things to see to first" in ask(**given)  # the host

    def test_names_that_leave_one_out(self, given: dict[str, str]) -> None:
        assert "tls_names lacks autodiscover.laocai.gov.vn" in ask(**given, tls_names=NAMES[:2])
