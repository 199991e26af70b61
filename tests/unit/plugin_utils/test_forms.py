"""What settings of one meaning have in common."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.plugin_utils import forms, preflight

GOOD: list[tuple[str, Any]] = [
    *(("backup_times", text) for text in ("hourly", "*-*-* 01:00:00", "*-*-05 01:30:00", "Mon..Fri *-*-* 03:00")),
    *(("backup_times", text) for text in ("Sun 02:00", "*:0/15", "*-*-02 04:00", "Mon *-*-* 01:00 Asia/Ho_Chi_Minh")),
    *(("base_firewall_ssh_from", text) for text in (["10.1.0.0/16"], ["2001:db8::/32"], ["203.0.113.7"])),
    *(("postfix_unlimited_networks", text) for text in (["127.0.0.0/8", "[::1]/128"],)),
    *(("resolver_forwarders", text) for text in (["10.1.1.1", "10.1.1.2@5353"],)),
    *(("base_ntp_servers", text) for text in (["time.example.vn"], ["10.0.0.1"], ["time.example.vn:123"])),
    *(("database_work_mem", text) for text in ("8MB", "1GB")),
    *(("watch_probe_address", text) for text in ("", "contact-kiemtra@laocai.gov.vn")),
    *(("events_usage_time", text) for text in ("02:40", "23:59")),
]
WRONG: list[tuple[str, Any]] = [
    *(("backup_times", text) for text in ("hourlyy", "mỗi giờ", "every day", "01h30", "x", "25")),
    *(("base_firewall_ssh_from", text) for text in (["10.1.0.300/8"], ["10.0.0.0/64"], ["văn phòng"])),
    *(("resolver_forwarders", text) for text in (["dns.laocai.gov.vn"], ["10.1.1"])),
    *(("base_ntp_servers", text) for text in (["máy giờ"], ["time example"])),
    *(("database_work_mem", text) for text in ("8", "8 MB", "nhiều")),
    *(("watch_probe_address", text) for text in ("probe", "a b@c.vn")),
    *(("events_usage_time", text) for text in ("2:40", "24:00", 9600)),
    *(("base_firewall_ports", ports) for ports in ([70000], [-1])),
    *(("base_firewall_rate", number) for number in (-5,)),
    *(("openldap_least_percent", number) for number in (101,)),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_value_of_the_form_is_accepted(name: str, value: Any) -> None:
    assert forms.wrong(name, value) is None


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_value_of_another_form_is_refused_in_both_languages(name: str, value: Any) -> None:
    form = forms.wrong(name, value)
    assert form
    assert form.vi
    assert form.en


def test_every_default_of_a_role_matches_its_form() -> None:
    for role in preflight.read_roles():
        for name, value in role.defaults.items():
            assert "{{" in str(value) or forms.wrong(name, value) is None, name


def test_every_form_is_used_by_a_setting() -> None:
    known = [preflight.read_shared(), *preflight.read_roles()]
    names = {name for role in known for name in role.options}
    assert {form for form in forms.FORMS if not any(form.names.fullmatch(name) for name in names)} == set()
