"""Edits of a register in memory. Each edit changes only its own place; the rest of the file keeps its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from ..messages import mark as _
from ..model.register import RENAMED
from ..reading import schema, source
from ..reading.source import File
from . import text as write
from .page import LAYOUT, STEP, Page, Splice, get
from .problem import Problem
from .text import Value

NO_AGENCY = _("the register has no agency {agency}; write its tendonvi, such as snv")
NO_PROVINCE = _("the register has no province.yml; restore it from git")
NO_CODE = _("'{agency}' is no tendonvi; it has up to 32 lower-case letters and digits, such as snv")
KNOWN = _("the register has {agency} already, and no tendonvi is issued again; take another")
NOT_SUSPENDED = _("{person} is not suspended in {agency} on {day}; see what there is: danhba who {person}")
NOT_ON_LEAVE = _("{person} has no leave in {agency} on {day} or later; see what there is: danhba who {person}")
NOT_OPEN = _("nobody with id {person} is open in {agency}; see where they are: danhba who {person}")
CLOSED = _("{agency} was closed on {day} by {document} already; nothing is closed twice")

_AGENCY = (
    "agency name kind parent identifier opened closed withdrawn changes succeeds quota quota_document custodians people"
).split()
_PERSON = (
    "id name family given title leader unit phone address address_document quota quota_document"
    " opened suspended leave closed withdrawn"
).split()
_EVENT = (
    "person limit document request date event from to until ended withdrawn kind parent identifier as key count"
    " accounts agencies documents"
).split()


class Draft:
    """A register with edits that are not written yet.

    Each method for an edit raises `Problem` where its place is missing or the layout does not allow it. Values are
    those of the register format, all as text: ``{"document": "1/QĐ-UBND", "date": "2010-10-15"}``, keys in any order.
    Edits are not checked against the rules of the register: `checking.check` does that.
    """

    def __init__(self, files: Iterable[File]) -> None:
        self._files = {file.name: file for file in files}
        self._pages: dict[str, Page] = {}
        self._new: dict[str, str] = {}

    def files(self) -> list[File]:
        """Return all files of the register with the edits made, sorted by name."""
        changed = self.changed()
        names = sorted(self._files.keys() | changed.keys())
        return [self._file(name, changed[name]) if name in changed else self._files[name] for name in names]

    def changed(self) -> dict[str, bytes]:
        """Return the content of each file that is changed or new, by its name within the register."""
        pages = {name: page.data() for name, page in sorted(self._pages.items())}
        return {name: data for name, data in pages.items() if name in self._new or data != self._files[name].data}

    def add_person(self, code: str, entry: Mapping[str, Value]) -> None:
        """Add an entry (an issuance) at the end of an agency's people."""
        self._append(self._agency(code), "people", _ordered(entry, _PERSON))

    def close_person(self, code: str, person: str, closed: Mapping[str, Value]) -> None:
        """Close the last open entry of a person in an agency."""
        event = _ordered(closed, _EVENT)
        page, number = self._open_entry(code, person)
        _change(page, number, lambda node: page.put(node, "closed", event), "closed", lambda _old: event)

    def end_earlier(self, code: str, person: str, closed: Mapping[str, Value]) -> None:
        """Replace the closing of a person's last entry by another one, since the former will not happen."""
        page, event = self._agency(code), _ordered(closed, _EVENT)
        number = _last(page.says, person)
        if number is None:
            raise Problem(NOT_OPEN, person=person, agency=code)
        page.change(
            lambda _root: page.replace(page.entry(number), "closed", event),
            lambda says: says["people"][number].update(closed=event),
        )

    def suspend(self, code: str, person: str, suspension: Mapping[str, Value]) -> None:
        """Suspend a person in an agency: in the entry open on the suspension's day, else the last open one."""
        event = _ordered(suspension, _EVENT)
        page, number = self._open_entry(code, person, str(suspension.get("date", "")))

        def make(node: yaml.MappingNode) -> Splice:
            if get(node, "suspended"):
                return page.append(node, "suspended", event)
            return page.put(node, "suspended", [event])

        _change(page, number, make, "suspended", lambda old: [*(old or []), event])

    def resume(self, code: str, person: str, ended: Mapping[str, Value]) -> None:
        """End the suspension that is in force on the day of `ended`, by the document that unlocks the mailbox."""
        day, event = str(ended["date"]), _ordered(ended, _EVENT)
        page, number = self._open_entry(code, person, day)
        spells = page.says["people"][number].get("suspended") or []
        index = next((i for i, spell in enumerate(spells) if _in_force(spell, day)), None)
        if index is None:
            raise Problem(NOT_SUSPENDED, person=person, agency=code, day=day)

        _put_to_spell(page, number, index, "ended", event)

    def put_on_leave(self, code: str, person: str, leave: Mapping[str, Value]) -> None:
        """Add leave (`from`, `to`) to the entry that is open on its first day, else to the last open one."""
        item = _ordered(leave, _EVENT)
        page, number = self._open_entry(code, person, str(leave["from"]))

        def make(node: yaml.MappingNode) -> Splice:
            if get(node, "leave"):
                return page.append(node, "leave", item)
            return page.put(node, "leave", [item], after=_before("leave"))

        _change(page, number, make, "leave", lambda old: [*(old or []), item])

    def end_leave(self, code: str, person: str, back: str, last: str) -> None:
        """End the first leave that is not over on the day `back` of coming back.

        `last`, the day before, becomes its last day; leave that has not begun by then is removed.
        """
        page = self._agency(code)
        found = sorted(
            (str(each.get("from", "")), number, index)
            for number, entry in enumerate(page.says["people"])
            for index, each in enumerate((entry.get("leave") or []) if entry.get("id") == person else [])
            if str(each.get("to", "")) >= back
        )
        if not found:
            raise Problem(NOT_ON_LEAVE, person=person, agency=code, day=back)
        first, number, index = found[0]
        if first < back:
            _shorten_leave(page, number, index, last)
        else:
            _take_out_leave(page, number, index)

    def withdraw_opening(self, code: str, person: str, day: str, ending: Mapping[str, Value]) -> dict[str, Any]:
        """Withdraw, by a document, the opening of a person's entry on a day; return the entry as plain values."""
        page, number = self._entry_of(code, person, "opened", day)
        stated = _ordered(ending, _EVENT)

        def make(_root: yaml.MappingNode) -> Splice:
            return page.put(_mapping(page, page.entry(number), "opened"), "withdrawn", stated)

        page.change(make, lambda says: says["people"][number]["opened"].update(withdrawn=stated))
        return dict(page.says["people"][number])

    def withdraw_closing(
        self, code: str, person: str, day: str, ending: Mapping[str, Value], instead: Mapping[str, Value] | None = None
    ) -> None:
        """Withdraw, by a document, the closing of a person's entry on a day; `instead` is a closing in its place."""
        page, number = self._entry_of(code, person, "closed", day)
        item = _ordered({**page.says["people"][number]["closed"], "withdrawn": ending}, _EVENT)
        if instead is None:
            page.change(
                lambda _root: page.remove(page.entry(number), "closed"),
                lambda says: says["people"][number].pop("closed"),
            )
        else:
            closed = _ordered(instead, _EVENT)
            page.change(
                lambda _root: page.replace(page.entry(number), "closed", closed),
                lambda says: says["people"][number].update(closed=closed),
            )

        def make(node: yaml.MappingNode) -> Splice:
            if get(node, "withdrawn"):
                return page.append(node, "withdrawn", item)
            return page.put(node, "withdrawn", [item])

        _change(page, number, make, "withdrawn", lambda old: [*(old or []), item])

    def withdraw_suspension(self, code: str, person: str, day: str, document: str, ending: Mapping[str, Value]) -> str:
        """Withdraw, by a document, a suspension that would begin on a day; return its `until`, empty without one."""
        page, stated = self._agency(code), _ordered(ending, _EVENT)
        number, index = next(_spells(page.says, person, day, document), (-1, -1))
        if number < 0:
            raise Problem(NOT_SUSPENDED, person=person, agency=code, day=day)

        _put_to_spell(page, number, index, "withdrawn", stated)
        return str(page.says["people"][number]["suspended"][index].get("until", ""))

    def describe(self, code: str, person: str, key: str, value: str, day: str = "") -> None:
        """Set a key that needs no document (title, unit, phone, quota, leader) in a person's open entry.

        An empty value removes the key. Later entries of the person under another name get the same value.
        """
        page, first = self._open_entry(code, person, day)
        for number in _under_all_names(page.says, person, first):
            _describe(page, number, key, value)

    def add_custodian(self, code: str, custodian: Mapping[str, Value]) -> None:
        """Add a custodian at the end of an agency's list."""
        self._append(self._agency(code), "custodians", _ordered(custodian, _EVENT), before="people")

    def add_agency(self, code: str, fields: Mapping[str, Value]) -> None:
        """Add the file of a new agency; `fields` needs neither `agency`, which is the code, nor `people`."""
        name = f"{source.AGENCIES}/{code}.yml"
        if not schema.CODE.fullmatch(code):
            raise Problem(NO_CODE, agency=code)
        if name in self._files or name in self._pages:
            raise Problem(KNOWN, agency=code)
        text = _file_text(_ordered({"people": [], **fields, "agency": code}, _AGENCY))
        self._pages[name] = Page.of(self._file(name, text.encode()))
        self._new[name] = code

    def close_agency(self, code: str, closed: Mapping[str, Value]) -> None:
        """Close an agency; the entries of its people are not changed."""
        event = _ordered(closed, _EVENT)
        page = self._agency(code)

        def make(root: yaml.MappingNode) -> Splice:
            if former := get(root, "closed"):
                raise Problem(CLOSED, agency=code, day=_text(former, "date"), document=_text(former, "document"))
            return page.put(root, "closed", event, after=["opened"])

        page.change(make, lambda says: says.update(closed=event))

    def withdraw_opening_of_agency(self, code: str, ending: Mapping[str, Value]) -> None:
        """Withdraw the opening of an agency by a document."""
        page, stated = self._agency(code), _ordered(ending, _EVENT)
        page.change(
            lambda root: page.put(_mapping(page, root, "opened"), "withdrawn", stated),
            lambda says: says["opened"].update(withdrawn=stated),
        )

    def withdraw_closing_of_agency(
        self, code: str, ending: Mapping[str, Value], instead: Mapping[str, Value] | None = None
    ) -> None:
        """Withdraw the closing of an agency by a document; `instead` is a closing in its place."""
        page = self._agency(code)
        item = _ordered({**page.says.get("closed", {}), "withdrawn": ending}, _EVENT)
        if instead is None:
            page.change(lambda root: page.remove(root, "closed"), lambda says: says.pop("closed"))
        else:
            closed = _ordered(instead, _EVENT)
            page.change(lambda root: page.replace(root, "closed", closed), lambda says: says.update(closed=closed))
        self._append(page, "withdrawn", item, after=("closed", "opened"))

    def withdraw_item(self, code: str, key: str, stated: Mapping[str, str], ending: Mapping[str, Value]) -> None:
        """Withdraw, by a document, the item of an agency's `custodians` or `changes` that has the keys of `stated`."""
        page, event = self._agency(code), _ordered(ending, _EVENT)
        items = [each if isinstance(each, Mapping) else {} for each in page.says.get(key) or []]
        found = (n for n, each in enumerate(items) if stated.items() <= each.items() and "withdrawn" not in each)
        number = next(found, -1)

        def make(root: yaml.MappingNode) -> Splice:
            listed = get(root, key)
            item = listed.value[number] if number >= 0 and isinstance(listed, yaml.SequenceNode) else None
            if not isinstance(item, yaml.MappingNode):
                raise Problem(LAYOUT, path=page.path)
            return page.put(item, "withdrawn", event)

        page.change(make, lambda says: says[key][number].update(withdrawn=event))

    def take_out_succeeds(self, code: str, other: str) -> None:
        """Remove the agency `other` from those that an agency succeeds."""
        page = self._agency(code)
        left = [each for each in page.says.get("succeeds") or [] if each != other]
        if left:
            page.change(lambda root: page.replace(root, "succeeds", left), lambda says: says.update(succeeds=left))
        else:
            page.change(lambda root: page.remove(root, "succeeds"), lambda says: says.pop("succeeds"))

    def add_succeeds(self, code: str, codes: Sequence[str]) -> None:
        """Add codes to the agencies that an agency succeeds; codes already there are skipped."""
        page = self._agency(code)
        known = page.says.get("succeeds") or []
        for other in dict.fromkeys(codes):
            if other not in known:
                self._append(page, "succeeds", other, after=("closed", "opened"))

    def change_agency(self, code: str, change: Mapping[str, Value]) -> None:
        """Add a change to an agency's `changes`, after those of the same day or earlier."""
        page, event = self._agency(code), _ordered(change, _EVENT)
        days = [str(each.get("date", "")) for each in page.says.get("changes") or () if isinstance(each, Mapping)]
        number = next((number for number, day in enumerate(days) if day > str(event["date"])), len(days))
        if number == len(days):
            self._append(page, "changes", event, after=("closed", "opened"))
        else:
            page.change(
                lambda root: page.insert(root, "changes", number, event),
                lambda says: says["changes"].insert(number, event),
            )

    def set_operator(self, code: str) -> None:
        """Set the province's operator, the agency that runs the system."""
        page = self._page(source.PROVINCE, NO_PROVINCE)
        page.change(lambda root: page.set(root, "operator", code), lambda says: says.update(operator=code))

    def acknowledge(self, entry: Mapping[str, Value]) -> None:
        """Add an acknowledgement at the end of the province's list."""
        self._append(self._page(source.PROVINCE, NO_PROVINCE), "acknowledgements", _ordered(entry, _EVENT))

    def _file(self, name: str, data: bytes) -> File:
        """Return a file with new content; a new file gets a path like those of the other files."""
        if name in self._files:
            return File(name, self._files[name].path, data)
        prefix = next((f.path.removesuffix(f.name) for f in self._files.values() if f.path.endswith(f.name)), "")
        return File(name, prefix + name, data)

    def _agency(self, code: str) -> Page:
        return self._page(f"{source.AGENCIES}/{code}.yml", NO_AGENCY, agency=code)

    def _page(self, name: str, missing: str, **values: str) -> Page:
        if name not in self._pages:
            if name not in self._files:
                raise Problem(missing, **values)
            self._pages[name] = Page.of(self._files[name])
        return self._pages[name]

    def _append(self, page: Page, key: str, value: Value, *, before: str = "", after: Sequence[str] = ()) -> None:
        """Append to a list at the top level of a file.

        A missing list is made before the key `before`, or after the first key of `after` that is there.
        """

        def make(root: yaml.MappingNode) -> Splice:
            if get(root, key):
                return page.append(root, key, value)
            return page.put(root, key, [value], before=before, after=after)

        def say(says: dict[str, Any]) -> None:
            says[key] = [*(says.get(key) or []), value]

        page.change(make, say)

    def _entry_of(self, code: str, person: str, key: str, day: str) -> tuple[Page, int]:
        """Return the page and the number of a person's entry whose `key` (opened or closed) is on a day."""
        page = self._agency(code)
        number = _last(page.says, person, lambda entry: key in entry and _day(entry, key, "") == day)
        if number is None:
            raise Problem(NOT_OPEN, person=person, agency=code)
        return page, number

    def _open_entry(self, code: str, person: str, day: str = "") -> tuple[Page, int]:
        """Return the page and the number of a person's entry that is open on `day`, else of the last open one."""
        page = self._agency(code)
        number = _open_on(page.says, person, day) if day else None
        if number is None:
            number = _last_open(page.says, person)
        if number is None:
            raise Problem(NOT_OPEN, person=person, agency=code)
        return page, number


