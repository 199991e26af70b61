"""Options of the editing commands: types that check each value at once, and prompts for missing options."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

import click

from ..importing import typed
from ..messages import mark as _
from ..messages import render
from ..model import documents
from ..model.kinds import KINDS
from ..model.policy import ACKNOWLEDGED
from ..model.register import PAIRED, PERSON_CLOSED
from ..reading import age, schema
from .common import Day, at_terminal, language
from .misuse import Misuse, WrongValue, explain
from .recording import answered
from .words import Word

BY_NUMBER = _("Number (1-{last}) or name")
MENDED = _("'{value}' is written as: {name}")
NO_LETTER = _("'{value}': a name has no '{found}'; write family name, middle names and given name alone")
NOT_IN_MENU = _("'{value}' is none of the list; type a number from 1 to {last}")
NO_KEY = _("'{value}' is no key of age: a character is wrong; copy what age-keygen -y shows")

F = TypeVar("F", bound=Callable[..., Any])


class Text(click.ParamType[str]):
    """A text on one line in composed Unicode (NFC), without superfluous spaces; it matches `shape`, if there is one."""

    def __init__(self, name: str = "TEXT", shape: re.Pattern[str] | None = None, example: str = "") -> None:
        self.name = name
        self.shape = shape
        self.example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the normalised text; raise `WrongValue` for an empty one or another shape."""
        text = unicodedata.normalize("NFC", " ".join(str(value).split()))
        if not text:
            raise WrongValue(_("write a value"))
        if self.shape and not self.shape.fullmatch(text):
            self.wrong(text)
        return text

    def wrong(self, text: str) -> NoReturn:
        """Raise `WrongValue` with an example of the shape."""
        raise WrongValue(_("'{value}' has not the shape of: {example}"), value=text, example=self.example)


class Document(Text):
    """The number and symbol of a document (R6)."""

    def __init__(self) -> None:
        super().__init__("DOCUMENT", example="12/2024/QĐ-UBND, 44/TTr-SNV, 650/UBND-NV")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the normalised text; raise `WrongValue` unless it is a document's number and symbol."""
        text = super().convert(value, param, ctx)
        if documents.parse(text) is None:
            self.wrong(text)
        return text


class PersonName(Text):
    """A person's name, or a part of it, normalised as by an import of a list; a change of the text is shown."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name without honorifics and titles; raise `WrongValue` for a digit or sign that no name has."""
        text = super().convert(value, param, ctx)
        if any(unicodedata.category(c) in {"Cs", "Cc", "Co", "Cn"} for c in text):
            return text  # control and unassigned characters are refused by the checks of the register
        ((_honorific, name),) = typed.honorifics([typed.read(text).name])
        if foreign := next((c for c in name if unicodedata.category(c)[0] in "NSP" and c not in _IN_NAMES), ""):
            raise WrongValue(NO_LETTER, value=text, found=foreign)
        if name != text:
            click.echo(render(MENDED, {"value": text, "name": name}, language(ctx)), err=True)
        return name


