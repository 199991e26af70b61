"""Recognises and converts the Vietnamese encodings before Unicode (R7.3, TCVN 6909:2001).

Two kinds of input occur: bytes that are not UTF-8 (`recognise_bytes`, `decode`); and texts in disguise (`recognise`,
`find`), which a program made of such bytes by reading them as windows-1252, one character a byte:
``NguyÔn V¨n VÞnh``, ``Nguyeãn Vaên Vònh``.

The shape of the Vietnamese syllable decides: each word is scored as it stands, and as each encoding reads it. Text that
is plausible as it stands is never objected to: ``Lò`` stays Lò, although VNI has the same bytes for Lị. Of several
encodings that explain a text, the one wins whose reading has more common words, then the first of `ENCODINGS`.
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
# The likeliest first: TCVN3 was used in the north, VNI in the south, VISCII by Vietnamese abroad.
ENCODINGS = (TCVN3, VNI, CP1258, VISCII)

_UNREADABLE = "\ufffd"
_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = _TONES = "\u0300\u0309\u0303\u0301\u0323"
_CIRCUMFLEX, _BREVE = "\u0302\u0306"
_VOWELS = "aăâeêioôơuưy"


def _toned(vowels: str, tones: str = _TONES) -> list[str]:
    return [unicodedata.normalize("NFC", vowel + tone) for vowel in vowels for tone in tones]


def _tcvn3() -> dict[int, str]:
    """Return the characters of TCVN 5712:1993 by byte.

    Letters with tones are in alphabetical order. Some capitals fill the gaps between the small ones, the others take
    the place of control characters; the ABC fonts have no capitals with tones at all.
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
    """Return the characters of VISCII (RFC 1456) by byte, without those that equal ASCII."""
    upper = (
        "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
        "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
    )
    return dict(enumerate(upper, 0x80)) | dict(zip((0x02, 0x05, 0x06, 0x14, 0x19, 0x1E), "ẲẴẪỶỸỴ", strict=True))


def _single(table: dict[int, str]) -> Callable[[bytes], str]:
    whole = "".join(table.get(byte, chr(byte) if byte < 0x80 else _UNREADABLE) for byte in range(256))
    return lambda data: data.decode("latin-1").translate(dict(enumerate(whole)))


# VNI writes a letter, then one byte for all its marks; a few letters with at most one mark have a byte of their own.
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
# Characters by byte as software shows windows-1252: a byte without a character shows as the control character.
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
# Names of the Khmer (Neáng) have additional rhymes; names of the Hoa (Voòng) have the long o after more consonants.
_RHYMES |= frozenset("ea eac eak eam ean eang eap eat eay".split())
_LONG_O = frozenset("b c ch g h l m n ng ph s t th v x".split())
_SYLLABLE = re.compile(f"({'|'.join(sorted(_ONSETS, key=len, reverse=True))}|)(.*)")
_STOP, _VOWEL_RUN = re.compile("(?:c|ch|p|t)$"), re.compile(f"[{_VOWELS}]*")
# The vowels that carry the tone of their syllable, whatever other vowels it has.
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
    """Return how plausible a word is as Vietnamese.

    0: not at all; 1: letters and capitals fit, but no syllable; 2: a possible syllable; 3: one of the common words.
    """
    if not (word.islower() or word.isupper() or word.istitle()):
        return 0
    small = word.lower().replace("ð", "đ")  # eth typed for đ is a mistake of its own (names.LOOKALIKES)
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
    """Return a word without its tone marks, and the tone marks by their positions."""
    tones, letters = {}, []
    for index, letter in enumerate(word):
        decomposed = unicodedata.normalize("NFD", letter)
        tone = next((c for c in decomposed if c in _TONES), "")
        letters.append(unicodedata.normalize("NFC", decomposed.replace(tone, "")) if tone else letter)
        if tone:
            tones[index] = tone
    return "".join(letters), tones


def _is_toned_right(word: str, start: int, tones: dict[int, str]) -> bool:
    """Return whether the syllable can have this tone, on this letter; `start` is the position of the rhyme."""
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
    # The rhyme ui may have the tone on either vowel: the Hmong and the Hoa write Chuì for what is Chùi elsewhere.
    return place == start or (vowels == 2 and place == start + 1 and rhyme in {"oa", "oe", "ui", "uy"})


@dataclass(frozen=True, slots=True)
class Legacy:
    """A text found in an old encoding: the encoding's `name` as people know it, and the converted `text`."""

    name: str
    text: str


# A word in disguise: letters and any non-ASCII characters, up to ASCII punctuation, a digit or a space.
_WORD = re.compile("[A-Za-z\u0080-\U0010ffff]+")
_FOREIGN_WORD = re.compile("[A-Za-z]*[\u0080-\U0010ffff][A-Za-z\u0080-\U0010ffff]*")
_WORD_BYTES = re.compile(rb"[A-Za-z\x80-\xff]+")
_ONE_BYTE = frozenset(map(chr, _BYTES))
# Typographic characters that may stand inside a word (H’Hen, Lào Cai–Hà Nội), and before or after one.
_WITHIN, _BESIDE = "\u00a0’“”–—…", "«»‘°·"
_INNER = re.compile(f"[{_WITHIN}]")
_MEASURE = re.compile("[cdkm]?m[²³]|µ[mgls]")
# The letter à in UTF-8, and most of those that have two marks.
_UTF8_PAIR = re.compile("Ã\u00a0|á[º»].")
# The letter à in UTF-8 ends in a byte that shows as a no-break space; this finds where a program made a space of it.
_LOST = re.compile("Ã(?: (?=[a-z])|(?= |$))")
# Limits of the search: characters of a word, words of a sample, bytes that the sample is drawn from, distinct words of
# a file. No correct file exceeds the first and the last; the others are enough to recognise an encoding.
_LONGEST, _SAMPLE, _MOST, _DISTINCT = 40, 2000, 1024**2, 20_000
_FIELD = re.compile(r"[^;,|\t\r\n\"]+")
_LETTER_RUN = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=65536)
def _stands(word: str) -> int:
    """Return how plausible a word is as it stands (`_plausible`); 3 for one that cannot be in disguise."""
    if word.isascii() or not _ONE_BYTE.issuperset(word) or not any(map(str.isalpha, word)):
        return 3
    if word.lower() in _ALONE or _MEASURE.fullmatch(word):
        return 3
    if _UTF8_PAIR.search(word):
        return 0
    return _pieces(word)