def _in_force(spell: Any, day: str) -> bool:
    """Tell whether a suspension, as a file has it, is in force on a day and neither ended nor withdrawn."""
    if not isinstance(spell, Mapping) or not {"ended", "withdrawn"}.isdisjoint(spell):
        return False
    return str(spell.get("date", "~")) <= day < str(spell.get("until", "~"))


def _before(key: str) -> list[str]:
    """Return the keys that stand before a key in an entry, the nearest first."""
    return _PERSON[: _PERSON.index(key)][::-1]


def _change(
    page: Page, number: int, make: Callable[[yaml.MappingNode], Splice], key: str, value: Callable[[Any], Any]
) -> None:
    """Change a key of entry `number`: `make` in the text, `value` (old value to new) in the plain values."""

    def say(says: dict[str, Any]) -> None:
        entry = says["people"][number]
        entry[key] = value(entry.get(key))

    page.change(lambda _root: make(page.entry(number)), say)


def _under_all_names(says: Mapping[str, Any], person: str, first: int) -> list[int]:
    """Return the number of an entry and those of the person's later entries that are changes of name."""
    later = enumerate(says["people"][first + 1 :], first + 1)
    return [first, *(number for number, entry in later if entry.get("id") == person and _is_renamed(entry))]


def _mapping(page: Page, node: yaml.MappingNode, key: str) -> yaml.MappingNode:
    value = get(node, key)
    if not isinstance(value, yaml.MappingNode):
        raise Problem(LAYOUT, path=page.path)
    return value


