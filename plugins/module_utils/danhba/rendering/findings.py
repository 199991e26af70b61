"""Renders findings as text, as JSON, and in the formats that forges show beside a change."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ..messages import mark as _
from ..messages import render, translator, visible
from ..model.findings import Finding, Rule, Severity
from ..model.regulation import Regulation, of_clause, short
from ..rules import pages
from .colour import Paint, plain

_SEVERITY = {Severity.ERROR: _("error"), Severity.ADVICE: _("advice")}
_TOOL = "danhba"


def message(finding: Finding, language: str) -> str:
    """Return a finding's message."""
    return render(finding.rule.message, finding.values, language)


_COLOUR = {Severity.ERROR: "red", Severity.ADVICE: "yellow"}


def text(
    findings: Sequence[Finding],
    language: str,
    paint: Paint = plain,
    *,
    beside: bool = True,
    regulation: Regulation | None = None,
) -> str:
    """Return findings as text, one a paragraph, like a compiler's; the English `beside` another language; with a count.

    If the province's `regulation` has another number for a clause, that number is beside it.
    """
    lines = []
    for finding in findings:
        where, rule = finding.where, finding.rule
        severity = paint(translator(language)(_SEVERITY[rule.severity]), _COLOUR[rule.severity])
        place = f"{visible(where.file)}:{where.place.line}:{where.place.column}"
        lines.append(f"{place}: {severity} {rule.id} [{clause(rule, regulation)}] {message(finding, language)}")
        if beside and language != "en":
            lines.append(f"    {message(finding, 'en')}")
    counted = Counter(finding.rule.severity for finding in findings)
    summary = _("{errors} errors, {advice} pieces of advice")
    lines.append(render(summary, {"errors": counted[Severity.ERROR], "advice": counted[Severity.ADVICE]}, language))
    return "\n".join(lines)


def clause(rule: Rule, regulation: Regulation | None) -> str:
    """Return a rule's clause by our id, with its number in the province's own regulation if that differs."""
    ours = of_clause(rule.clause)
    own = "" if regulation is None else regulation.article(ours)
    return f"{rule.clause}: {short(own)}" if own not in {"", ours} else rule.clause


def as_data(finding: Finding, language: str) -> dict[str, Any]:
    """Return a finding as a dict with the keys of the output format."""
    where = finding.where
    return {
        "rule": finding.rule.id,
        "severity": finding.rule.severity.value,
        "clause": finding.rule.clause,
        "file": where.file,
        "line": where.place.line,
        "column": where.place.column,
        "object": where.object,
        "message": message(finding, language),
    }


def as_json(findings: Sequence[Finding], language: str) -> str:
    """Return all findings as one JSON list."""
    return json.dumps([as_data(finding, language) for finding in findings], ensure_ascii=False, indent=2)


def github(findings: Sequence[Finding], language: str) -> str:
    """Return workflow commands, which GitHub and Forgejo show at the lines of a pull request."""
    levels = {Severity.ERROR: "error", Severity.ADVICE: "notice"}
    return "\n".join(
        f"::{levels[f.rule.severity]} file={_property(f.where.file)},line={f.where.place.line},"
        f"col={f.where.place.column},title={_property(f.rule.id)}::{_data(message(f, language))}"
        for f in findings
    )


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return visible(_data(value).replace(":", "%3A").replace(",", "%2C"))


def gitlab(findings: Sequence[Finding], language: str) -> str:
    """Return a Code Quality report; fingerprints leave out line numbers, so that a moved finding stays the same."""
    severities = {Severity.ERROR: "major", Severity.ADVICE: "info"}
    report = []
    for finding in findings:
        where = finding.where
        identity = f"{finding.rule.id}\n{where.file}\n{where.object}\n{message(finding, 'en')}"
        report.append(
            {
                "check_name": finding.rule.id,
                "description": message(finding, language),
                "severity": severities[finding.rule.severity],
                "fingerprint": hashlib.sha256(identity.encode(errors="surrogateescape")).hexdigest(),
                "location": {"path": where.file, "lines": {"begin": where.place.line}},
            }
        )
    return json.dumps(report, ensure_ascii=False, indent=2)


def sarif(findings: Sequence[Finding], language: str) -> str:
    """Return a SARIF 2.1.0 log with one run."""
    levels = {Severity.ERROR: "error", Severity.ADVICE: "note"}
    rules = {finding.rule.id: finding.rule for finding in findings}
    driver = {
        "name": _TOOL,
        "rules": [_sarif_rule(rules[id_]) for id_ in sorted(rules)],
    }
    results = [
        {
            "ruleId": finding.rule.id,
            "level": levels[finding.rule.severity],
            "message": {"text": message(finding, language)},
            "locations": [{"physicalLocation": _location(finding)}],
        }
        for finding in findings
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {"id": rule.id, "helpUri": pages.url(rule.id), "properties": {"clause": rule.clause}}


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.where.place
    return {
        "artifactLocation": {"uri": quote(finding.where.file, errors="surrogateescape")},
        "region": {"startLine": place.line, "startColumn": place.column},
    }


# The formats for programs; text is for people.
FORMATS = {"json": as_json, "github": github, "gitlab": gitlab, "sarif": sarif}
