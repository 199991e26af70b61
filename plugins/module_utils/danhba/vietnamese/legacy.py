"""The encodings of Vietnamese before Unicode (R7.3, TCVN 6909:2001): recognised by name and converted.

Two things are met. Bytes that are no UTF-8 (`recognise_bytes`, `decode`), and Unicode text that holds such bytes read
as windows-1252, one character a byte: ``NguyÔn V¨n VÞnh``, ``Nguyeãn Vaên Vònh`` (`recognise`, `find`).

What decides is the shape of the Vietnamese syllable, in each reading and in the text as it stands. Text that is
plausible as it stands is never objected to: ``Lò`` stays Lò, although VNI has the same bytes for Lị. Where several
encodings explain a text, the one counts that makes more of the commonest words of it, then the first of `ENCODINGS`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import filterfalse, islice

TCVN3, VNI, CP1258, VISCII = "TCVN3 (ABC)", "VNI", "windows-1258", "VISCII"
UTF8, UTF16 = "UTF-8 read as windows-1252", "UTF-16"
# The likeliest first: TCVN3 was the north's, VNI the south's, VISCII the Vietnamese abroad's.
ENCODINGS = (TCVN3, VNI, CP1258, VISCII)

_UNREADABLE = "\ufffd"
_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = _TONES = "\u0300\u0309\u0303\u0301\u0323"
_CIRCUMFLEX, _BREVE = "\u0302\u0306"
_VOWELS = "aăâeêioôơuưy"


def _toned(vowels: str, tones: str = _TONES) -> list[str]:
    return [unicodedata.normalize("NFC", vowel + tone) for vowel in vowels for tone in tones]


def _tcvn3() -> dict[int, str]:
    """TCVN 5712:1993: toned letters in the order of the alphabet, small ones with gaps that capitals fill.

    The capitals that do not fit there lie among the control characters; the ABC fonts have no toned capitals.
    """
    table = dict(enumerate("\u00a0ĂÂÊÔƠƯĐăâêôơưđ", 0xA0))
    gaps = [0xAF, 0xBA, *range(0xBF, 0xC6), 0xCD, *range(0xD9, 0xDC), 0xE0, 0xF0, 0xFF]
    table |= zip((byte for byte in range(0xB5, 0xFF) if byte not in gaps), _toned(_VOWELS), strict=True)
    filling = _toned("ĂÂÊÔ", _TONES.replace(_DOT, ""))
    table |= zip(gaps, filling, strict=True)
    others = (letter for letter in _toned(_VOWELS.upper()) if letter not in filling)
    controls = (*range(0x80, 0xA0), 0x01, 0x02, 0x04, 0x05, 0x06, *range(0x11, 0x18))
    return table | dict(zip(controls, others, strict=True))


def _viscii() -> dict[int, str]:
    """VISCII (RFC 1456)."""
    upper = (
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
        "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
    )
    return dict(enumerate(upper, 0x80)) | dict(zip((0x02, 0x05, 0x06, 0x14, 0x19, 0x1E), "ẲẴẪỶỸỴ", strict=True))


def _single(table: dict[int, str]) -> Callable[[bytes], str]:
    whole = "".join(table.get(byte, chr(byte) if byte < 0x80 else _UNREADABLE) for byte in range(256))
    return lambda data: data.decode("latin-1").translate(dict(enumerate(whole)))


# VNI writes the letter, then its marks in one byte; only letters that have one mark at most have bytes of their own.
_VNI_MARKS = dict(zip("øûõùï", _TONES, strict=True))
_VNI_MARKS |= dict(zip("âàåãáä", (_CIRCUMFLEX, *(_CIRCUMFLEX + tone for tone in _TONES)), strict=True))
_VNI_MARKS |= dict(zip("êèúüéë", (_BREVE, *(_BREVE + tone for tone in _TONES)), strict=True))
_VNI_LETTERS = dict(zip("ôöñìæóíòî", "ơưđìỉĩíịỵ", strict=True))
_VNI_BASES = {"a": "âàåãáäêèúüéë", "e": "âàåãáä", "o": "âàåãáä", "u": "", "y": "", "ô": "", "ö": ""}
_VNI_PAIR = re.compile("|".join(f"{base}[øûõùï{more}]" for base, more in _VNI_BASES.items()) + "|[^\x00-\x7f]", re.I)


def _vni_pair(match: re.Match[str]) -> str:
    first, mark = match[0][0], match[0][1:]
    letter = first if first.isascii() else _VNI_LETTERS.get(first.lower(), _UNREADABLE)
    letter = letter.upper() if first.isupper() else letter
    return unicodedata.normalize("NFC", letter + _VNI_MARKS.get(mark.lower(), ""))


def _vni(data: bytes) -> str:
    return _VNI_PAIR.sub(_vni_pair, _as_1252(data))


def _cp1258(data: bytes) -> str:
    return unicodedata.normalize("NFC", data.decode("cp1258", "replace"))


def _utf16(data: bytes) -> str:
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    guessed = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
    return data.decode("utf-16" if marked else guessed, "replace")


_DECODERS: dict[str, Callable[[bytes], str]] = {
    TCVN3: _single(_tcvn3()),
    VNI: _vni,
    CP1258: _cp1258,
    VISCII: _single(_viscii()),
}
# Where windows-1252 has no character, software that reads it shows the control character of that byte.
_1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)}
_BYTES = {ord(character): byte for byte, character in _1252.items()}


def _as_1252(data: bytes) -> str:
    return data.decode("latin-1").translate(_1252)


# The syllable: an optional onset, and one of the rhymes (a vowel with what may follow it).
_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()
_RHYMES = frozenset(
    vowels + coda
    for vowels, codas in (
        line.split(":")
        for line in """\
