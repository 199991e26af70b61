"""The exception by which modules and action plugins of this collection report that something cannot be done."""

from __future__ import annotations


class Failure(Exception):
    """A refusal for people: what is wrong and the way out, in Vietnamese on the first line, in English on the second.

    Where either text has several lines, a line `--` separates them; the callback `console` splits the message there.
    Raised before anything was changed, or after the transaction was rolled back.
    """

    def __init__(self, vi: str, en: str) -> None:
        between = "\n--\n" if "\n" in vi + en else "\n"
        super().__init__(f"{vi}{between}{en}")
        self.vi = vi
        self.en = en
