"""The alerts: each fires by its cause and no other does, none in a quiet hour, and each has its page (R9.2)."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "roles/watch/files/rules.yml"
PAGES = ROOT / "docs/vi/su-co"
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]
]
NAMES = [rule["alert"] for rule in ALERTS]
STEP = 10  # minutes between two values, and between two looks at the rules
ALL = 30 * 60 // STEP  # values of a series
LAST = 3 * 60 // STEP  # of which the last have the cause
DAY = 86400
# It counts for a moment, and then its memory is free again: to tidy up meanwhile takes a quarter of its time.
BRIEFLY = {"GOGC": "400"}

# A host on which all is well, for a day and more: series, and what promtool makes of their values. Moments are seconds
# since the test begins, and grow by so much a minute.
QUIET = {
    'up{job="node"}': "1",
    'probe_success{instance="mail:993",module="imaps"}': "1",
    "pg_up": "1",
    "node_textfile_scrape_error": "0",
    'node_filesystem_avail_bytes{mountpoint="/"}': "60",
    'node_filesystem_size_bytes{mountpoint="/"}': "100",
    'node_filesystem_readonly{mountpoint="/"}': "0",
    "node_memory_MemAvailable_bytes": "50",
    "node_memory_MemTotal_bytes": "100",
    'alertmanager_notifications_failed_total{integration="webhook"}': "3",
    'alertmanager_silences{state="active"}': "0",
    'alertmanager_silences{state="expired"}': "7",
    'danhba_service_up{service="postfix.service"}': "1",
    'danhba_service_restarts{service="nginx.service"}': "12",
    'danhba_probe_success{step="submit"}': "1",
    "danhba_probe_timestamp_seconds": "0+60",
    'danhba_unit_failed{service="certbot.service"}': "0",
    'danhba_queue_messages{queue="active"}': "3",
    'danhba_queue_messages{queue="deferred"}': "40",
    'danhba_queue_messages{queue="hold"}': "0",
    'danhba_queue_oldest_seconds{queue="active"}': "4",
    'danhba_queue_oldest_seconds{queue="deferred"}': "90000",
    'danhba_queue_oldest_seconds{queue="hold"}': "0",
    'danhba_delivery_seconds_p95{place="mailbox"}': "2",
    'danhba_deliveries_last_quarter{place="mailbox"}': "225",
    "danhba_sending_suspended": "0",
    'danhba_mail_last_hour{what="relayed"}': "150",
    "danhba_bans_last_hour": "2",
    "danhba_accounts_guessed_last_day": "1",
    "danhba_signatures_timestamp_seconds": "0+60",
    'apt_upgrades_pending{arch="amd64",origin="Debian:trixie/stable"}': "7",
    'apt_upgrades_pending{arch="amd64",origin="Debian:trixie-security/stable-security"}': "0",
    "node_reboot_required": "0",
    "danhba_certificate_end_timestamp_seconds": f"{60 * DAY}",
    'danhba_dns_wrong{kind="MX"}': "0",
    "danhba_clock_offset_seconds": "0.02",
    "danhba_clock_answered": "1",
    "danhba_apply_last_success_timestamp_seconds": "0",
    'danhba_backup_last_success_timestamp_seconds{what="mail"}': "0+60",
    "danhba_backup_store_check_timestamp_seconds": "0+60",
    "danhba_backup_store_failed": "0",
    "danhba_backup_store_free_ratio": "0.5",
    'danhba_backup_suspects{what="none"}': "0",
    "danhba_backup_swept_timestamp_seconds": "0+60",
    "danhba_drill_failed": "0",
    "danhba_drill_last_success_timestamp_seconds": "0",
    "danhba_audit_holds": "1",
    "danhba_audit_timestamp_seconds": "0+60",
    'danhba_job_expected{job_name="apply"}': "1",
    'danhba_job_expected{job_name="audit"}': "1",
    'danhba_job_expected{job_name="backup"}': "1",
    'danhba_job_expected{job_name="drill"}': "1",
    "danhba_collector_lag_seconds": "4",
    "danhba_metrics_timestamp_seconds": "0+60",
    'danhba_metrics_source_up{source="queue"}': "1",
}  # fmt: skip
GONE = ""  # a series that has never been there

# By the alert, what has to be otherwise in the last three hours (or ever) for it, and it alone, to fire.
CAUSES: dict[str, list[dict[str, str]]] = {
    "service-down": [{'danhba_service_up{service="postfix.service"}': "0"}],
    "service-restarts": [{'danhba_service_restarts{service="nginx.service"}': "0+2"}],
    "unit-failed": [{'danhba_unit_failed{service="certbot.service"}': "1"}],
    "database-down": [{"pg_up": "0"}],
    "port-silent": [{'probe_success{instance="mail:993",module="imaps"}': "0"}],
    "probe-failed": [{'danhba_probe_success{step="submit"}': "0"}],
    "probe-old": [{"danhba_probe_timestamp_seconds": "80000"}],
    "queue-long": [{'danhba_queue_messages{queue="deferred"}': "501"}],
    "queue-stuck": [{'danhba_queue_oldest_seconds{queue="active"}': "1900"}],
    "queue-held": [{'danhba_queue_messages{queue="hold"}': "1"}],
    "deliveries-late": [{'danhba_delivery_seconds_p95{place="mailbox"}': "301"}],
    "sending-suspended": [{"danhba_sending_suspended": "1"}],
    "mail-leaving": [{'danhba_mail_last_hour{what="relayed"}': "1500"}],
    "guessing": [{"danhba_bans_last_hour": "21"}, {"danhba_accounts_guessed_last_day": "11"}],
    "signatures-old": [{"danhba_signatures_timestamp_seconds": f"{-3 * DAY}"}],
    "updates-waiting": [
        {'apt_upgrades_pending{arch="amd64",origin="Debian:trixie-security/stable-security"}': "ever 1+0"}
    ],
    "reboot-waiting": [{"node_reboot_required": "ever 1+0"}],
    "disk-full": [{'node_filesystem_avail_bytes{mountpoint="/"}': "ever 9+0"}],
    "disk-full-soon": [{'node_filesystem_avail_bytes{mountpoint="/"}': "ever 48-0.05"}],
    "memory-low": [{"node_memory_MemAvailable_bytes": "4"}],
    "certificate-ending": [{"danhba_certificate_end_timestamp_seconds": f"{21 * DAY}"}],
    "dns-wrong": [{'danhba_dns_wrong{kind="MX"}': "1"}],
    "clock-wrong": [{"danhba_clock_offset_seconds": str(2 * DAY)}, {"danhba_clock_offset_seconds": "-6"}],
    "clock-unknown": [{"danhba_clock_answered": "0"}],
    "apply-old": [{"danhba_apply_last_success_timestamp_seconds": f"{-8 * DAY}"}],
    "backup-old": [{'danhba_backup_last_success_timestamp_seconds{what="mail"}': "94000"}],
    "backup-store": [
        {"danhba_backup_store_failed": "ever 1+0"},
        {"danhba_backup_store_check_timestamp_seconds": f"ever {-2 * DAY}+0"},
        {"danhba_backup_store_check_timestamp_seconds": GONE},
        {"danhba_backup_swept_timestamp_seconds": GONE},
        {"danhba_backup_store_free_ratio": "ever 0.19+0"},
    ],
    "backup-unswept": [{"danhba_backup_swept_timestamp_seconds": f"{-5 * 3600}"}],
    "backup-suspect": [{'danhba_backup_suspects{what="none"}': "3"}],
    "drill-failed": [{"danhba_drill_failed": "1"}],
    "drill-old": [{"danhba_drill_last_success_timestamp_seconds": f"{-40 * DAY}"}],
    "audit-broken": [{"danhba_audit_holds": "0"}],
    "audit-old": [{"danhba_audit_timestamp_seconds": f"{-3 * DAY}"}],
    "job-missing": [
        {'danhba_backup_last_success_timestamp_seconds{what="mail"}': GONE},
        {"danhba_drill_last_success_timestamp_seconds": GONE},
        {"danhba_apply_last_success_timestamp_seconds": GONE},
        {"danhba_audit_timestamp_seconds": GONE},
    ],
    "collector-behind": [{"danhba_collector_lag_seconds": "700"}],
    "metrics-old": [{"danhba_metrics_timestamp_seconds": "80000"}, {"danhba_metrics_timestamp_seconds": GONE}],
    "source-silent": [{'danhba_metrics_source_up{source="queue"}': "0"}],
    "files-unread": [{"node_textfile_scrape_error": "1"}],
    "target-down": [{'up{job="node"}': "0"}],
    "alerts-unsent": [{'alertmanager_notifications_failed_total{integration="webhook"}': "0+1"}],
    "alerts-silenced": [{'alertmanager_silences{state="active"}': "1"}],
}


# What is watched of a host whatever it is, and so of the backup host too.
OF_EACH_HOST = [
    "service-down",
    "service-restarts",
    "unit-failed",
    "updates-waiting",
    "reboot-waiting",
    "disk-full",
    "disk-full-soon",
    "memory-low",
    "clock-wrong",
    "clock-unknown",
    "metrics-old",
    "source-silent",
    "files-unread",
    "target-down",
]
OTHER = "backup.laocai.gov.vn"
_OF_HOSTS = ("up", "apt_", "node_", "danhba_service", "danhba_unit", "danhba_clock", "danhba_metrics")


def of_other(series: str) -> str:
    """The same series of the other host."""
    name, _brace, labels = series.rstrip("}").partition("{")
    return f'{name}{{{labels + "," if labels else ""}host="{OTHER}"}}'


def values(quiet: str, cause: str | None) -> str:
    """The values of a series over all hours: quiet, and at the end with its cause; or with that from the beginning."""
    if cause is None:
        return _over(quiet, ALL, 0)
    if cause.startswith("ever "):
        return f"{cause.removeprefix('ever ')}x{ALL}"
    return f"{_over(quiet, ALL - LAST, 0)} {_over(cause, LAST, ALL - LAST + 1)}"


def _over(value: str, times: int, since: int) -> str:
    if value.startswith("0+"):
        step = int(value[2:]) * STEP
        return f"{since * step}+{step}x{times}"
    return f"{value}+0x{times}"


def cases() -> list[Any]:
    many = [(name, cause) for name, causes in CAUSES.items() for cause in causes]
    return [pytest.param([], {}, id="quiet"), *(pytest.param([name], cause, id=name) for name, cause in many)]


def fired(
    folder: Path, expected: list[str], cause: dict[str, str], other: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What promtool says where these alerts, and no others, are to fire; of the `other` host, where there is one."""
    causes = {name: (quiet, cause.get(name)) for name, quiet in QUIET.items()}
    if other is not None:
        theirs = {name: quiet for name, quiet in QUIET.items() if name.startswith(_OF_HOSTS)}
        causes |= {of_other(name): (quiet, other.get(name)) for name, quiet in theirs.items()}
    series = [
        {"series": name, "values": values(quiet, otherwise)}
        for name, (quiet, otherwise) in causes.items()
        if otherwise != GONE
    ]
    host = "" if other is None else f', host="{OTHER}"'
    samples = [{"labels": f'{{alertname="{name}"{host}}}', "value": 1} for name in expected]
    expression = 'count by (alertname, host) (ALERTS{alertstate="firing"})'
    ask = {"expr": expression, "eval_time": f"{ALL * STEP}m", "exp_samples": samples}
    test = {"interval": f"{STEP}m", "input_series": series, "promql_expr_test": [ask]}
    whole = {"rule_files": [str(RULES)], "evaluation_interval": f"{STEP}m", "tests": [test]}
    (folder / "test.yml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    command = ["promtool", "test", "rules", str(folder / "test.yml")]
    return subprocess.run(command, env=os.environ | BRIEFLY, capture_output=True, text=True, check=False)


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize(("expected", "cause"), cases())
def test_alert_fires_by_its_cause_alone(tmp_path: Path, expected: list[str], cause: dict[str, str]) -> None:
    done = fired(tmp_path, expected, cause)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize(
    ("name", "cause"),
    [(name, cause) for name in OF_EACH_HOST for cause in CAUSES[name]],
    ids=lambda value: str(value)[:60],
)
def test_alert_fires_for_the_backup_host_and_names_it(tmp_path: Path, name: str, cause: dict[str, str]) -> None:
    """Where all is well on the mail host: for the other one alone."""
    done = fired(tmp_path, [name], {}, cause)
    assert done.returncode == 0, done.stdout + done.stderr
    (rule,) = (rule for rule in ALERTS if rule["alert"] == name)
    assert "{{ $labels.host }}" in rule["annotations"]["summary"]


def test_no_alert_fires_on_two_healthy_hosts(tmp_path: Path) -> None:
    done = fired(tmp_path, [], {}, {})
    assert done.returncode == 0, done.stdout + done.stderr


def test_alert_test_fails_for_an_alert_that_does_not_fire(tmp_path: Path) -> None:
    assert fired(tmp_path, ["queue-held"], {}).returncode != 0


def test_every_alert_has_a_cause_and_a_page() -> None:
    assert sorted(CAUSES) == sorted(NAMES) == sorted(set(NAMES))
    assert sorted(path.stem for path in PAGES.glob("*.md") if path.name != "README.md") == sorted(NAMES)


@pytest.mark.parametrize("rule", ALERTS, ids=NAMES)
def test_alert_has_vietnamese_text_and_page(rule: dict[str, Any]) -> None:
    name, said = rule["alert"], rule["annotations"]
    assert rule["labels"]["severity"] in {"urgent", "soon"}
    assert said["page"] == f"docs/vi/su-co/{name}.md"
    assert re.search(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụếềểễệốồổỗộớờởỡợứừửữựấầẩẫậắằẳẵặ]", said["summary"])
    assert said["description"].endswith(".")
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert f"Báo động `{name}`" in page
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["Nghĩa là gì", "Xem gì", "Làm gì"]
    assert f"({name}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")
