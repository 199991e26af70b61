"""What holds for every input: findings at places, texts that can be shown, the same with a memory as without."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from danhba.addresses.issuing import Issued
from danhba.checking.check import check, wanted
from danhba.messages import LANGUAGES
from danhba.model.findings import RULES, Finding
from danhba.model.register import Register
from danhba.planning import listing, plan
from danhba.planning.accounts import EMPTY, Accounts
from danhba.planning.state import Timeline
from danhba.reading.source import PROVINCE, File
from danhba.rendering import addresses as show_addresses
from danhba.rendering import findings as show_findings
from danhba.rendering import plan as show_plan
from tests.fuzz.case import Contents, Outcome, require

DAY = date(2026, 11, 24)
# Whatever comes in, nobody reads more than this; a plan names each account, and grows with what comes in.
MOST_OUTPUT = 4 * 1024**2
PER_OCTET = 60
# GitHub takes no more characters in a comment.
LONGEST_COMMENT = 65_536
# What YAML takes for the end of a line.
_LINE_END = re.compile("\r\n|[\n\r\u0085\u2028\u2029]")


class Memory:
    """Results kept in this process alone."""

    def __init__(self) -> None:
        self._kept: dict[bytes, bytes] = {}

    def get(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Those that are there."""
        return {key: self._kept[key] for key in keys if key in self._kept}

    def put(self, results: dict[bytes, bytes]) -> None:
        """Keep more."""
        self._kept.update(results)


def files(contents: Contents) -> list[File]:
    """The files of a register as `source` would give them."""
    return [File(name, f"directory/{name}", data) for name, data in sorted(contents.items())]


def judge(contents: Contents, base: Contents | None = None) -> Outcome:
    """Put a register through the core and everything that shows what it found."""
    size = sum(len(data or b"") for part in (contents, base or {}) for data in part.values())
    most = MOST_OUTPUT + PER_OCTET * size
    checked = check(files(contents), DAY, files(base) if base is not None else None)
    lines = {name: _lines(data or b"") for name, data in {PROVINCE: None, **(base or {}), **contents}.items()}
    for finding in checked.findings:
        _placed(finding, lines)
    shown(checked.findings, most)
    if base is None:
        memory = Memory()
        check(files(contents), DAY, results=memory)
        again = check(files(contents), DAY, results=memory)
        require(list(map(_said, again.findings)) == list(map(_said, checked.findings)), "a memory says something else")
    if checked.usable:
        _used(*checked.usable, _accounts(base), most)
    return Outcome(len(checked.findings), {finding.rule.id for finding in checked.findings})


def _said(finding: Finding) -> tuple[str, object, str]:
    return finding.rule.id, finding.where, show_findings.message(finding, "en")


def _lines(data: bytes) -> int:
    return len(_LINE_END.findall(data.decode(errors="replace"))) + 1


def _placed(finding: Finding, lines: Mapping[str, int]) -> None:
    where = finding.where
    require(RULES.get(finding.rule.id) is finding.rule, f"no rule is called {finding.rule.id}")
    name = where.file.removeprefix("directory/")
    require(name in lines, f"{finding.rule.id} is about {where.file!r}, which is no file")
    require(min(where.place) >= 1, f"{finding.rule.id} stands at {where.place}")
    require(where.place.line <= lines[name], f"{finding.rule.id} stands in line {where.place.line} of {lines[name]}")


def shown(findings: Sequence[Finding], most: int) -> None:
    """Every form in every language, each of a bounded length and fit for where it goes."""
    for language in LANGUAGES:
        for form, render in {"text": show_findings.text, **show_findings.FORMATS}.items():
            output = render(findings, language)
            require(len(output) <= most, f"{form} has {len(output)} characters")
            output.encode(errors="backslashreplace")
            if form in ("json", "gitlab", "sarif"):
                json.loads(output)
            else:
                require(output.replace("\n", "").isprintable(), f"{form} shows what does not print")


def _accounts(base: Contents | None) -> Accounts:
    usable = check(files(base), DAY).usable if base is not None else None
    return wanted(*usable, DAY).accounts if usable else EMPTY


def _used(register: Register, issued: Issued, actual: Accounts, most: int) -> None:
    """A register without errors can be planned and listed on any day."""
    for day in (date.min, DAY, date.max):
        made = plan.make(wanted(register, issued, day), actual)
        timeline = Timeline.of(register, issued, day)
        listed = listing.everything(timeline)
    for language in LANGUAGES:
        text, whole = show_plan.text(made, language), show_plan.as_json(made, language)
        require(max(len(text), len(whole)) <= most, f"the plan has {len(text)} characters, {len(whole)} as JSON")
        require(text.replace("\n", "").isprintable(), "the plan shows what does not print")
        require(len(show_plan.markdown(made, language)) < LONGEST_COMMENT, "the comment is too long")
        show_addresses.rows(listed, language)
    json.loads(show_addresses.as_json(listed))
    show_addresses.as_csv(listed)
    for item in listed[:3]:
        require(item in list(listing.who(timeline, item.id)), f"nobody is {item.id}")
