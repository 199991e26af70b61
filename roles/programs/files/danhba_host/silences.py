"""Writes to the operators when alerts are silenced, by sendmail(1), which no silence can stop.

A silence that covers every alert also covers the one about silences. So this job asks Alertmanager itself each minute,
and writes who made a silence, why, what it covers and until when; again each day while it lasts; and when it is over.
If Alertmanager does not answer for ten minutes, no alert is sent: that is written as well.
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from . import channel, durable, program
from .alerts import END, hand_in, letter, moment
from .journal import WARNING, Away, Refused
from .journal import write as say

SECONDS = 10  # to wait for an answer
LONG = 86400  # seconds: a longer silence is unusual; and the interval of letters about one silence
PATIENCE = 600  # seconds without an answer
MOST = 20  # silences in a letter; the others are counted
TEXT = """\
{what}
Người tắt (tự khai): {who}
Lý do: {why}
Từ {since} đến {until}{long}
Mã: {id}
"""
LONG_TEXT = " -- DÀI HƠN 24 GIỜ"
BROAD = "KHÔNG CHỈ MỘT BÁO ĐỘNG: {matchers}"
ONE = "Báo động bị tắt: {matchers}"
MORE = "Còn {more} lần tắt khác: xem bằng lệnh amtool silence query trên máy."
BEGUN = """\
Trên máy {host}, báo động sau đây bị tắt: cho tới lúc hết hạn, không có thư nào về chúng. Màn hình tình trạng
(danhba-host status) vẫn hiện mọi báo động.

{silences}
Không phải người vận hành tắt: bỏ ngay bằng lệnh "amtool silence expire MÃ" (quyền root), rồi xem ai đã vào máy.
Việc phải làm: docs/vi/su-co/alerts-silenced.md

Alerts are silenced on this host: nobody is written to about them until then. End it by "amtool silence expire ID".
"""
ENDED = "Trên máy {host}, các lần tắt báo động sau đây đã hết hạn hoặc đã được bỏ: {ids}.\n\nSilences are over.\n"
UNHEARD = """\
Trên máy {host}, Alertmanager không trả lời hơn 10 phút, nên không báo động nào được gửi. Thư này không đi qua
Alertmanager.

Việc phải làm: docs/vi/su-co/service-down.md (systemctl status prometheus-alertmanager).

Alertmanager does not answer: no alert is sent until it does.
"""


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        port: Alertmanager's port on the loopback address.
        host: the host's name, for the letter.
        sender: the sender's address.
        operators: the recipients.
        folder: folder of the key of the watch.
        state: the file that records what was written.
    """

    port: int
    host: str
    sender: str
    operators: list[str]
    folder: str
    state: str


@dataclass(frozen=True)
class Silence:
    """A silence that is in force, or will be."""

    id: str
    matchers: tuple[tuple[str, str, str], ...]
    who: str
    why: str
    since: datetime
    until: datetime

    @property
    def is_broad(self) -> bool:
        """Say whether it may cover more than one alert."""
        return not any(name == "alertname" and sign == "=" for name, sign, _value in self.matchers)

    @property
    def is_long(self) -> bool:
        """Say whether it is unusually long."""
        return (self.until - self.since).total_seconds() > LONG

    def __str__(self) -> str:
        matchers = ", ".join(f'{name}{sign}"{value}"' for name, sign, value in self.matchers)
        return TEXT.format(
            what=(BROAD if self.is_broad else ONE).format(matchers=matchers),
            who=self.who,
            why=self.why or "không ghi",
            since=moment(self.since.isoformat()),
            until=moment(self.until.isoformat()),
            long=LONG_TEXT if self.is_long else "",
            id=self.id,
        )


