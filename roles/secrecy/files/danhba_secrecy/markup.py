"""HTML and XML: the text that a reader could make visible, whatever hides it; comments, scripts and styles are none."""

from __future__ import annotations

import html
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

from . import marks
from .bounds import Unreadable
from .scan import Scan, Where
from .text import decodings, read
from .verdict import Why

_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^<>]*>", re.DOTALL)
_ATTRIBUTES = frozenset(
    "alt title placeholder value aria-label aria-description content summary label srcdoc data-text".split()
)
_BLOCKS = frozenset(
    """address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form frame h1 h2 h3 h4 h5 h6 head header hr html iframe legend li main menu nav ol option optgroup
    p pre section select summary table tbody textarea tfoot thead title ul video audio object button""".split()
)
_UNSEEN = frozenset(("script", "style"))
_UPPER = re.compile(r"(?i)text-transform\s*:\s*uppercase|font-variant(?:-caps)?\s*:\s*(?:all-)?small-caps")
# A rule of a style sheet: what it chooses, and what it says; and text that only a style sheet has.
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{1,2000})\}")
_CHOSEN = re.compile(r"(?:^|[\s,>+~.#])([\w-]+)\s*(?=,|$)")
_SHOWN = re.compile(r"""content\s*:\s*(?:"([^"]*)"|'([^']*)')""")
# Files within a page; pictures are no text.
_EMBEDDED = re.compile(r"data:(?!image/(?!svg))[\w./+-]{0,80}(?:;[\w=-]{1,40}){0,4};base64,\s*([A-Za-z0-9+/=%\s]+)")
_SMALL = re.compile("(?i)m(?:<[^<>]{0,300}>|\\W){0,40}[âậạ]|m(?:<[^<>]{0,300}>){0,40}a[\u0302\u0323]")
_CHARSET = re.compile(rb"""(?i)<(?:meta[^>]{1,200}?charset|\?xml[^>]{1,200}?encoding)\s*=\s*["']?\s*([\w.:-]+)""")
_DEFINED = re.compile(r"<!(?:DOCTYPE|ENTITY)\b")


def charset(octets: bytes) -> str:
    """The character set that a document names in its head."""
    match = _CHARSET.search(octets[:2048])
    return match[1].decode("ascii", "replace") if match else ""


def worth(text: str) -> bool:
    """Whether a document could have a mark: told by its text without tags, and by its attributes."""
    if "&" in text:
        text = html.unescape(text)
    if _EMBEDDED.search(text):
        return True
    if text.isascii():
        return False
    joined = _TAG.sub("", text)
    if marks.possible_within(joined):
        return True
    inside = " ".join(_TAG.findall(text))
    return marks.possible(inside) or (_UPPER.search(text) is not None and _SMALL.search(text) is not None)


def read_html(scan: Scan, where: Where, octets: bytes, declared: str = "") -> None:
    """Read a page, or a text that is one in parts."""
    for text in decodings(octets, declared or charset(octets)):
        scan.budget.time()
        if worth(text):
            for piece in pieces(text):
                scan.text(where, piece)
            for coded in _EMBEDDED.findall(text):
                scan.attempt(where, lambda coded=coded: scan.open((*where, "embedded"), _octets(coded)))  # type: ignore[misc]


def _octets(coded: str) -> bytes:
    """What a data: URL holds in base64 (RFC 2397)."""
    from .message import unbase64

    return unbase64(urllib.parse.unquote(coded).encode("ascii", "ignore"))


