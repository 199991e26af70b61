"""Restores messages into a new folder "Khôi phục …" of their mailbox; nothing else in the mailbox is touched."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..database import connect, translated
from ..journal import Refused
from .commands import demand, run
from .maildir_names import messages
from .restic import Restic
from .settings import BEFORE, MAIL, Settings

_VIET_NAM = timedelta(hours=7)


def restore(settings: Settings, restic: Restic, snapshots: Mapping[str, str], asked: dict[str, Any]) -> dict[str, Any]:
    """Restore a mailbox, or one folder, or one message: {"mailbox": address, "into": folder, "messages": how many}.

    `snapshots`: those of a set, by kind; both snapshots of the mail count, as in the restore of a whole host.
    `asked`: mailbox, an address; folder, its name for people, all when empty; message_id, all when empty.

    Raises:
        Refused: there is no such mailbox, or no backup of it; nothing was changed.
    """
    address = str(asked.get("mailbox") or "").strip().lower()
    home = _home(settings, address)
    # Dovecot's user must be able to enter the folder; other users must not find it.
    place = Path(tempfile.mkdtemp(prefix="danhba-restore-", dir="/var/tmp"))
    try:
        place.chmod(0o711)
        box = place / "box"
        there = _fetch(restic, snapshots, f"{settings.mail}/{home}", box)
        into = _new_folder(address)
        if there:
            box.chmod(0o711)
            # Subscribed, because most programs and the webmail list only subscribed folders.
            demand(["doveadm", "import", "-s", "-u", address, f"maildir:{box}/Maildir", into, *_query(asked)])
    finally:
        shutil.rmtree(place)
    count = _count(address, into) if there else 0
    if not count:
        raise Refused(
            f"bản sao lưu này không có thư như vậy của {address}: kiểm tra folder, message_id, hoặc chọn bản"
            " khác bằng -e"
            " set=… -- this backup has no such message of the mailbox: see to folder and message_id, or choose"
            " another one"
        )
    return {"mailbox": address, "into": into, "messages": count}


def _fetch(restic: Restic, snapshots: Mapping[str, str], home: str, box: Path) -> int:
    """Fetch the messages of a mailbox into a folder, from both snapshots of the mail; return how many there are.

    The same message is recognised by its base name, since its flags may have changed between the snapshots.
    """
    root = str(Path(home).parents[1])
    before, after = (messages(restic.files(snapshots[kind], home), root) for kind in (BEFORE, MAIL))
    if after:
        restic.restore(snapshots[MAIL], home, box)
    if missed := [path.removeprefix(home) for name, path in before.items() if name not in after]:
        restic.restore(snapshots[BEFORE], home, box, missed)
    return len({**before, **after})


def _home(settings: Settings, address: str) -> str:
    with (
        translated(),
        connect(settings, "danhba_apply", program="danhba-restore") as database,
    ):
        row = database.execute("SELECT kind || '/' || id FROM mail.account WHERE address = %s", [address]).fetchone()
    if not row:
        raise Refused(f"không có hộp thư {address!r} -- there is no such mailbox")
    return str(row[0])


def _query(asked: dict[str, Any]) -> list[str]:
    folder, message_id = (str(asked.get(name) or "").strip() for name in ("folder", "message_id"))
    if message_id and not re.fullmatch(r"<?[^<>\s\"]+>?", message_id):
        raise Refused(f"message_id không đúng -- is wrong: {message_id!r}")
    words = [*(["mailbox", folder] if folder else []), *(["header", "Message-ID", message_id] if message_id else [])]
    return words or ["all"]


def _new_folder(address: str) -> str:
    """The name of a folder that does not exist yet."""
    day = f"Khôi phục {datetime.now(UTC) + _VIET_NAM:%Y-%m-%d}"
    there = set(demand(["doveadm", "mailbox", "list", "-u", address]).splitlines())
    taken = [name for name in there if name == day or name.startswith((f"{day}/", f"{day} ("))]
    return f"{day} ({len({name.partition('/')[0] for name in taken}) + 1})" if taken else day


def _count(address: str, into: str) -> int:
    done = run(["doveadm", "-f", "json", "mailbox", "status", "-u", address, "messages", into, f"{into}/*"])
    return sum(int(each["messages"]) for each in json.loads(done.stdout or "[]"))
