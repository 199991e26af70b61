"""Addresses that readers take for one another: letters and digits that look alike in most typefaces.

Only what no two names of people have apart is folded: `cl` and `d` look alike too, but Nguyễn Công Lương and Nguyễn
Dương are two people with addresses by the rule.
"""

from __future__ import annotations

_FOLDED = str.maketrans({"0": "o", "1": "l", "i": "l", "j": "l", "5": "s", "2": "z", ".": "", "_": ""})
_PAIRS = (("rn", "m"), ("vv", "w"))


def skeleton(text: str) -> str:
    """What is left of a local part or a code when all that looks alike is one: the same for nvvinh and nvvlnh."""
    folded = text.translate(_FOLDED)
    for pair, letter in _PAIRS:
        folded = folded.replace(pair, letter)
    return folded


def code_skeleton(code: str) -> str:
    """The same of an agency's code, in which a `t` passes for an `l` too: there are no words to tell (stttt, stttl)."""
    return skeleton(code).replace("t", "l")
