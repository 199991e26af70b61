"""Old encodings as others write them: glibc's iconv, and for VNI the published table, pair by pair."""

from __future__ import annotations

import subprocess
import unicodedata

from danhba.vietnamese.legacy import CP1258, TCVN3, UTF8, VISCII, VNI

LETTERS = "".join(
    unicodedata.normalize("NFC", vowel + tone)
    for vowel in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
) + "đĐ"  # fmt: skip

ICONV = {TCVN3: "TCVN5712-1", VISCII: "VISCII", CP1258: "CP1258", UTF8: "UTF-8"}
_VNI = dict(
    zip(
        "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ",
        """aù aø aû aõ aï aê aé aè aú aü aë aâ aá aà aå aã aä eù eø eû eõ eï eâ eá eà eå eã eä í ì æ ó ò
        où oø oû oõ oï oâ oá oà oå oã oä ô ôù ôø ôû ôõ ôï uù uø uû uõ uï ö öù öø öû öõ öï yù yø yû yõ î ñ""".split(),
        strict=True,
    )
)
_VNI |= {letter.upper(): pair.upper() for letter, pair in _VNI.items()}
TONED_CAPITALS = {
    letter: letter.lower()
    for letter in LETTERS
    if set(unicodedata.normalize("NFD", letter)) & set("\u0300\u0309\u0303\u0301\u0323")
}


def encoded(text: str, name: str) -> bytes:
    """A text as bytes of an encoding; TCVN3 as its fonts have it, without toned capitals."""
    if name == VNI:
        return "".join(_VNI.get(c, c) for c in text).encode("latin-1")
    if name == TCVN3:
        text = text.translate({ord(c): small for c, small in TONED_CAPITALS.items()})
    return iconv(text, ICONV[name])


def iconv(text: str, charset: str) -> bytes:
    """A text as bytes, by an independent program."""
    command = ["iconv", "-f", "UTF-8", "-t", charset]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout


def disguised(text: str, name: str) -> str:
    """A text in an encoding, read as windows-1252."""
    data = encoded(text, name)
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)
