"""The command `danhba decide`: it writes the file of a reorganisation's decisions, which `danhba reorganise` reads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from ..messages import mark as _
from ..model.kinds import KINDS
from ..model.register import AGENCY_CLOSED
from ..reading.source import File
from ..reorganisation import reading, rendering, stating
from ..reorganisation.model import Closing, Fate, Holder, Opening, Parent, Person, Reorganisation, Unit
from .asking import CODE, ENDINGS, Document, complete, options
from .commit import DRY, add_commit_options, declined, examined, read_files, say, show_difference
from .common import REFUSED, directory, lang, language, refuse, usable, write
from .interview import Interview
from .lists import TAKEN
from .misuse import Misuse, WrongValue
from .reorganise import foretell, refuse_unread, shown
from .words import Word

SHAPE = _("'{value}' has not the shape of: {shape}")
NEITHER = _("'{value}' is neither an agency (tendonvi) nor one of:")
AMONG = _("'{value}' is none of:")
NOTHING = _("say which agency ends or begins: {options}; a terminal is asked for them")
INSIDE = _("{path} would stand within the register, which has no such files; write it beside {directory}")
NEXT = _("when all is as decided, write it into the register: danhba reorganise {path}")
SOLVE = _("{path} is written; solve the problems above by another danhba decide, or in the file")

T = TypeVar("T")


class Part(click.ParamType[T]):
    """An option's value with several parts separated by `:`, such as one closing of an agency.

    Further `:` belong to the last part; with `last`, which splits from the right, they belong to the first part.
    """

    def __init__(self, shape: str, least: int, make: Callable[..., T], *, last: bool = False) -> None:
        self.name = shape
        self.last = last
        self.least = least
        self.make = make

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """Split the text and make the object of its parts; raise `WrongValue` for another shape."""
        split = str(value).rsplit if self.last else str(value).split
        values = [" ".join(each.split()) for each in split(":", self.name.count(":"))]
        if len(values) < self.least or not all(values):
            raise WrongValue(SHAPE, value=value, shape=self.name)
        return self.make(*values)


def _code(text: str) -> str:
    return CODE.convert(text, None, None)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(_code(each.strip()) for each in text.split(","))


def _word(words: Word, text: str, otherwise: str = AMONG) -> str:
    try:
        return words.convert(text, None, None)
    except click.BadParameter:
        raise WrongValue(otherwise, *words.shown(language()), value=text) from None


def _fate(text: str) -> Fate:
    """Parse what becomes of somebody: the code of an agency, or the reason of a closing."""
    if CODE.shape and CODE.shape.fullmatch(text) and text not in ENDINGS:
        return Fate(to=text)
    return Fate(close=_word(Word(ENDINGS), text, NEITHER))


def _end(code: str, event: str, to: str = "") -> Closing:
    return Closing(_code(code), _word(Word(AGENCY_CLOSED), event), _codes(to) if to else ())


def _open(code: str, kind: str, name: str) -> Opening:
    return Opening(_code(code), name, _word(Word(KINDS), kind), "")


def _holder(code: str, person: str, document: str, role: str = "head") -> Holder:
    held = _word(Word(("head", "delegate")), role)
    return Holder(_code(code), person, Document().convert(document, None, None), held)


@dataclass(slots=True)
class Who:
    """People with their fate. `stated`: an agency (all its people), a division (TENDONVI/DIVISION) or a person's id."""

    stated: str
    fate: Fate


END = Part("TENDONVI:REASON:TO,TO", 2, _end)
OPEN = Part("TENDONVI:KIND:NAME", 3, _open)
GOES = Part("TENDONVI|TENDONVI/DIVISION|ID:TENDONVI|REASON", 2, lambda who, where: Who(who, _fate(where)), last=True)
PARENT = Part("TENDONVI:TENDONVI", 2, lambda code, parent: Parent(_code(code), _code(parent)))
CUSTODIAN = Part("TENDONVI:ID:DOCUMENT:head|delegate", 3, _holder)
_PARTS: dict[str, tuple[Part[Any], str]] = {
    "end": (END, "Cơ quan kết thúc: mã, lý do, nơi tiếp nhận / An agency that ends: code, reason, successors"),
    "open": (OPEN, "Cơ quan mới: mã, loại, tên / A new agency: code, kind, name"),
    "goes": (GOES, "Ai về đâu, hoặc đóng vì lý do gì / Who goes where, or is closed for which reason"),
    "parent": (PARENT, "Đơn vị chủ quản mới của một cơ quan / A new managing agency of one"),
    "custodian": (CUSTODIAN, "Ai quản lý hộp thư công vụ / Who holds a contact mailbox"),
}


