"""The roles that watch: what they bring listens on this host alone, from the beginning; and what they name exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from danhba_host.backup.store import NUMBERS as NUMBERS_OF_STORE
from danhba_host.figure import HELP
from danhba_host.status.parts import PARTS
from danhba_host.status.pictures import PICTURES
from danhba_host.status.screen import NUMBERS
from tests.support.rendered import render

ROOT = Path(__file__).resolve().parents[2]
RULES = (ROOT / "roles/watch/files/rules.yml").read_text(encoding="utf-8")
LISTEN = {
    "prometheus-node-exporter": ("metrics", "node-listen.j2"),
    "prometheus-postgres-exporter": ("metrics", "postgres-listen.j2"),
    "prometheus": ("watch", "prometheus-listen.j2"),
    "prometheus-alertmanager": ("watch", "alertmanager-listen.j2"),
    "prometheus-blackbox-exporter": ("watch", "blackbox-listen.j2"),
}
# What others write into the node exporter's folder.
OTHERS = {
    "danhba_backup_last_success_timestamp_seconds",
    "danhba_drill_failed",
    "danhba_drill_last_success_timestamp_seconds",
    *(metric for metric, _help in NUMBERS_OF_STORE.values()),
}


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("role", ["metrics", "watch"])
def test_listen_address_is_configured_before_the_package(role: str) -> None:
    tasks = read(f"roles/{role}/tasks/main.yml")
    before = next(number for number, task in enumerate(tasks) if "before they are there" in task["name"])
    module = "laocai.mail.prerequisites"
    asked = {number: task[module] for number, task in enumerate(tasks) if module in task}
    ask, bring = asked
    assert ask < before < bring
    assert asked[ask]["bring"] is False
    assert asked[bring]["missing"] == f"{{{{ __{role}_missing }}}}"
    task = tasks[before]
    # Of role metrics two lists: a host without a database has no exporter of one.
    files = (
        [file for each in task["vars"].values() for file in each]
        if "vars" in task
        else task["laocai.mail.files"]["files"]
    )
    written = {file["path"]: file.get("template") for file in files}
    lists = [
        each for name, each in read(f"roles/{role}/vars/main.yml").items() if name.startswith(f"__{role}_packages")
    ]
    packages = [name for each in lists if isinstance(each, list) for name in each if name in LISTEN]
    assert sorted(packages) == sorted(name for name, (of, _template) in LISTEN.items() if of == role)
    for name in packages:
        assert written[f"/etc/systemd/system/{name}.service.d/listen.conf"] == LISTEN[name][1]


@pytest.mark.parametrize("package", LISTEN)
def test_exporters_listen_only_on_loopback(package: str) -> None:
    role, template = LISTEN[package]
    text = render(ROOT / "roles" / role / "templates" / template)
    # Debian's command with its arguments is taken out, and one of ours put in its place.
    assert re.findall(r"^(\w+)=(?:\S+ \\)?$", text, re.MULTILINE) == ["EnvironmentFile", "ExecStart", "ExecStart"]
    assert re.findall(r"web\.listen-address=(\S*):\d+", text) == ["127.0.0.1"]
    assert re.findall(r"cluster\.listen-address=(\S*)", text) == ([""] if package == "prometheus-alertmanager" else [])


def watched_by_another(template: str) -> str:
    """A template of role metrics, on a host that another one watches."""
    other = {
        "__metrics_watched": True,
        "metrics_watchers": ["192.0.2.10"],
        "metrics_tls_certificate": "/c",
        "metrics_tls_key": "/k",
    }
    return render(ROOT / "roles/metrics/templates" / template, **other)


def test_remote_watch_uses_mutual_tls() -> None:
    assert "--web.listen-address=:9100 --web.config.file=/etc/danhba/node-exporter-web.yml " in watched_by_another(
        "node-listen.j2"
    )
    unit = watched_by_another("prometheus-node-exporter.service.j2")
    assert "\nIPAddressAllow=localhost 192.0.2.10\n" in unit
    assert "\nLoadCredential=tls.crt:/c\nLoadCredential=tls.key:/k\n" in unit
    web = read("roles/metrics/vars/main.yml")["__metrics_web"]["tls_server_config"]
    assert (web["client_auth_type"], web["min_version"]) == ("RequireAndVerifyClientCert", "TLS13")


def test_prometheus_scrapes_the_other_host_by_tls() -> None:
    other = {"name": "node", "address": "192.0.2.11:9100", "host": "backup.example.org", "authority": "/c"}
    asked = [{"name": "node", "address": "127.0.0.1:9100"}, other]
    text = render(ROOT / "roles/watch/templates/prometheus.yml.j2", __watch_asked=asked, watch_fqdn="mail.example.org")
    jobs = {job["job_name"]: job for job in yaml.safe_load(text)["scrape_configs"]}
    assert jobs["node@mail.example.org"]["static_configs"][0]["labels"] == {"job": "node", "host": "mail.example.org"}
    assert "scheme" not in jobs["node@mail.example.org"]
    there = jobs["node@backup.example.org"]
    assert there["static_configs"][0]["labels"] == {"job": "node", "host": "backup.example.org"}
    assert (there["scheme"], there["tls_config"]["ca_file"]) == ("https", "/etc/danhba/watch/backup.example.org.crt")
    assert there["tls_config"]["key_file"] == "/run/credentials/prometheus.service/watch.key"


def test_dovecot_metrics_are_local_only() -> None:
    text = (ROOT / "roles/dovecot/templates/dovecot.conf.j2").read_text(encoding="utf-8")
    assert re.findall(r"inet_listener http \{\s+listen = (.*)\s+port = (.*)\s", text) == [
        ("127.0.0.1", "{{ dovecot_metrics_port }}")
    ]


def test_queried_metrics_are_collected() -> None:
    asked = [RULES, *(number.query for number in NUMBERS), *(picture.query for picture in PICTURES)]
    for query in asked:
        assert set(re.findall(r"\bdanhba_\w+", query)) <= HELP.keys() | OTHERS


def test_disturbed_parts_exist_in_roles_and_services() -> None:
    options = read("roles/watch/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert options["watch_parts"]["choices"] == list(PARTS)
    services = set(re.findall(r"'([\w@.-]+?)(?:\.\d-fpm)?\.(?:service|socket)'", watched()))
    for part in PARTS.values():
        assert part.services <= services | {"postgresql@17-main"}


def watched() -> str:
    text = (ROOT / "playbooks/group_vars/all.yml").read_text(encoding="utf-8")
    return text[text.index("metrics_services:") : text.index("metrics_time_servers:")]


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_alerts_named_by_parts_exist(part: Any) -> None:
    for name in part.alerts:
        assert f"- alert: {name}\n" in RULES
