"""Mutations of what a file means: whatever comes of them is YAML, and mostly gets past the reader to the rules."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import yaml

from danhba.model.kinds import KINDS
from danhba.model.register import AGENCY_CLOSED, AGENCY_OPENED, PERSON_CLOSED, PERSON_OPENED

Data: TypeAlias = Any
"""Mappings, lists and text, as YAML without types has them."""

_DAYS = """0001-01-01 1991-10-01 2008-03-20 2010-10-15 2010-11-01 2011-02-01 2012-01-01 2025-03-01 2026-11-24
    2026-11-25 2030-01-01 9999-12-30 9999-12-31
    2010-02-30 2010-13-01 10000-01-01 2010-1-1 20101015 15/10/2010 2010-W01-1""".split()
_DOCUMENTS = """1/QĐ-UBND 33/2010/QĐ-UBND 44/TTr-STTTT 650/UBND-NV 414-CTr/TU 20/2023/QH15 12 QĐ-UBND /QĐ-UBND
    1/qđ-ubnd 999999999/QĐ-UBND""".split()
_CODES = "stttt skhcn skhcnm ubnd nobody contact abuse a STTTT sở a-b 1a".split()
_IDS = "101 102 103 104 000101 000102 000103 x-1 -".split()
_NAMES = [
    *("Nguyễn Văn Vịnh", "Ngô Vân Vinh", "H'Hen Niê", "Đ’Sơn", "Ð", "a", "-", "'", "Ng", "An An An", "Postmaster"),
    *(
        "Nguye\u0302\u0303n A",
        "Nguyễn\u200bA",
        "\u202eAn",
        "Mü Lê",
        "李 明",
        "Ван Ан",
        "1 2",
        "ﬁ An",
        "İ I",
        "ß An",
        "ǅ An",
    ),
    *(
        "x " * 99,
        "An" * 5000,
        "e\u0301\u0323" * 300,
        "A" + "\u0301" * 190,
        "\U0001f600",
        "=1+1",
        "@all",
        "<b>",
        "${x}",
        "{0}",
    ),
]
_HOSTS = ["laocai.gov.vn", "mail.laocai.gov.vn", "localhost", "a..vn", "LAOCAI.GOV.VN", "x" * 300]
_PINS = "vinh-stttt vinhnv2-stttt abuse contact-stttt a..b a@b A-stttt x-skhcn plain vinh.nv postmaster-stttt".split()
_NUMBERS = "0 1 90 183 366 999999999 1000000000 -1 1.5 ٣ 1e9 007 0x1".split()
_SIZES = "1M 500M 2G 999999T 0G 1000000G 2g 10 G".split()

VALUES: dict[str, Sequence[str]] = {
    **dict.fromkeys(("date", "until"), _DAYS),
    **dict.fromkeys(("document", "request", "address_document", "quota_document"), _DOCUMENTS),
    **dict.fromkeys(("agency", "parent", "operator", "succeeds"), _CODES),
    **dict.fromkeys(("id", "person"), _IDS),
    **dict.fromkeys(("name", "family", "given", "title", "unit", "province"), _NAMES),
    **dict.fromkeys(("quota", "official"), _SIZES),
    **dict.fromkeys(
        ("forward_days", "redirect_days", "future_days", "default", "leader", "count", "percent"), _NUMBERS
    ),
    "event": [*sorted(AGENCY_OPENED | AGENCY_CLOSED | PERSON_OPENED | PERSON_CLOSED), "born"],
    "kind": [*sorted(KINDS), "ministry"],
    "address": _PINS,
    "as": ["head", "delegate", "king"],
    "limit": ["close", "readdress", "protected", "history", "all"],
    "protected": ["contact-stttt", "contact-ubnd", "vinh-stttt", "x"],
    "accounts": ["vinhnv-stttt", "contact-stttt@laocai.gov.vn", "@", "x"],
    "phone": ["0214 3 840 034", "+84 214 3 840 034", "0", "٠٢١٤", "call me"],
    "identifier": ["H38.10", "H38", "Z00", "000.00.10.H38"],
    **dict.fromkeys(("domain", "host"), _HOSTS),
}
# What could stand anywhere, and should nowhere.
HOSTILE: Sequence[Data] = [
    *(
        "",
        " ",
        "null",
        "~",
        "true",
        "No",
        "0",
        "-1",
        "1e400",
        "2010-10-15",
        "=",
        "<<",
        "\x07",
        "\x1b]0;x\x07",
        "a\nb",
        "a\tb",
    ),
    *(
        "\u202e\u2066abc",
        "\u200b",
        "\ufeff",
        "\ufffe",
        "\U000e0041",
        "\u0378",
        "\u115f",
        "{name}",
        "{",
        "}",
        "{0!r}",
        "%s",
        "%25",
    ),
    *(
        "a" * 199,
        "a" * 201,
        "x" * 10000,
        "ạ" * 10000,
        "e\u0301" * 5000,
        "::error::x",
        "\\u202e",
        "]]>",
        "`id`",
        "../../etc/passwd",
    ),
    *([], {}, [[]], [{}], {"": ""}, {"a": {"b": {}}}, ["a"] * 100, {"document": "1/QĐ-UBND"}, {"name": "x"}),
]
KEYS = [
    *VALUES,
    *"people opened closed suspended custodians policy limits acknowledgements support mail title key".split(),
]
_PLAIN = re.compile(r"(?!null|~)[^\W_][\w /.@'()+-]*(?<! )")


def load(data: bytes) -> Data:
    """A valid file as mappings, lists and text."""
    return yaml.load(data, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text


def dump(rng: random.Random, data: Data) -> bytes:
    """As YAML in block style at the top, in flow style below."""
    if not isinstance(data, dict):
        return _flow(rng, data).encode(errors="surrogatepass")
    lines = ["---"]
    for key, value in data.items():
        if isinstance(value, list) and value:
            lines += [f"{_scalar(rng, key)}:", *(f"  - {_flow(rng, item)}" for item in value)]
        else:
            lines.append(f"{_scalar(rng, key)}: {_flow(rng, value)}")
    return ("\n".join(lines) + "\n").encode(errors="surrogatepass")


def _flow(rng: random.Random, data: Data) -> str:
    if isinstance(data, dict):
        return "{" + ", ".join(f"{_scalar(rng, key)}: {_flow(rng, value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(_flow(rng, item) for item in data) + "]"
    return _scalar(rng, data)


def _scalar(rng: random.Random, text: str) -> str:
    if _PLAIN.fullmatch(text) and rng.random() < 0.9:
        return text
    if rng.random() < 0.7:
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Spot:
    """A place in the data where something stands: its container and its key or position there."""

    def __init__(self, holder: Data, key: Any, name: str) -> None:
        self.holder, self.key, self.name = holder, key, name

    def get(self) -> Data:
        return self.holder[self.key]

    def put(self, value: Data) -> None:
        self.holder[self.key] = value


def _spots(data: Data, name: str = "") -> Iterator[_Spot]:
    """Every place in the data; items of a list go by the name of the list."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        spot = _Spot(data, key, str(key) if isinstance(data, dict) else name)
        yield spot
        yield from _spots(value, spot.name)


