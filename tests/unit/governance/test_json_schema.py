"""The JSON Schemas that editors use: generated, up to date, and never stricter than the loader."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from danhba.checking.check import check
from danhba.cli import main
from danhba.governance import descriptions, json_schema
from danhba.model.findings import binding
from danhba.reading.source import PROVINCE, from_directory
from tests.factory import write_register
from tests.support.registers import SAMPLE, edited, files

PROJECT = Path(__file__).resolve().parents[3]
# What the loader says of a file's text and shape, as against the rules about what it says.
SHAPE = re.compile(r"(schema|yaml|file|unicode)-|document-shape")


class Core(yaml.CSafeLoader):
    """YAML 1.2's core schema, which editors use: no dates, no octals by a leading zero, no yes and no."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 -- as its base has it


for tag, shape, first in (
    ("null", r"null|Null|NULL|~|", [*"nN~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{shape})$"), list(first))


def _integer(loader: Core, node: yaml.ScalarNode) -> int:
    text = node.value
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _float(loader: Core, node: yaml.ScalarNode) -> float:
    return float(node.value.replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf").replace(".N", "n"))


Core.add_constructor("tag:yaml.org,2002:int", _integer)
Core.add_constructor("tag:yaml.org,2002:float", _float)
TYPINGS = {"1.1": yaml.CSafeLoader, "1.2": Core}


def typed(text: str, version: str) -> Any:
    """A file's data as an editor types it; dates as JSON has them."""
    return _as_json(yaml.load(text, TYPINGS[version]))  # noqa: S506 -- both are safe loaders


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in value]
    return value.isoformat() if isinstance(value, (date, datetime)) else value


@cache
def validator(which: str) -> Any:
    schema = json_schema.SCHEMAS[which]()
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def which(name: str) -> str:
    return "province" if name == PROVINCE else "agency"


def refused(name: str, text: str, version: str = "1.2") -> list[str]:
    """Where the schema objects, as `key/key`."""
    errors = validator(which(name)).iter_errors(typed(text, version))
    return sorted({"/".join(map(str, error.absolute_path)) for error in errors})


def objections(name: str, text: str) -> set[str]:
    """The loader's rules that object to the shape of a file of the sample."""
    findings = binding(check(files({**SAMPLE, name: text})).findings)
    return {f.rule.id for f in findings if f.where.file.endswith(name) and SHAPE.match(f.rule.id)}


class TestFiles:
    @pytest.mark.parametrize("name", json_schema.SCHEMAS)
    def test_the_committed_ones_are_up_to_date(self, name: str) -> None:
        made = CliRunner().invoke(main, ["schema", name]).stdout
        assert (PROJECT / f"directory/.schema/{name}.json").read_text(encoding="utf-8") == made

    def test_agency_is_what_one_mostly_wants(self) -> None:
        assert CliRunner().invoke(main, ["schema"]).stdout == CliRunner().invoke(main, ["schema", "agency"]).stdout

    def test_the_editor_finds_them_by_itself(self) -> None:
        mapped = json.loads((PROJECT / ".vscode/settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
        for path, glob in mapped.items():
            assert (PROJECT / path).is_file()
            found = [str(p.relative_to(PROJECT)) for p in PROJECT.glob(glob.lstrip("/"))]
            assert found
            assert {which(name.removeprefix("directory/")) for name in found} == {Path(path).stem}

    def test_the_register_does_not_take_them_for_agencies(self) -> None:
        assert not [file for file in from_directory(PROJECT / "directory") if ".schema" in file.name]

    def test_every_key_says_in_vietnamese_what_it_is(self) -> None:
        used = set()
        for name in json_schema.SCHEMAS:
            for path, key in json_schema._keys(json_schema.SCHEMAS[name](), ()):
                assert key["title"], path
                assert key["description"], path
                used.add(key["$comment"])
                assert {"type", "anyOf"} & key.keys(), f"{path}: the loader never asks for it"
        assert used == {f"{title}. {about}" for title, about in descriptions.KEYS.values()}

    def test_every_word_has_its_meaning_beside_it(self) -> None:
        kind = json_schema.agency()["properties"]["kind"]["anyOf"][0]
        meanings = dict(zip(kind["enum"], kind["enumDescriptions"], strict=True))
        assert meanings["department"] == "sở"
        assert meanings["ward_committee"] == "UBND phường"

    def test_it_is_the_same_whatever_the_seed_of_hashes(self) -> None:
        pattern = json_schema.agency()["properties"]["opened"]["properties"]["document"]["pattern"]
        types = re.findall(r"\(\?:([A-Za-zĐĂ|yQ]{40,})\)", pattern)[0].split("|")
        assert types == sorted(sorted(types), key=len, reverse=True)


class TestValidFiles:
    @pytest.mark.parametrize("version", TYPINGS)
    def test_the_sample_register(self, version: str) -> None:
        for file in from_directory(PROJECT / "directory"):
            assert refused(file.name, (file.data or b"").decode(), version) == [], file.name

    @pytest.mark.parametrize("version", TYPINGS)
    def test_the_factory(self, tmp_path: Path, version: str) -> None:
        write_register(tmp_path, officials=300, agencies=10)
        for file in from_directory(tmp_path):
            assert refused(file.name, (file.data or b"").decode(), version) == [], file.name

    @pytest.mark.parametrize("version", TYPINGS)
    @pytest.mark.parametrize("name", SAMPLE)
    def test_the_small_register(self, name: str, version: str) -> None:
        assert refused(name, SAMPLE[name], version) == []

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('id: "000103"', "id: 000103"),
            ('id: "000103"', "id: 0x1F"),
            ('id: "000103"', "id: 1e5"),
            ('id: "000103"', "id: Off"),
            ('id: "000103"', "id: 2010-10-15"),
            ("date: 2012-01-01", 'date: "2012-01-01"'),
            ("date: 2012-01-01", 'date: " 2012-01-01 "'),
            ("name: Giàng Seo Phử", "name: No"),
            ("name: Giàng Seo Phử", "name: 12.5"),
            ("name: Giàng Seo Phử", "name: Giàng\n      Seo Phử"),
            ("leader: true", 'leader: "true"'),
            ("leader: true", "leader: false"),
            ("kind: department", 'kind: " department"'),
            ("kind: department", "kind: >\n  department"),
            ("quota: 10G", 'quota: "10G"'),
            ("parent: ubnd", "parent: yes"),
            ("identifier: H38.10", "identifier: H38.10." + "A" * 26),
            ("identifier: H38.10", 'identifier: "H38.10.' + "A" * 26 + '  "'),
            ("title: Giám đốc", f"title: {'x' * 200}"),
            ("title: Giám đốc", f'title: "{"x " * 100}"'),
            ('phone: "0214 3 840 034"', "phone: 02143840034"),
        ],
    )
    @pytest.mark.parametrize("version", TYPINGS)
    def test_what_the_loader_reads_as_text(self, old: str, new: str, version: str) -> None:
        name = "agencies/stttt.yml"
        text = edited(name, (old, new))[name]
        assert objections(name, text) == set()
        assert refused(name, text, version) == []


REFUSED = [
    # file, from, to, where the schema objects, the loader's rule
    ("agencies/stttt.yml", "quota: 10G", "quotas: 10G", "", "schema-key"),
    ("agencies/stttt.yml", "    title: Giám đốc", "    job: Giám đốc", "people/0", "schema-key"),
    ("agencies/stttt.yml", "request: 12/STTTT-VP", "for: 12/STTTT-VP", "people/1/opened", "schema-key"),
    ("agencies/stttt.yml", "kind: department\n", "", "", "schema-missing"),
    ("agencies/stttt.yml", "    name: Ngô Vân Vinh\n", "", "people/1", "schema-missing"),
    ("agencies/stttt.yml", ", event: retired", "", "people/2/closed", "schema-missing"),
    ("agencies/stttt.yml", "kind: department", "kind: [department]", "kind", "schema-type"),
    ("agencies/stttt.yml", "name: Giàng Seo Phử", "name: {full: Phử}", "people/2/name", "schema-type"),
    ("agencies/stttt.yml", "kind: department", "kind:", "kind", "schema-empty"),
    ("agencies/stttt.yml", "quota: 10G", 'quota: ""', "quota", "schema-empty"),
    ("agencies/stttt.yml", "title: Giám đốc", 'title: "  "', "people/0/title", "schema-empty"),
    ("agencies/stttt.yml", "kind: department", "kind: ministry", "kind", "schema-value"),
    ("agencies/stttt.yml", "as: head", "as: boss", "custodians/0/as", "schema-value"),
    ("agencies/stttt.yml", "event: retired", "event: fired", "people/2/closed/event", "schema-value"),
    ("agencies/stttt.yml", "leader: true", "leader: yes", "people/0/leader", "schema-value"),
    ("agencies/stttt.yml", "quota: 10G", "quota: 10GB", "quota", "schema-shape"),
    ("agencies/stttt.yml", "quota: 10G", "quota: 10", "quota", "schema-shape"),
    ("agencies/stttt.yml", "parent: ubnd", "parent: UBND", "parent", "schema-shape"),
    ("agencies/stttt.yml", "identifier: H38.10", "identifier: H38." + "A" * 40, "identifier", "schema-shape"),
    ("agencies/stttt.yml", 'id: "000103"', "id: nguyễn văn an", "people/2/id", "schema-shape"),
    ("agencies/stttt.yml", "date: 2012-01-01", "date: 01/01/2012", "people/2/closed/date", "schema-date"),
    ("agencies/stttt.yml", "date: 2012-01-01", "date: 2012", "people/2/closed/date", "schema-date"),
    ("agencies/stttt.yml", "title: Giám đốc", f"title: {'x' * 201}", "people/0/title", "schema-long"),
    ("agencies/stttt.yml", "45/QĐ-STTTT", "Quyết định 45", "people/2/opened/document", "document-shape"),
    ("province.yml", "forward_days: 90", "forward_days: -1", "policy/forward_days", "schema-shape"),
    ("province.yml", "count: 50", "count: many", "policy/limits/close/count", "schema-shape"),
    ("province.yml", "domain: laocai.gov.vn", "domain: Lào Cai", "domain", "schema-shape"),
    ("province.yml", "{postmaster: ", "{contact-master: ", "system_addresses", "schema-shape"),
    ("province.yml", "host: mail.laocai.gov.vn\n", "", "", "schema-missing"),
    ("province.yml", "limit: close", "limit: open", "acknowledgements/0/limit", "schema-value"),
]


@pytest.mark.parametrize(("name", "old", "new", "where", "rule"), REFUSED)
def test_both_refuse(name: str, old: str, new: str, where: str, rule: str) -> None:
    text = edited(name, (old, new))[name]
    assert rule in objections(name, text)
    assert refused(name, text) == [where]


def test_every_rule_about_shapes_is_seen_in_the_editor_too() -> None:
    from danhba.model.findings import RULES

    binding_ones = {id_ for id_, rule in RULES.items() if id_.startswith("schema-") and rule.severity == "error"}
    assert {rule for *_rest, rule in REFUSED} >= binding_ones | {"document-shape"}


PLAIN = """null ~ true Yes off 0 7 000101 0x1F 0o17 1_000 190:20 1.5 1e5 .inf .NaN 2010-10-15 2010-1-5 15/10/2010
10G 500M 90 -1 stttt ubnd H38.10 head retired recruited department 101/QĐ-UBND contact-stttt a.b
laocai.gov.vn Lò""".split()
QUOTED = ["", " ", " head ", "true", "90", "2010-10-15", "10G", "101/QĐ-UBND", "x" * 201, "x " * 150, "٣/QĐ-UBND"]


def leaves() -> st.SearchStrategy[str]:
    """Scalars as they stand in a file."""
    text = st.text(st.characters(codec="utf-8", exclude_characters='"\\'), max_size=12)
    return st.sampled_from(PLAIN) | (st.sampled_from(QUOTED) | text).map(lambda value: f'"{value}"')


VALUES = st.recursive(
    leaves(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "name", "x"]), inner, max_size=2)
    ),
    max_leaves=3,
)


