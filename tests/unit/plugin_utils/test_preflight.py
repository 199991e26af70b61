"""What is asked before a deployment; with a real playbook around it in tests/integration/test_inventory.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Province
from ansible_collections.laocai.mail.plugins.plugin_utils import preflight
from ansible_collections.laocai.mail.plugins.plugin_utils.preflight import Fault, Server

ROOMY = ("memory 3900 MB", "/ 20000 MB", "/var 20000 MB", "/srv 20000 MB")
GOOD = Server("mail.laocai.gov.vn", "192.0.2.10", False, ["debian 13", "root", "python3", *ROOMY], "")
PROVINCE = Province("Lào Cai", "laocai.gov.vn", "mail.laocai.gov.vn", "stttt", "province.yml", operator_key="age1")
ROLES = preflight.read_roles()


def english(faults: Iterable[Fault]) -> str:
    listed = list(faults)
    assert all(fault.vi and fault.en for fault in listed)
    return "\n".join(fault.en for fault in listed)


def answered(*lines: str) -> Server:
    return GOOD._replace(lines=list(lines))


def test_a_good_server_has_no_faults() -> None:
    assert english(preflight.reached(GOOD)) == english(preflight.room(GOOD)) == ""


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (GOOD._replace(unreachable=True), "cannot be reached by ssh"),
        (answered("debian 12", "root", "python3"), 'it answers "debian 12, root, python3"'),
        (answered("ubuntu 24.04", "root", "python3"), "must be Debian 13"),
        (answered("debian 13", "root"), 'run "apt-get install python3" there'),
        (answered("debian 13", "python3"), "No root's rights on mail.laocai.gov.vn"),
        (answered()._replace(error="sudo: a password is required"), "sudo: a password is required"),
    ],
)
def test_a_server_that_will_not_do(server: Server, said: str) -> None:
    assert said in english(preflight.reached(server))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["memory 900 MB"], "has 900 MB of memory; it needs 1800 MB"),
        (["memory 3900 MB", "/srv 4000 MB"], "the disk of /srv has 4000 MB left; it needs 5000 MB"),
        (["built", "/var 400 MB"], "the disk of /var has 400 MB left; it needs 1000 MB"),
        (["built", "/var 1400 MB"], ""),
    ],
)
def test_a_server_without_room(lines: list[str], said: str) -> None:
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
def test_a_slip_is_named_with_the_right_name(name: str, said: str) -> None:
    assert said in english(preflight.names([name], ROLES))


def test_names_that_are_none_of_ours_are_let_be() -> None:
    own = ["backup_dir", "ansible_user", "_internal", "so_dien_thoai", "contact"]
    assert english(preflight.names(own, ROLES)) == ""


def test_every_name_that_a_role_or_a_playbook_takes_is_known() -> None:
    known = preflight.known_names(ROLES)
    assert {"mail_attachments", "tls_authority", "test_host", "register_dir", "as_of", "accounts", "verify_ca"} <= known
    assert english(preflight.names(known, ROLES)) == ""


def test_a_value_of_another_type() -> None:
    given = {"tls_mode": "own", "base_ntp_servers": {"a": 1}, "mail_attachments": "x"}
    said = english(preflight.settings(given, ROLES, lambda value: value))
    assert "tls_mode" in said
    assert "base_ntp_servers" in said


def test_a_value_that_cannot_be_made_out() -> None:
    def fail(_value: object) -> object:
        raise ValueError("'nowhere' is undefined")

    assert "tls_mode: its value cannot be made out ('nowhere' is undefined)" in english(
        preflight.settings({"tls_mode": "{{ nowhere }}"}, ROLES, fail)
    )


def test_the_domain_has_one_home() -> None:
    assert english(preflight.domain(PROVINCE, "laocai.gov.vn", "mail.laocai.gov.vn")) == ""
    assert "they come from province.yml" in english(preflight.domain(PROVINCE, "example.org", "mail.laocai.gov.vn"))
    short = replace(PROVINCE, host="laocai.vn")
    assert "must be a full host name" in english(preflight.domain(short, "laocai.gov.vn", "laocai.vn"))


def test_a_name_that_dns_does_not_have() -> None:
    assert english(preflight.names_in_dns(["localhost"])) == ""
    assert "DNS does not have the name mail.invalid" in english(preflight.names_in_dns(["mail.invalid"]))


def test_a_province_without_a_key() -> None:
    assert english(preflight.keys(PROVINCE)) == ""
    assert "no operator_key" in english(preflight.keys(replace(PROVINCE, operator_key="")))


def test_every_assert_of_a_roles_settings_speaks_both_languages() -> None:
    asserts = [task for role in ROLES for task in role.asserts]
    assert len(asserts) >= 10
    assert all(" -- " in task["fail_msg"] for task in asserts)
