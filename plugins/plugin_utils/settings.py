"""Judges every setting of a host: type, choices, and each role's conditions, by the name that was written.

A wrong setting does not prevent judging the others. A default derived from a wrong setting is not reported again: the
fault names the variable that the operator wrote, with its file and line.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import jinja2
from ansible._internal._datatag._tags import Origin
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from jinja2 import nodes

from . import forms

# Vietnamese names of Ansible's argument types.
TYPES = MappingProxyType(
    {"int": "số nguyên", "float": "số", "bool": "true hoặc false", "list": "danh sách", "dict": "bảng khóa: giá trị"}
    | {"str": "chữ", "path": "đường dẫn", "raw": "giá trị"}
)
# Facts are not gathered yet when a playbook asks; the role checks again when they are.
UNGATHERED = "ansible_facts"
COMMAND_LINE = "-e"

# The end of a role's own text, which is replaced by file and line.
_IN_INVENTORY = re.compile(r"\s*(Sửa trong inventory|Set (it|them) in the inventory)[.]$")
_PARSER = jinja2.Environment()  # noqa: S701 - it parses, and renders nothing


class Fault(NamedTuple):
    """A fault and the way out, in both languages."""

    vi: str
    en: str


class Templar(Protocol):
    """Ansible's templates and conditionals, over the variables of a host and a role."""

    def template(self, value: Any) -> Any:
        """Return the value with its templates rendered."""

    def evaluate_conditional(self, condition: Any) -> bool:
        """Say whether the condition holds."""


class Role(NamedTuple):
    """A role's inputs.

    `options` are its argument specs; `settings` and `room` are conditions on values and on the host's capacity, each
    with `name`, `that` and `fail_msg` as `ansible.builtin.assert` takes them; `defaults` are its defaults, `made` the
    values that it derives from all of them.
    """

    name: str
    options: Mapping[str, Any]
    settings: Sequence[Mapping[str, Any]]
    defaults: Mapping[str, Any]
    room: Sequence[Mapping[str, Any]] = ()
    made: Mapping[str, Any] = MappingProxyType({})


class Place(NamedTuple):
    """The place where a variable is set: a file with a line, or the command line; unknown if `path` is empty."""

    path: str = ""
    line: int | None = None

    def __str__(self) -> str:
        """Return the place, relative to the working directory if the file is below it."""
        if self.path == COMMAND_LINE:
            return self.path
        here = os.path.relpath(self.path)
        return f"{self.path if here.startswith('..') else here}{f':{self.line}' if self.line else ''}"

    def way_out(self) -> Fault:
        """Return where to correct the variable."""
        if not self.path:
            return Fault("Sửa trong inventory.", "Set it in the inventory.")
        if self.path == COMMAND_LINE:
            return Fault("Sửa trên dòng lệnh (-e).", "Set it on the command line (-e).")
        return Fault(f"Sửa ở {self}.", f"Set it at {self}.")


def place(name: str, value: Any) -> Place:
    """Return where Ansible read a variable's value, or else its name (true, false and null keep no origin)."""
    for item in (value, name):
        if origin := Origin.get_tag(item):
            return Place(origin.path, origin.line_num) if origin.path else Place(COMMAND_LINE)
    return Place()


class Values:
    """The variables of a host: those the operator wrote, and the dependencies among them."""

    def __init__(self, given: Mapping[str, Any], shared: Mapping[str, Any], spoilt: Iterable[str] = ()) -> None:
        """`given` are those of the host, `shared` the defaults of all inventories; `spoilt` cannot be known at all."""
        self.given = given
        self._names = {name: name for name in given}
        self._shared = shared
        self._made_of: dict[tuple[str, str], set[str]] = {}
        self.broken = set(spoilt)
        """Names whose values are wrong, and have been reported."""
        if UNGATHERED not in given:
            self.broken.add(UNGATHERED)

    def is_written(self, name: str) -> bool:
        """Say whether the operator has set the variable to another value than the default."""
        if name not in self.given or name not in self._shared:
            return name in self.given
        ours, given = self._shared[name], self.given[name]
        return bool(ours != given) or isinstance(ours, bool) != isinstance(given, bool)

    def place(self, name: str) -> Place:
        """Return where a variable of the host is set."""
        return place(self._names.get(name, name), self.given.get(name))

    def below(self, start: Iterable[str], role: Role | None = None) -> set[str]:
        """Return these names and all that their values derive from."""
        found: set[str] = set()
        waiting = list(start)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self._next(name, role))
        return found

    def _next(self, name: str, role: Role | None) -> set[str]:
        key = (name, role.name if role else "")
        if key not in self._made_of:
            self._made_of[key] = references(self._raw(name, role))
        return self._made_of[key]

    def _raw(self, name: str, role: Role | None) -> Any:
        if name in self.given:
            return self.given[name]
        return role.defaults.get(name, role.made.get(name)) if role else None

    def sources(self, name: str, role: Role | None = None) -> list[str]:
        """Return the operator's variables that a value derives from; the name itself if the operator set it."""
        return [name] if self.is_written(name) else sorted(filter(self.is_written, self.below([name], role)))

    def told(self, names: Iterable[str]) -> str:
        """Return variables with values and places, as the beginning of a message."""
        found = [(name, self.place(name)) for name in names]
        return ", ".join(f"{name} = {self.given[name]!r}{f' ({at})' if at.path else ''}" for name, at in found)


