"""Archives, restores, purges and exports mailboxes in steps; a run that ends anywhere is completed by the next.

A mailbox is encrypted on the host, fetched and compared here, and only then removed from the store.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ansible_collections.laocai.mail.plugins.module_utils.danhba.jsontext import pretty
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model import documents
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning import archiving
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.archiving import Kept
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading import age
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure

from .. import controller
from . import keeping
from .keeping import Keeper

MAILBOX = re.compile(r"(official|agency)/([A-Za-z0-9-]{1,64})")
LARGEST_SIGNATURE = 20_000  # bytes
Row = dict[str, Any]


class Host(Protocol):
    """The mail host. Each method may raise Failure; earlier steps stay done."""

    def ask(self, request: Mapping[str, Any], file: Path | None = None) -> Row:
        """Send a request to the host program, and return its answer; `file` is copied there before."""

    def fetch(self, remote: str, local: str) -> None:
        """Fetch an encrypted file."""


@dataclass(frozen=True, slots=True)
class Reason:
    """The document that orders an act, and its day (ISO 8601)."""

    document: str
    day: str

    def asked(self) -> dict[str, str]:
        """Return it in the form of a request."""
        return {"document": self.document, "document_date": self.day}


@dataclass(frozen=True, slots=True)
class Archivist:
    """Works by the register of `timeline`, with encrypted files in `keeper`; a `dry_run` changes nothing."""

    timeline: Timeline
    host: Host
    keeper: Keeper
    dry_run: bool = False

    def list_all(self) -> Row:
        """Return what is due, whether it is still in the store, and the existing archives."""
        told = self._ask({"step": "list"})
        stored = {(each["kind"], each["id"]): each for each in told["closed"]}
        due = [_due(each, stored[each.key]) for each in archiving.due(self.timeline) if each.key in stored]
        archives = [
            {**each, "kept": self.keeper.has(each), "purged": "purged" in each["steps"]}
            for each in told["archives"]
            if "removing" in each["steps"]
        ]
        return {"due": [each for each in due if each["stored"]], "archives": archives, "changed": False}

    def archive(self, mailboxes: Sequence[str], reason: Reason) -> Row:
        """Encrypt these mailboxes, fetch their files, and remove them from the store."""
        wanted = self._refuse_early(mailboxes)
        recipient = self._operator_key()
        done: list[Row] = []
        for each in wanted:
            request = {"step": "seal", "mailbox": f"{each.kind}/{each.id}", "since": each.since, "recipient": recipient}
            sealed = self._ask({**request, **reason.asked()})
            if "number" in sealed:
                done.append({**sealed, "changed": self._keep(sealed)})
            else:
                done.append({"kind": each.kind, "id": each.id, "address": each.address, **sealed})
        return {"archived": done, "changed": any(each["changed"] for each in done)}

    def _keep(self, sealed: Row) -> bool:
        """Fetch the encrypted file, then remove the mailbox from the store; return whether anything was to do."""
        if "removed" in sealed["steps"] and not self.keeper.has(sealed):
            raise _lost(sealed, self.keeper.file(sealed))
        if self.dry_run:
            return "removed" not in sealed["steps"]
        fetched = self.keeper.take(sealed, self.host.fetch)
        told = self._ask({"step": "remove", "number": sealed["number"], "sealed": sealed["sealed"]})
        return fetched or bool(told["changed"])

    def _refuse_early(self, mailboxes: Sequence[str]) -> list[Kept]:
        """Check all mailboxes before the first is touched: closed, and for as long as the policy demands."""
        if not mailboxes:
            raise _failure("Chưa nêu hộp thư nào (mailboxes)", "No mailbox is named (mailboxes)")
        kept = archiving.kept(self.timeline)
        keys = [_key(each) for each in dict.fromkeys(mailboxes)]
        unknown = ["/".join(key) for key in keys if key not in kept]
        if unknown:
            raise _failure(
                f"Theo sổ, chưa đóng hoặc không có: {', '.join(unknown)}",
                f"By the register these are not closed, or not there: {', '.join(unknown)}",
            )
        early = [kept[key] for key in keys if kept[key].until > self.timeline.day.isoformat()]
        if early:
            vi = "; ".join(f"{each.address} đóng {each.since}, giữ đến {each.until}" for each in early)
            en = "; ".join(f"{each.address} closed {each.since}, kept until {each.until}" for each in early)
            raise _failure(f"Chưa hết hạn lưu giữ: {vi}", f"Not kept for long enough yet: {en}")
        return [kept[key] for key in keys]

    def _operator_key(self) -> str:
        key = self.timeline.register.province.operator_key
        if not age.is_key(key):
            raise _failure(
                "province.yml chưa có operator_key (khóa age của đơn vị vận hành) để niêm phong",
                "province.yml has no operator_key (the operator's public key of age) to seal to",
            )
        return key

    def restore(self, mailbox: str, number: int, identity: Path, reason: Reason, into: tuple[str, str]) -> Row:
        """Restore an archive into its mailbox, or `into` a folder (mailbox, folder) of another one."""
        archive = self._find(mailbox, number)
        if not self.keeper.has(archive):
            raise _lost(archive, self.keeper.file(archive))
        secret = keeping.read_identity(identity)
        if self.dry_run:
            return {"restored": {**archive, "put": 0}, "changed": True}
        once = self.keeper.folder / f".{self.keeper.file(archive).name}.once"
        try:
            opens = keeping.reseal(self.keeper.file(archive), secret, once)
            request = {"step": "restore", "number": archive["number"], "identity": opens}
            told = self._ask({**request, "into": into[0], "folder": into[1], **reason.asked()}, once)
        finally:
            once.unlink(missing_ok=True)
        return {"restored": {**archive, **told}, "changed": told["changed"]}

    def _find(self, mailbox: str, number: int) -> Row:
        """Return the archive with a number, or else the last one of a mailbox."""
        key = _key(mailbox)
        archives: list[Row] = self._ask({"step": "list"})["archives"]
        own = [each for each in archives if (each["kind"], each["id"]) == key and "removing" in each["steps"]]
        found = [each for each in own if number in (0, each["number"])]
        if not found:
            raise _failure(
                f"{mailbox} không có lưu trữ nào{f' số {number}' if number else ''}; xem step=list",
                f"{mailbox} has no archive{f' {number}' if number else ''}; see step=list",
            )
        return found[-1]

    def purge(self, mailboxes: Sequence[str], reason: Reason) -> Row:
        """Write the plan to be signed; once it is signed, record it and delete the encrypted files."""
        if not mailboxes:
            raise _failure("Chưa nêu hộp thư nào (mailboxes)", "No mailbox is named (mailboxes)")
        names = ["/".join(_key(each)) for each in dict.fromkeys(mailboxes)]
        request = {"step": "purge", "mailboxes": names, **reason.asked()}
        told = self._ask(request)
        folder = self.keeper.folder / f"purge-{told['checksum'][:12]}"
        written = self._write_plan(folder, told)
        waiting = any("purged" not in each["steps"] for each in told["archives"])
        if waiting and (signatures := _signatures(folder)):
            told = self._ask({**request, "signatures": signatures})
            waiting = self.dry_run
        dropped = [self.keeper.drop(each) for each in told["archives"] if not (waiting or self.dry_run)]
        changed = written or told["changed"] or any(dropped)
        said = {"waiting": waiting, "folder": str(folder), "checksum": told["checksum"], "signed": told["signed"]}
        return {**said, "archives": told["archives"], "changed": changed}

    def _write_plan(self, folder: Path, told: Row) -> bool:
        """Write the plan and its checksum, which two operators sign."""
        plan = controller.write_private_text(folder / "plan.json", pretty(told["plan"]) + "\n", dry_run=self.dry_run)
        text = f"{told['checksum']}\n"
        return controller.write_private_text(folder / "plan.sha256", text, dry_run=self.dry_run) or plan

    def export(self, mailbox: str, key: str, reason: Reason) -> Row:
        """Write an encrypted file with everything stored about a person, for the person's own key."""
        kind, id_ = _key(mailbox)
        if not age.is_key(key):
            raise _failure(
                f"key '{key}' không phải khóa công khai age của người nhận (age1…)",
                f"key '{key}' is no public key of age of the person (age1…)",
            )
        told = self._ask({"step": "export", "mailbox": f"{kind}/{id_}", "recipient": key, **reason.asked()})
        if self.dry_run:
            return {"exported": told, "changed": True}
        path = self.keeper.folder / "exports" / f"{kind}-{id_}-{told['number']}.age"
        keeping.fetch_whole(told, path, self.host.fetch)
        self._ask({"step": "drop", "path": told["path"]})
        return {"exported": {**told, "file": str(path)}, "changed": True}

    def _ask(self, request: Mapping[str, Any], file: Path | None = None) -> Row:
        return self.host.ask({**request, "dry_run": self.dry_run}, file)


