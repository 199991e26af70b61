"""One screen: the parts, the main metrics, and every alert with its runbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..owner_notices import VIETNAM
from ..prometheus import Alert, Prometheus
from .parts import State

RED, GREEN, YELLOW, PLAIN = "\033[31;1m", "\033[32m", "\033[33m", "\033[0m"
# Words for a metric that should be known and is not, and for one that is not expected.
UNKNOWN, NONE = "chưa rõ", "không có"
# Without this metric the state of the parts is unknown.
SERVICES = "count(danhba_service_up)"
HOSTS = 'min by (host) (up{job="node"})'


def _count(value: float) -> str:
    return f"{value:,.0f}".replace(",", ".")


def _span(seconds: float) -> str:
    """Return a duration in its largest unit."""
    for unit, name in ((86400, "ngày"), (3600, "giờ"), (60, "phút")):
        if abs(seconds) >= unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} giây"


def _percent(value: float) -> str:
    return f"{value:.0f}%"


@dataclass(frozen=True)
class Number:
    """A metric of the screen: JSON key, name, query, and format.

    `due` is a query with a value if the metric should be known; empty: always.
    """

    key: str
    name: str
    query: str
    shown: Callable[[float], str]
    due: str = ""


def _counted(query: str) -> str:
    """Return the query of a count that is 0 without any series, provided the database was queried."""
    return f"sum({query}) or 0 * sum(danhba_sending_suspended)"


# Expected if the inventory names a mailbox for the probe.
PROBE = "probe_seconds"
NUMBERS = (
    Number("queue", "Thư chờ trong hàng đợi", 'sum(danhba_queue_messages{queue!="hold"})', _count),
    Number("queue_held", "Thư bị giữ", 'danhba_queue_messages{queue="hold"}', _count),
    Number(
        "delivery_seconds_p95",
        "95% thư vào hộp trong",
        'danhba_delivery_seconds_p95{place="mailbox"}',
        _span,
        'danhba_deliveries_last_quarter{place="mailbox"} > 0',
    ),
    Number(
        "deliveries_last_hour",
        "Thư vào hộp, giờ qua",
        _counted('danhba_deliveries_last_hour{place="mailbox"}'),
        _count,
    ),
    Number("relayed_last_hour", "Thư ra ngoài, giờ qua", _counted('danhba_mail_last_hour{what="relayed"}'), _count),
    Number("spam_today", "Bộ lọc từ chối hôm nay", _counted('danhba_mail_today{what="spam"}'), _count),
    Number("virus_today", "Thư có virus hôm nay", _counted('danhba_mail_today{what="virus"}'), _count),
    Number(
        "secrecy_today",
        "Dấu mật bị chặn hôm nay",
        _counted('danhba_secrecy_incidents_today{action="refused"}'),
        _count,
    ),
    Number("suspended", "Hộp thư tạm dừng gửi", "danhba_sending_suspended", _count),
    Number("bans_last_hour", "Địa chỉ bị chặn, giờ qua", "danhba_bans_last_hour", _count),
    Number(
        "disk_percent",
        "Đĩa đầy nhất đã dùng",
        "max(100 - 100 * node_filesystem_avail_bytes / node_filesystem_size_bytes)",
        _percent,
    ),
    Number(
        "memory_percent",
        "Bộ nhớ đã dùng",
        "max(100 - 100 * node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)",
        _percent,
    ),
    Number("certificate_seconds", "Chứng thư còn", "danhba_certificate_end_timestamp_seconds - time()", _span),
    Number(
        "clock_offset_seconds",
        "Đồng hồ lệch",
        "max(abs(danhba_clock_offset_seconds))",
        _span,
        'danhba_metrics_source_up{source="clock"}',
    ),
    Number("signatures_seconds", "Mẫu virus đã có", "time() - danhba_signatures_timestamp_seconds", _span),
    Number("apply_seconds", "Sổ thực hiện cách đây", "time() - danhba_apply_last_success_timestamp_seconds", _span),
    Number(
        "backup_seconds",
        "Sao lưu cũ nhất cách đây",
        "time() - min(danhba_backup_last_success_timestamp_seconds)",
        _span,
    ),
    Number("drill_seconds", "Diễn tập cách đây", "time() - min(danhba_drill_last_success_timestamp_seconds)", _span),
    Number(PROBE, "Thư thử cách đây", "time() - danhba_probe_timestamp_seconds", _span),
    Number("collector_lag_seconds", "Bộ thu diễn biến chậm", "danhba_collector_lag_seconds", _span),
)


@dataclass(frozen=True)
class Screen:
    """The content of the screen."""

    host: str
    at: datetime
    states: Sequence[State]
    numbers: Sequence[tuple[Number, float | None]]
    alerts: Sequence[Alert]
    hosts: Mapping[str, bool]  # watched hosts by name: whether each answers
    unknown: Sequence[str]  # keys of unknown metrics, and `services`

    @property
    def is_well(self) -> bool:
        """Say whether nothing fires and nothing expected is unknown."""
        return not self.alerts and not self.unknown

    @property
    def state(self) -> str:
        """Return `alert` if an alert fires, `unknown` if something expected is unknown, else `well`."""
        return "alert" if self.alerts else "unknown" if self.unknown else "well"

    def as_json(self) -> dict[str, Any]:
        """Return the content for programs; moments in RFC 3339, unknown numbers null."""
        return {
            "host": self.host,
            "at": self.at.isoformat(),
            "ok": self.is_well,
            "state": self.state,
            "unknown": list(self.unknown),
            "parts": [
                {"part": s.key, "works": s.works, "since": s.since.isoformat() if s.since else None}
                for s in self.states
            ],
            "hosts": [{"host": name, "answers": answers} for name, answers in self.hosts.items()],
            "numbers": {number.key: value for number, value in self.numbers},
            "alerts": [
                {
                    "alert": a.name,
                    "severity": a.severity,
                    "summary": a.summary,
                    "since": a.since.isoformat(),
                    "page": a.page,
                }
                for a in self.alerts
            ],
        }

    def as_text(self, colour: bool) -> str:
        """Return the content for a terminal of 80 columns."""
        paint = (lambda code, text: f"{code}{text}{PLAIN}") if colour else (lambda _code, text: text)
        head = {
            "alert": paint(RED, f"{len(self.alerts)} BÁO ĐỘNG"),
            "unknown": paint(YELLOW, f"CHƯA RÕ {len(self.unknown)} MỤC"),
            "well": paint(GREEN, "BÌNH THƯỜNG"),
        }[self.state]
        lines = [f"{self.host}  {moment(self.at)}  {head}", ""]
        working = paint(YELLOW, UNKNOWN) if "services" in self.unknown else paint(GREEN, "đang chạy")
        for state in self.states:
            word = working if state.works else paint(RED, f"gián đoạn từ {moment(state.since)}")
            lines.append(f"  {state.name:<36}{word}")
        for name, answers in self.hosts.items():
            if name != self.host:
                word = paint(GREEN, "trả lời") if answers else paint(RED, "không hỏi được")
                lines.append(f"  {f'Máy {name}':<36}{word}")
        lines.append("")
        cells = [f"{n.name:<26}{self._shown(n, v):>9}" for n, v in self.numbers]
        half = (len(cells) + 1) // 2
        for place in range(half):
            lines.append("  " + "   ".join(cells[place::half]))
        lines.append("")
        for alert in self.alerts:
            word = paint(RED, "GẤP ") if alert.severity == "urgent" else paint(YELLOW, "xem ")
            lines += [f"  {word}  {alert.summary} (từ {moment(alert.since)})", f"        {alert.page}"]
        if self.unknown:
            lines += [f"  {paint(YELLOW, 'CHƯA RÕ')}  {each}" for each in self._missing()]
        return "\n".join(lines).rstrip("\n") + "\n"

    def _shown(self, number: Number, value: float | None) -> str:
        if value is not None:
            return number.shown(value)
        return UNKNOWN if number.key in self.unknown else NONE

    def _missing(self) -> Iterator[str]:
        """Yield what is unknown, and where to look."""
        if "services" in self.unknown:
            yield "Các dịch vụ có chạy không: xem danhba-metrics.timer"
        for number, _value in self.numbers:
            if number.key in self.unknown:
                yield f"{number.name}: {WHERE.get(number.key, 'xem danhba-metrics.timer trên máy')}"


# Where to look for a missing metric, beside the job that collects all.
WHERE = {
    "backup_seconds": "chưa có bản sao lưu nào được ghi; đặt máy sao lưu, xem docs/vi/van-hanh.md",
    "drill_seconds": "chưa diễn tập lần nào: playbooks/drill.yml",
    PROBE: "xem danhba-probe.timer trên máy",
    "apply_seconds": "chưa thực hiện sổ: playbooks/accounts.yml",
    "certificate_seconds": "xem docs/vi/su-co/source-silent.md",
    "signatures_seconds": "xem docs/vi/su-co/source-silent.md",
    "clock_offset_seconds": "xem docs/vi/su-co/clock-unknown.md",
}


def moment(at: datetime | None) -> str:
    """Return a moment by Viet Nam's clock."""
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m}" if at else UNKNOWN


def take(  # noqa: PLR0913, PLR0917 - what the screen is of
    prometheus: Prometheus,
    host: str,
    states: Sequence[State],
    alerts: Sequence[Alert],
    at: datetime,
    unset: frozenset[str] = frozenset(),
) -> Screen:
    """Query all metrics; those in `unset` are not expected.

    Raises:
        Away: Prometheus does not answer.
    """
    numbers = [(number, prometheus.value(number.query)) for number in NUMBERS]
    hosts = {name: bool(answers) for name, answers in prometheus.by_host(HOSTS).items()}
    unknown = [
        number.key
        for number, value in numbers
        if value is None and number.key not in unset and (not number.due or prometheus.value(number.due) is not None)
    ]
    if prometheus.value(SERVICES) is None:
        unknown.insert(0, "services")
    return Screen(host, at, states, numbers, alerts, hosts, unknown)
