"""Messages for errors of the command line, in both languages; they replace click's own English ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import click

from ..messages import mark as _
from ..messages import render
from .words import Word

MISSING = _("{parameter} is missing")
NOT_AMONG = _("{parameter}: '{value}' is none of: {choices}")
NOT_AMONG_THESE = _("{parameter}: '{value}' is none of:")
NO_OPTION = _("there is no option {name}")
NO_COMMAND = _("there is no command {name}")
NEAR = _("{problem}; did you mean {names}?")
NO_VALUE = _("{name} needs a value")
NEEDLESS_VALUE = _("{name} takes no value")
TOO_MANY = _("more than the command takes: {arguments}")
NOTHING_TO_CHANGE = _("say what is to be changed: {options}")
OTHER = _("the command line is wrong: {problem}")
HELP = _("see: {command} --help")

_CHOSEN = re.compile(r"""(['"])(.*)\1 is not (?:one of )?'""", re.DOTALL)
_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)


class Misuse(click.UsageError):
    """Error of the command line whose message is a template."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(render(template, values, "en"), click.get_current_context(silent=True))
        self.template = template
        self.values = values


class WrongValue(click.BadParameter):
    """Wrong value of an option or an argument, with a template as message; `lines` list the possible values."""

    def __init__(self, template: str, *lines: str, **values: object) -> None:
        super().__init__(render(template, values, "en"))
        self.template = template
        self.values = values
        self.lines = lines


class NoCommand(Misuse):
    """Unknown command; `possibilities` are the commands with similar names."""

    def __init__(self, name: str, known: Iterable[str], context: click.Context) -> None:
        from difflib import get_close_matches

        super().__init__(NO_COMMAND, name=name)
        self.ctx = context
        self.possibilities = get_close_matches(name, list(known))


def explain(error: click.ClickException, language: str) -> str:
    """Return the message of an error in a language; click's English text for an error that has no template here."""
    template, values = _problem(error, language)
    said = render(template, values, language)
    if choices := getattr(error, "lines", None) or _choices(error, language):
        return "\n".join([said, *(f"    {choice}" for choice in choices)])
    possibilities = getattr(error, "possibilities", None)
    if possibilities:
        return render(NEAR, {"problem": said, "names": possibilities}, language)
    return said


def _choices(error: click.ClickException, language: str) -> list[str]:
    """Return the words to choose from, shown one a line; empty for an error that is not about a `Word`."""
    kind = error.param.type if isinstance(error, click.BadParameter) and error.param else None
    is_wrong = isinstance(kind, Word) and not isinstance(error, (WrongValue, click.MissingParameter))
    return kind.shown(language) if isinstance(kind, Word) and is_wrong else []


def _problem(error: click.ClickException, language: str) -> tuple[str, Mapping[str, Any]]:
    if isinstance(error, Misuse):
        return error.template, error.values
    if isinstance(error, click.BadParameter):
        return _parameter(error, language)
    if isinstance(error, click.NoSuchOption):
        return NO_OPTION, {"name": error.option_name}
    if isinstance(error, click.BadOptionUsage):
        return NEEDLESS_VALUE if "not take" in error.message else NO_VALUE, {"name": error.option_name}
    if extra := _EXTRA.match(error.message):
        return TOO_MANY, {"arguments": extra[1]}
    return OTHER, {"problem": error.format_message()}


def _parameter(error: click.BadParameter, language: str) -> tuple[str, Mapping[str, Any]]:
    parameter = error.param
    if parameter is None:
        return OTHER, {"problem": error.message}
    name = max(parameter.opts, key=len) if isinstance(parameter, click.Option) else parameter.human_readable_name
    if isinstance(error, click.MissingParameter):
        return MISSING, {"parameter": name}
    if isinstance(error, WrongValue):
        return "{parameter}: {problem}", {"parameter": name, "problem": render(error.template, error.values, language)}
    if isinstance(parameter.type, click.Choice) and (given := _CHOSEN.match(error.message)):
        if isinstance(parameter.type, Word):
            return NOT_AMONG_THESE, {"parameter": name, "value": given[2]}
        return NOT_AMONG, {"parameter": name, "value": given[2], "choices": list(parameter.type.choices)}
    return OTHER, {"problem": error.format_message()}
