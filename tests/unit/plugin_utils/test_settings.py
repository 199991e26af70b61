"""Each setting is judged by itself, and named as the operator wrote it; with Ansible's own templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible._internal._datatag._tags import Origin, TrustedAsTemplate
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.laocai.mail.plugins.plugin_utils import forms, preflight, settings
from ansible_collections.laocai.mail.plugins.plugin_utils.settings import Fault, Role, Values

SHARED = preflight.read_shared()
ROLES = [SHARED, *preflight.read_roles()]
PROVINCE = {"province": "Lào Cai", "domain": "laocai.gov.vn", "host": "mail.laocai.gov.vn"} | {
    "support": {"phone": "0214 3 000 000", "mail": "contact-stttt@laocai.gov.vn"}
}
# What Ansible knows of a host without asking it.
HOST = {
    "province": PROVINCE,
    "group_names": ["mail", "webmail"],
    "groups": {},
    "hostvars": {},
    "ansible_host": "192.0.2.10",
} | {
    "inventory_dir": "/nowhere/inventories/production",
    "inventory_hostname": "mail.laocai.gov.vn",
    "playbook_dir": "/nowhere/playbooks",
}
KNOWN = {**SHARED.defaults, "province": PROVINCE}
# Texts that mean what people read, in whatever words: the only ones that no form, choice or condition holds.
FREE = frozenset(
    {"dovecot_support", "guard_support", "nginx_support_phone", "openldap_organization", "pages_province"}
    | {"pages_support_phone", "roundcube_product", "roundcube_support_phone", "watch_notice", "watch_support"}
)


def written(text: str, tmp_path: Path) -> dict[str, Any]:
    """Variables as Ansible reads them from a file of the inventory."""
    file = tmp_path / "host_vars.yml"
    file.write_text(text, encoding="utf-8")
    found: dict[str, Any] = DataLoader().load_from_file(str(file), trusted_as_template=True) or {}
    return found


def judge(given: Mapping[str, Any], roles: list[Role] | None = None) -> list[Fault]:
    """Every fault of settings that are given beside what all inventories share; of the roles that they belong to."""
    if roles is None:
        roles = [SHARED, *(role for role in ROLES if any(name.startswith(f"{role.name}_") for name in given))]
    variables = {**HOST, **KNOWN, **given}
    values = Values({**KNOWN, **given}, KNOWN)

    def templar(role: Role) -> Any:
        known = {**role.defaults, **role.made, **variables}
        return Templar(loader=DataLoader(), variables=known).copy_with_new_env(available_variables=known)

    faults = list(settings.judge_types(roles, values, templar(SHARED)))
    faults += settings.judge_forms(roles, values, templar(SHARED))
    for role in roles:
        faults += settings.judge_conditions(role, role.settings, values, templar(role))
    return faults


def english(given: Mapping[str, Any]) -> str:
    return "\n".join(fault.en for fault in judge(given))


def test_default_settings_have_no_faults() -> None:
    assert judge({}, ROLES) == []


FOURTEEN = """\
capacity_sessions: nhiều
capacity_mailboxes: 0
dns_dmarc: quarentine
dns_ttl: "3600"
backup_times: mỗi giờ
resolver_forwarders: 10.233.0.1
resolver_mta_sts: "có"
tls_mode: own
base_firewall_ssh_from: [10.1.0.300/8]
base_ntp_servers: ["máy chủ giờ"]
postfix_delay_warning: bốn giờ
credentials_minimum_length: 4
watch_probe_address: probe
mail_password_length: 200
"""


def test_fourteen_wrong_settings_are_reported_at_once_by_name(tmp_path: Path) -> None:
    faults = judge(written(FOURTEEN, tmp_path), ROLES)
    lines = [line.partition(":")[0] for line in FOURTEEN.splitlines()]
    for number, name in enumerate(lines, 1):
        told = [fault for fault in faults if f"{name} = " in fault.en and f"host_vars.yml:{number}" in fault.en]
        assert len(told) == 1, (name, faults)
        assert f"{name} = " in told[0].vi
    assert len(faults) == len(lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [("capacity_sessions", "nhiều"), ("mail_attachments", "lớn"), ("time_zone", "Hà Nội"), ("mail_database", "Thư")],
)
def test_wrong_variable_is_named_and_derived_ones_are_not(name: str, value: str, tmp_path: Path) -> None:
    (fault,) = judge(written(f"{name}: {value}\n", tmp_path), ROLES)
    assert fault.en.startswith(f"{name} = {value!r}")
    assert "host_vars.yml:1" in fault.vi


def test_provinces_own_variable_is_named_for_a_derived_setting(tmp_path: Path) -> None:
    (fault,) = judge(written('so_phien: nhiều\ncapacity_sessions: "{{ so_phien }}"\n', tmp_path), ROLES)
    assert "capacity_sessions" in fault.en
    assert "base_sessions" not in fault.en


def test_wrong_derived_default_names_the_written_variable(tmp_path: Path) -> None:
    """`postfix_message_size_limit` follows from the attachments, and bounds what ClamAV unpacks."""
    (fault,) = judge(written("clamav_scan_size: 1000\n", tmp_path))
    assert fault.en.startswith("clamav_scan_size = 1000")
    assert "host_vars.yml:1" in fault.en


def test_settings_derived_from_an_unreadable_register_are_skipped() -> None:
    values = Values(SHARED.defaults, SHARED.defaults, spoilt=["province"])
    templar = Templar(loader=DataLoader(), variables={**HOST, **SHARED.defaults})
    assert list(settings.judge_types(ROLES, values, templar)) == []
    assert "mail_domain" in values.broken


def test_fault_of_an_extra_variable_names_the_command_line() -> None:
    """As `-e dns_dmarc=quarentine` gives it."""
    given = Origin(description="<CLI option '-e'>").tag("quarentine")
    (fault,) = judge({"dns_dmarc": given})
    assert fault.vi.endswith("Sửa trên dòng lệnh (-e).")
    assert "must be one of none, quarantine, reject. Set it on the command line (-e)." in fault.en


def test_value_of_another_type_is_reported_with_the_type() -> None:
    said = english({"tls_mode": "own", "base_ntp_servers": {"a": 1}, "mail_attachments": "x"})
    assert "tls_mode = 'own': must be one of lab, given, acme." in said
    assert "base_ntp_servers = {'a': 1}: must be list." in said
    assert "mail_attachments = 'x': must be int." in said


@pytest.mark.parametrize(
    ("name", "value", "way_out"),
    [
        ("resolver_mta_sts", "false", """resolver_mta_sts: false, without quotes; on a command line, -e '{"resolv"""),
        ("credentials_webmail_requests", "64", "credentials_webmail_requests: 64, without quotes"),
        ("base_ntp_servers", "time.example.vn", 'base_ntp_servers: ["time.example.vn"]; on a command line'),
        ("base_firewall_private", [{"port": "25", "from": ["10.0.0.0/8"]}], '[{"port": 25, "from": ["10.0.0.0/8"]'),
    ],
)
def test_text_in_place_of_number_or_list_is_a_fault(name: str, value: object, way_out: str) -> None:
    """As `-e NAME=VALUE` gives it; a template would take "false" for yes. A list is told as a list, quotes and all."""
    (fault,) = judge({name: value})
    assert f"{name} = {value!r} is text" in fault.en
    assert way_out in fault.en
    assert ("không có dấu nháy" in fault.vi) == ("without quotes" in way_out)
    meant = yaml.safe_load(fault.en.partition(f"write {name}: ")[2].partition("; on a")[0].partition(", without")[0])
    assert judge({name: meant}) == []


