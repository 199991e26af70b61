"""The Vietnamese catalogue: it holds every text of the code, says the same, and is compiled."""

from __future__ import annotations

import ast
import io
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest
from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo

from danhba import cli  # noqa: F401  every rule is registered by what the command imports
from danhba.messages import LANGUAGES, render
from danhba.model.findings import RULES, Rule
from tests.support.catalogue import PLUGINS, PO, ROOT, entries, read
from tests.support.looped import for_each

MO = PO.with_suffix(".mo")
WAY_OUT = f"run `make messages`, translate what it adds to {PO.relative_to(ROOT)}, and run it again"
# What an editor types as it stands: keys of the register, file names, places to fill in, commands.
KEYS = "accounts acknowledgements address agency closed count document limit succeeds until".split()
LITERAL = re.compile(rf"\b(?:{'|'.join(KEYS)}):|[a-z]+_[a-z_]+|[a-z/]+\.yml|<[a-z]+>|make setup|contact-")


def texts(catalogue: Catalog) -> dict[str, str]:
    return {str(message.id): str(message.string) for message in catalogue if message.id}


@cache
def extracted() -> dict[str, str]:
    """Each text that Babel finds in the code, with the place where it stands."""
    found = extract_from_dir(PLUGINS, keywords={"_": None})
    return {str(text): f"plugins/{file}:{line}" for file, line, text, _comments, _context in found}


def marked() -> Iterator[tuple[str, str]]:
    """Each text that the code marks, with its place, by Python's own reading of it."""
    for path in sorted(PLUGINS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "mark"}:
                text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
                yield str(text), f"{path.relative_to(ROOT)}:{node.lineno}"


def fields(template: str) -> set[str]:
    return {name for _text, name, _format, _conversion in Formatter().parse(template) if name is not None}


def name_of(message: Message) -> str:
    return str(message.id)[:40]


def test_babel_extracts_every_marked_text() -> None:
    """It does not look into f-strings on every version of Python, nor into anything but a plain string."""
    unseen = [f"{place} {text!r}" for text, place in marked() if text not in extracted()]
    assert not unseen, 'mark these by _("…") in a statement of their own, outside any f-string'


def test_every_text_of_the_code_has_a_translation() -> None:
    translated = {message.id for message in entries() if message.string and not message.fuzzy}
    missing = [f"{place} {text!r}" for text, place in extracted().items() if text not in translated]
    assert not missing, WAY_OUT


def test_catalogue_has_no_unused_text() -> None:
    catalogue = read()
    left = [message.id for message in catalogue if message.id and message.id not in extracted()]
    assert not left + list(catalogue.obsolete), WAY_OUT


def test_compiled_catalogue_equals_source() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, read())
    compiled.seek(0)
    with MO.open("rb") as file:
        assert texts(read_mo(file)) == texts(read_mo(compiled)), WAY_OUT


@for_each("message", entries, ids=name_of)
def test_translation_has_the_placeholders_of_its_text(message: Message) -> None:
    english, vietnamese = str(message.id), str(message.string)
    assert fields(vietnamese) == fields(english), "fields stay as they are"
    assert set(LITERAL.findall(vietnamese)) >= set(LITERAL.findall(english)), "what is typed stays as it is"
    assert unicodedata.is_normalized("NFC", vietnamese), "R7.3: composed Unicode"


@pytest.mark.parametrize("language", LANGUAGES)
@for_each("rule", RULES.values(), ids=lambda rule: str(rule.id))
def test_message_of_every_rule_renders(rule: Rule, language: str) -> None:
    values = {name: f"⟨{name}⟩" for name in fields(rule.message)}
    shown = render(rule.message, values, language)
    assert all(value in shown for value in values.values())
    assert (shown == rule.message.format(**values)) is (language == "en")
