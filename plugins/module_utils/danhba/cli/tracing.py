"""The command `danhba trace`: it asks the mail host, through Ansible, what happened to a message."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from ..jsontext import pretty
from ..messages import mark as _
from ..messages import render
from ..reading.schema import parse_day
from ..reading.source import Unusable
from ..rendering import trace as show_trace
from ..vietnamese.figures import VIETNAM, day_in_figures, moment_in_figures
from .common import REFUSED, lang, language, put
from .misuse import WrongValue

NOTHING = _(
    "nothing is known of {asked}; events are there from {kept_from} to {read_until}. A message id stands in the"
    " message's header Message-ID, with < and >; by an address the newest messages are found"
)
NO_ANSIBLE = _("ansible-playbook is not installed here: ask from the controller (pip install '.[controller]')")
NOT_ASKED = _("the mail host did not answer ({said}); does ansible-playbook reach it with this inventory (-i)?")
HOST_REFUSED = _("the mail host could not answer: {said}")
BAD_SINCE = _("'{value}' is no time; write a day like 2010-10-15, or 3d, 12h or 2w for so long ago")
_AGO = re.compile(r"(?P<count>\d{1,4})(?P<unit>[hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_WHILE = 300.0  # seconds
PLAYBOOK = "laocai.mail.trace"


class Moment(click.ParamType[datetime]):
    """A point in time: a day in Vietnam, or a duration before now (3d)."""

    name = "DAY|3d"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the time in Vietnam's time zone; raise `WrongValue` for a text that is none."""
        if isinstance(value, datetime):
            return value
        if ago := _AGO.fullmatch(value):
            return datetime.now(VIETNAM) - timedelta(**{_UNITS[ago["unit"]]: int(ago["count"])})
        if day := parse_day(value):
            return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
        raise WrongValue(BAD_SINCE, value=value)


@click.command("trace")
@click.argument("asked", metavar="MESSAGE-ID|ADDRESS|QUEUE-ID")
@click.option("--since", type=Moment(), help="Từ ngày, hoặc bao lâu trước / From a day, or how long ago: 3d, 12h, 2w.")
@click.option(
    "--inventory",
    "-i",
    type=click.Path(path_type=Path),
    help="Máy chủ nào / Which host: inventories/NAME. [ansible.cfg]",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--verbose", "-v", is_flag=True, help="Nêu cả ký hiệu của bộ lọc / Also the filter's own names of what it found."
)
@lang
def trace_command(  # noqa: PLR0913, PLR0917
    asked: str, since: datetime | None, inventory: Path | None, form: str, verbose: bool, lang: str | None
) -> None:
    """Đường đi của một thư: nhận, chuyển, đọc, xóa / The way of a message: received, delivered, read, deleted.

    Hỏi máy chủ thư qua Ansible; máy chủ ghi lại ai đã hỏi. Mã thoát 1: không biết gì về thư đó.
    Asks the mail host by Ansible; the host records who asked. Exit status 1: nothing is known of it.
    """
    answer = ask(asked.strip(), since, inventory)
    if form == "json":
        click.echo(pretty(answer))
    else:
        put(f"{line}\n" for line in show_trace.text(answer, language(), symbols=verbose))
    if not answer["messages"]:
        if form == "text":
            _tell_nothing(answer)
        sys.exit(REFUSED)


def _tell_nothing(answer: Mapping[str, Any]) -> None:
    first, last = answer.get("kept_from"), answer.get("read_until")
    times = {
        "kept_from": day_in_figures(date.fromisoformat(first)) if first else "-",
        "read_until": moment_in_figures(datetime.fromisoformat(last)) if last else "-",
    }
    click.echo(render(NOTHING, {"asked": answer["asked"], **times}, language()), err=True)


def ask(asked: str, since: datetime | None, inventory: Path | None) -> dict[str, Any]:
    """Ask the mail host and return its answer.

    Request and answer go through private files, so that neither is on a command line or in a log.

    Raises:
        Unusable: Ansible, the host or its program failed.
    """
    request = {"asked": asked, "since": since.isoformat() if since else None, "actor": actor()}
    with tempfile.TemporaryDirectory(prefix="danhba-") as folder:
        question, reply = Path(folder, "request.json"), Path(folder, "answer.json")
        question.write_text(json.dumps(request), encoding="utf-8")
        said = _play(question, reply, inventory)
        if not reply.exists():
            raise Unusable(NOT_ASKED, said=said)
        told = json.loads(reply.read_bytes())
    if told["rc"]:
        raise Unusable(HOST_REFUSED, said=told["stderr"] or told["rc"])
    try:
        answer: dict[str, Any] = json.loads(told["stdout"])
    except ValueError as error:
        raise Unusable(HOST_REFUSED, said=told["stdout"]) from error
    return answer


def actor() -> str:
    """Return who asks, for the host's audit record: user@controller, where sudo's caller is the user."""
    return f"{os.environ.get('SUDO_USER') or getpass.getuser()}@{socket.gethostname()}"


def _play(question: Path, reply: Path, inventory: Path | None) -> str:
    """Run the playbook; return its error lines, else its exit status, as a reason for a message."""
    files = json.dumps({"trace_request": str(question), "trace_answer": str(reply)})
    command = [_ansible(), *(["-i", str(inventory)] if inventory else []), "-e", files, PLAYBOOK]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=_WHILE,
            env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unusable(NOT_ASKED, said=error) from error
    lines = [
        line
        for line in (done.stdout + done.stderr).splitlines()
        if re.match(r"fatal|\[?ERROR|.*UNREACHABLE|skipping: no hosts", line)
    ]
    return " ".join(lines[:3]) or f"ansible-playbook: {done.returncode}"


def _ansible() -> str:
    beside = Path(sys.executable).with_name("ansible-playbook")
    found = str(beside) if beside.exists() else shutil.which("ansible-playbook")
    if not found:
        raise Unusable(NO_ANSIBLE)
    return found
