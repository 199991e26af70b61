"""Keeps heads of the chain on the controller, where the host cannot change them, and judges the host by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ...module_utils.danhba.auditing import heads
from ...module_utils.danhba.auditing.chain import CUT, REWRITTEN, Head
from ...module_utils.danhba.auditing.made import ALTERED, LACKING, STRANGE
from ...module_utils.danhba.reading.source import Unusable, run_git
from ...module_utils.danhba.rendering import audit as show
from ...module_utils.failure import Failure
from .. import controller

SHOWN = 20  # faults in a message; the host's answer has more
REPLACED = (CUT, REWRITTEN)
OBJECTS = (ALTERED, LACKING, STRANGE)


@dataclass(frozen=True)
class Who:
    """Who keeps a head, of which host, and, after a restore, by which document heads are lost for good."""

    actor: str
    host: str
    document: str = ""


@dataclass(frozen=True)
class Place:
    """The file of heads, and the content of its copy on the backup host; None if there is none or it is away."""

    path: Path
    copy: str | None = None


@dataclass(frozen=True)
class Kept:
    """Whether the file is (or would be) changed, the lines that its copy lacks, and remarks."""

    changed: bool
    missing: str = ""
    said: tuple[str, ...] = ()


def known(path: Path, copy: str | None = None) -> list[Head]:
    """Return the heads that must be in the chain: those of the file, and those only in its copy.

    Raises:
        Failure: the file cannot be read, or a line is no head.
    """
    try:
        read = heads.read(_lines(path))
    except heads.BadHeads as error:
        raise Failure(
            f"{path}, dòng {error.line}: không phải đầu chuỗi. Lấy lại tệp từ git; không sửa tay. Chưa có gì thay đổi.",
            f"{path}, line {error.line}: this is no head. Take the file from git; do not edit it. Nothing was changed.",
        ) from error
    if copy is None:
        return read
    try:
        heads.read(copy.splitlines())
    except heads.BadHeads as error:
        raise Failure(
            f"Bản của {path} trên máy sao lưu, dòng {error.line}: không phải đầu chuỗi. Xem ai đã sửa, rồi bỏ dòng đó. "
            "Chưa có gì thay đổi.",
            f"The copy of {path} on the backup host, line {error.line}: this is no head. See who has edited it, then "
            "take that line out. Nothing was changed.",
        ) from error
    return heads.read([*_lines(path), *_only_there(path, copy)])


def _only_there(path: Path, copy: str | None) -> list[str]:
    """Return the lines that only the copy has: the file was truncated, or the copy edited."""
    here = set(_lines(path))
    return [line for line in (copy or "").splitlines() if line.strip() and line not in here]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    except OSError as error:
        raise Failure(f"Không đọc được {path}: {error.strerror}.", f"Cannot read {path}: {error.strerror}.") from error


def keep(place: Place, answer: Mapping[str, Any], who: Who, now: datetime, *, dry_run: bool) -> Kept:
    """Append the newest head to the kept ones and those only in the copy.

    Raises:
        Failure: the chain does not hold, or an older head is no longer in it and no document says why.
    """
    path, copy = place.path, place.copy
    before, back = known(path, copy), _only_there(path, copy)
    try:
        void = _void(answer, before, who.document)
    except Failure as error:
        raise _with(error, path, back) from error
    lines = [f"{line}\n" for line in (*_lines(path), *back)]
    head = Head(**answer["head"]) if answer["head"] else None
    if head and (void or head not in before):
        lines.append(_line(head, answer, who, now, void))
    changed = bool(lines) and controller.write_private_text(path, "".join(lines), dry_run=dry_run)
    there = set((copy or "").splitlines())
    missing = [line for line in lines if copy is not None and line.rstrip("\n") not in there]
    return Kept(changed, "".join(missing), _taken_back(path, back) if back else ())


def _line(head: Head, answer: Mapping[str, Any], who: Who, now: datetime, void: list[int]) -> str:
    said: dict[str, Any] = {"host": who.host, "rows": sum(answer["rows"].values()), "noted": now.isoformat()}
    said["actor"] = who.actor
    if void:
        said |= {"void": void, "document": who.document}
    return heads.line(head, **said)


def _taken_back(path: Path, back: Sequence[str]) -> tuple[str, str]:
    """Return the remark about lines that only the backup host had, in Vietnamese and English."""
    vi = f"Máy sao lưu có {len(back)} đầu chuỗi mà {path} không có: tệp đó bị cắt bớt, hoặc bản ở máy sao lưu bị sửa."
    en = f"The backup host has {len(back)} heads that {path} has not: this file was cut, or the copy there was edited."
    return vi, en


def _with(error: Failure, path: Path, back: Sequence[str]) -> Failure:
    """Return the failure with the origin of the heads that it was compared with."""
    if not back:
        return error
    vi, en = _taken_back(path, back)
    return Failure(f"{error.vi}\n{vi}", f"{error.en}\n{en}")


def _void(answer: Mapping[str, Any], before: Sequence[Head], document: str) -> list[int]:
    """Return the numbers of heads lost by a document; none if the chain holds."""
    if answer["holds"]:
        return []
    faults = answer["faults"]
    if document and answer["found"] == len(faults) and all(fault["kind"] in REPLACED for fault in faults):
        good = min(int(fault["key"]) for fault in faults)
        return [head.n for head in before if head.n > good]
    raise _broken(answer, document)


def _broken(answer: Mapping[str, Any], document: str) -> Failure:
    shown = {**answer, "faults": answer["faults"][:SHOWN]}
    texts = {language: "\n".join(show.verdict(shown, language)) for language in ("vi", "en")}
    if all(fault["kind"] in REPLACED for fault in answer["faults"]) and not document:
        vi = (
            "Nếu vừa khôi phục cơ sở dữ liệu theo văn bản: chạy lại với -e document=SỐ-VĂN-BẢN. Nếu không: báo lãnh đạo"
        )
        en = "After a restore by a document: run again with -e document=NUMBER. Else report it"
    elif any(fault["kind"] in OBJECTS for fault in answer["faults"]):
        vi = (
            "Đối tượng cơ sở dữ liệu phải như docs/schema.sql (chương trình vừa cập nhật thì chạy playbooks/site.yml"
            " trước). Báo lãnh đạo, so với bản sao lưu"
        )
        en = (
            "Objects of the database have to be as in docs/schema.sql (after an update of the programs run"
            " playbooks/site.yml first). Report it, and compare with the backup"
        )
    else:
        vi, en = "Báo lãnh đạo, so với bản sao lưu", "Report it, and compare with the backup"
    return Failure(
        f"{texts['vi']}\n{vi}, giữ nguyên máy chủ. Chưa ghi đầu chuỗi mới.",
        f"{texts['en']}\n{en}; leave the server as it is. No new head was kept.",
    )


def commit(path: Path, head: Mapping[str, Any], *, dry_run: bool) -> bool:
    """Commit the file, signed if the clone has a signing key; return whether it was changed.

    Raises:
        Failure: it is in no clone, git ignores it there, or git refuses.
    """
    try:
        if dry_run or not path.exists():
            return False
        _git(path, "add", "--", path.name)
        if not run_git(path.parent, "diff", "--cached", "--quiet", "--", path.name).returncode:
            return False
        signed = run_git(path.parent, "config", "user.signingkey").stdout.strip()
        message = f"Head {head['n']} of the audit chain: {head['hash']}"
        _git(path, "commit", "--quiet", *(["-S"] if signed else []), "-m", message, "--", path.name)
    except Unusable as error:
        raise _no_git(path, str(error)) from error
    return True


def _git(path: Path, *words: str) -> None:
    done = run_git(path.parent, *words)
    if done.returncode:
        raise _no_git(path, " ".join(done.stderr.decode(errors="replace").split())[:500])


def _no_git(path: Path, why: str) -> Failure:
    return Failure(
        f"Không đưa được {path} vào git ({why}). Đặt audit_heads là tệp trong một bản sao git mà git không bỏ qua.",
        f"Cannot put {path} into git ({why}). Let audit_heads be a file in a clone that git does not ignore there.",
    )