class PublicKey(Text):
    """A public key of age, whose checksum is verified."""

    def __init__(self) -> None:
        super().__init__("age1…", age.SHAPE, "age1…")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the key; raise `WrongValue` where its shape or its checksum is wrong."""
        text = super().convert(value, param, ctx)
        if not age.is_key(text):
            raise WrongValue(NO_KEY, value=text)
        return text


# Characters that names have beside letters.
_IN_NAMES = frozenset("'’-‐‑.")
# An organisation of a git server; a group of GitLab may be within other groups.
ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
CODE = Text("TENDONVI", schema.CODE, "snv")
# An existing agency by its code or its name; `meant` looks it up.
AGENCY = Text("TENDONVI|NAME")
_PERSON = PersonName()
_TEXT, _DOCUMENT, _DAY = Text(), Document(), Day()
# Options by name, each with its type and its help in both languages.
OPTIONS: Mapping[str, tuple[click.ParamType[Any], str]] = {
    "name": (_PERSON, "Họ và tên đầy đủ / Full name"),
    "agency-name": (_TEXT, "Tên cơ quan / The name of the agency"),
    "family": (_PERSON, "Họ, nếu không đứng đầu / The family name, where it is not the first word"),
    "given": (_PERSON, "Tên, nếu không đứng cuối / The given name, where it is not the last word"),
    "document": (_DOCUMENT, "Số và ký hiệu văn bản / Number and symbol of the document"),
    "request": (_DOCUMENT, "Văn bản đề nghị / The agency's letter to the operator"),
    "date": (_DAY, "Từ ngày / From which day"),
    "founded": (_DAY, "Từ ngày / From which day"),
    "regulation": (
        _DOCUMENT,
        "Văn bản ban hành quy chế thư điện tử của tỉnh / The document that issued the province's mail regulation",
    ),
    "regulation-date": (_DAY, "Ngày ban hành quy chế / The date of that document"),
    "regulation-title": (_TEXT, "Tên quy chế, bắt đầu bằng “Quy chế” / The regulation's title"),
    "until": (_DAY, "Đến trước ngày / Until the day before"),
    "first-day": (_DAY, "Ngày nghỉ đầu tiên / The first day of leave"),
    "leave-to": (_DAY, "Ngày nghỉ cuối cùng / The last day of leave"),
    "back": (_DAY, "Ngày làm việc trở lại / The day of coming back"),
    "title": (_TEXT, "Chức vụ, chức danh / Title"),
    "unit": (_TEXT, "Đơn vị trong cơ quan / Division within the agency"),
    "phone": (_TEXT, "Điện thoại cơ quan / Office telephone"),
    "address": (_TEXT, "Địa chỉ ấn định, phần trước @ / A pinned address, the part before @"),
    "address-document": (_DOCUMENT, "Văn bản ấn định địa chỉ / The document that pins it"),
    "quota": (Text("SIZE"), "Dung lượng, ví dụ 5G / Quota, such as 5G"),
    "quota-document": (_DOCUMENT, "Văn bản quyết định dung lượng / The document that decides the quota"),
    "id": (Text("ID", schema.PERSON, "000101"), "Mã CCVC; để trống thì lệnh tự đặt / Staff number, else a random one"),
    "to": (AGENCY, "Cơ quan đến, mã hoặc tên / The agency to go to, code or name"),
    "key": (PublicKey(), "Khóa công khai age / Public key (age)"),
    "as": (Word(["head", "delegate"]), "Thủ trưởng hay người được ủy quyền / The head, or authorised"),
    "kind": (Word(KINDS), "Loại cơ quan / Kind of agency"),
    "parent": (AGENCY, "Cơ quan chủ quản, mã hoặc tên / The managing agency, code or name"),
    "identifier": (Text("H…", schema.IDENTIFIER, "H00.10"), "Mã định danh quốc gia / National identifier"),
    "province": (_TEXT, "Tên tỉnh / The province's name"),
    "domain": (
        Text("DOMAIN", schema.DOMAIN, "tentinh.gov.vn"),
        "Tên miền của mọi địa chỉ / The domain of all addresses",
    ),
    "host": (
        Text("HOST", re.compile(rf"(?=(?:[^.]+\.){{2}}){schema.DOMAIN.pattern}"), "mail.tentinh.gov.vn"),
        "Tên máy chủ thư, nếu khác mail.TÊN_MIỀN / The mail server's name, if not mail.DOMAIN",
    ),
    "office-phone": (
        Text("PHONE", schema.PHONE_SHAPE, "0200 3 000 000"),
        "Điện thoại hỗ trợ của cơ quan vận hành / The operator's telephone for help",
    ),
    "operator-key": (PublicKey(), "Khóa công khai age của cơ quan vận hành / The operator's public key (age)"),
    "server": (
        Text("ADDRESS", re.compile(r"[0-9A-Za-z][0-9A-Za-z.:-]*"), "192.0.2.10"),
        "Địa chỉ ssh của máy chủ / The server's address for ssh",
    ),
    "org": (
        Text("NAME", ORGANISATION, "tentinh"),
        "Tổ chức trên máy chủ git, nếu khác phần đầu tên miền / The organisation there, if not as the domain begins",
    ),
    "limit": (Word(ACKNOWLEDGED), "Việc được xác nhận / What is acknowledged"),
    "count": (Text("COUNT", re.compile(r"[1-9][0-9]{0,8}"), "25"), "Nhiều nhất bao nhiêu hộp thư / Up to so many"),
    "accounts": (
        Text("A,B", re.compile(r"[^,].*"), "contact-snv, snv/000101"),
        "Địa chỉ, hoặc mục được sửa (snv/000101) / Addresses, or entries that are corrected",
    ),
    "agencies": (
        Text("A,B", re.compile(r"[^,].*"), "snv, syt"),
        "Chỉ cho các cơ quan (mã hoặc tên, cách nhau bằng dấu phẩy) / Only in these agencies (code or name)",
    ),
    "documents": (
        Text("N,M", re.compile(r"[^,].*"), "70/QĐ-SNV"),
        "Chỉ cho việc theo các văn bản (cách nhau bằng dấu phẩy) / Only for what is done by these documents",
    ),
    "from": (_DAY, "Có hiệu lực từ ngày / The first day on which it holds"),
    "last-day": (_DAY, "Đến hết ngày / The last day on which it holds"),
    "succeeds": (_TEXT, "Kế thừa cơ quan A,B / Agencies that it takes over from: A,B"),
}
# Name on the command line of an option that `OPTIONS` has under another name, since two options have the same name.
_CALLED = {
    "agency-name": "name",
    "office-phone": "phone",
    "founded": "date",
    "operator-key": "key",
    "last-day": "until",
    "first-day": "from",
    "leave-to": "to",
    "back": "date",
}
_SKIP = {"vi": "Enter nếu không có", "en": "Enter for none"}
# The message about a missing option lists its values up to this number; more are only in --help.
MOST_CHOICES = 10
ENDINGS = PERSON_CLOSED - PAIRED
BEGINNINGS = ("recruited", "migrated")


def options(*names: str) -> Callable[[F], F]:
    """Return a decorator that adds some of `OPTIONS`; an option that is not given is None."""

    def add(command: F) -> F:
        for name in reversed(names):
            kind, text = OPTIONS[name]
            command = click.option(f"--{_CALLED.get(name, name)}", type=kind, help=f"{text}.")(command)
        return command

    return add


def event(allowed: Iterable[str], default: str | None = None) -> Callable[[F], F]:
    """Return a decorator that adds --event with the allowed events."""
    return click.option("--event", type=Word(allowed), default=default, show_default=True, help="Lý do / Event.")


def complete(given: dict[str, Any], *names: str, optional: Iterable[str] = ()) -> None:
    """Ask at a terminal for options of the command that were not given.

    If any of `names` is missing, the `optional` ones are asked for as well, and Enter skips them.

    Raises:
        UsageError: options are missing, and standard input is no terminal (status 2).
    """
    missing = [name for name in names if given[name] is None]
    known = {option.name: option for option in click.get_current_context().command.params}
    if missing and not at_terminal(sys.stdin):
        listed = [_named(known[name]) for name in missing]
        raise Misuse(_("missing {options}; a terminal is asked for them"), options=listed)
    for name in missing:
        given[name] = _ask(known[name], _question(known[name]))
        answered(name, given[name])
    for name in optional if missing else ():
        if given[name] is None:
            given[name] = _ask_if_any(known[name])
            answered(name, given[name])


def complete_if_asked(given: dict[str, Any], name: str) -> None:
    """Ask at a terminal for an optional option that was not given; Enter skips it."""
    if given[name] is None and at_terminal(sys.stdin):
        known = {option.name: option for option in click.get_current_context().command.params}
        given[name] = _ask_if_any(known[name])
        answered(name, given[name])


def of_quota(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the option to `complete` where a quota is given: the document that decides it (R9.2)."""
    return ("quota_document",) if given["quota"] else ()


