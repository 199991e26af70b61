"""Metrics of the watch, and the file that the node exporter reads (Prometheus' text format 0.0.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import durable

MODE = 0o644  # readable by node_exporter, which has a user of its own
# Meaning of each metric; others are refused.
HELP = {
    "danhba_accounts_guessed_last_day": "Mailboxes at whose passwords somebody guessed within a day.",
    "danhba_audit_holds": "Whether the records were as they were written (1) or not (0), when last verified.",
    "danhba_audit_timestamp_seconds": "When the records were last verified by the heads that are kept elsewhere.",
    "danhba_backup_suspects": "Files of the backup store that are foreign or damaged, by what they are.",
    "danhba_backup_swept_timestamp_seconds": "When the backup host last judged all that had come into the store.",
    "danhba_bans_last_hour": "Addresses banned within an hour, after too many wrong passwords.",
    "danhba_certificate_end_timestamp_seconds": "When the certificate in force ends.",
    "danhba_clock_answered": "Whether a time server answered (1) or none did (0).",
    "danhba_clock_offset_seconds": "How far this clock is from that of a time server.",
    "danhba_collector_lag_seconds": "Since when the collector of events has not been at the end of the journal.",
    "danhba_deliveries_last_hour": "Messages that arrived within an hour, by place.",
    "danhba_deliveries_last_quarter": "Messages that arrived within a quarter of an hour, by place.",
    "danhba_delivery_seconds_p95": "In which time 95 % of those of the quarter arrived.",
    "danhba_dns_wrong": "Records of DNS that are not as they must be, by kind (0 or 1).",
    "danhba_job_expected": "Work that has to be done on this host again and again.",
    "danhba_mail_last_hour": "Messages within an hour, by what became of them.",
    "danhba_mail_today": "Messages since midnight in Viet Nam, by what became of them.",
    "danhba_mailboxes": "Mailboxes, by kind and state.",
    "danhba_metrics_source_up": "Whether a source of these numbers answered (1) or not (0).",
    "danhba_queue_messages": "Messages in Postfix's queue, by its part.",
    "danhba_queue_oldest_seconds": "For how long the oldest of them has waited.",
    "danhba_secrecy_incidents_today": "Messages with a mark of secrecy since midnight, refused or passed.",
    "danhba_sending_suspended": "Mailboxes whose sending is suspended.",
    "danhba_service_restarts": "How often a service was started again that had failed, since somebody started it.",
    "danhba_service_up": "Whether a service that has to run does (1) or not (0).",
    "danhba_signatures_timestamp_seconds": "When signatures of viruses last came.",
    "danhba_unit_failed": "A unit whose last run failed.",
    "danhba_apply_last_success_timestamp_seconds": "When the register was last applied.",
    "danhba_probe_success": "Whether the probe could do a step, as an official does (1) or not (0).",
    "danhba_probe_seconds": "How long the step took.",
    "danhba_probe_timestamp_seconds": "When the probe last ran.",
    "danhba_metrics_timestamp_seconds": "When these numbers were taken.",
}
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_LABEL = re.compile(r"^[a-z_]+$")


@dataclass(frozen=True)
class Figure:
    """A metric: name, value and labels.

    Raises:
        ValueError: the name or a label is unknown.
    """

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in HELP or not all(_LABEL.match(label) for label in self.labels):
            raise ValueError(f"{self.name} {dict(self.labels)}: không có tên này -- there is no such name")

    def line(self) -> str:
        """Return the metric as a line of the text format."""
        labels = ",".join(f'{name}="{text.translate(_ESCAPED)}"' for name, text in sorted(self.labels.items()))
        return f"{self.name}{{{labels}}} {self.value:.17g}" if labels else f"{self.name} {self.value:.17g}"


def render(figures: Iterable[Figure]) -> str:
    """Return all metrics in the text format, grouped by name, with their meanings."""
    named: dict[str, list[str]] = {}
    for figure in figures:
        named.setdefault(figure.name, []).append(figure.line())
    return "".join(
        f"# HELP {name} {HELP[name]}\n# TYPE {name} gauge\n" + "".join(f"{line}\n" for line in sorted(lines))
        for name, lines in sorted(named.items())
    )


def write(path: Path, text: str) -> None:
    """Replace a file of metrics atomically; node_exporter may read it."""
    durable.write(path, text, MODE)