def fitting(rng: random.Random, spot: _Spot, _other: Data) -> None:
    """A value that could stand there, and may be wrong."""
    spot.put(rng.choice(VALUES.get(spot.name, _NAMES)))


def hostile(rng: random.Random, spot: _Spot, _other: Data) -> None:
    """A value that should stand nowhere."""
    spot.put(rng.choice(HOSTILE))


def foreign(rng: random.Random, spot: _Spot, other: Data) -> None:
    """Something from somewhere else."""
    spot.put(rng.choice(list(_spots(other))).get())


def kin(rng: random.Random, spot: _Spot, other: Data) -> None:
    """What stands under the same key somewhere else."""
    same = [found for found in _spots(other) if found.name == spot.name]
    if same:
        spot.put(rng.choice(same).get())


def gone(_rng: random.Random, spot: _Spot, _other: Data) -> None:
    """Nothing."""
    del spot.holder[spot.key]


def renamed(rng: random.Random, spot: _Spot, _other: Data) -> None:
    """Another key, known or not."""
    if isinstance(spot.holder, dict):
        spot.holder[rng.choice([*KEYS, *(h for h in HOSTILE if isinstance(h, str))])] = spot.holder.pop(spot.key)


def added(rng: random.Random, spot: _Spot, _other: Data) -> None:
    """One more key."""
    if isinstance(spot.holder, dict):
        key = rng.choice(KEYS)
        spot.holder[key] = rng.choice(VALUES.get(key, HOSTILE))


def repeated(rng: random.Random, spot: _Spot, _other: Data) -> None:
    """An item again and again."""
    if isinstance(spot.holder, list):
        spot.holder[spot.key : spot.key] = [spot.get()] * rng.choice((1, 1, 1, 2, 60, 400))


def shuffled(rng: random.Random, spot: _Spot, _other: Data) -> None:
    """A list in another order."""
    if isinstance(spot.holder, list):
        rng.shuffle(spot.holder)


def wrapped(rng: random.Random, spot: _Spot, _other: Data) -> None:
    """The value further down."""
    value = spot.get()
    for _ in range(rng.choice((1, 1, 2, 30, 40))):
        value = [value] if rng.random() < 0.5 else {"a": value}
    spot.put(value)


Mutation: TypeAlias = Callable[[random.Random, _Spot, Data], None]
MUTATIONS: Sequence[Mutation] = [
    *(fitting, fitting, fitting, fitting, hostile, foreign, kin, kin),
    *(gone, renamed, added, repeated, shuffled, wrapped),
]


def mutated(rng: random.Random, data: bytes, other: bytes) -> tuple[bytes, str]:
    """One to six mutations of a valid file, and their names."""
    whole, names = {"": load(data)}, []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4, 6))):
        spots = list(_spots(whole))[1:]
        if not spots:
            break
        mutation = rng.choice(MUTATIONS)
        mutation(rng, rng.choice(spots), load(other))
        names.append(mutation.__name__)
    return dump(rng, whole[""]), "+".join(names)