def _named(option: click.Parameter) -> str:
    """Return an option's name for a message, with its values where these are up to `MOST_CHOICES`."""
    name, kind = f"--{str(option.name).replace('_', '-')}", option.type
    if isinstance(kind, click.Choice) and len(kind.choices) <= MOST_CHOICES:
        choices = kind.shown(language()) if isinstance(kind, Word) else kind.choices
        return f"{name} ({' | '.join(choices)})"
    return name


def _question(option: click.Parameter) -> str:
    vietnamese, _slash, english = str(getattr(option, "help", "")).removesuffix(".").partition(" / ")
    question = english if language() == "en" else vietnamese
    return _with_choices(option.type, question)


def _with_choices(kind: click.ParamType[Any], question: str) -> str:
    """Return a question with a numbered menu of its possible answers, one a line."""
    if not isinstance(kind, Word):
        return question
    lines = [f"  {number:2}. {word}" for number, word in enumerate(kind.shown(language()), 1)]
    return "\n".join(
        [
            question if question.endswith("?") else f"{question}:",
            *lines,
            render(BY_NUMBER, {"last": len(lines)}, language()),
        ]
    )


def _chosen(kind: click.ParamType[Any], text: str) -> str:
    """Return the typed text; for a menu, the word with this number or name.

    Raises:
        WrongValue: the menu has no such number, word or name. Its message does not repeat the menu.
    """
    if not isinstance(kind, Word):
        return text
    if text.strip().isdecimal() and 1 <= int(text) <= len(kind.choices):
        return kind.choices[int(text) - 1]
    try:
        return kind.convert(text, None, None)
    except click.BadParameter:
        raise WrongValue(NOT_IN_MENU, value=text, last=len(kind.choices)) from None


