"""The command `danhba rules`: it lists the rules of a register, or shows one with its page."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from ..messages import LANGUAGES, both, render, translator
from ..messages import mark as _
from ..model.findings import RULES, Rule
from ..model.regulation import Regulation, cite, dotted, of_clause
from ..reading.province import in_folder
from ..reading.source import Unusable
from ..rules import pages
from ..rules.clauses import CLAUSES, article
from .common import at_terminal, lang, language, table

# Root of the clone that this package is in. An installed package has none, and so no pages of rules.
_REPOSITORY = Path(__file__).resolve().parents[4]
# Group of a rule by the first word of its id, in the order in which groups are shown.
GROUPS = {
    "file": _("Files"),
    "unicode": _("Characters"),
    "yaml": _("YAML"),
    "schema": _("Keys and values"),
    "age": _("Keys and values"),
    "document": _("Documents"),
    "date": _("Days"),
    "id": _("Ids"),
    "name": _("Names"),
    "title": _("Titles and other texts"),
    "text": _("Titles and other texts"),
    "office": _("Telephones"),
    "phone": _("Telephones"),
    "address": _("Addresses"),
    "person": _("Officials"),
    "leave": _("Leave"),
    "custodian": _("Custodians"),
    "agency": _("Agencies"),
    "province": _("The province"),
    "history": _("What a change takes back"),
    "plan": _("Guards of a plan"),
}
_COLUMNS = (_("rule"), _("severity"), _("clause"), _("about"))


@click.command("rules")
@click.argument("rule", required=False, metavar="[RULE]")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@lang
def rules_command(rule: str | None, form: str, lang: str | None) -> None:
    """Các quy tắc của sổ, hoặc một quy tắc với trang giải thích / The rules of a register, or one with its page."""
    found = [_known(rule)] if rule else in_groups()
    if form == "json":
        click.echo(json.dumps([_data(each) for each in found], ensure_ascii=False, indent=2))
    elif form == "markdown":
        click.echo(index(found, language()))
    elif rule:
        _show(found[0])
    else:
        table((each.id, _severity(each), each.clause, _message(each), pages.path(each.id)) for each in found)


def _known(id_: str) -> Rule:
    if id_ not in RULES:
        close = difflib.get_close_matches(id_, RULES, 1, 0)
        raise Unusable(_("there is no rule '{rule}'; did you mean {close}? See danhba rules"), rule=id_, close=close)
    return RULES[id_]


def group(rule: Rule) -> str:
    """Return the group of a rule: a value of `GROUPS`, or the first word of its id where that is not in `GROUPS`."""
    word = rule.id.partition("-")[0]
    return GROUPS.get(word, word)


def in_groups() -> list[Rule]:
    """Return all rules, sorted by group and id."""
    order = list(dict.fromkeys(GROUPS.values()))
    return sorted(RULES.values(), key=lambda r: (order.index(group(r)) if group(r) in order else len(order), r.id))


def clause(rule: Rule, spoken: str, own: Regulation | None = None) -> str:
    """Return the clause of a rule with its text: ``Điều 6.1.a (R6.1a): …``.

    The number of the article is that of the province's `own` regulation, if one is given.
    """
    said = translator(spoken)(CLAUSES[rule.clause])
    number = article(rule.clause) if own is None else dotted(own.article(of_clause(rule.clause)))
    if not number:
        return f"{rule.clause}: {said}"
    values = {"article": number, "clause": rule.clause, "said": said}
    return render(_("Article {article} ({clause}): {said}"), values, spoken)


def _severity(rule: Rule) -> str:
    return translator(language())(rule.severity.value)


def _message(rule: Rule) -> str:
    return _template(rule, language())


def _template(rule: Rule, spoken: str) -> str:
    """Return the message template of a rule with its fields as ``{field}``; doubled braces become single ones."""
    return translator(spoken)(rule.message).replace("{{", "{").replace("}}", "}")


def _data(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "severity": rule.severity.value,
        "clause": rule.clause,
        "message": _message(rule),
        "page": pages.path(rule.id),
        "url": pages.url(rule.id),
    }


def _show(rule: Rule) -> None:
    """Show a rule and its page, adapted to the province of the register in the current folder, if there is one."""
    spoken, province = language(), in_folder()
    own = province.regulation if province.domain else None
    click.echo(f"{rule.id}: {_severity(rule)}\n{clause(rule, spoken, own)}\n\n{_message(rule)}")
    if spoken != "en":
        click.echo(f"    {_template(rule, 'en')}")
    click.echo(f"\n{pages.path(rule.id)}\n{pages.url(rule.id)}")
    if text := page(rule):
        click.echo()
        _markdown(cite(province.adapt(text), own) if own else text)


def page(rule: Rule) -> str:
    """Return the text of a rule's page, empty without a clone to read it from."""
    try:
        return (_REPOSITORY / pages.path(rule.id)).read_text(encoding="utf-8")
    except OSError:
        return ""


def _markdown(text: str) -> None:
    """Write Markdown, formatted at a terminal, unchanged elsewhere."""
    if not at_terminal(sys.stdout):
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    with console.capture() as shown:
        console.print(Markdown(text))
    click.echo(shown.get(), nl=False)


def index(rules: Sequence[Rule], spoken: str) -> str:
    """Return the rules as Markdown: a table for each group, with links to pages in the same folder."""
    parts = dict.fromkeys(group(rule) for rule in rules)
    return "\n\n".join("\n".join(_part(part, [r for r in rules if group(r) == part], spoken)) for part in parts)


def _part(part: str, rules: Sequence[Rule], spoken: str) -> Iterator[str]:
    translate = translator(spoken)
    yield f"### {part if spoken == 'en' else ' / '.join(both(part))}"
    yield ""
    yield f"| {' | '.join(map(translate, _COLUMNS))} |"
    yield "|---" * len(_COLUMNS) + "|"
    for rule in rules:
        severity = translate(rule.severity.value)
        yield f"| [`{rule.id}`]({rule.id}.md) | {severity} | {rule.clause} | {_about(rule, spoken)} |"


def _about(rule: Rule, spoken: str) -> str:
    """Return the title of a rule's page, in Vietnamese followed by the English one; the message without a page."""
    titles = [line.removeprefix("## ") for line in page(rule).splitlines() if line.startswith("## ")]
    if len(titles) != len(LANGUAGES):
        return _template(rule, spoken).replace("|", "\\|").replace("<", "&lt;")
    return titles[1] if spoken == "en" else " / ".join(titles)
