"""The typefaces of printed papers: Liberation (Debian's fonts-liberation), which has every Vietnamese letter."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..messages import mark as _
from ..reading.source import Unusable

# Folders of the typefaces on Debian and on other systems.
FOLDERS = (
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/liberation"),
    Path("/usr/local/share/fonts/liberation"),
)
SERIF, MONO = "LiberationSerif", "LiberationMono"
_STYLES = {"normal": "Regular", "bold": "Bold", "italic": "Italic", "boldItalic": "BoldItalic"}

NO_FONTS = _("there is no {file}, which a PDF is set in; on Debian: apt install fonts-liberation")
NO_REPORTLAB = _("a PDF needs the Python package reportlab; install it with: pip install 'danhba[controller]'")


class Family(NamedTuple):
    """The reportlab names of a typeface's four styles; the first is also the family's name."""

    normal: str
    bold: str
    italic: str
    bold_italic: str


class Fonts(NamedTuple):
    """The two typefaces."""

    serif: Family
    mono: Family


@cache
def register() -> Fonts:
    """Register the typefaces with reportlab, once.

    In a paragraph's markup `<b>` and `<i>` select the bold and italic style of the family.

    Raises:
        Unusable: reportlab or a typeface is missing.
    """
    try:
        import reportlab  # noqa: F401
    except ImportError as error:
        raise Unusable(NO_REPORTLAB) from error
    return Fonts(_family(SERIF), _family(MONO))


def find(file: str) -> Path:
    """Return the path of a typeface's file, such as `LiberationSerif-Bold.ttf`.

    Raises:
        Unusable: it is not installed.
    """
    for folder in FOLDERS:
        if (folder / file).is_file():
            return folder / file
    raise Unusable(NO_FONTS, file=file)


def _family(name: str) -> Family:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    names = {style: name if style == "normal" else f"{name}-{suffix}" for style, suffix in _STYLES.items()}
    for style, suffix in _STYLES.items():
        pdfmetrics.registerFont(TTFont(names[style], find(f"{name}-{suffix}.ttf")))
    pdfmetrics.registerFontFamily(name, **names)
    return Family(*names.values())