def _put_to_spell(page: Page, number: int, index: int, key: str, value: dict[str, Value]) -> None:
    """Add a key to suspension `index` of entry `number`."""

    def make(_root: yaml.MappingNode) -> Splice:
        items = get(page.entry(number), "suspended")
        spell = items.value[index] if isinstance(items, yaml.SequenceNode) else None
        if not isinstance(spell, yaml.MappingNode):
            raise Problem(LAYOUT, path=page.path)
        return page.put(spell, key, value)

    page.change(make, lambda says: says["people"][number]["suspended"][index].update({key: value}))


def _shorten_leave(page: Page, number: int, index: int, last: str) -> None:
    """Set the last day of leave `index` of entry `number`."""

    def make(_root: yaml.MappingNode) -> Splice:
        items = get(page.entry(number), "leave")
        leave = items.value[index] if isinstance(items, yaml.SequenceNode) else None
        if not isinstance(leave, yaml.MappingNode):
            raise Problem(LAYOUT, path=page.path)
        return page.set(leave, "to", last)

    page.change(make, lambda says: says["people"][number]["leave"][index].update(to=last))


def _take_out_leave(page: Page, number: int, index: int) -> None:
    left = [each for place, each in enumerate(page.says["people"][number]["leave"]) if place != index]

    def make(_root: yaml.MappingNode) -> Splice:
        node = page.entry(number)
        return page.replace(node, "leave", left) if left else page.remove(node, "leave")

    def say(says: dict[str, Any]) -> None:
        entry = says["people"][number]
        entry.update(leave=left) if left else entry.pop("leave")

    page.change(make, say)


