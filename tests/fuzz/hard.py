"""The hardest registers that one can think of, each as large as a file may be: cases of their own, run once each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

from danhba.reading.source import LARGEST
from tests.fuzz.registers import Register
from tests.support.registers import SAMPLE, STTTT

STTTT_YML = "agencies/stttt.yml"
HEAD = STTTT.partition("people:")[0].partition("custodians:")[0]
OPENED = "opened: {document: 1/QĐ-A, date: 2010-11-01, event: recruited}"
MARKS = "\u0301\u0323"


def _filled(head: str, item: str, size: int, tail: str = "") -> str:
    """A text of some `size` octets: `item` again and again, each with its number in place of a #."""
    count = size // (len(item.encode()) + (5 if "#" in item else 0))
    return head + "".join(item.replace("#", str(number)) for number in range(count)) + tail


Make = Callable[[int], Mapping[str, str | bytes]]


def _agency(make: Callable[[int], str]) -> Make:
    return lambda size: {STTTT_YML: make(size)}


def _bomb(_size: int) -> str:
    lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    return "a0: &a0 [x]\n" + "\n".join(lines)


def _chain(size: int) -> Mapping[str, str]:
    """Agencies each of which stands below the one before, in a line that closes on itself."""
    count = max(3, size // 2500)
    agency = (
        "agency: {0}\nname: X\nkind: board\nparent: {1}\nopened: {{document: 1/QĐ-A, date: 2000-01-01, event: {2}}}\n"
    )
    return {
        f"agencies/a{n}.yml": agency.format(f"a{n}", f"a{(n or count) - 1}", "established") + "people: []\n"
        for n in range(count)
    }


def _heirs(size: int) -> Mapping[str, str]:
    """Agencies each of which succeeds all those before, which are all closed."""
    count = max(3, min(size // 2500, 400))
    text = (
        "agency: a{0}\nname: X\nkind: board\nopened: {{document: 1/QĐ-A, date: 2000-01-01, event: established}}\n"
        "closed: {{document: 1/QĐ-A, date: 2001-01-01, event: merged}}\nsucceeds: [{1}]\npeople: []\n"
    )
    return {
        f"agencies/a{n}.yml": text.format(n, ", ".join(f"a{m}" for m in range(count) if m != n)) for n in range(count)
    }


def _mover(size: int) -> str:
    """One person who moves within one agency, again and again."""
    entry = "  - {id: a, name: An, opened: {document: 1/QĐ-A, date: 2010-11-01, event: transferred}}\n"
    return _filled(HEAD + "people:\n", entry, size)


def _custodians(size: int) -> str:
    custodian = "  - {person: x#, document: 1/QĐ-A, date: 2011-01-01, as: head}\n"
    people = _filled("people:\n", f"  - {{id: p#, name: An, {OPENED}}}\n", size // 2)
    return _filled(HEAD + "custodians:\n", custodian, size // 2) + people


def _two_letters() -> str:
    return " ".join(a + b for a, b in product("aeiou", "nm"))


FILES: Mapping[str, Make] = {
    "binary": _agency(lambda size: "\x00\x01\x02\x03" * (size // 4)),
    "no UTF-8": lambda size: {STTTT_YML: b"\xe1\xbb" * (size // 2)},
    "legacy": lambda size: {
        STTTT_YML: HEAD.encode() + b"people: [" + "Nguyễn Văn ".encode("cp1258", "replace") * (size // 11)
    },
    "misread": _agency(lambda size: HEAD + "people: [" + "NguyÃªÌn VÄƒn " * (size // 22)),
    "spaces": _agency(lambda size: " " * size),
    "lines": _agency(lambda size: "\n" * size),
    "CR": _agency(lambda size: "\r" * size),
    "deep, flow": _agency(lambda size: "a: " + "[" * size),
    "deep, block": _agency(lambda size: "- " * (size // 2)),
    "deep, keys": _agency(lambda size: "? " * (size // 2)),
    "deep, by indent": _agency(lambda size: "".join(" " * n + "a:\n" for n in range(int((2 * size) ** 0.5)))),
    "aliases that explode": _agency(_bomb),
    "anchors": _agency(lambda size: _filled("people:\n", "- &a# x\n", size)),
    "aliases": _agency(lambda size: _filled("people: [&a x,", "*a,", size, "]")),
    "tags": _agency(lambda size: _filled("people: [", "!!a x,", size, "]")),
    "directives": _agency(lambda size: _filled("", "%TAG !a#! !\n", size, "---\na\n")),
    "directives of a second document": _agency(lambda size: _filled("a\n...\n", "%TAG !a#! !\n", size, "---\na\n")),
    "comments": _agency(lambda size: _filled("", "#\n", size, "a: b\n")),
    "keys twice": _agency(lambda size: _filled("", "a: b\n", size)),
    "keys that are lists": _agency(lambda size: _filled("", "[]: b\n", size)),
    "unknown keys": _agency(lambda size: _filled(HEAD, "k#: b\n", size)),
    "unknown keys of a long name": _agency(
        lambda size: _filled(HEAD + "people:\n- {id: " + "x" * (size // 2) + ", ", "k#: b, ", size // 2, "}")
    ),
    "one long key": _agency(lambda size: HEAD + "k" * size + ": b"),
    "one long value": _agency(lambda size: HEAD.replace("Sở", "S" * size)),
    "many lines in one value": _agency(lambda size: HEAD.replace("Sở", '"' + "S\n\n" * (size // 3) + '"')),
    "escapes in one value": _agency(lambda size: HEAD.replace("Sở Thông", '"' + "\\u0041" * (size // 6) + '"')),
    "escapes in many values": _agency(lambda size: _filled(HEAD + "people: [", '"\\n",', size, "]")),
    "quoted values": _agency(lambda size: _filled(HEAD + "people: [", '"ạ",', size, '"\\\\"]')),
    "empty items": _agency(lambda size: _filled(HEAD + "people: [", "a,", size, "]")),
    "empty people": _agency(lambda size: _filled(HEAD + "people: [", "{},", size, "]")),
    "empty people in lines": _agency(lambda size: _filled(HEAD + "people:\n", "-\n", size)),
    "invisible characters": _agency(lambda size: HEAD + "people: [" + "\u200b" * (size // 3) + "]"),
    "look-alikes": _agency(lambda size: HEAD + "people: [" + "Ð" * (size // 2) + "]"),
    "one word of marks": _agency(lambda size: HEAD + "people: [e" + MARKS * (size // 4) + "]"),
    "words of marks": _agency(lambda size: HEAD + "people: [" + ("e" + MARKS * 100 + " ") * (size // 402) + "]"),
    "many words that are not composed": _agency(lambda size: HEAD + "people: [" + "e\u0301 " * (size // 4) + "]"),
    "one name of 10,000 characters": _agency(lambda size: STTTT.replace("Ngô Vân Vinh", "Ngô " * (size // 5))),
    "namesakes": _agency(
        lambda size: _filled(HEAD + "people:\n", f"- {{id: p#, name: {_two_letters()}, {OPENED}}}\n", size)
    ),
    "one id": _agency(lambda size: _filled(HEAD + "people:\n", f"- {{id: p, name: An #, {OPENED}}}\n", size)),
    "moves of one id": _agency(_mover),
    "bad documents": _agency(
        lambda size: _filled(
            HEAD + "people:\n", "- {id: p#, name: An, opened: {document: x, date: y, event: z}}\n", size
        )
    ),
    "suspensions": _agency(
        lambda size: _filled(
            HEAD + f"people:\n- {{id: p, name: An, {OPENED}, suspended: [",
            "{document: 1/QĐ-A, date: 2009-01-01, until: 2008-01-01},",
            size,
            "]}",
        )
    ),
    "custodians": _agency(_custodians),
    "system addresses": lambda size: {
        "province.yml": _filled(
            SAMPLE["province.yml"].partition("system")[0] + "system_addresses: {", "x#: y, ", size, "}"
        )
    },
    "acknowledgements": lambda size: {
        "province.yml": _filled(
            SAMPLE["province.yml"].partition("acknow")[0] + "acknowledgements:\n",
            "- {limit: close, count: #, document: 5/A-B, until: 2012-01-01}\n",
            size,
        )
    },
    "days without end": lambda _size: {
        "province.yml": SAMPLE["province.yml"].replace("forward_days: 90", "future_days: 999999999")
    },
    "a cycle of agencies": _chain,
    "agencies that succeed each other": _heirs,
}


def hard(name: str, size: int = LARGEST) -> Register:
    """One of them in so many octets or a little less; the rest is the sample."""
    made = FILES[name](size - 2000)
    files = {file: text.encode() if isinstance(text, str) else text for file, text in {**SAMPLE, **made}.items()}
    return Register(name, files)
