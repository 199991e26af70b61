"""What is sent through the filters: official letters of which no two are the same, some of them to be refused.

And the database of viruses that they are compared with, as large as a real one and made for the bench alone.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Literal

from tests.bench.secrecy import pages
from tests.support import papers
from tests.support.gate import EICAR

Kind = Literal["clean", "virus", "mark"]
OUTSIDE = "ben-ngoai.example"  # whose senders they are; RFC 2606 keeps the name free
SENDER = f"ai@{OUTSIDE}"
OCTETS = 10_000  # of the text, as UTF-8
PICTURE = (60_000, 190_000)  # octets, in each file that is attached
HASHES, BODIES = 200_000, 20_000  # signatures, by the digest of a file and by what stands in it
BAD = 100  # of so many letters one holds a virus, and one the mark
# Syllables of which letters are made: many, and none that a mark begins or ends with.
_BEGINNINGS = "b c ch d đ g h kh l m n ng nh ph qu s t th tr v x".split()
_ENDINGS = "a an ang anh ào ăng âm ân âu ê ên i iên iêu inh ó oa oan ô ôn ông ơ ơn u uân uyên ư ương ưu ý".split()
_SYLLABLES = ["".join(parts) for parts in itertools.product(_BEGINNINGS, _ENDINGS)]


@dataclass(frozen=True)
class Letter:
    """A letter without the header fields that say which one it is and to whom it goes."""

    kind: Kind
    octets: bytes

    def addressed(self, message_id: str, recipient: str) -> bytes:
        """The whole message."""
        return f"Message-ID: <{message_id}>\r\nTo: <{recipient}>\r\n".encode() + self.octets


def letters(count: int, seed: int) -> list[Letter]:
    """As many, of each seed others: half with HTML, one in five with a PDF or DOCX."""
    chance = random.Random(seed)
    return [_letter(number, chance) for number in range(count)]


def _letter(number: int, chance: random.Random) -> Letter:
    kind = _kind(number)
    text = _text(chance, OCTETS)
    if kind == "mark":
        text.insert(1, "MẬT")
    message = EmailMessage(policy=SMTP)
    message["From"], message["Date"] = f"Văn thư <{SENDER}>", formatdate(localtime=True)
    message["Subject"] = " ".join(text[0].split()[:8])
    message.set_content("\n".join(text))
    if number % 2:
        message.add_alternative(papers.html(text).decode(), subtype="html")
    for name, octets in _files(number, kind, chance):
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=name)
    return Letter(kind, message.as_bytes())


def _kind(number: int) -> Kind:
    places: dict[int, Kind] = {7: "virus", 57: "mark"}  # neither of them has a file else
    return places.get(number % BAD, "clean")


def _files(number: int, kind: Kind, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """By turns PDF and DOCX; viruses are by turns what every scanner knows and what the bench's database knows."""
    if kind == "virus":
        yield "phu-luc.bin", EICAR if number // BAD % 2 else KNOWN + chance.randbytes(1000)
    elif number % 5 == 0:
        lines, picture = _text(chance, OCTETS), chance.randbytes(chance.randint(*PICTURE))
        if number // 10 % 2:
            yield "cong-van.docx", papers.docx(lines, parts={"word/media/dau.png": b"\x89PNG\r\n\x1a\n" + picture})
        else:
            yield "cong-van.pdf", pages(lines, picture)


def _text(chance: random.Random, octets: int) -> list[str]:
    """Lines of at least so many octets together."""
    lines: list[str] = []
    while octets > 0:
        line = " ".join(chance.choices(_SYLLABLES, k=chance.randint(12, 18))).capitalize() + "."
        lines.append(line)
        octets -= len(line.encode()) + 1
    return lines


KNOWN = random.Random(12).randbytes(40)  # what the first signature of a body is about


def hashes() -> str:
    """Signatures of files by their digest (ClamAV's format .hdb); of no file that there is."""
    chance = random.Random(13)
    rows = ((chance.randbytes(16).hex(), chance.randint(1_000, 2_000_000), number) for number in range(HASHES))
    return "".join(f"{digest}:{octets}:Danhba.Bench.Hash-{number}\n" for digest, octets, number in rows)


def bodies() -> str:
    """Signatures of what stands in a file of any kind, anywhere (ClamAV's format .ndb)."""
    chance = random.Random(14)
    texts = [KNOWN, *(chance.randbytes(chance.randint(20, 60)) for _ in range(BODIES - 1))]
    return "".join(f"Danhba.Bench.Body-{number}:0:*:{text.hex()}\n" for number, text in enumerate(texts))


DATABASE: dict[str, Callable[[], str]] = {"danhba-bench.hdb": hashes, "danhba-bench.ndb": bodies}