a:-,c,ch,i,m,n,ng,nh,o,p,t,u,y ă:c,m,n,ng,p,t â:c,m,n,ng,p,t,u,y e:-,c,m,n,ng,o,p,t ê:-,ch,m,n,ng,nh,p,t,u
i:-,a,ch,m,n,nh,p,t,u iê:-,c,m,n,ng,p,t,u o:-,a,c,e,i,m,n,ng,p,t oa:c,ch,i,m,n,ng,nh,o,p,t,y oă:c,m,n,ng,t oe:n,o,t
oo:c,ng ô:-,c,i,m,n,ng,p,t ơ:-,i,m,n,p,t u:-,a,c,i,m,n,ng,p,t,y,ơ uâ:n,ng,t,y uê:-,ch,n,nh uô:c,i,m,n,ng,t
uy:ch,n,nh,p,t,u uyê:n,t ư:-,a,c,i,m,n,ng,t,u ươ:c,i,m,n,ng,p,t,u y:- yê:m,n,ng,t,u""".split()
    )
    for coda in codas.replace("-", "").split(",")
)
# Names of the Khmer (Neáng) have rhymes of their own, and those of the Hoa (Voòng) the long o after more consonants.
_RHYMES |= frozenset("ea eac eak eam ean eang eap eat eay".split())
_LONG_O = frozenset("b c ch g h l m n ng ph s t th v x".split())
_SYLLABLE = re.compile(f"({'|'.join(sorted(_ONSETS, key=len, reverse=True))}|)(.*)")
_STOP, _VOWEL_RUN = re.compile("(?:c|ch|p|t)$"), re.compile(f"[{_VOWELS}]*")
# Those vowels carry the tone of their syllable, wherever others stand beside them.
_CARRIERS = frozenset("ăâêôơ")
_LETTERS = frozenset(
    unicodedata.normalize("NFC", letter + tone) for letter in _VOWELS + "đ" for tone in ("", *_TONES)
) | frozenset("abcdefghijklmnopqrstuvwxyz")
_ALONE = _LETTERS | {"ð"}
# The commonest words of names, titles and divisions in this province.
_COMMON = frozenset(
    """nguyễn trần lê phạm hoàng vũ đỗ bùi đặng ngô phan đinh đoàn dương trịnh lương đào hà tạ lưu tô phùng vương giàng
    sùng thào vàng lý lù cư hảng vù tráng hầu chảo tẩn phàn triệu bàn nông hứa lục sần lò vùi thền lèng cầm lường quàng
    văn thị đức xuân mạnh ngọc đình hữu tiến quốc việt hồng bá thế viết trọng mí chẩn sín láo phù kiềm seo
    hùng dũng tuấn cường thắng hải sơn thành quân tùng hưng bình đạt hiếu lâm phương thái toàn định đông hậu phúc sáng
    tâm thịnh thuận ước hương hằng thảo huyền thủy hạnh yến mai liên thơm tuyết vân hiền huệ điệp nguyệt tươi
    chuyên viên trưởng phó phòng giám đốc sở ủy nhân dân xã phường trấn huyện tỉnh kế toán cán bộ công chức hội đồng
    tổ chức hành chính chủ tịch thư ký thường trực""".split()
)


@lru_cache(maxsize=65536)
def _plausible(word: str) -> int:
    """How far a word is Vietnamese: 0 not at all, 1 by its letters and capitals alone, 2 a syllable, 3 a common one."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return 0
    small = word.lower().replace("ð", "đ")  # eth for đ is another mistake (names.LOOKALIKES)
    if not _LETTERS.issuperset(small):
        return 0
    bare, tones = _without_tones(small)
    if len(tones) > 1:
        return 0
    match = _SYLLABLE.fullmatch(bare)
    if not match or not _is_rhyme(match[1], match[2]) or not _is_toned_right(bare, match.start(2), tones):
        return 1
    return 3 if small in _COMMON else 2