def references(value: Any) -> set[str]:
    """Return the variables that a value's templates name, at any depth."""
    if isinstance(value, str):
        return _named(value) if "{{" in value or "{%" in value else set()
    if isinstance(value, Mapping):
        return set().union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list | tuple) else set()


@cache
def _named(template: str) -> set[str]:
    try:
        parsed = _PARSER.parse(template)
    except jinja2.TemplateSyntaxError:
        return set()
    return {node.name for node in parsed.find_all(nodes.Name) if node.ctx == "load"}


def judge_types(roles: Sequence[Role], values: Values, templar: Templar) -> Iterator[Fault]:
    """Yield values of a wrong type, not among the choices, or that cannot be evaluated.

    Text that means a number or a truth value is a wrong type, too: Ansible's own validation converts it, and what uses
    the value then takes `"false"` for true. Values that the operator wrote come before derived ones.
    """
    wanted = {name: role.options[name] for role in reversed(roles) for name in role.options if name in values.given}
    for name in sorted(wanted, key=lambda name: (not values.is_written(name), name)):
        if not values.is_written(name) and values.below([name]) & values.broken:
            values.broken.add(name)
        elif faults := list(_type(name, wanted[name], values, templar)):
            values.broken.add(name)
            yield from faults


def judge_forms(roles: Sequence[Role], values: Values, templar: Templar) -> Iterator[Fault]:
    """Yield values of the right type in the wrong form of an address, time, size or name (`forms.py`)."""
    names = {name for role in roles for name in role.options if name in values.given}
    for name in sorted(names, key=lambda name: (not values.is_written(name), name)):
        if values.below([name]) & values.broken:
            continue
        found = templar.template(values.given[name])
        if form := forms.wrong(name, found):
            values.broken.add(name)
            origin, out = _way_back(name, values)
            yield Fault(
                f"{origin.vi}{name} = {found!r}: phải là {form.vi}. {out.vi}",
                f"{origin.en}{name} = {found!r}: must be {form.en}. {out.en}",
            )


def _way_back(name: str, values: Values) -> tuple[Fault, Fault]:
    """Return the beginning of a message about a derived value, and where to correct what it derives from."""
    written = values.sources(name)
    out = values.place(written[0] if written else name).way_out() if len(written) < 2 else Place().way_out()
    if written in ([], [name]):
        return Fault("", ""), out
    return Fault(f"{values.told(written)}: từ đó tính ra ", f"{values.told(written)}, of which follows "), out


def _type(name: str, option: Mapping[str, Any], values: Values, templar: Templar) -> Iterator[Fault]:
    origin, out = _way_back(name, values)
    try:
        found = templar.template(values.given[name])
    except Exception as error:  # noqa: BLE001 - whatever a template can fail of
        said = " ".join(str(error).split())
        yield Fault(
            f"{origin.vi}{name}: không tính được giá trị ({said}). {out.vi}",
            f"{origin.en}{name}: its value cannot be made out ({said}). {out.en}",
        )
        return
    spec = {key: item for key, item in option.items() if key in ("type", "elements", "choices", "options")}
    result = ArgumentSpecValidator({name: spec}).validate({name: found})
    for said in result.error_messages:
        inner = f" ({said})" if "found in" in said else ""
        yield Fault(
            f"{origin.vi}{name} = {found!r}: phải là {_kind(option)}{inner}. {out.vi}",
            f"{origin.en}{name} = {found!r}: {_wanted(option, said)}. {out.en}",
        )
    if not result.error_messages and _has_text_for(meant := result.validated_parameters[name], found):
        yield _text(name, values, found, meant)


def _wanted(option: Mapping[str, Any], said: str) -> str:
    """Return Ansible's message about an inner value, or a shorter one about the value itself."""
    if "found in" in said:
        return said
    choices = ", ".join(map(str, option.get("choices", [])))
    return f"must be one of {choices}" if choices else f"must be {option.get('type', 'str')}"


def _kind(option: Mapping[str, Any]) -> str:
    if choices := option.get("choices"):
        return ", ".join(map(str, choices))
    kind = str(option.get("type", "str"))
    elements = TYPES.get(str(option.get("elements")), "")
    return f"{TYPES.get(kind, kind)}{f' ({elements})' if elements else ''}"