def _spells(says: Mapping[str, Any], person: str, day: str, document: str) -> Iterator[tuple[int, int]]:
    """Yield where a person's suspensions from `day` by `document` are: number of the entry, index in its list."""
    for number, entry in enumerate(says["people"]):
        for index, spell in enumerate((entry.get("suspended") or []) if entry.get("id") == person else []):
            if (spell.get("date"), spell.get("document")) == (day, document) and "withdrawn" not in spell:
                yield number, index


def _is_void(entry: Mapping[str, Any]) -> bool:
    """Tell whether the opening of an entry was withdrawn."""
    opened = entry.get("opened")
    return isinstance(opened, Mapping) and "withdrawn" in opened


def _is_renamed(entry: Mapping[str, Any]) -> bool:
    opened = entry.get("opened")
    return isinstance(opened, Mapping) and opened.get("event") == RENAMED and not _is_void(entry)


def _describe(page: Page, number: int, key: str, value: str) -> None:
    """Set a key of entry `number`, or remove it where the value is empty."""

    def make(_root: yaml.MappingNode) -> Splice:
        node = page.entry(number)
        if not value:
            return page.remove(node, key)
        if get(node, key):
            return page.set(node, key, value)
        return page.put(node, key, value, after=_before(key))

    def say(says: dict[str, Any]) -> None:
        says["people"][number].pop(key) if not value else says["people"][number].update({key: value})

    if str(page.says["people"][number].get(key, "")) != value:
        page.change(make, say)