def _is_rhyme(onset: str, rhyme: str) -> bool:
    if rhyme.startswith("oo") and onset not in _LONG_O:
        return False
    if onset in {"c", "g", "ng"} and rhyme[:1] in set("eêiy") - ({"i"} if onset == "g" else set()):
        return False
    return rhyme in _RHYMES or (onset == "gi" and "i" + rhyme in _RHYMES) or (onset == "qu" and "u" + rhyme in _RHYMES)


def _without_tones(word: str) -> tuple[str, dict[int, str]]:
    """A word without its tones, and these by their places."""
    tones, letters = {}, []
    for index, letter in enumerate(word):
        decomposed = unicodedata.normalize("NFD", letter)
        tone = next((c for c in decomposed if c in _TONES), "")
        letters.append(unicodedata.normalize("NFC", decomposed.replace(tone, "")) if tone else letter)
        if tone:
            tones[index] = tone
    return "".join(letters), tones


def _is_toned_right(word: str, start: int, tones: dict[int, str]) -> bool:
    """Whether the tone is one that the syllable can have, on a letter that can carry it; `start` is the rhyme's."""
    if _STOP.search(word) and not set(tones.values()) & {_ACUTE, _DOT}:
        return False
    place = next(iter(tones), start)
    rhyme = word[start:]
    carriers = [start + i for i, letter in enumerate(rhyme) if letter in _CARRIERS]
    if not tones or carriers or place < start:
        return not tones or not carriers or place == carriers[-1]
    vowels = len(_VOWEL_RUN.match(rhyme)[0])  # type: ignore[index]
    if vowels == 3 or (vowels == 2 and vowels < len(rhyme)):
        return place == start + 1
    # The rhyme ui has it on either: Chuì is how the Hmong and the Hoa write what is Chùi elsewhere.
    return place == start or (vowels == 2 and place == start + 1 and rhyme in {"oa", "oe", "ui", "uy"})


@dataclass(frozen=True, slots=True)
class Legacy:
    """A text in an old encoding: the encoding's `name` as people know it, and the `text` as it was meant."""

    name: str
    text: str


# A word, as far as ASCII punctuation, digits and spaces do not end it; all that one byte can show as.
_WORD = re.compile("[A-Za-z\u0080-\U0010ffff]+")
_FOREIGN_WORD = re.compile("[A-Za-z]*[\u0080-\U0010ffff][A-Za-z\u0080-\U0010ffff]*")
_WORD_BYTES = re.compile(rb"[A-Za-z\x80-\xff]+")
_ONE_BYTE = frozenset(map(chr, _BYTES))
# Typography that may stand within a word (H’Hen, Lào Cai–Hà Nội), and beside one.
_WITHIN, _BESIDE = "\u00a0’“”–—…", "«»‘°·"
_INNER = re.compile(f"[{_WITHIN}]")
_MEASURE = re.compile("[cdkm]?m[²³]|µ[mgls]")
# The letter à in UTF-8, and most of those that have two marks.
_UTF8_PAIR = re.compile("Ã\u00a0|á[º»].")
# Where a space was put for the no-break space in which the letter à ends in UTF-8.
_LOST = re.compile("Ã(?: (?=[a-z])|(?= |$))")
# No word is longer, and no more is needed to know an encoding; no register has more different words in a file.
_LONGEST, _SAMPLE, _MOST, _DISTINCT = 40, 2000, 1024**2, 20_000
_FIELD = re.compile(r"[^;,|\t\r\n\"]+")
_LETTER_RUN = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=65536)
def _stands(word: str) -> int:
    """How plausible a word is as it stands."""
    if word.isascii() or not _ONE_BYTE.issuperset(word) or not any(map(str.isalpha, word)):
        return 3
    if word.lower() in _ALONE or _MEASURE.fullmatch(word):
        return 3
    if _UTF8_PAIR.search(word):
        return 0
    return _pieces(word)


