"""The settings of a configuration file as its program would read them, by name: one reader for each syntax."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

Settings: TypeAlias = dict[str, str]
"""Values by name. A section's name stands before that of a setting (`service lmtp/process_limit`); what may stand
several times is one value of several lines."""

_COMMENT = re.compile(r"^[ \t]*#.*$\n?", re.MULTILINE)


def main_cf(text: str) -> Settings:
    """Postfix's main.cf (postconf(5)): a line that begins with a space goes on with the one before."""
    joined = re.sub(r"\n[ \t]+", " ", _COMMENT.sub("", text))
    return {name: _plain(value) for name, value in re.findall(r"^(\w+) *=(.*)$", joined, re.MULTILINE)}


def master_cf(text: str) -> Settings:
    """What the services of Postfix's master.cf have otherwise than main.cf, as `postconf -P` names it."""
    found: Settings = {}
    for line in re.sub(r"\n[ \t]+", " ", _COMMENT.sub("", text)).splitlines():
        service = "/".join(line.split()[:2])
        for braced, name, value in re.findall(r" -o (?:\{ (\w+ = .*? \}) ?(?= -o|$)|(\w+)=(\S*))", line + " "):
            given = braced.removesuffix("}").partition("=") if braced else (name, "", value)
            found[f"{service}/{given[0].strip()}"] = _plain(given[2])
    return found


def dovecot(text: str) -> Settings:
    r"""Dovecot's configuration: sections in braces, and lines that go on after a `\`."""
    found: Settings = {}
    inside: list[str] = []
    for line in _COMMENT.sub("", text).replace("\\\n", " ").splitlines():
        words = line.strip()
        if words.endswith("{"):
            inside.append(_plain(words[:-1]))
        elif words == "}":
            inside.pop()
        elif match := re.match(r"(\S+) *=(.*)$", words):
            found["/".join((*inside, match[1]))] = _plain(match[2])
    return found


def nginx(text: str) -> Settings:
    """nginx's configuration: directives that end with a semicolon, in blocks; servers are told apart by their names."""
    found: Settings = {}
    for path, words in _directives(_COMMENT.sub("", text)):
        name = "/".join((*path, words[0]))
        _add(found, name, " ".join(words[1:]))
    return found


def _directives(text: str) -> Iterator[tuple[list[str], list[str]]]:
    inside: list[str] = []
    words: list[str] = []
    for token in re.findall(r"\"[^\"]*\"|'[^']*'|[{};]|[^\s{};]+(?:\{[^\s{}]*\}[^\s{};]*)*", text):
        if token == ";":
            yield inside.copy(), words
        elif token == "{":
            inside.append(" ".join(words))
        elif token == "}":
            inside.pop()
        else:
            words.append(token[1:-1] if token[0] in "\"'" else token)
            continue
        words = []


def words(text: str) -> Settings:
    """A name and what follows it, a line each, as sshd, clamd, Valkey and rspamd have it; `:` or `=` may part them."""
    found: Settings = {}
    for line in _COMMENT.sub("", text).splitlines():
        if match := re.match(r"\s*-?([\w.-]+)(?:\s*[:=]\s*|\s+)(.*)$", line):
            _add(found, match[1], _plain(match[2]).rstrip(";").strip('"'))
    return found


def sections(text: str) -> Settings:
    """Sections in brackets and assignments: units of systemd, pools of PHP, jails. A later value is one more line."""
    found: Settings = {}
    section = ""
    for line in re.sub(r"^[ \t]*[#;].*$\n?", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines():
        if match := re.match(r"\[(\w+)\]$", line):
            section = match[1]
        elif match := re.match(r"([\w.\[\]-]+) *=(.*)$", line):
            _add(found, f"{section}/{match[1]}", _plain(match[2]))
    return found


def ldif(text: str) -> Settings:
    """Entries of LDIF: the name of the entry, and its attributes."""
    found: Settings = {}
    entry = ""
    for line in _COMMENT.sub("", text).splitlines():
        name, _colon, value = line.partition(": ")
        if name == "dn":
            entry = value
        elif value:
            _add(found, f"{entry}/{name}", value)
    return found


def php(text: str) -> Settings:
    """Roundcube's own form: `$config['name'] = value;`, on one line."""
    return dict(re.findall(r"^\$config\['(\w+)'\] = (.*);$", text, re.MULTILINE))


def lines(text: str) -> Settings:
    """All lines that are no comments as they stand, for rules that have no names (nftables, sudo, pg_hba.conf)."""
    return {"": "\n".join(line.strip() for line in _COMMENT.sub("", text).splitlines() if line.strip())}


def _add(found: Settings, name: str, value: str) -> None:
    """One more line of what may stand several times."""
    found[name] = "\n".join(filter(None, (found.get(name, ""), value)))


def _plain(value: str) -> str:
    return " ".join(value.split()).strip('"')


READERS: Mapping[str, Callable[[str], Settings]] = {
    each.__name__: each for each in (main_cf, master_cf, dovecot, nginx, words, sections, ldif, php, lines)
}