def _text(name: str, values: Values, found: Any, meant: Any) -> Fault:
    """Return the fault of text in place of another type, with what to write; for a template, in its variables."""
    line, argument = json.dumps(meant, ensure_ascii=False), json.dumps({name: meant}, ensure_ascii=False)
    quotes = Fault(", không có dấu nháy", ", without quotes") if _is_plain(meant) else Fault("", "")
    value, out = values.given[name], values.place(name)
    if value != found:
        return Fault(
            f"{name} = {found!r} là chữ, lấy từ {value}: biến trong đó phải là {line}{quotes.vi}.",
            f"{name} = {found!r} is text, made of {value}: the variable there has to be {line}{quotes.en}.",
        )
    if out.path == COMMAND_LINE:
        return Fault(
            f"{name} = {found!r} là chữ. Trên dòng lệnh, ghi -e '{argument}'; trong inventory, {name}: {line}"
            f"{quotes.vi}.",
            f"{name} = {found!r} is text. On a command line, write -e '{argument}'; in the inventory, {name}: {line}"
            f"{quotes.en}.",
        )
    where = Fault(f"Ở {out}", f"At {out}") if out.path else Fault("Trong inventory", "In the inventory")
    return Fault(
        f"{name} = {found!r} là chữ. {where.vi}, ghi {name}: {line}{quotes.vi}; trên dòng lệnh, -e '{argument}'.",
        f"{name} = {found!r} is text. {where.en}, write {name}: {line}{quotes.en}; on a command line, -e '{argument}'.",
    )


def _is_plain(meant: Any) -> bool:
    """Say whether a value is written without quotes: a number or a truth value, not a list."""
    return isinstance(meant, bool | int | float)


def _has_text_for(meant: Any, found: Any) -> bool:
    """Say whether text stands where another type is meant, at any depth."""
    if isinstance(meant, dict) and isinstance(found, Mapping):
        return any(_has_text_for(value, found.get(key)) for key, value in meant.items())
    if isinstance(meant, list) and isinstance(found, list):
        return any(map(_has_text_for, meant, found))
    return isinstance(found, str) and not isinstance(meant, str)


def judge_conditions(
    role: Role, wanted: Iterable[Mapping[str, Any]], values: Values, templar: Templar
) -> Iterator[Fault]:
    """Yield the unfulfilled conditions of a role on its settings, or on a host's capacity.

    Conditions over a value already reported, or over facts not yet gathered, are not judged.
    """
    for demand in wanted:
        failed = [one for one in conditions(demand) if not _spoilt(one, role, values) and not _holds(one, templar)]
        if not failed:
            continue
        used = {name for one in failed for name in condition_names(one)}
        written = sorted({source for name in used for source in values.sources(name, role)})
        yield _refusal(role, demand, written, values, templar)


def _refusal(role: Role, demand: Mapping[str, Any], written: Sequence[str], values: Values, templar: Templar) -> Fault:
    """Return a role's own text, preceded by what the operator wrote and where."""
    try:
        vi, _, en = str(templar.template(demand["fail_msg"])).partition(" -- ")
    except Exception as error:  # noqa: BLE001 - a value that the message shows cannot be made out
        vi = en = f"Role {role.name}: {demand['name']}: {' '.join(str(error).split())}"
    vi, en = vi.strip(), en.strip()
    if len(written) != 1:
        begin = f"{values.told(written)}: " if written else ""
        return Fault(begin + vi, begin + en)
    begin, out = f"{written[0]} = {values.given[written[0]]!r}: ", values.place(written[0]).way_out()
    return Fault(f"{begin}{_IN_INVENTORY.sub('', vi)} {out.vi}", f"{begin}{_IN_INVENTORY.sub('', en)} {out.en}")


def refused(role: str, wanted: Iterable[Mapping[str, Any]], templar: Templar) -> Iterator[Fault]:
    """Yield the unfulfilled conditions of the role about to run, by its task's variables."""
    yield from judge_conditions(Role(role, {}, [], {}), wanted, Values({UNGATHERED: {}}, {}), templar)


def conditions(demand: Mapping[str, Any]) -> list[str]:
    """Return the conditions of an entry of `meta/settings.yml`."""
    return demand["that"] if isinstance(demand["that"], list) else [demand["that"]]


def condition_names(condition: Any) -> set[str]:
    """Return the variables that a condition names."""
    return _named(f"{{{{ {condition} }}}}")


def _spoilt(condition: Any, role: Role, values: Values) -> bool:
    return bool(values.below(condition_names(condition), role) & values.broken)


def _holds(condition: Any, templar: Templar) -> bool:
    try:
        return bool(templar.evaluate_conditional(condition))
    except Exception:  # noqa: BLE001 - a value of a shape that the condition cannot even ask
        return False


def unbroken(names: Collection[str], values: Values, role: Role | None = None) -> bool:
    """Say whether nothing that these variables derive from has been reported."""
    return not values.below(names, role) & values.broken
