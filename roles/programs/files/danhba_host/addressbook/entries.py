"""The LDAP entries of the address book, made from the rows of the database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..journal import Refused
from .settings import Settings
from .source import Agency, Mailbox, Source

PERSON = ("top", "person", "organizationalPerson", "inetOrgPerson")
UNIT = ("top", "organizationalUnit")
ROOT = ("top", "dcObject", "organization")

Entry = Mapping[str, Sequence[str]]
"""The values of an entry by attribute, in the order in which clients are to see them."""
Book = Mapping[str, Entry]
"""Entries by distinguished name, in lower case."""
Raw = Mapping[str, Sequence[bytes]]
"""The values of an entry as LDAP carries them."""


def plain(text: str) -> str:
    """The text without Vietnamese diacritics, as people type it who have no Vietnamese keyboard."""
    from unidecode import unidecode

    return str(unidecode(text))


def names(name: str, given: str) -> list[str]:
    """The values of cn: first the name that programs show, then the forms in which people search for it.

    People are called by the given name, mostly the last word. Thunderbird looks for every word anywhere in a value, one
    after the other, (cn=*%v1*%v2-*); its older versions and other programs compare only the beginning of a value.
    """
    before, found, after = f" {name} ".rpartition(f" {given} ")
    ways = [name, " ".join([given, *before.split(), *after.split()])] if given and found else [name]
    return _distinct([*ways, *map(plain, ways)])


def _distinct(values: Iterable[str]) -> list[str]:
    """Values without empty ones and without duplicates as slapd compares them (RFC 4518)."""
    found: dict[str, str] = {}
    for value in values:
        if value.strip():
            found.setdefault(unicodedata.normalize("NFKC", value).casefold(), value)
    return [*found.values()]


def telephone(text: str) -> str:
    """A telephone number, reduced to the characters that LDAP allows in it (RFC 4517, 3.3.31)."""
    return re.sub(r"[^A-Za-z0-9'()+,./:? -]", "", plain(text)).strip()


def person(mailbox: Mailbox) -> Entry:
    """The LDAP entry of a mailbox."""
    address, name, family, given, title, unit, phone, agency, _dn = mailbox
    entry = {
        "objectClass": PERSON,
        "uid": [address.partition("@")[0]],
        "cn": names(name, given),
        "displayName": [name],
        "sn": [family or name],
        "givenName": [given],
        "title": _distinct([title, plain(title)]),
        "ou": _distinct([unit, plain(unit)]),
        "o": _distinct([agency, plain(agency)]),
        "mail": [address],
        "telephoneNumber": [telephone(phone)],
        "userPassword": ["{SASL}" + address],
    }
    return {key: values for key, values in entry.items() if any(value.strip() for value in values)}


def unit(code: str, name: str) -> Entry:
    """The LDAP entry of an agency."""
    return {"objectClass": UNIT, "ou": [code], "description": [name]}


def root(settings: Settings) -> Entry:
    """The root entry of the book, without its version."""
    label = settings.suffix.partition(",")[0].removeprefix("dc=")
    return {"objectClass": ROOT, "dc": [label], "o": [settings.organization]}


class Wanted(Book):
    """The entries that the database demands. Each is made on access: all at once take many times the memory of the
    rows.
    """

    def __init__(self, source: Source) -> None:
        self._rows: dict[str, Agency | Mailbox] = {row[-1].lower(): row for row in source.agencies}
        self._rows |= {row[-1].lower(): row for row in source.mailboxes}

    def __getitem__(self, dn: str) -> Entry:
        row = self._rows[dn]
        return unit(row[0], row[1]) if len(row) == 3 else person(row)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def wanted(source: Source, settings: Settings) -> Book:
    """All entries below the root that the database demands.

    Raises:
        Refused: the database belongs to another mail domain.
    """
    book = Wanted(source)
    strange = next((dn for dn in book if not dn.endswith("," + settings.suffix.lower())), None)
    if strange:
        raise Refused(
            f"{strange} nằm ngoài {settings.suffix}: sửa mail_domain trong inventory rồi chạy playbooks/site.yml."
            f" -- {strange} lies outside {settings.suffix}: correct mail_domain in the inventory and run"
            " playbooks/site.yml."
        )
    return book


def encoded(entry: Entry) -> Raw:
    """The values of an entry as LDAP carries them."""
    return {key: [value.encode() for value in values] for key, values in entry.items()}
