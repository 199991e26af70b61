"""What people read, in Vietnamese or English, by the standard gettext catalogue.

The templates in the code are the English texts; the Vietnamese ones stand in `locale/vi/LC_MESSAGES/danhba.po`.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("vi", "en")
# No value that is right is longer; of one that is not, so much shows which it is.
LONGEST = 1000
Translate = Callable[[str], str]


# Texts that stand as values in others.
_WORDS: set[str] = set()


def mark(template: str) -> str:
    """Mark a template for the catalogue without translating it yet."""
    return template


def word(template: str) -> str:
    """A marked text as a value of a finding or a refusal, with whose message it is translated.

    It stays the text that it is, so that findings may be kept and sent as they are; none is a value of a register.
    """
    _WORDS.add(template)
    return template


@cache
def translator(language: str) -> Translate:
    """The translation into a language of `LANGUAGES`; English is the templates themselves."""
    if language == "en":
        return str
    catalogue = Path(__file__).parent / "locale"
    return gettext.translation("danhba", catalogue, [language], fallback=True).gettext


def visible(text: str) -> str:
    """The text with what does not print (line ends, escape sequences, invisible characters) as `\\uXXXX`.

    Values come from files that anyone may propose: they must not steer a terminal, or look like lines of their own.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def render(template: str, values: Mapping[str, Any], language: str) -> str:
    """A template in a language with its fields filled in; a list shows as `a, b, c`."""
    translate = translator(language)
    shown = {k: ", ".join(map(str, v)) if isinstance(v, (list, tuple)) else str(v) for k, v in values.items()}
    said = {k: translate(v) if v in _WORDS else visible(short(v)) for k, v in shown.items()}
    return translate(template).format(**said)


def short(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning where it is longer than a message should be."""
    return text if len(text) <= longest else text[:longest] + "…"


def both(template: str, values: Mapping[str, Any] | None = None) -> tuple[str, str]:
    """In Vietnamese and in English, for a place that shows one text to everyone."""
    return render(template, values or {}, "vi"), render(template, values or {}, "en")
