"""Carries out a step of archiving: reads {"step", "actor", …} as JSON from standard input, writes the answer as
JSON.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from .. import program
from ..database import connect, translated
from ..journal import Refused
from .settings import Settings
from .steps import Archive, reason_of
from .store import ROLE, Store

LONGEST = 2_000_000  # characters of a request: the names of every mailbox of a province
STATEMENT_SECONDS = 600  # a mailbox stays locked by one statement while its files are compared
STEPS = ("list", "seal", "remove", "restore", "purge", "export", "drop")
_MAILBOX = re.compile(r"(official|agency)/([A-Za-z0-9-]{1,64})")
_FOLDER_LENGTH = 100


def answer(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """Carry out one step and return the resulting state.

    Raises:
        Away, Refused
    """
    step, actor = (str(request.get(key, "")).strip() for key in ("step", "actor"))
    if step not in STEPS or not actor:
        raise Refused(
            f"cần bước ({', '.join(STEPS)}) và người thực hiện -- a step ({', '.join(STEPS)}) and who does it"
            " are needed"
        )
    with (
        translated(),
        connect(
            settings,
            ROLE,
            program="danhba-archive",
            statement_seconds=STATEMENT_SECONDS,
        ) as connection,
    ):
        store = Store(connection)
        store.lock()
        try:
            return _step(step, Archive(store, settings, actor, dry_run=bool(request.get("dry_run"))), request)
        except OSError as error:
            raise Refused(
                f"đọc hoặc ghi không được, có thể do đĩa: {error}. Sửa rồi chạy lại, lần sau làm tiếp -- it could not"
                f" be read or written, the disk perhaps: {error}. See to it and run again, which goes on"
            ) from error


def _step(step: str, archive: Archive, request: dict[str, Any]) -> dict[str, Any]:
    carried: dict[str, Callable[[Archive, dict[str, Any]], dict[str, Any]]] = {
        "list": lambda archive, _request: archive.list_all(),
        "seal": _seal,
        "remove": lambda archive, request: archive.remove(_number(request), _text(request, "sealed")),
        "restore": _restore,
        "purge": _purge,
        "export": _export,
        "drop": lambda archive, request: archive.drop(_text(request, "path")),
    }
    return carried[step](archive, request)


def _seal(archive: Archive, request: dict[str, Any]) -> dict[str, Any]:
    text = partial(_text, request)
    return archive.seal(mailbox(text("mailbox")), text("since"), text("recipient"), reason_of(request))


def _purge(archive: Archive, request: dict[str, Any]) -> dict[str, Any]:
    mailboxes = [mailbox(str(each)) for each in request.get("mailboxes") or []]
    return archive.purge(mailboxes, reason_of(request), [str(each) for each in request.get("signatures") or []])


def _export(archive: Archive, request: dict[str, Any]) -> dict[str, Any]:
    return archive.export(mailbox(_text(request, "mailbox")), _text(request, "recipient"), reason_of(request))


def _restore(archive: Archive, request: dict[str, Any]) -> dict[str, Any]:
    text = partial(_text, request)
    kind, id_ = mailbox(text("into")) if text("into") else ("", "")
    folder = text("folder")
    if bool(id_) != bool(folder) or len(folder) > _FOLDER_LENGTH or not _is_folder(folder):
        raise Refused(
            "hộp thư nhận (into) và tên thư mục (folder) phải nêu cùng nhau; tên không quá 100 ký tự, không có ký tự"
            " điều khiển, không rỗng giữa các dấu / -- another mailbox (into) and a folder go together; a name of at"
            " most 100 characters, no control characters, nothing empty between /"
        )
    return archive.restore(
        _number(request), Path(text("file")), text("identity"), reason_of(request), (kind, id_, folder)
    )


def _is_folder(name: str) -> bool:
    return not name or (name.isprintable() and all(part.strip() for part in name.split("/")))


def mailbox(text: str) -> tuple[str, str]:
    """The kind and the permanent id of a mailbox such as `official/000105`; Refused where the text has another form."""
    found = _MAILBOX.fullmatch(text)
    if not found:
        raise Refused(f"hộp thư phải ghi như official/000105 -- a mailbox is written like official/000105: {text!r}")
    return found[1], found[2]


def _text(request: dict[str, Any], name: str) -> str:
    return str(request.get(name) or "").strip()


def _number(request: dict[str, Any]) -> int:
    number = request.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**63:
        raise Refused(f"cần số của lưu trữ -- the number of an archive is needed: {number!r}")
    return number


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Carry out one step.

    Raises:
        Away, Refused
    """
    return program.exchange(partial(answer, settings), LONGEST)


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one step, or only validate a settings file."""
    return program.run(program.parser("archive", __doc__, "archive.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
