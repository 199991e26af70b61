"""The regulation of a province, and how papers, pages and findings cite its articles.

The texts of this project cite articles by their numbers in `MODEL`, the regulation that the software was written for.
`cite` replaces these numbers with those of the province's own regulation, and removes the numbers that the province has
not stated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from unidecode import unidecode

from .place import Places

# The regulation whose numbers the requirements of this software have (docs/clauses.yml): number and symbol, day.
MODEL = ("33/2010/QĐ-UBND", date(2010, 10, 5))
MODEL_PROVINCE = "Lào Cai"
# The value of the key `articles` where a province's regulation has the same numbers as `MODEL`.
SAME = "same"
# A number in the key `articles`: article, clause and point, such as 6, 6.2 and 6.2b.
NUMBER = re.compile(r"[1-9][0-9]{0,2}(\.[1-9][0-9]?([a-zđ])?)?")
# The numbers of `MODEL` that the key `articles` may map: those of docs/clauses.yml, with the articles and clauses that
# contain them.
ARTICLES = tuple(
    """1 2 2.1 2.2 3 4 4.1 4.2 4.2a 4.2b 5 6 6.1 6.1a 6.1b 6.2 6.2a 6.2b 7 7.1 7.2 7.3 8 8.1 8.2 9 9.2 9.3 9.4 9.5
    9.6 9.8 9.9 10 10.1 10.2 10.4 10.5 10.6 10.7 10.8 10.9 11 11.1 11.2 12 13 14 15 15.1 16""".split()
)
DECIDED = {"QĐ": "Quyết định", "NQ": "Nghị quyết", "CT": "Chỉ thị", "TB": "Thông báo", "HD": "Hướng dẫn"}
OWN = "Quy chế"
CALLED = "(sau đây gọi là Quy chế)"
BODIES = {"UBND": "Ủy ban nhân dân", "HĐND": "Hội đồng nhân dân"}


@dataclass(frozen=True)
class Regulation:
    """The regulation of a province: number and symbol, day and title of the document, empty where none is stated.

    `articles` maps the numbers of `MODEL` to those of this regulation; None where its numbers are not stated.
    """

    number: str = ""
    day: date | None = None
    title: str = ""
    articles: Mapping[str, str] | None = None
    province: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def numbered(self) -> Mapping[str, str]:
        """The numbers of this regulation by those of `MODEL`, as far as they are known."""
        if self.articles is not None:
            return self.articles
        return _EQUAL if is_model(self.number, self.day) and not self.is_others else {}

    @property
    def equal(self) -> bool:
        """Whether every article has the same number as in `MODEL`."""
        return self.numbered == _EQUAL

    @property
    def is_others(self) -> bool:
        """Whether the regulation is `MODEL`, but the province is not the one that issued it."""
        return is_model(self.number, self.day) and not _is_model_province(self.province)

    @property
    def doubt(self) -> str:
        """The other province whose regulation this may be by mistake; empty where nothing suggests that.

        A doubt is no proof: the title may have the old name of a renamed province, and two provinces may have given
        their regulations the same number.
        """
        named = [name for name in map(_capitals, _NAMED.findall(self.title)) if name]
        if named and not any(_bare(self.province).endswith(_bare(name)) for name in named):
            return named[0]
        return MODEL_PROVINCE if self.number == MODEL[0] and not _is_model_province(self.province) else ""

    def on(self, day: date) -> Regulation:
        """Return the regulation that a paper of a day may cite: an empty one if this was issued later."""
        return self if self.day is None or self.day <= day else Regulation(province=self.province)

    def article(self, ours: str) -> str:
        """Return this regulation's number for an article, clause or point of `MODEL` (6.2b).

        Where that is not known, return the number of the clause or article that contains it; else an empty text.
        """
        for key in _from_inner(ours):
            if key in self.numbered:
                return self.numbered[key]
        return ""


_EQUAL: Mapping[str, str] = {number: number for number in ARTICLES}


_NAMED = re.compile(r"\b(?:tỉnh|thành phố) (\w+(?:[ -]\w+){0,3})")


def _capitals(words: str) -> str:
    """Return the capitalised words at the beginning of a text, which are the name there."""
    parts = re.split("([ -])", words)
    found = ""
    for part in parts:
        if part not in " -" and not part[0].isupper():
            break
        found += part
    return found.strip(" -")


def _bare(name: str) -> str:
    return " ".join(unidecode(name).casefold().replace("-", " ").split())


def _is_model_province(name: str) -> bool:
    return _bare(name).removeprefix("tinh ") == _bare(MODEL_PROVINCE)


def is_model(number: str, day: date | None) -> bool:
    """Return whether number and day are those of `MODEL`."""
    return (number, day) == MODEL


def of_file(content: object) -> Regulation:
    """Return the regulation of an unchecked `regulation:` block of the province's file, as plain YAML reads it.

    Values that cannot be read count as not stated. The additional key `province` names the province.
    """
    found: Mapping[Any, Any] = content if isinstance(content, Mapping) else {}
    articles = found.get("articles")
    stated: Mapping[str, str] | None = None
    if isinstance(articles, Mapping):
        stated = {str(key): str(value) for key, value in articles.items() if NUMBER.fullmatch(str(value))}
    elif articles == SAME:
        stated = _EQUAL
    number, day, title, province = (
        " ".join(str(found.get(key, "")).split()) for key in ("number", "date", "title", "province")
    )
    try:
        issued = date.fromisoformat(day)
    except ValueError:
        issued = None
    return Regulation(number, issued, title, stated, province)


def same() -> Mapping[str, str]:
    """Return the mapping that `articles: same` means: each number of `MODEL` to itself."""
    return _EQUAL


def _from_inner(ours: str) -> tuple[str, ...]:
    """Return a number with those that contain it, innermost first: 6.2b, 6.2, 6."""
    article, _dot, _rest = ours.partition(".")
    return tuple(dict.fromkeys((ours, ours.rstrip("abcdđefgh"), article)))


def of_clause(clause: str) -> str:
    """Return the number of `MODEL` for the id of a requirement: 6.2b for R6.2b, 4 for R4.0."""
    return clause.removeprefix("R").removesuffix(".0")


def short(number: str) -> str:
    """Return a number in the form for tables: Điều 6.2.b."""
    return f"Điều {dotted(number)}"


def dotted(number: str) -> str:
    """Return a number with a dot before its point: 6.2.b for 6.2b."""
    return f"{number[:-1]}.{number[-1]}" if number[-1:].isalpha() else number


def formal(number: str) -> str:
    """Return a number in the form for official papers: điểm b khoản 2 Điều 6."""
    article, _dot, clause = number.partition(".")
    point = clause.lstrip("0123456789")
    clause = clause.removesuffix(point) if point else clause
    return (f"điểm {point} " if point else "") + (f"khoản {clause} " if clause else "") + f"Điều {article}"


# The forms in which texts cite articles: one citation, and those that may follow it.
_ONE = r"(?:khoản \d+ )?Điều \d+(?:\.\d+(?:\.?[a-h])?\b)?(?: khoản \d+)?"
_MORE = rf"(?:(?:, | và )(?:khoản \d+(?=, khoản|[ ]Điều)|{_ONE}|\d+\b(?!\.\d)))*"
_VIETNAMESE = rf"(?:khoản \d+, )?{_ONE}{_MORE}"
_ENGLISH = r"[Aa]rticles? \d+(?:\.\d+[a-h]?)?(?:(?:, | and )\d+(?:\.\d+[a-h]?)?\b)*"
_ANY = rf"(?:{_VIETNAMESE}|{_ENGLISH})"
_ENCLOSED = re.compile(rf"\s*\((?:Quy chế, )?(?P<cited>{_ANY})(?: của Quy chế| of the regulation)?\)")
_OPEN = re.compile(
    rf"(?P<cited>{_VIETNAMESE})(?P<of> của Quy chế| Quy chế)?|(?P<article>{_ENGLISH})(?P<of_it> of the regulation)?"
)
_PIECES = re.compile(
    r"khoản (?P<clause>\d+)(?: Điều (?P<of>\d+))?"
    r"|(?:Điều |[Aa]rticles? )?(?P<number>\d+(?:\.\d+(?:\.?[a-h])?)?)(?: khoản (?P<after>\d+))?"
)


def cite(text: str, regulation: Regulation) -> str:
    """Return a text that cites articles of `MODEL` with the numbers of a regulation instead.

    A number that is not known is removed: together with brackets that contain citations alone, and elsewhere by citing
    the regulation as a whole.
    """
    if regulation.equal:
        return text
    text = _ENCLOSED.sub(lambda found: _enclosed(found, regulation), text)
    return _OPEN.sub(lambda found: _open(found, regulation), text)


def _enclosed(found: re.Match[str], regulation: Regulation) -> str:
    """Return brackets of citations as they are, for `_open` to replace; an empty text where no number is known."""
    return found[0] if _numbers(found["cited"], regulation) else ""


def _open(found: re.Match[str], regulation: Regulation) -> str:
    cited = found["cited"] or found["article"]
    english = found["article"] is not None
    numbers = _numbers(cited, regulation)
    if not numbers:
        return f"{'T' if cited[0] == 'A' and _begins(found) else 't'}he regulation" if english else OWN
    if english:
        return _in_english(cited, numbers) + (found["of_it"] or "")
    style = formal if "khoản" in cited else short
    return _joined([style(number) for number in numbers]) + (found["of"] or "")


def _begins(found: re.Match[str]) -> bool:
    """Return whether a citation begins a sentence."""
    return found.string[: found.start()].rstrip(" *_")[-1:] in {"", "\n", ".", ":"}


def _in_english(cited: str, numbers: list[str]) -> str:
    word = cited.split(maxsplit=1)[0].rstrip("s") + ("s" if len(numbers) > 1 else "")
    return f"{word} {' and '.join(numbers)}"


def _joined(numbers: list[str]) -> str:
    return ", ".join(numbers)


def _numbers(cited: str, regulation: Regulation) -> list[str]:
    """Return the regulation's own numbers for a citation, as far as they are known, each once."""
    found, waiting = [], []
    for piece in _PIECES.finditer(cited):
        if piece["clause"] and not piece["of"]:
            waiting.append(piece["clause"])  # the article follows later: khoản 4, khoản 5 Điều 10
            continue
        if piece["of"]:
            found += [f"{piece['of']}.{clause}" for clause in (*waiting, piece["clause"])]
            waiting = []
        else:
            number = re.sub(r"\.(?=[a-h])", "", piece["number"])
            found.append(f"{number}.{piece['after']}" if piece["after"] else number)
    own = (regulation.article(number) for number in found)
    return list(dict.fromkeys(number for number in own if number))