@dataclass
class State:
    """The record of what was written.

    Attributes:
        silences: by id, the end of a silence, and the time of the last letter about it.
        unheard_since: time since which Alertmanager does not answer; 0 if it does.
        unheard_told: whether that was written.
    """

    silences: dict[str, tuple[str, float]] = field(default_factory=dict)
    unheard_since: float = 0
    unheard_told: bool = False

    @classmethod
    def read(cls, path: Path) -> State:
        """Return the record of the run before; an empty one if it is unreadable, so that all is written again."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            silences = {str(key): (str(until), float(at)) for key, (until, at) in kept["silences"].items()}
            return cls(silences, float(kept["unheard_since"]), bool(kept["unheard_told"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def write(self, path: Path) -> None:
        """Write the record for the next run.

        Raises:
            Refused: the file cannot be written.
        """
        try:
            durable.write_json(path, vars(self))
        except OSError as error:
            raise Refused(f"{path}: không ghi được -- cannot be written: {error}") from error


def asked(settings: Settings) -> list[Silence]:
    """Return Alertmanager's silences that are not over.

    Raises:
        Away: it does not answer.
        Refused: the key of the watch cannot be read.
    """
    url = f"https://127.0.0.1:{settings.port}/api/v2/silences"
    handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=channel.client(settings.folder))
    try:
        with urllib.request.build_opener(*handlers).open(url, timeout=SECONDS) as answer:
            return [_read(told) for told in json.load(answer) if told["status"]["state"] != "expired"]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        raise Away(f"Alertmanager không trả lời -- Alertmanager does not answer: {error}") from error


def _read(told: Mapping[str, Any]) -> Silence:
    matchers = tuple(
        (each["name"], ("=" if each.get("isEqual", True) else "!") + ("~" if each["isRegex"] else ""), each["value"])
        for each in told["matchers"]
    )
    signs = {"=": "=", "!": "!=", "=~": "=~", "!~": "!~"}
    return Silence(
        told["id"],
        tuple((name, signs[sign], value) for name, sign, value in matchers),
        told["createdBy"],
        told["comment"],
        datetime.fromisoformat(told["startsAt"]),
        datetime.fromisoformat(told["endsAt"]),
    )


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Write about new, lasting and ended silences.

    Raises:
        Away: Alertmanager does not answer, or Postfix takes no letter: the next run will do.
        Refused: the state cannot be written, or the key of the watch cannot be read.
    """
    state, now = State.read(Path(settings.state)), time.time()
    try:
        found = {each.id: each for each in asked(settings)}
    except Away:
        _note_unheard(settings, state, now)
        raise
    new = [each for each in found.values() if _is_due(state, each, now)]
    over = sorted(state.silences.keys() - found.keys())
    if new:
        _write(settings, _subject(new), BEGUN.format(host=settings.host, silences=_listed(new)))
    if over:
        _write(settings, "[Báo động] Hết tắt báo động", ENDED.format(host=settings.host, ids=", ".join(over[:MOST])))
    told = {each.id: (each.until.isoformat(), now) for each in new}
    kept = {key: value for key, value in state.silences.items() if key in found}
    State(kept | told).write(Path(settings.state))
    for each in new:
        say(WARNING, f"tắt báo động -- alerts silenced: {each}", sys.stdout)
    return f"hết tắt báo động -- silences are over: {', '.join(over)}" if over else ""


def _is_due(state: State, silence: Silence, now: float) -> bool:
    """Say whether no letter was written about a silence, it has changed, or the last letter is a day old."""
    until, at = state.silences.get(silence.id, ("", 0.0))
    return until != silence.until.isoformat() or not 0 <= now - at < LONG


def _subject(silences: Sequence[Silence]) -> str:
    what = "nhiều báo động" if any(each.is_broad for each in silences) else "một báo động"
    return f"[Báo động] Đã bị tắt: {what if len(silences) == 1 else f'{len(silences)} lần tắt, {what}'}"


def _listed(silences: Sequence[Silence]) -> str:
    more = [MORE.format(more=len(silences) - MOST)] if len(silences) > MOST else []
    first = sorted(silences, key=lambda each: (not each.is_broad, each.until))[:MOST]
    return "\n".join([*map(str, first), *more])


def _note_unheard(settings: Settings, state: State, now: float) -> None:
    """Record since when Alertmanager does not answer, and write about it once."""
    since = state.unheard_since if 0 < state.unheard_since <= now else now
    told = state.unheard_told
    if now - since >= PATIENCE and not told:
        _write(
            settings,
            "[Báo động] Alertmanager không trả lời, báo động không gửi được",
            UNHEARD.format(host=settings.host),
        )
        told = True
    State(state.silences, since, told).write(Path(settings.state))


def _write(settings: Settings, subject: str, text: str) -> None:
    try:
        hand_in(settings, letter(settings, subject, text + END.format(host=settings.host)))
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, "stderr", b"") or str(error).encode()
        raise Away(f"Postfix không nhận thư -- Postfix takes no message: {why.decode(errors='replace')}") from error


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("silences", __doc__, "silences.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