def _ask_if_any(option: click.Parameter) -> Any:
    """Ask for an optional option; return None where only Enter was typed."""
    return _ask(option, f"{_question(option)} ({_SKIP[language()]})", default="")


def ask(kind: click.ParamType[Any], question: str, default: str | None = None, *, skip: bool = False) -> Any:
    """Ask a question that belongs to no option. Enter means the default, or None with `skip`."""
    option = click.Argument(["answer"], type=kind, metavar=kind.name)
    asked = _with_choices(kind, question)
    if default:
        shown = kind.shown(language())[list(kind.choices).index(default)] if isinstance(kind, Word) else default
        answer = _ask(option, f"{asked} [{shown}]", default="")
        return kind.convert(default, option, None) if answer is None else answer
    return _ask(option, f"{asked} ({_SKIP[language()]})", default="") if skip else _ask(option, asked)


def _ask(option: click.Parameter, question: str, default: str | None = None) -> Any:
    """Ask until the answer is valid. Returns None for Enter alone, where `default` is not None."""

    def read(text: str) -> tuple[Any, click.UsageError | None]:
        if default is not None and not text.strip():
            return None, None
        try:
            return option.type.convert(_chosen(option.type, text), option, None), None
        except click.BadParameter as error:
            error.param = option
            return None, error

    # click itself would show an invalid answer's error in English only. A menu is shown once.
    while True:
        value, error = click.prompt(
            question,
            default=default,
            prompt_suffix=" " if question.endswith("?") else ": ",
            show_default=False,
            show_choices=False,
            value_proc=read,
            err=True,
        )
        if error is None:
            return value
        click.echo(explain(error, language()), err=True)
        question = question.rpartition("\n")[2]
