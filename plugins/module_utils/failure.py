"""The one way in which the modules and action plugins of this collection say that something cannot be done."""

from __future__ import annotations


class Failure(Exception):
    """A refusal for people: what is wrong and the way out, in Vietnamese on the first line, in English on the second.

    Where either has several lines, a line of two hyphens stands between them, by which callback `console` tells them
    apart. Raised before anything was changed, or after the transaction that tried to was rolled back.
    """

    def __init__(self, vi: str, en: str) -> None:
        between = "\n--\n" if "\n" in vi + en else "\n"
        super().__init__(f"{vi}{between}{en}")
        self.vi = vi
        self.en = en
