"""Rules for passwords (R10.1). Pure: no clock, file or database.

A password must work from every keyboard, so its text is prepared by RFC 8265 (profile OpaqueString): every space is the
same space, letters are composed (NFC); control, invisible and unassigned characters are refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 256  # bytes, within the limits of Dovecot and every client
NAME_WORD = 3  # letters from which a name's word may not be a word of a password
NAME_PART = 5  # letters from which it may not be a part: shorter ones are in many other words (Anh in xanh)
ADDRESS_PIECE = 4  # letters from which a piece of the address may not be a part
LEFT_OVER = 4  # characters beside keyboard walks that a password needs
DISTINCT = 5  # least number of different characters

# Control, format, surrogate, private use, unassigned (RFC 8264, 9); spaces other than U+0020 are mapped before.
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

_ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"]
_COLUMNS = ["1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol"]
_WALKS = [walk for line in _ROWS + _COLUMNS for walk in (line, line[::-1])]
_LOOKALIKES = str.maketrans("01345789", "oieastbg")
_SYMBOLS = str.maketrans("@$!", "asi")


@dataclass(frozen=True, slots=True)
class Reason:
    """The reason of a refusal: the rule's name, and its text for the owner."""

    rule: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a password; `name` is a person's or an agency's."""

    name: str
    address: str


CURRENT = Reason(
    "current",
    "Mật khẩu mới phải khác mật khẩu đang dùng, kể cả mật khẩu cấp một lần ghi trên phiếu.",
    "The new password must differ from the current one, also from the one in the letter.",
)
FORMER = Reason(
    "former",
    "Mật khẩu này đã được dùng trước đây. Hãy chọn mật khẩu chưa dùng bao giờ.",
    "You have used this password before. Choose one that you never used.",
)
CHARACTERS = Reason(
    "characters",
    "Mật khẩu có ký tự không gõ được trên mọi thiết bị (ký tự điều khiển hoặc ký tự ẩn). Hãy chỉ dùng chữ, chữ số, dấu "
    "câu và dấu cách.",
    "The password holds control or invisible characters. Use letters, digits, punctuation and spaces.",
)
TOO_LONG = Reason(
    "too_long",
    f"Mật khẩu quá dài: tối đa {LONGEST} byte (chữ có dấu chiếm 2 đến 3 byte). Hãy chọn mật khẩu ngắn hơn.",
    f"The password is too long: at most {LONGEST} octets in UTF-8. Choose a shorter one.",
)
ADDRESS = Reason(
    "address",
    "Mật khẩu không được chứa địa chỉ thư hoặc một phần của địa chỉ. Hãy bỏ phần đó đi.",
    "The password must not hold the mail address or a part of it. Leave that part out.",
)
COMMON = Reason(
    "common",
    "Mật khẩu dễ đoán: là mật khẩu nhiều người dùng, một từ có sẵn kèm vài chữ số, một chuỗi lặp lại, các phím liền "
    "nhau hoặc chỉ gồm chữ số. Hãy ghép vài từ không liên quan với nhau.",
    "The password is easy to guess: one that many use, a word with some digits, a repetition, neighbouring keys or "
    "digits alone. Put together some words that have nothing to do with each other.",
)


def prepare(password: str) -> str | None:
    """Return a password as it is hashed and compared (RFC 8265, 4.2); None if it is impossible."""
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in password)
    prepared = unicodedata.normalize("NFC", spaced)
    if not prepared or len(prepared.encode()) > LONGEST:
        return None
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in prepared):
        return None
    return prepared


def unpreparable(password: str) -> Reason:
    """Return why `prepare` returned None for a password that is not empty."""
    return TOO_LONG if len(unicodedata.normalize("NFC", password).encode()) > LONGEST else CHARACTERS


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules. `common` words make no password, also two in a row; `words` of a dictionary alone make none.

    Both are folded: lower case without diacritics.
    """

    minimum_length: int
    common: frozenset[str]
    words: frozenset[str]

    def examine(self, password: str, owner: Owner) -> list[Reason]:
        """Return why a prepared password is not good enough for its owner; empty if it is."""
        return list(self._examine(password, owner))

    def _examine(self, password: str, owner: Owner) -> Iterator[Reason]:
        if len(password) < self.minimum_length:
            yield self._short()
        folded = fold(password)
        plain = _letters_and_digits(folded)
        if part := _find_name(password, plain, owner.name):
            yield _named(part)
        if _holds_address(folded, plain, owner.address):
            yield ADDRESS
        if self._is_common(folded):
            yield COMMON

    def _short(self) -> Reason:
        return Reason(
            "length",
            f"Mật khẩu quá ngắn: cần ít nhất {self.minimum_length} ký tự. Hãy thêm một vài từ.",
            f"The password is too short: at least {self.minimum_length} characters. Add some words.",
        )

    def _is_common(self, folded: str) -> bool:
        if len(set(folded)) < DISTINCT or _is_walk(folded):
            return True
        return any(self._is_known(text) for text in _readings(folded))

    def _is_known(self, text: str) -> bool:
        if not text or text in self.common or text in self.words or _is_repetition(text):
            return True
        splits = ((text[:end], text[end:]) for end in range(1, len(text)))
        return any(first in self.common and second in self.common for first, second in splits)