def _parts(command: Any) -> Any:
    """Add an option for each of `_PARTS`; each may be given several times."""
    for name, (kind, text) in reversed(_PARTS.items()):
        command = click.option(f"--{name}", type=kind, multiple=True, help=f"{text}.")(command)
    return command


@click.command("decide")
@click.argument("plan", metavar="PLAN.yml", type=click.Path(path_type=Path))
@directory
@options("document", "date", "request")
@_parts
@click.option("--operator", type=CODE, help="Cơ quan vận hành từ ngày đó / The operator from that day on.")
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có / Replace a file that is there.")
@add_commit_options
@lang
def decide_command(  # noqa: PLR0913, PLR0917
    plan: Path, directory: Path, force: bool, dry_run: bool, yes: bool, lang: str | None, **given: Any
) -> None:
    """Lập kế hoạch sắp xếp cơ quan / Write down what a reorganisation decides.

    Hỏi từng cơ quan: hợp nhất, sáp nhập, chia tách, đổi tên hay giải thể, ai về đâu; ghi ra tệp cho danhba reorganise,
    và cho xem dự báo. Sổ không thay đổi / Asks agency by agency what becomes of it and of its people; writes the file
    for danhba reorganise, and shows the forecast. The register does not change.
    """
    if plan.exists() and not force:
        refuse(TAKEN, path=plan)
    if plan.resolve().is_relative_to(directory.resolve()):
        refuse(INSIDE, path=plan, directory=directory)
    complete(given, "document", "date")
    files = read_files(directory, dry_run)
    register, _issued = usable(examined(files))
    if given["end"] or given["open"]:
        decided = _given(given)
    elif Interview.possible():
        decided = Interview(register, given["document"], given["date"], given["request"] or "").held()
    else:
        raise Misuse(NOTHING, options=["--end", "--open"])
    _keep(plan, stating.text(decided), files, dry_run=dry_run, yes=yes)


def _given(given: dict[str, Any]) -> Reorganisation:
    """Make the reorganisation that the options state."""
    closings, units, people = _sent(given["end"], given["goes"])
    events = {code: closing.event for closing in closings for code in closing.to}
    parents = {parent.agency: parent.parent for parent in given["parent"]}
    openings = [
        Opening(o.code, o.name, o.kind, events.get(o.code, "established"), parents.pop(o.code, ""))
        for o in given["open"]
    ]
    return Reorganisation(
        given["document"],
        given["date"],
        "",
        given["request"] or "",
        given["operator"] or "",
        tuple(openings),
        tuple(closings),
        tuple(units),
        tuple(people),
        tuple(Parent(agency, parent) for agency, parent in parents.items()),
        given["custodian"],
    )


def _sent(ends: tuple[Closing, ...], goes: tuple[Who, ...]) -> tuple[list[Closing], list[Unit], list[Person]]:
    """Distribute people by the options; those not mentioned go to the only successor, where there is just one."""
    codes = {end.code for end in ends}
    alone = {end.code: Fate(to=end.to[0]) for end in ends if len(end.to) == 1}
    rest = alone | {who.stated: who.fate for who in goes if who.stated in codes}
    closings = [Closing(end.code, end.event, end.to, rest.get(end.code)) for end in ends]
    named = [(who.stated.partition("/"), who.fate) for who in goes if who.stated not in codes]
    units = [Unit(agency, unit, fate) for (agency, _slash, unit), fate in named if unit]
    return closings, units, [Person(id_, fate) for (id_, _slash, unit), fate in named if not unit]


def _keep(path: Path, text: str, files: list[File], *, dry_run: bool, yes: bool) -> None:
    """Parse the text to be written, show it with its forecast, and write it; status 1 if the forecast has problems."""
    former = [File(path.name, str(path), path.read_bytes())] if path.is_file() else []
    file = File(path.name, str(path), text.encode())
    decided, findings = reading.read(file)
    show_difference(former, [file])
    told = foretell(files, refuse_unread(decided, findings))
    click.echo(shown(told, "text", rendering.LIST_LIMIT))
    if dry_run:
        say(DRY)
    elif declined(yes):
        sys.exit(REFUSED)
    else:
        write(path, [text])
        say(NEXT if told.forecast.possible else SOLVE, path=path)
    if not told.forecast.possible:
        sys.exit(REFUSED)