def slots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from slots(value[key])


def flow(value: Any) -> str:
    """As YAML in flow style; scalars stand there as they are."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]" if isinstance(value, list) else str(value)


def as_written(value: Any) -> Any:
    """The sample's data with its scalars quoted, ready for `flow`."""
    if isinstance(value, dict):
        return {key: as_written(item) for key, item in value.items()}
    return [as_written(item) for item in value] if isinstance(value, list) else f'"{value}"'


@st.composite
def mutations(draw: st.DrawFn, name: str) -> str:
    data = as_written(yaml.load(SAMPLE[name], yaml.CBaseLoader))  # noqa: S506 -- text only
    for _change in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(list(slots(data))))
        match draw(st.sampled_from(["replace", "replace", "replace", "delete", "add"])):
            case "replace":
                container[key] = draw(VALUES)
            case "delete":
                del container[key]
            case "add" if isinstance(container, dict):
                container[draw(st.sampled_from(["title", "quota", "closed", "unknown", "policy"]))] = draw(VALUES)
    return flow(data)


@pytest.mark.parametrize("name", ["agencies/stttt.yml", PROVINCE])
@given(data=st.data())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_never_stricter_than_the_loader(name: str, data: st.DataObject) -> None:
    text = data.draw(mutations(name))
    for version in TYPINGS:
        try:
            where = refused(name, text, version)
        except (yaml.YAMLError, ValueError):  # what cannot be typed is nothing that a schema could refuse
            continue
        if where:
            assert objections(name, text), f"YAML {version}: only the schema objects, at {where}"


def test_the_loaders_of_this_test_type_as_their_versions_do() -> None:
    assert typed("[010, 1e3, yes, 2010-10-15, ~]", "1.1") == [8, "1e3", True, "2010-10-15", None]
    assert typed("[010, 1e3, yes, 2010-1-5, ~, 0o17, .5, 1.]", "1.2") == [10, 1e3, "yes", "2010-1-5", None, 15, 0.5, 1]
    assert math.isnan(typed(".NaN", "1.2"))
