"""The parts of the mail system as officials know them, and the alerts that disturb each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..prometheus import Alert

EVERYTHING = frozenset({"database-down"})
OF_A_SERVICE = frozenset({"service-down", "service-restarts"})


@dataclass(frozen=True)
class Part:
    """A part: its name for officials, and the services, ports, probe steps and alerts that disturb it."""

    name: str
    services: frozenset[str]
    ports: frozenset[str]
    steps: frozenset[str] = frozenset()
    alerts: frozenset[str] = EVERYTHING

    def is_disturbed(self, alert: Alert) -> bool:
        """Say whether people notice this alert in the part."""
        of = alert.labels
        return (
            alert.name in self.alerts
            or (alert.name in OF_A_SERVICE and of.get("service", "").partition(".")[0] in self.services)
            or (alert.name == "port-silent" and of.get("port", "") in self.ports)
            or (alert.name == "probe-failed" and of.get("step", "") in self.steps)
        )


_GATE = frozenset({"rspamd", "clamav-daemon", "danhba-secrecy"})
_DATABASE = frozenset({"postgresql@17-main"})
_STUCK = frozenset({"queue-stuck", "deliveries-late", "queue-long"})
PARTS = {
    "web": Part("Trang thư (webmail)", frozenset({"nginx", "php8"}) | _DATABASE, frozenset({"443"})),
    "read": Part(
        "Đọc thư bằng điện thoại, máy tính",
        frozenset({"dovecot", "danhba-credentials"}) | _DATABASE,
        frozenset({"993", "995"}),
        frozenset({"login"}),
    ),
    "send": Part(
        "Gửi thư",
        frozenset({"postfix"}) | _GATE | _DATABASE,
        frozenset({"465", "587"}),
        frozenset({"submit"}),
        EVERYTHING | _STUCK,
    ),
    "receive": Part(
        "Nhận thư",
        frozenset({"postfix", "dovecot"}) | _GATE | _DATABASE,
        frozenset({"25"}),
        frozenset({"receive"}),
        EVERYTHING | _STUCK,
    ),
    "book": Part("Danh bạ tỉnh", frozenset({"slapd", "saslauthd"}) | _DATABASE, frozenset({"636"})),
}


@dataclass(frozen=True)
class State:
    """The state of a part: since when it is disturbed; None if it works."""

    key: str
    name: str
    since: datetime | None

    @property
    def works(self) -> bool:
        """Say whether the part works."""
        return self.since is None


def states(keys: Sequence[str], alerts: Iterable[Alert]) -> list[State]:
    """Return the state of each part, by the firing alerts."""
    known = list(alerts)
    return [
        State(key, PARTS[key].name, min((a.since for a in known if PARTS[key].is_disturbed(a)), default=None))
        for key in keys
    ]