def test_text_from_a_template_is_reported_as_such() -> None:
    template = TrustedAsTemplate().tag("{{ so }}")
    (fault,) = judge({"capacity_sessions": template, "so": "20000"})
    assert "made of {{ so }}: the variable there has to be 20000, without quotes" in fault.en


def test_dict_without_required_key_is_a_fault() -> None:
    """Playbook site.yml holds no role to its argument spec once more."""
    said = english({"base_firewall_private": [{"port": "smtp", "from": ["10.0.0.0/8"]}, {"port": 25}]})
    assert "missing required arguments: from found in base_firewall_private" in said
    assert "'smtp'" in said


def test_value_that_cannot_be_rendered_is_a_fault(tmp_path: Path) -> None:
    said = english(written('tls_mode: "{{ nowhere }}"\nbackup_times: mỗi giờ\n', tmp_path))
    assert "tls_mode: its value cannot be made out ('nowhere' is undefined). Set it at" in said
    assert "backup_times = 'mỗi giờ'" in said


def test_conditions_are_judged_beside_a_setting_of_wrong_type() -> None:
    said = english({"events_batch": "x", "events_keep_days": 3})
    assert "events_batch = 'x': must be int." in said
    assert "events_keep_days = 3: A setting of role events is out of bounds" in said


def test_condition_on_facts_is_skipped_without_facts() -> None:
    role = Role("x", {}, [{"name": "Look", "that": "x_cores | int > 1", "fail_msg": "Sai -- Wrong"}], {})
    role = role._replace(defaults={"x_cores": TrustedAsTemplate().tag("{{ ansible_facts['cores'] }}")})
    assert judge({}, [role]) == []


def test_role_refuses_settings_that_break_its_conditions() -> None:
    class Ours:
        """Ansible's, of a host on which nothing holds."""

        def template(self, value: str) -> str:
            return value.replace("{{ x }}", "X")

        def evaluate_conditional(self, condition: str) -> bool:
            if condition == "cannot be asked":
                raise TypeError("no\nnumber")
            return condition == "a"

    def said(that: str | list[str]) -> list[Fault]:
        return list(
            settings.refused(
                "base", [{"name": "Look", "that": that, "fail_msg": "Sai {{ x }} -- Wrong {{ x }}"}], Ours()
            )
        )

    assert said("a") == said(["a", "a"]) == []
    assert said(["a", "b"]) == said("cannot be asked") == [Fault("Sai X", "Wrong X")]


def test_every_variable_that_all_inventories_share_has_a_spec() -> None:
    roles = {name for role in ROLES[1:] for name in role.options}
    assert set(SHARED.defaults) == set(SHARED.options) | (set(SHARED.defaults) & roles)


def test_every_input_has_a_type_a_choice_a_form_or_a_condition() -> None:
    """Add a form (`forms.py`) or a condition (`meta/settings.yml`) to a text that means a time or an address."""
    free = set()
    for role in ROLES:
        demanded = {
            name
            for demand in role.settings
            for condition in settings.conditions(demand)
            for name in settings.condition_names(condition)
        }
        for name, option in role.options.items():
            plain = "str" in (option.get("type", "str"), option.get("elements")) or option.get("type") == "raw"
            if plain and not option.get("choices") and name not in demanded and not forms.form_of(name):
                free.add(name)
    assert free == FREE