def carry_out(archivist: Archivist, arguments: Mapping[str, Any]) -> Row:
    """Do the step of a task's options (`identity` is a path); raise Failure if options are missing."""
    step, mailboxes = arguments["step"], arguments["mailboxes"]
    if step == "list":
        return archivist.list_all()
    reason = _reason(arguments["document"].strip(), arguments["document_date"].strip())
    if step in ("archive", "purge"):
        return (archivist.archive if step == "archive" else archivist.purge)(mailboxes, reason)
    if len(mailboxes) != 1:
        raise _failure(
            f"Bước {step} cần đúng một hộp thư (mailboxes)", f"Step {step} needs one mailbox, and no more (mailboxes)"
        )
    if step == "export":
        return archivist.export(mailboxes[0], arguments["key"].strip(), reason)
    into = (arguments["into"].strip(), arguments["into_folder"].strip())
    return archivist.restore(mailboxes[0], arguments["number"], arguments["identity"], reason, into)


def _reason(document: str, day: str) -> Reason:
    if documents.parse(document) is None:
        raise _failure(
            f"'{document}' không phải số, ký hiệu văn bản; ghi như 12/QĐ-SNV (document)",
            f"'{document}' is not the number and symbol of a document (document)",
        )
    return Reason(document, controller.read_day(day, "document_date").isoformat())