def _last_open(says: Mapping[str, Any], person: str) -> int | None:
    """Return the number of a person's last entry that has no closing."""
    return _last(says, person, lambda entry: "closed" not in entry)


def _open_on(says: Mapping[str, Any], person: str, day: str) -> int | None:
    """Return the number of a person's last entry that is open on a day."""
    return _last(says, person, lambda entry: _day(entry, "opened", day) <= day < _day(entry, "closed", "~"))


def _day(entry: Mapping[str, Any], key: str, default: str) -> str:
    """Return the day of an event as ISO 8601 text, which sorts in order of time; `default` without such an event.

    Returns an empty text where the date is invalid, so that an entry that may be closed is not taken for open.
    """
    if key not in entry:
        return default
    event = entry[key]
    day = str(event.get("date", "")) if isinstance(event, Mapping) else ""
    return day if schema.parse_day(day) else ""


def _last(
    says: Mapping[str, Any], person: str, wanted: Callable[[Mapping[str, Any]], bool] = lambda _entry: True
) -> int | None:
    """Return the number of a person's last entry for which `wanted` holds; withdrawn openings are skipped."""
    people = says.get("people")
    people = people if isinstance(people, list) else []
    for number in range(len(people) - 1, -1, -1):
        entry = people[number]
        if isinstance(entry, dict) and entry.get("id") == person and not _is_void(entry) and wanted(entry):
            return number
    return None


def _text(node: yaml.Node, key: str) -> str:
    value = get(node, key) if isinstance(node, yaml.MappingNode) else None
    return str(value.value) if isinstance(value, yaml.ScalarNode) else "?"


def _ordered(keys: Mapping[str, Value], order: Sequence[str]) -> dict[str, Value]:
    """Sort the keys in the order of register files, unknown ones last; keys of nested events, too."""
    names = [key for key in order if key in keys] + [key for key in keys if key not in order]
    return {key: _event(keys[key]) for key in names}


def _event(value: Value) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return _ordered(value, _PERSON if "id" in value else _EVENT)
    return [_event(item) for item in value]


def _file_text(agency: Mapping[str, Value]) -> str:
    """Return the text of an agency's whole file."""
    lines = ["---"]
    for key, value in agency.items():
        if key != "people":
            lines += write.pair(key, value, STEP)
    people = [entry for entry in agency["people"] if isinstance(entry, Mapping)]
    lines.append("people:" if people else "people: []")
    for entry in people:
        lines += ["  " + line for line in write.item(entry, inner=STEP, step=STEP)]
    return "\n".join([*lines, ""])