def _pieces(word: str) -> int:
    """How plausible the least plausible part of a word is, quotation marks and dashes aside."""
    scores = []
    for piece in _INNER.split(word):
        inner = piece.strip(_BESIDE)
        if inner and (inner != piece or not inner.isascii()):
            scores.append(_plausible(inner))
    return min(scores, default=3)


# Those of some texts that are not ASCII.
_foreign: Callable[[Iterable[str]], Iterator[str]] = partial(filterfalse, str.isascii)


@lru_cache(maxsize=1)  # of a file it is asked twice
def beyond_ascii(text: str) -> tuple[str, ...]:
    """What stands between the spaces and ends of lines of a text and is not ASCII, each once."""
    # Most lines are ASCII, and many are alike: those are not taken apart.
    lines = dict.fromkeys(_foreign(text.split("\n")))
    return tuple(dict.fromkeys(_foreign(" ".join(lines).split(" "))))


def _words(text: str) -> list[str]:
    """The words that are not ASCII, each once."""
    words = dict.fromkeys(word for token in beyond_ascii(text) for word in _FOREIGN_WORD.findall(token))
    return [word for word in words if len(word) <= _LONGEST]


def is_one_byte(text: str) -> bool:
    """Whether every character is one that a byte could show as, so that the text could be in disguise."""
    return _ONE_BYTE.issuperset(text)


def recognise(text: str) -> Legacy | None:
    """The encoding that a text of one or more words holds in disguise, or None where it is as it should be.

    Words that cannot hold one (ASCII, and letters that only Unicode has) stay as they are.
    """
    if text.isascii():
        return None
    words = _words(text)[:_DISTINCT]
    if all(_stands(word) >= 2 for word in words):
        return None
    return _utf8_in(text) or _best(text, [word for word in words if _is_readable(word)])


def _is_readable(word: str) -> bool:
    """Whether a word of one-byte characters is more than typography; the one letter that looks like that is § for Đ."""
    return _ONE_BYTE.issuperset(word) and (any(map(str.isalpha, word)) or (len(word) > 1 and "§" in word))


def _best(text: str, words: list[str]) -> Legacy | None:
    most, found = sum(map(_stands, words)), ""
    for name in ENCODINGS:
        scores = [_pieces(_reading(word, name)) for word in words]
        if min(scores, default=0) and sum(scores) > most and _explains(words, scores):
            most, found = sum(scores), name
    return Legacy(found, _converted(text, words, found)) if found else None


def _converted(text: str, words: list[str], name: str) -> str:
    reads = {word: _reading(word, name) for word in words}
    converted = _WORD.sub(lambda match: reads.get(match[0], match[0]), text)
    return _capitals(converted) if name == TCVN3 else converted


def read(text: str, name: str) -> str | None:
    """A text in disguise, of which the encoding is known, as it was meant; None where it makes no sense in it."""
    words = [word for word in _words(text) if _is_readable(word)]
    if not words or not _ONE_BYTE.issuperset(text):
        return None
    if name == UTF8:
        found = _utf8_in(text)
        return found.text if found else None
    return _converted(text, words, name) if all(_pieces(_reading(word, name)) for word in words) else None


def _explains(words: list[str], scores: list[int]) -> bool:
    return any(score >= 2 > _stands(word) for word, score in zip(words, scores, strict=True))


@lru_cache(maxsize=65536)
def _reading(word: str, name: str) -> str:
    """A word of one-byte characters in an encoding."""
    data = bytes(_BYTES[ord(c)] for c in word)
    if name != TCVN3:
        return _DECODERS[name](data)
    # Where the standard has capitals, the ABC fonts have quotation marks and dashes, as windows-1252 has.
    read = "".join(
        c if 0x80 <= byte < 0xA0 else _DECODERS[name](bytes([byte])) for c, byte in zip(word, data, strict=True)
    )
    return _capital_word(read)


def _utf8_in(text: str) -> Legacy | None:
    """UTF-8 that was read byte by byte."""
    text = _LOST.sub("Ã\u00a0", text)
    words = [word for word in _words(text) if _ONE_BYTE.issuperset(word)]
    try:
        reads = {word: bytes(_BYTES[ord(c)] for c in word).decode() for word in words}
    except UnicodeDecodeError:
        return None
    meant = _WORD.sub(lambda match: reads.get(match[0], match[0]), text)
    plausible = all(c.isascii() or c.lower() in _LETTERS or c in _WITHIN + _BESIDE for c in "".join(reads.values()))
    return Legacy(UTF8, unicodedata.normalize("NFC", meant)) if reads and plausible else None