def _pieces(word: str) -> int:
    """Return the score of the least plausible part of a word (`_plausible`), without quotation marks and dashes."""
    scores = []
    for piece in _INNER.split(word):
        inner = piece.strip(_BESIDE)
        if inner and (inner != piece or not inner.isascii()):
            scores.append(_plausible(inner))
    return min(scores, default=3)


# Yields those of some texts that are not ASCII.
_foreign: Callable[[Iterable[str]], Iterator[str]] = partial(filterfalse, str.isascii)


@lru_cache(maxsize=1)  # the loader calls it twice for a file
def beyond_ascii(text: str) -> tuple[str, ...]:
    """Return the distinct pieces of a text, between spaces and line ends, that are not ASCII."""
    # Skip ASCII lines and repeated ones, which most are, before splitting lines into pieces.
    lines = dict.fromkeys(_foreign(text.split("\n")))
    return tuple(dict.fromkeys(_foreign(" ".join(lines).split(" "))))


def _words(text: str) -> list[str]:
    """Return the distinct words of a text that are not ASCII, without overlong ones."""
    words = dict.fromkeys(word for token in beyond_ascii(text) for word in _FOREIGN_WORD.findall(token))
    return [word for word in words if len(word) <= _LONGEST]


def is_one_byte(text: str) -> bool:
    """Return whether a text may be in disguise: each character is one that windows-1252 shows for a byte."""
    return _ONE_BYTE.issuperset(text)


def recognise(text: str) -> Legacy | None:
    """Return the encoding and the meaning of a text in disguise, of one or more words; None for a correct text.

    Words that cannot be in disguise (ASCII, or with letters that only Unicode has) stay as they are.
    """
    if text.isascii():
        return None
    words = _words(text)[:_DISTINCT]
    if all(_stands(word) >= 2 for word in words):
        return None
    return _utf8_in(text) or _best(text, [word for word in words if _is_readable(word)])


def _is_readable(word: str) -> bool:
    """Return whether a word may be letters in disguise and not mere typography; `§` shows for Đ of TCVN3."""
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
    """Return the meaning of a text in disguise in a known encoding; None where it makes no sense in that encoding."""
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
    """Return a word of one-byte characters as an encoding reads its bytes."""
    data = bytes(_BYTES[ord(c)] for c in word)
    if name != TCVN3:
        return _DECODERS[name](data)
    # Where TCVN 5712 has capitals, the ABC fonts have the quotation marks and dashes of windows-1252.
    read = "".join(
        c if 0x80 <= byte < 0xA0 else _DECODERS[name](bytes([byte])) for c, byte in zip(word, data, strict=True)
    )
    return _capital_word(read)


def _utf8_in(text: str) -> Legacy | None:
    """Return the meaning of UTF-8 that a program read as windows-1252; None where the text is something else."""
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
    """Yield each line of a text in an old encoding: the offset of the first word that shows it, and the line's meaning.

    In a line that has other Unicode letters too, each word in an old encoding is yielded by itself.
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
    """Return the name of the encoding of bytes that are not UTF-8; None where none fits (picture, other language)."""
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
    """Return whether one byte of most pairs is zero, always the same one, as in UTF-16 without a byte order mark."""
    pairs = len(beginning) // 2
    zeros = (beginning[0::2].count(0), beginning[1::2].count(0))
    return pairs > 1 and max(zeros) > 0.4 * pairs and min(zeros) < 0.02 * pairs


def _fit(sample: list[bytes], name: str) -> float:
    """Return the average score of words in an encoding, at most 3; 0 where fewer than two in three are syllables."""
    scores = [_plausible(_reading(_as_1252(word), name)) for word in sample]
    syllables = sum(score >= 2 for score in scores)
    return sum(scores) / len(scores) if scores and syllables * 3 >= 2 * len(scores) else 0


def decode(data: bytes, name: str) -> str:
    """Return bytes in an encoding named by `recognise_bytes` as text in NFC; U+FFFD for a byte without a character."""
    if name == UTF16:
        return unicodedata.normalize("NFC", _utf16(data)).removeprefix("\ufeff")
    text = _DECODERS[name](data)
    return _FIELD.sub(lambda match: _capitals(match[0]), text) if name == TCVN3 else text


# The ABC fonts have no capitals with tones. A name in capitals was typed with small letters in their place, and shown
# in a second font that has only capitals (.VnTimeH). Converted, it reads NGUYễN VĂN VịNH, or ánh where only the first
# letter had that font. The next functions put the capitals back.
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
