"""The contact mailboxes of the agencies as a public web page: a folder of three files, without any person.

The list needs no script; the script adds the search. Nothing is inline, so that the page works where the server allows
only its own files (Content-Security-Policy: default-src 'self').
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import escape
from pathlib import Path

from ..messages import mark as _
from ..messages import render, translator
from ..model.kinds import HEADINGS, KINDS
from ..model.register import Register
from .addressbook import Contact
from .order import Node, tree

STATIC = Path(__file__).parent / "site"
STYLE, SCRIPT = "danh-ba.css", "danh-ba.js"

TITLE = _("Mailboxes of the agencies of {province} Province")
LEAD = _("Write to an agency at its mailbox. Each is read several times a working day.")
SEARCH = _("Search for an agency or an address")
HINT = _("With or without marks: so y te finds Sở Y tế.")
FOUND = _("{count} agencies")
NONE = _("No agency has all these words. Try fewer words.")
UPDATED = _("As the register says on {day}.")
SUPPORT = _("Support: {phone}, {mail}")
SKIP = _("Go to the list")
EMPTY = _("No mailbox is open on this day.")


def as_site(contacts: Sequence[Contact], register: Register, language: str, day: date) -> dict[str, bytes]:
    """Return the files of the page by name; contacts of people are left out."""
    addresses = {contact.code: contact.address for contact in contacts if not contact.is_person}
    html = "\n".join(_page(_Shown(register, language, day, addresses)))
    return {"index.html": (html + "\n").encode()} | {name: (STATIC / name).read_bytes() for name in (STYLE, SCRIPT)}


class _Shown:
    """The content of the page, and its texts in one language."""

    def __init__(self, register: Register, language: str, day: date, addresses: Mapping[str, str]) -> None:
        self.register = register
        self.language = language
        self.day = f"{day.day}/{day.month}/{day.year}" if language == "vi" else day.isoformat()
        self.addresses = addresses

    def say(self, template: str, **values: object) -> str:
        """Render a template in the page's language, escaped for HTML."""
        return escape(render(template, values, self.language))

    def groups(self) -> Iterator[tuple[str, list[Node]]]:
        """Yield each heading with the nodes below it, without empty ones."""
        nodes = tree(self.register.agencies, self.addresses)
        for heading in HEADINGS:
            if found := [node for node in nodes if KINDS[node.agency.kind].heading == heading]:
                yield heading, found


def _page(shown: _Shown) -> Iterator[str]:
    province = shown.register.province
    title = shown.say(TITLE, province=province.name)
    yield "<!DOCTYPE html>"
    yield f'<html lang="{shown.language}">'
    yield f'<head><meta charset="utf-8"><title>{title}</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<link rel="stylesheet" href="{STYLE}"><script src="{SCRIPT}" defer></script></head>'
    yield f'<body><a class="skip" href="#list">{shown.say(SKIP)}</a>'
    yield f"<header><h1>{title}</h1><p>{shown.say(LEAD)}</p></header>"
    yield from _search(shown)
    yield '<main id="list" tabindex="-1">'
    if not shown.addresses:
        yield f"<p>{shown.say(EMPTY)}</p>"
    for number, (heading, nodes) in enumerate(shown.groups()):
        yield f'<section aria-labelledby="g{number}"><h2 id="g{number}">{shown.say(heading)}</h2>'
        yield from _list(shown, nodes)
        yield "</section>"
    yield "</main>"
    yield f"<footer><p>{shown.say(UPDATED, day=shown.day)}</p><p>{_support(shown)}</p></footer>"
    yield "</body></html>"


def _search(shown: _Shown) -> Iterator[str]:
    """Yield the search form, hidden until the script runs."""
    count = escape(translator(shown.language)(FOUND), quote=True)
    yield f'<search role="search" hidden data-found="{count}" data-none="{shown.say(NONE)}">'
    yield f'<label for="query">{shown.say(SEARCH)}</label>'
    yield '<input id="query" type="search" autocomplete="off" spellcheck="false" aria-describedby="hint found">'
    yield f'<p id="hint">{shown.say(HINT)}</p><p id="found" role="status"></p></search>'


def _list(shown: _Shown, nodes: Sequence[Node]) -> Iterator[str]:
    yield "<ul>"
    for node in nodes:
        address = escape(shown.addresses[node.agency.code])
        yield f'<li><p><span>{escape(node.agency.name)}</span> <a href="mailto:{address}">{address}</a></p>'
        if node.below:
            yield from _list(shown, node.below)
        yield "</li>"
    yield "</ul>"


def _support(shown: _Shown) -> str:
    province = shown.register.province
    said = shown.say(SUPPORT, phone=province.support_phone, mail=province.support_mail)
    mail = escape(province.support_mail)
    return said.replace(mail, f'<a href="mailto:{mail}">{mail}</a>') if mail else said