def find(text: str) -> Iterator[tuple[int, Legacy]]:
    """The lines of a text that hold an old encoding: the offset of the first word that shows it, and what it means.

    In a line that has letters of Unicode too, each such word is found by itself.
    """
    known = frozenset(islice(_words(text), _DISTINCT))
    doubtful = frozenset(word for word in known if _stands(word) < 2)
    offset = 0
    for line in text.splitlines(keepends=True) if doubtful else ():
        if not line.isascii():
            yield from ((offset + start, found) for start, found in _in_line(line.rstrip("\r\n"), known, doubtful))
        offset += len(line)


def _in_line(line: str, known: frozenset[str], doubtful: frozenset[str]) -> Iterator[tuple[int, Legacy]]:
    whole = None
    if _ONE_BYTE.issuperset(line) and known.issuperset(words := _words(line)) and not doubtful.isdisjoint(words):
        whole = recognise(line)
    for match in _FOREIGN_WORD.finditer(line):
        found = (whole or _alone(match[0])) if match[0] in doubtful else None
        if found:
            yield match.start(), found
        if whole and found:
            return


@lru_cache(maxsize=65536)
def _alone(word: str) -> Legacy | None:
    return recognise(word)


def recognise_bytes(data: bytes) -> str | None:
    """The encoding of bytes that are no UTF-8; None where none fits, as for a picture or another language."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_utf16(data[:4096]):
        return UTF16
    if b"\0" in data:
        return None
    words = Counter(word for word in _WORD_BYTES.findall(data[:_MOST]) if not word.isascii() and len(word) <= _LONGEST)
    sample = [word for word, _count in words.most_common(_SAMPLE)]
    ranked = {name: _fit(sample, name) for name in ENCODINGS}
    best = max(ENCODINGS, key=ranked.__getitem__)
    return best if ranked[best] > 0 else None


def _is_utf16(beginning: bytes) -> bool:
    """Whether every second byte of most characters is zero, as in UTF-16 without a mark."""
    pairs = len(beginning) // 2
    zeros = (beginning[0::2].count(0), beginning[1::2].count(0))
    return pairs > 1 and max(zeros) > 0.4 * pairs and min(zeros) < 0.02 * pairs


def _fit(sample: list[bytes], name: str) -> float:
    """How well an encoding explains words, at most 3; 0 where fewer than two of three words are syllables in it."""
    scores = [_plausible(_reading(_as_1252(word), name)) for word in sample]
    syllables = sum(score >= 2 for score in scores)
    return sum(scores) / len(scores) if scores and syllables * 3 >= 2 * len(scores) else 0


def decode(data: bytes, name: str) -> str:
    """Bytes in one of the encodings that `recognise_bytes` names, as text in NFC; U+FFFD where it has no character."""
    if name == UTF16:
        return unicodedata.normalize("NFC", _utf16(data)).removeprefix("\ufeff")
    text = _DECODERS[name](data)
    return _FIELD.sub(lambda match: _capitals(match[0]), text) if name == TCVN3 else text


# The ABC fonts have no toned capitals. A name in capitals is typed with small letters for them, and shown in a second
# font that has capitals alone (.VnTimeH): NGUYễN VĂN VịNH, and ánh where the first letter only was set in that font.
def _capital_word(word: str) -> str:
    plain = [c for c in word if c.isalpha() and not _is_toned(c)]
    return word.upper() if len(plain) > 1 and all(map(str.isupper, plain)) else word


def _is_toned(letter: str) -> bool:
    return any(mark in _TONES for mark in unicodedata.normalize("NFD", letter))


def _capitals(text: str) -> str:
    if text.isascii():
        return text
    text = _LETTER_RUN.sub(lambda match: _capital_word(match[0]), text)
    words = _LETTER_RUN.findall(text)
    long = [word for word in words if sum(not _is_toned(c) for c in word) > 1]
    if long and all(map(str.isupper, long)):
        return text.upper()
    toned = [word for word in words if _is_toned(word[0]) and word[0].islower()]
    if len(words) > len(toned) and all(word[0].isupper() for word in words if word not in toned):
        return _LETTER_RUN.sub(lambda match: match[0][0].upper() + match[0][1:], text)
    return text