def basis(regulation: Regulation, in_words: Callable[[date], str]) -> str:
    """Return the legal basis ("Căn cứ …") of an official paper, without the punctuation at its end.

    By Nghị định 30/2020/NĐ-CP, Phụ lục I. Where the register states no regulation, the text names none by number.
    """
    if not regulation.number or regulation.day is None:
        return f"Căn cứ quy chế của tỉnh về quản lý, sử dụng hệ thống thư điện tử {CALLED}"
    parts = [
        f"Căn cứ {DECIDED.get(_type(regulation.number), 'Văn bản')} số {regulation.number} {in_words(regulation.day)}",
        _issuer(regulation),
        f"ban hành {regulation.title}" if regulation.title else "",
        CALLED,
    ]
    return " ".join(part for part in parts if part)


def _issuer(regulation: Regulation) -> str:
    """Return the issuing body of the regulation (của Ủy ban nhân dân tỉnh …), empty where its symbol names none."""
    body = BODIES.get(regulation.number.rpartition("-")[2])
    return f"của {body} tỉnh {regulation.province}" if body and regulation.province else ""


def _type(number: str) -> str:
    return number.rpartition("/")[2].partition("-")[0]


def plain_basis(regulation: Regulation, ours: str) -> str:
    """Return a citation in ASCII, for replies of a mail server: khoan 1 Dieu 7, QD 33/2010/QD-UBND.

    `ours` is the number in `MODEL`. Empty where the register states no regulation.
    """
    if not regulation.number:
        return ""
    number, kind = regulation.article(ours), _type(regulation.number)
    source = f"{kind} {regulation.number}" if kind in DECIDED else regulation.number
    return unidecode(f"{formal(number)}, {source}" if number else source)