def fold(text: str) -> str:
    """Return a text in lower case without diacritics, which a guesser tries first."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def _letters_and_digits(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _readings(folded: str) -> set[str]:
    """Return the words that a password may be made of: without characters around it, look-alikes as letters."""
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    spelt = {text.translate(table) for text in (folded, core) for table in ({}, _SYMBOLS)}
    plain = {_letters_and_digits(text) for text in spelt}
    bare = {text.strip("0123456789") for text in plain}
    return plain | bare | {text.translate(_LOOKALIKES) for text in plain | bare}


def _is_repetition(text: str) -> bool:
    return (text + text).find(text, 1) < len(text)


def _is_walk(folded: str) -> bool:
    """Say whether nearly all of it are neighbouring keys, or letters and digits in order."""
    left, place = 0, 0
    while place < len(folded):
        length = _walk_length(folded, place)
        left += not length
        place += length or 1
    return left < LEFT_OVER


def _walk_length(text: str, start: int) -> int:
    """Return the length of the keyboard walk that begins here; 0 for less than three keys."""
    end = start + 3
    if end > len(text) or not any(text[start:end] in walk for walk in _WALKS):
        return 0
    while end < len(text) and any(text[start : end + 1] in walk for walk in _WALKS):
        end += 1
    return end - start


def _find_name(password: str, plain: str, name: str) -> str:
    """Return the part of a name in a password: all of it, two words in a row, a long word, or a separate word."""
    words = [word for word in map(_letters_and_digits, re.split(r"[\s\W]+", fold(name))) if word]
    pairs = [first + second for first, second in pairwise(words)]
    parts = ["".join(words), *pairs, *(word for word in words if len(word) >= NAME_PART)]
    alone = _words(password) & {word for word in words if len(word) >= NAME_WORD}
    return next((part for part in parts if len(part) >= NAME_PART and part in plain), min(alone, default=""))


def _words(password: str) -> set[str]:
    """Return the folded words of a password; a capital begins a word, too, as in TrauDen."""
    spaced = "".join(
        f" {character}" if character.isupper() and not before.isupper() else character
        for before, character in pairwise(f" {password}")
    )
    return set(re.findall(r"[^\W\d_]+", fold(spaced)))


def _named(part: str) -> Reason:
    return Reason(
        "name",
        f"Mật khẩu không được chứa tên của chủ hộp thư (“{part}”), dù viết có dấu hay không dấu. Hãy bỏ phần đó đi.",
        f"The password must not hold the name of the mailbox's owner ('{part}'), with or without marks. Leave it out.",
    )


def _holds_address(folded: str, plain: str, address: str) -> bool:
    local = address.partition("@")[0]
    pieces = [piece for piece in re.split(r"\W+", local) if len(piece) >= ADDRESS_PIECE]
    return address in folded or any(part in plain for part in [_letters_and_digits(local), *pieces] if part)