def _due(kept: Kept, stored: Row) -> Row:
    """Return a due mailbox, and whether the server agrees with the register: if not, the register was not applied."""
    return {**kept._asdict(), "stored": stored["stored"], "agrees": stored["since"] == kept.since}


def _key(text: str) -> tuple[str, str]:
    found = MAILBOX.fullmatch(text.strip())
    if not found:
        raise _failure(
            f"'{text}' không phải hộp thư; ghi như official/000105 hoặc agency/snv",
            f"'{text}' is no mailbox; write it like official/000105 or agency/snv",
        )
    return found[1], found[2]


def _signatures(folder: Path) -> list[str]:
    """Return the signatures beside the plan; raise Failure for an unreadable or oversized one."""
    found = []
    for path in sorted(folder.glob("*.sig")):
        try:
            octets = path.read_bytes()
        except OSError as error:
            raise _failure(f"Không đọc được {path}: {error.strerror}", f"Cannot read {path}") from error
        if len(octets) > LARGEST_SIGNATURE:
            raise _failure(f"{path} không phải chữ ký: quá lớn", f"{path} is no signature: too large")
        found.append(octets.decode("utf-8", "replace"))
    return found


def _lost(archive: Row, path: Path) -> Failure:
    return _failure(
        f"Tệp niêm phong {path} của lưu trữ số {archive['number']} không có, bị cắt hoặc bị sửa (SHA-256 khác): lấy lại"
        " từ bản sao lưu của máy điều khiển",
        f"The sealed file {path} of archive {archive['number']} is missing, cut or changed (another SHA-256): take it"
        " from the controller's backup",
    )


def _failure(vi: str, en: str) -> Failure:
    return Failure(f"{vi}. Chưa có gì thay đổi.", f"{en}. Nothing was changed.")
