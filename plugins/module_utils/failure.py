"""The one way in which the modules and action plugins of this collection say that something cannot be done."""

from __future__ import annotations


class Failure(Exception):
    """A refusal for people: what is wrong and the way out, in Vietnamese on the first line, in English on the second.

    Raised before anything was changed, or after the transaction that tried to was rolled back.
    """

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi}\n{en}")
        self.vi = vi
        self.en = en
