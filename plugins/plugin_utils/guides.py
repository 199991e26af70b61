"""Renders guides in Markdown as bodies of web pages; links to other guides work, other links are dropped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import Regulation, cite

if TYPE_CHECKING:
    from markdown_it.token import Token

_OTHER_SITE = re.compile(r"(?:https?|mailto):")


# Host and domain in the guides of docs/vi: those of the sample register.
SAMPLE_HOST, SAMPLE_DOMAIN = "mail.laocai.gov.vn", "laocai.gov.vn"
_PICTURE = re.compile(r"\n *!\[[^\]]*\]\([^)]*\) *\n")


class Heading(NamedTuple):
    """A heading of the second or third level, for navigation."""

    level: int
    anchor: str
    text: str


class Guide(NamedTuple):
    """A guide: its title, its body as HTML without the title, and its headings."""

    title: str
    body: str
    headings: list[Heading]


def render(text: str, published: Collection[str] = ()) -> Guide:
    """Render a guide; links to files in `published`, such as `can-bo.md`, lead to their pages.

    HTML in the text is shown as text. A link to an unpublished file is reduced to its words.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    headings = list(_headings(tokens))
    for token in tokens:
        if token.children:
            token.children = list(_linked(token.children, published))
    title, body = _without_title(tokens)
    html = parser.renderer.render(body, parser.options, {})
    table = '<div class="scroll" tabindex="0" role="group" aria-label="Bảng"><table>'
    html = html.replace("<table>", table).replace("</table>", "</table></div>")
    html = html.replace("<pre>", '<pre tabindex="0">')
    return Guide(title, html, [heading for heading in headings if heading.level in {2, 3}])


def adapted(text: str, host: str, domain: str, regulation: Regulation) -> str:
    """Return a guide of docs/vi with a province's own host, domain and regulation.

    The pictures show the sample's webmail with its name and addresses, so other provinces' guides leave them out.
    """
    text = cite(text.replace(SAMPLE_HOST, host), regulation)
    if domain != SAMPLE_DOMAIN:
        text = _PICTURE.sub("\n", text.replace(SAMPLE_DOMAIN, domain))
    return text


def anchor(text: str) -> str:
    """Return the anchor that forges give a heading."""
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def _headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    """Yield the headings, and set their anchors."""
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            text = _plain(inline)
            opening.attrSet("id", anchor(text))
            yield Heading(int(opening.tag[1:]), anchor(text), text)


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in {"text", "code_inline"})


def _without_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    if len(tokens) > 2 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return _plain(tokens[1]), tokens[3:]
    return "", tokens


def _linked(children: Sequence[Token], published: Collection[str]) -> Iterator[Token]:
    """Yield the inline tokens of a paragraph, with adapted links."""
    dropped = False
    for token in children:
        if token.type == "link_open":
            target = _target(str(token.attrGet("href") or ""), published)
            dropped = target is None
            token.attrSet("href", target or "")
        elif token.type == "image":
            token.attrSet("loading", "lazy")
        if not (dropped and token.type in {"link_open", "link_close"}):
            yield token


def _target(href: str, published: Collection[str]) -> str | None:
    """Return a link's target on the web; None for an unpublished file."""
    if _OTHER_SITE.match(href) or href.startswith(("#", "/")):
        return href
    path, hash_, part = href.partition("#")
    return f"{path.removesuffix('.md')}.html{hash_}{part}" if path in published else None
