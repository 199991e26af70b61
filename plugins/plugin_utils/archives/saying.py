"""The playbook's lines about a step: Vietnamese first, then English."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]


def said(step: str, told: Row, *, dry_run: bool) -> list[str]:
    """Return the lines about a step's result; in a dry run, about what would be done."""
    lines: dict[str, Callable[[Row, bool], Iterator[str]]] = {
        "list": _list,
        "archive": _archive,
        "restore": _restore,
        "purge": _purge,
        "export": _export,
    }
    return [*lines[step](told, dry_run)]


def _list(told: Row, _dry_run: bool) -> Iterator[str]:
    for each in told["due"]:
        yield (
            f"Đến hạn: {each['kind']}/{each['id']} {each['address']} {each['name']}, đóng {each['since']} theo"
            f" {each['document']}, giữ đến {each['until']}{'' if each['agrees'] else '; máy chủ chưa áp dụng sổ'}"
            f" -- due: closed {each['since']}, kept until {each['until']}"
            f"{'' if each['agrees'] else '; the register is not applied'}"
        )
    for each in told["archives"]:
        lost = not each["kept"] and not each["purged"]
        yield (
            f"Lưu trữ số {each['number']}: {each['kind']}/{each['id']} {each['address']}, {each['messages']} thư"
            f"{'; THIẾU TỆP NIÊM PHONG' if lost else ''} -- archive {each['number']}: {', '.join(each['steps'])}"
            f"{'; THE SEALED FILE IS MISSING' if lost else ''}"
        )
    if not told["due"] and not told["archives"]:
        yield "Không có hộp thư nào đến hạn, chưa có lưu trữ nào -- nothing is due, nothing is archived"


def _archive(told: Row, dry_run: bool) -> Iterator[str]:
    for each in told["archived"]:
        if each.get("nothing"):
            yield f"{each['address']}: không có thư trong kho -- nothing of it lies in the store"
        elif dry_run:
            yield f"Sẽ lưu trữ {each['kind']}/{each['id']} -- it would be archived"
        else:
            yield (
                f"Đã lưu trữ {each['address']} số {each['number']}, {each['messages']} thư, SHA-256 {each['sealed']},"
                " và lấy khỏi kho thư -- archived, gone from the store"
            )


def _restore(told: Row, dry_run: bool) -> Iterator[str]:
    each = told["restored"]
    if dry_run:
        yield f"Sẽ khôi phục lưu trữ số {each['number']} -- archive {each['number']} would be restored"
    else:
        yield (
            f"Đã khôi phục lưu trữ số {each['number']} vào {each['address']}: {each['put']} trên {each['messages']}"
            " thư, thư đang có không đặt lại"
            f" -- restored {each['put']} of {each['messages']} messages; the rest was there"
        )


def _purge(told: Row, dry_run: bool) -> Iterator[str]:
    numbers = ", ".join(str(each["number"]) for each in told["archives"])
    if told["waiting"] and not told["signed"]:
        yield (
            f"Chưa xóa gì. Hai người vận hành ký plan.sha256 trong {told['folder']} (ssh-keygen -Y sign -n"
            f" danhba-archive -f KHÓA < plan.sha256 > TÊN.sig) rồi chạy lại; mã phải ký {told['checksum']}"
            " -- nothing was purged: two operators sign plan.sha256, then run again"
        )
    elif dry_run:
        yield f"Sẽ xóa lưu trữ số {numbers} -- archives {numbers} would be purged"
    else:
        yield f"Đã xóa lưu trữ số {numbers}, ký: {', '.join(told['signed']) or 'như đã ghi / as on record'} -- purged"


def _export(told: Row, dry_run: bool) -> Iterator[str]:
    each = told["exported"]
    if dry_run:
        yield "Sẽ xuất dữ liệu của hộp thư này -- its data would be exported"
    else:
        yield (
            f"Đã xuất {each['messages']} thư, danh bạ riêng, thiết lập và diễn biến vào {each['file']}, SHA-256"
            f" {each['sealed']} -- exported: messages, contacts, settings and events"
        )
