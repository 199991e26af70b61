"""The steps of archiving: seal, remove, restore, purge, export. Each step may be killed at any point and repeated."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from .. import durable
from ..journal import Refused
from ..recall.signatures import require_two
from . import packing, plan, putting, reading, sealing, webmail
from .settings import Settings
from .store import Row, Store

DOVEADM = "/usr/bin/doveadm"
CLOSED, LIVE = "closed", ("open", "suspended")
LEAVING = ".leaving"  # folder in the store, beside the mailboxes: mailboxes that are being deleted


class Archive:
    """Carries out steps for `actor`; with `dry_run` it only reports what it would do."""

    def __init__(self, store: Store, settings: Settings, actor: str, *, dry_run: bool = False) -> None:
        self._store = store
        self._settings = settings
        self._actor = actor
        self._dry_run = dry_run
        self._root = Path(settings.store)
        self._folder = Path(settings.folder)

    # ------------------------------------------------------------------------------------------------ list

    def list_all(self) -> Row:
        """The closed mailboxes, whether the store still has their mail, and all archives with the steps taken on
        them.
        """
        closed = [{**each, "stored": putting.is_folder(self._home(each))} for each in self._store.closed()]
        return {"changed": False, "closed": closed, "archives": self._store.archives()}

    # ------------------------------------------------------------------------------------------------ seal

    def seal(self, mailbox: tuple[str, str], since: str, recipient: str, reason: Row) -> Row:
        """Seal a mailbox that has been closed since a day, or return the sealed file that it already has.

        An archive whose mailbox has begun to leave the store is continued rather than made again: it may be the only
        copy.
        """
        account = self._closed(mailbox, since)
        last, home = self._store.last(*mailbox), self._home(account)
        with packing.steady(account["address"]):
            if last and self._goes_on(last, since, home):
                return {"changed": False, **self._told(last)}
        if not putting.is_folder(home):
            return {"changed": False, "nothing": True}
        if self._dry_run:
            return {"changed": True}
        with packing.steady(account["address"]):
            if last and self._is_sealed(last, since, recipient, home):
                return {"changed": False, **self._told(last)}
            self._make_room(home)
            if last:
                self._sealed(last["number"]).unlink(missing_ok=True)
            return {"changed": True, **self._seal(account, home, recipient, reason)}

    def _closed(self, mailbox: tuple[str, str], since: str) -> Row:
        account = self._account(mailbox)
        if account["state"] != CLOSED or account["since"] != since:
            raise Refused(
                f"{account['address']} không phải đã đóng từ {since}: máy chủ ghi {account['state']} từ"
                f" {account['since']}. Hộp thư vừa được mở lại, hoặc sổ chưa được áp dụng (playbooks/accounts.yml)."
                f" Chưa có gì rời kho thư -- {account['address']} is not closed since {since} but {account['state']}"
                f" since {account['since']}: it was opened again, or the register is not applied yet. Nothing has left"
                " the store"
            )
        return account

    def _goes_on(self, last: Row, since: str, home: Path) -> bool:
        """Whether the archive's removal from the store has begun, and the store has no other mailbox at that place.

        A mailbox may have been reopened meanwhile, got mail, and been closed again as of the same day: it needs a new
        archive.
        """
        if last["since"] != since or not last["steps"] or "restored" in last["steps"]:
            return False
        if not putting.is_folder(home):
            return True
        return "removed" not in last["steps"] and self._is_as_listed(last, home)

    def _is_sealed(self, last: Row, since: str, recipient: str, home: Path) -> bool:
        """Whether an earlier run has sealed the mailbox in this same state, and the sealed file still exists."""
        if last["steps"] or (last["since"], last["recipient"]) != (since, recipient):
            return False
        path = self._sealed(last["number"])
        return path.is_file() and sealing.measure(path)[0] == str(last["sealed"]) and self._is_as_listed(last, home)

    def _is_as_listed(self, archive: Row, home: Path) -> bool:
        """Whether a mailbox holds exactly the files of the archive, compared octet by octet."""
        known, links = reading.read(reading.Reader(home), reading.drain)
        manifest = reading.manifest(_whose(archive), known, links, home)
        return packing.checksum(manifest) == str(archive["manifest"])

    def _seal(self, account: Row, home: Path, recipient: str, reason: Row) -> Row:
        waiting = self._folder / "sealing.age"
        manifest, sealed, size = packing.pack(packing.Box(home, _whose(account)), waiting, recipient)
        row = {
            **{name: account[name] for name in ("kind", "id", "address", "since")},
            **reason,
            **{name: manifest[name] for name in ("messages", "octets")},
            "actor": self._actor,
            "recipient": recipient,
            "manifest": packing.checksum(manifest),
            "sealed": sealed,
            "size": size,
        }
        number = self._store.add(row)
        durable.place(waiting, self._sealed(number))
        return self._told({**row, "number": number})

    # ------------------------------------------------------------------------------------------------ remove

    def remove(self, number: int, sealed: str) -> Row:
        """Remove a mailbox from the store, once the controller has its sealed file and proves that by the file's
        SHA-256.
        """
        archive = self._archive(number)
        if archive["sealed"] != sealed:
            raise Refused(
                f"lưu trữ số {number}: tệp ở máy điều khiển không phải tệp đã niêm phong (SHA-256 khác). Chưa có gì rời"
                f" kho thư; chạy lại -- archive {number}: the controller's file is not the one that was sealed. Nothing"
                " has left the store; run again"
            )
        if "removed" in archive["steps"] or self._dry_run:
            if not self._dry_run:
                self._clear(archive)
            return {"changed": self._dry_run}
        before = [] if "removing" in archive["steps"] else self._begin(archive)
        self._take_out(archive, before)
        self._clear(archive)
        return {"changed": True}

    def _begin(self, archive: Row) -> list[reading.Item]:
        """Compare all files again and record the start of the removal; return the attributes that show a later
        change.
        """
        home = self._home(archive)
        with packing.steady(archive["address"]):
            before = reading.state(home)
            if not self._is_as_listed(archive, home):
                raise reading.Changed("SHA-256")
        self._store.step(archive["number"], "removing", self._actor, archive["document"], {})
        return before

    def _take_out(self, archive: Row, before: list[reading.Item]) -> None:
        """Rename the mailbox out of reach while it is locked; Refused if its files changed since they were compared."""
        home, gone = self._home(archive), self._leaving(archive)
        with self._store.held(archive["number"]) as closed:
            if not closed:
                raise Refused(
                    f"{archive['address']} vừa được mở lại: không lấy ra nữa. Nếu thiếu thư, khôi phục từ lưu trữ số"
                    f" {archive['number']} (step=restore) -- {archive['address']} was opened again: it stays. Where"
                    f" mail is missing, restore archive {archive['number']}"
                )
            if putting.is_folder(home):
                with packing.steady(archive["address"]):
                    if before != reading.state(home) and not self._is_as_listed(archive, home):
                        raise reading.Changed("SHA-256")
                gone.parent.mkdir(mode=0o700, exist_ok=True)
                if putting.is_folder(gone):  # of a killed run, which removed the same mailbox
                    shutil.rmtree(gone)
                home.rename(gone)
                durable.sync(home.parent)
            detail = {name: archive[name] for name in ("messages", "octets", "sealed")}
            self._store.step(archive["number"], "removed", self._actor, archive["document"], detail)

    def _clear(self, archive: Row) -> None:
        gone = self._leaving(archive)
        if putting.is_folder(gone):
            shutil.rmtree(gone)
        with suppress(OSError):
            gone.parent.rmdir()
        self._sealed(archive["number"]).unlink(missing_ok=True)

    # ------------------------------------------------------------------------------------------------ restore

    def restore(self, number: int, file: Path, identity: str, reason: Row, into: tuple[str, str, str]) -> Row:
        """Restore an archive's mail: into its own mailbox, or `into` a folder of another one (kind, id, folder)."""
        archive = self._archive(number)
        kind, id_, folder = into
        account = self._account((kind, id_) if id_ else (archive["kind"], archive["id"]))
        if account["state"] not in LIVE:
            raise Refused(
                f"{account['address']} đang đóng: mở lại trong sổ và áp dụng trước, hoặc nêu hộp thư nhận (-e into=…)."
                f" Chưa có gì thay đổi -- {account['address']} is closed: open it in the register and apply that first,"
                " or name another mailbox (-e into=…). Nothing was changed"
            )
        if "removing" not in archive["steps"] or "purged" in archive["steps"]:
            raise Refused(
                f"lưu trữ số {number} chưa rời kho thư hoặc đã xóa: không có gì để khôi phục -- archive {number} has"
                " not left the store, or was purged: there is nothing to restore"
            )
        manifest = packing.verify(file, identity, archive["manifest"])
        if self._dry_run:
            return {"changed": True, "messages": manifest["messages"], "put": 0}
        mailbox = self._put(account, folder, file, identity, manifest)
        self._subscribe(account["address"], mailbox.folders if folder else ())
        detail = {"mailbox": f"{account['kind']}/{account['id']}", "put": mailbox.count, "folder": folder}
        self._store.step(number, "restored", self._actor, reason["document"], detail)
        if not folder:
            self._clear(archive)
        return {"changed": True, "messages": manifest["messages"], "put": mailbox.count, "address": account["address"]}

    def _put(self, account: Row, folder: str, file: Path, identity: str, manifest: Row) -> putting.Mailbox:
        mailbox = putting.Mailbox(self._home(account), folder)

        def take(entry: dict[str, Any], stream: Any) -> None:
            with putting.owner_of(self._root):
                mailbox.take(entry, stream)

        packing.unpack(file, identity, manifest, take)
        with putting.owner_of(self._root):
            for link in manifest["links"]:
                mailbox.link(link["path"], link["target"])
            mailbox.sync()
        return mailbox

    @staticmethod
    def _subscribe(address: str, folders: Iterable[str]) -> None:
        """Subscribe the owner to restored folders, so that mail programs show them. A failure is harmless: the mail is
        there.
        """
        if names := sorted(folders):
            with suppress(OSError, subprocess.SubprocessError):
                subprocess.run(
                    [DOVEADM, "mailbox", "subscribe", "-u", address, *names],
                    check=False,
                    timeout=60,
                    capture_output=True,
                )

    # ------------------------------------------------------------------------------------------------ purge

    def purge(self, mailboxes: Sequence[tuple[str, str]], reason: Row, signatures: Sequence[str]) -> Row:
        """The plan to purge the archives of these mailboxes; with two signatures over it, also record that they are
        purged.

        The sealed files are on the controller, which deletes the files of archives that are recorded as purged.
        """
        archives = [each for mailbox in mailboxes for each in self._purgeable(mailbox)]
        made = plan.make(archives, reason["document"], reason["document_date"])
        answer = {"plan": made, "checksum": plan.checksum(made), "archives": archives, "signed": [], "changed": False}
        waiting = [each for each in archives if "purged" not in each["steps"]]
        if not waiting or not signatures:
            return answer
        signed = require_two(plan.checksum(made), signatures, self._settings.operators, plan.NAMESPACE)
        for each in () if self._dry_run else waiting:
            detail = {"signed": signed, "plan": plan.checksum(made), "sealed": each["sealed"]}
            self._store.step(each["number"], "purged", self._actor, reason["document"], detail)
        return {**answer, "signed": signed, "changed": True}

    def _purgeable(self, mailbox: tuple[str, str]) -> list[Row]:
        account = self._account(mailbox)
        archives = [each for each in self._store.archives() if (each["kind"], each["id"]) == mailbox]
        archives = [each for each in archives if "removed" in each["steps"]]
        if account["state"] != CLOSED or not archives:
            raise Refused(
                f"{account['address']}: chỉ xóa được lưu trữ của hộp thư đang đóng và đã lưu trữ. Chưa xóa gì --"
                f" {account['address']}: only the archive of a mailbox that is closed and was archived can be purged."
                " Nothing was purged"
            )
        return archives

    # ------------------------------------------------------------------------------------------------ export

    def export(self, mailbox: tuple[str, str], recipient: str, reason: Row) -> Row:
        """Export the data stored about a person, encrypted to that person: mail, Sieve rules, contacts, settings,
        events.
        """
        account = self._account(mailbox)
        home = self._home(account)
        if not putting.is_folder(home):
            raise Refused(
                f"{account['address']} không có thư trong kho: đã lưu trữ thì khôi phục trước -- {account['address']}"
                " has no mail in the store: where it was archived, restore it first"
            )
        if self._dry_run:
            return {"changed": True}
        path = self._folder / f"export-{account['kind']}-{account['id']}.age"
        with packing.steady(account["address"]):
            self._make_room(home)
            box = packing.Box(home, _whose(account), self._beside(account), lenient=True)
            manifest, sealed, size = packing.pack(box, path, recipient)
        row = {**mailbox_row(account), **reason, "actor": self._actor, "recipient": recipient, "sealed": sealed}
        row |= {"size": size, "messages": manifest["messages"]}
        return {"changed": True, **row, "number": self._store.add_export(row), "path": str(path)}

    def _beside(self, account: Row) -> dict[str, bytes]:
        found = webmail.of(self._settings, account)
        lines = [_line(event) for event in self._store.events(account["kind"], account["id"])]
        settings = {"account": account, "webmail": found.settings}
        return {
            "contacts.vcf": found.cards.encode(),
            "settings.json": (json.dumps(settings, ensure_ascii=False, indent=2) + "\n").encode(),
            "events.jsonl": "".join(lines).encode(),
        }

    def drop(self, path: str) -> Row:
        """Delete a sealed export that the controller has fetched."""
        file = Path(path)
        if file.parent != self._folder or not file.name.startswith("export-"):
            raise Refused(f"không phải tệp xuất -- no exported file: {path!r}")
        file.unlink(missing_ok=True)
        return {"changed": False}

    # ------------------------------------------------------------------------------------------------ helpers

    def _account(self, mailbox: tuple[str, str]) -> Row:
        if account := self._store.account(*mailbox):
            return account
        raise Refused(f"máy chủ không có hộp thư này -- this server has no such mailbox: {'/'.join(mailbox)}")

    def _archive(self, number: int) -> Row:
        if archive := self._store.archive(number):
            return archive
        raise Refused(f"không có lưu trữ số {number} -- there is no archive {number}")

    def _home(self, row: Row) -> Path:
        return self._root / str(row["kind"]) / str(row["id"])

    def _leaving(self, archive: Row) -> Path:
        return self._root / LEAVING / f"{archive['number']}"

    def _sealed(self, number: int) -> Path:
        return self._folder / f"{number}.age"

    def _make_room(self, home: Path) -> None:
        self._folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        items = reading.Reader(home, lenient=True).items()
        sealing.require_room(self._folder, sum(item.size for item, _open in items))

    def _told(self, archive: Row) -> Row:
        names = ("number", "kind", "id", "address", "since", "document", "document_date", "recipient", "messages")
        told = {name: archive[name] for name in (*names, "octets", "manifest", "sealed", "size")}
        return {**told, "path": str(self._sealed(archive["number"])), "steps": archive.get("steps", [])}


def mailbox_row(account: Row) -> Row:
    """The kind and permanent id of a mailbox, for an answer."""
    return {"kind": account["kind"], "id": account["id"]}


def _whose(row: Row) -> Row:
    """The part of the manifest that says whose mailbox it is, and its state when it was sealed."""
    return {**mailbox_row(row), "address": row["address"], "since": row["since"]}


def _line(event: Row) -> str:
    said = {name: value for name, value in event.items() if value is not None}
    return json.dumps(said, ensure_ascii=False) + "\n"


def reason_of(request: Row) -> Row:
    """The document that a request names; Refused where it names none."""
    document, day = (str(request.get(name, "")).strip() for name in ("document", "document_date"))
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise Refused(f"document_date phải là ngày như 2026-11-27 -- must be a day like 2026-11-27: {error}") from error
    if not document:
        raise Refused("cần số văn bản (document) -- the document's number is needed")
    return {"document": document, "document_date": day}