def pieces(text: str) -> Iterator[str]:
    """The text of a page with its lines and cells, then each attribute and other text that stands for itself."""
    from lxml import etree
    from lxml import html as pages

    text = re.sub(r"[\x00\x0b]", " ", re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    if not text.strip():
        return
    try:
        root = pages.document_fromstring(
            text, parser=pages.HTMLParser(recover=True, huge_tree=False, remove_comments=False)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        yield html.unescape(_TAG.sub("\n", text))
        return
    page = _Page()
    for event, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        page.take(event, node)
    yield page.text()
    yield from page.apart


class _Page:
    """The text of a page as it is laid out."""

    def __init__(self) -> None:
        self.apart: list[str] = []
        self._out: list[str] = []
        self._cells = self._unseen = self._kept = 0
        self._upper: list[Any] = []
        self._capital: set[str] = set()
        self._bullet = False

    def take(self, event: str, node: Any) -> None:
        if event in ("comment", "pi"):
            self._conditional(node)
            self._say(node.tail)
        elif event == "start":
            self._start(node)
        else:
            self._end(node)
            self._say(node.tail)

    def _start(self, node: Any) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        self._unseen += tag in _UNSEEN
        if self._is_capital(tag, node):
            self._upper.append(node)
        self._kept += tag in ("pre", "textarea")
        self.apart += [value for key, value in node.attrib.items() if key in _ATTRIBUTES and len(value) < 100_000]
        if tag in ("td", "th"):
            self._cells += 1
        elif tag == "tr" or tag in _BLOCKS:
            self._break()
            self._bullet = self._bullet or tag in ("li", "option")
        if tag == "style":
            self._style(node.text or "")
        if node.get("srcdoc"):
            self.apart += pieces(node.get("srcdoc"))
        self._say(node.text)

    def _is_capital(self, tag: str, node: Any) -> bool:
        if _UPPER.search(node.get("style", "")):
            return True
        return bool(self._capital) and not self._capital.isdisjoint(
            (tag, node.get("id"), *node.get("class", "").split())
        )

    def _style(self, sheet: str) -> None:
        """What a style sheet shows as capitals, and what it shows by itself."""
        for chosen, said in _RULE.findall(sheet):
            if _UPPER.search(said):
                self._capital.update(_CHOSEN.findall(chosen))
            self.apart += [either or other for either, other in _SHOWN.findall(said)]

    def _end(self, node: Any) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        self._unseen -= tag in _UNSEEN
        if self._upper and self._upper[-1] is node:
            self._upper.pop()
        self._kept -= tag in ("pre", "textarea")
        if tag in ("td", "th"):
            self._cells -= 1
            self._out.append(marks.CELL if not self._cells else marks.INNER)
        elif tag == "tr" or tag in _BLOCKS:
            self._break()

    def _break(self) -> None:
        self._out.append(marks.INNER if self._cells else "\n")

    def _conditional(self, node: Any) -> None:
        """What Outlook alone shows stands in comments: <!--[if mso]>…<![endif]-->."""
        text = node.text or ""
        if text.lstrip().startswith("[if") and marks.possible(html.unescape(text)):
            self.apart.append(html.unescape(_TAG.sub("\n", text.partition(">")[2])))

    def _say(self, text: str | None) -> None:
        if not text or self._unseen:
            return
        if self._kept:
            text = text.replace("\n", marks.INNER if self._cells else "\n")
        else:
            text = re.sub(r"[ \t\r\n\f]+", " ", text)
        if self._bullet and not text.isspace():
            text, self._bullet = f"• {text}", False
        self._out.append(text.upper() if self._upper else text)

    def text(self) -> str:
        """All of it; the row of a table is a line."""
        return "".join(self._out)


def tree(octets: bytes) -> Any:
    """An XML document (lxml's root), without anything from outside; one that swells by its entities is none."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities="internal",
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(octets, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(Why.LARGE if "amplification" in str(error) or "ntity" in str(error) else Why.BROKEN) from None
    if root is None:
        raise Unreadable(Why.BROKEN)
    return root


def read_xml(scan: Scan, where: Where, octets: bytes, declared: str = "") -> None:
    """Read XML of any kind, SVG as well: each element is a line, and so is all that is in it."""
    texts = decodings(octets, charset(octets) or declared)
    if not any(_DEFINED.search(text) or worth(text) for text in texts):
        return
    try:
        root = tree(octets)
    except Unreadable as error:
        if error.why is Why.LARGE:
            raise
        for text in texts:  # no XML after all
            for piece in (*pieces(text), html.unescape(_TAG.sub("\n", text))):
                scan.text(where, piece)
        read(scan, where, octets, declared)
        return
    for element in root.iter():
        scan.budget.time()
        if text := "".join(element.itertext()) if len(element) <= 40 else element.text or "":
            scan.text(where, text)
        for value in element.attrib.values():
            scan.text(where, value)
