"""Finds addresses that readers confuse, because letters and digits look alike in most typefaces.

Letters that distinguish the addresses of two names are not treated as alike: `cl` and `d` look alike too, but Nguyễn
Công Lương and Nguyễn Dương are two people whose addresses the rule makes.
"""

from __future__ import annotations

_FOLDED = str.maketrans({"0": "o", "1": "l", "i": "l", "j": "l", "5": "s", "2": "z", ".": "", "_": ""})
_PAIRS = (("rn", "m"), ("vv", "w"))


def skeleton(text: str) -> str:
    """Return a key that is equal for local parts or codes that look alike, such as nvvinh and nvvlnh."""
    folded = text.translate(_FOLDED)
    for pair, letter in _PAIRS:
        folded = folded.replace(pair, letter)
    return folded


def code_skeleton(code: str) -> str:
    """Return the `skeleton` of an agency's code, where `t` and `l` look alike too: a code is no word (stttt, stttl)."""
    return skeleton(code).replace("t", "l")
