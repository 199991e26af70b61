"""Translates and formats the messages that people read, in Vietnamese or English, with a standard gettext catalogue.

The templates in the code are the English texts; `locale/vi/LC_MESSAGES/danhba.po` has the Vietnamese ones.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("vi", "en")
# The longest value that a message shows, in characters: no correct value is longer, and the beginning of a wrong one
# is enough to find it.
LONGEST = 1000
Translate = Callable[[str], str]


# Templates that are filled into other messages as values (`word`), and are translated there.
_WORDS: set[str] = set()


def mark(template: str) -> str:
    """Return the template unchanged; the call only marks it for extraction into the catalogue."""
    return template


def word(template: str) -> str:
    """Register a marked text as one that may be a value of a finding or a refusal, and return it unchanged.

    `render` translates such a value together with the message. Until then it stays English, so that findings can be
    cached and sent as they are. No value of a register may be equal to such a text.
    """
    _WORDS.add(template)
    return template


@cache
def translator(language: str) -> Translate:
    """Return the function that translates a template into a language of `LANGUAGES`; for English it is the identity."""
    if language == "en":
        return str
    catalogue = Path(__file__).parent / "locale"
    return gettext.translation("danhba", catalogue, [language], fallback=True).gettext


def visible(text: str) -> str:
    """Return the text with each character that does not print (line end, escape, invisible character) as `\\uXXXX`.

    Values come from files that anybody may propose: they must not control a terminal or forge additional lines.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def render(template: str, values: Mapping[str, Any], language: str) -> str:
    """Return a template translated into a language with its fields filled in; a list shows as `a, b, c`."""
    translate = translator(language)
    shown = {k: ", ".join(map(str, v)) if isinstance(v, (list, tuple)) else str(v) for k, v in values.items()}
    fields = {k: translate(v) if v in _WORDS else visible(short(v)) for k, v in shown.items()}
    return translate(template).format(**fields)


def short(text: str, longest: int = LONGEST) -> str:
    """Return the text, cut after `longest` characters, with an ellipsis where it was cut."""
    return text if len(text) <= longest else text[:longest] + "…"


def both(template: str, values: Mapping[str, Any] | None = None) -> tuple[str, str]:
    """Return a template rendered in Vietnamese and in English, for outputs that show both to every reader."""
    return render(template, values or {}, "vi"), render(template, values or {}, "en")
