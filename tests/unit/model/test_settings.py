"""Tests for the table of settings: complete, translated, and right about which direction weakens a guard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from danhba.checking.check import check
from danhba.governance import json_schema
from danhba.messages import translator
from danhba.model import settings
from danhba.model.register import Province
from danhba.model.settings import SETTINGS, changed, outside, shown, weakens
from danhba.planning.settings import _COUNTS, COUNTED
from tests.support.cases import P
from tests.support.looped import for_each
from tests.support.registers import PROVINCE, SAMPLE, edited, files, usable

# Mappings that are one setting each, whatever their keys.
WHOLE = ("system_addresses", "regulation.articles")
REACHES = {setting.reaches for setting in SETTINGS} - {settings.NOBODY}


def leaves(found: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield the paths of all values of a JSON schema; a list is one value."""
    properties = found.get("properties", {})
    if not properties or path in WHOLE:
        yield path
    for key, inner in properties.items() if path not in WHOLE else ():
        yield from leaves(inner, f"{path}.{key}" if path else key)


def test_settings_table_has_every_key_of_the_schema_and_no_other() -> None:
    assert {setting.key for setting in SETTINGS} == set(leaves(json_schema.province()))


def test_settings_table_has_each_key_once() -> None:
    assert len({setting.key for setting in SETTINGS}) == len(SETTINGS)


@for_each("setting", SETTINGS, ids=lambda setting: setting.key)
def test_setting_purpose_is_translated_into_vietnamese(setting: settings.Setting) -> None:
    assert translator("vi")(setting.does) != setting.does


@pytest.mark.parametrize("reaches", sorted(REACHES))
def test_setting_group_reached_has_a_count_and_a_message(reaches: str) -> None:
    assert {reaches} <= COUNTED.keys() & _COUNTS.keys()


def of(texts: Any) -> Province:
    return usable(texts)[0].province


BEFORE = of(SAMPLE)


def given(old: str, new: str) -> Province:
    return of(edited(P, (old, new)))


@pytest.mark.parametrize(
    ("key", "weaker", "stronger"),
    [
        ("forward_days", 89, 91),
        ("redirect_days", 364, 366),
        ("retention_days", 182, 184),
        ("retention_days_leader", 364, 366),
        ("future_days", 367, 365),
        ("sending_suspend", 4, 2),
        ("quota_official", 1, 2 * 1024**3 + 1),
        ("quota_agency", 1, 10 * 1024**3 + 1),
        ("quota_official", 8 * 1024**3, 8 * 1024**3 - 1),
        ("protected", (), ("contact-stttt", "contact-ubnd")),
    ],
)
def test_weakens_changed_guard_is_weaker_in_one_direction_alone(key: str, weaker: Any, stronger: Any) -> None:
    def changed_to(value: Any) -> bool:
        return weakens(BEFORE, replace(BEFORE, policy=replace(BEFORE.policy, **{key: value})))

    assert (changed_to(weaker), changed_to(stronger)) == (True, False)


@pytest.mark.parametrize("kind", ["official", "agency"])
@pytest.mark.parametrize("key", ["messages_hour", "recipients_hour", "messages_day", "recipients_day"])
def test_changed_higher_sending_limit_is_weaker(kind: str, key: str) -> None:
    may = getattr(BEFORE.policy, f"sending_{kind}")
    for by, weaker in ((1, True), (-1, False)):
        policy = replace(BEFORE.policy, **{f"sending_{kind}": replace(may, **{key: getattr(may, key) + by})})
        (told,) = changed(BEFORE, replace(BEFORE, policy=policy))
        assert (told.setting.key, told.weaker) == (f"policy.sending.{kind}.{key}", weaker)


@pytest.mark.parametrize(
    "values",
    [
        {"operator": "snv"},
        {"operator_key": "age1x"},
        {"host": "mail.example.org"},
        {"support_phone": "0214 3 999 999"},
        {"support_mail": "x@gmail.com"},
        {"system_addresses": {"postmaster": "contact-ubnd"}},
        {"sample": True},
    ],
    ids=str,
)
def test_weakens_other_operator_server_key_or_support_is_weaker(values: dict[str, Any]) -> None:
    assert weakens(BEFORE, replace(BEFORE, **values))


def test_weakens_other_name_or_regulation_is_not_weaker() -> None:
    now = replace(BEFORE, name="Lai Châu", regulation=replace(BEFORE.regulation, number="1/2026/QĐ-UBND"))
    assert [told.setting.key for told in changed(BEFORE, now)] == ["province", "regulation.number"]
    assert not weakens(BEFORE, now)


def test_shown_list_names_removed_and_added_items() -> None:
    now = given("protected: [contact-stttt]", "protected: [contact-ubnd]")
    assert [shown(told) for told in changed(BEFORE, now)] == [("contact-stttt", "contact-ubnd")]


def test_shown_sizes_and_windows_have_the_registers_notation() -> None:
    now = given("official: 2G", "official: 200M")
    assert [shown(told) for told in changed(BEFORE, now)] == [("2G", "200M")]
    windows = 'forward_days: 90\n  usage: {windows: ["06:00-08:00", "08:00-12:00", "13:00-14:00", "14:00-24:00"]}'
    (told,) = changed(BEFORE, given("forward_days: 90", windows))
    assert shown(told)[1] == "06:00-08:00, 08:00-12:00, 13:00-14:00, 14:00-24:00"


@pytest.mark.parametrize("setting", [each for each in SETTINGS if each.most], ids=lambda setting: setting.key)
def test_setting_default_value_is_within_its_bounds(setting: settings.Setting) -> None:
    assert setting.least <= setting.value(BEFORE) <= setting.most


@pytest.mark.parametrize(
    ("new", "key"),
    [
        ("forward_days: 3661", "policy.forward_days"),
        ("forward_days: 90\n  future_days: 0", "policy.future_days"),
        ("forward_days: 90\n  retention_days: {default: 0}", "policy.retention_days.default"),
    ],
)
def test_outside_value_beyond_bounds_is_reported(new: str, key: str) -> None:
    text = PROVINCE.replace("forward_days: 90", new)
    found = check(files({**SAMPLE, P: text}))
    assert [(f.rule.id, f.values["key"]) for f in found.findings if f.rule.id == "province-bound"] == [
        ("province-bound", key)
    ]
    assert found.register is not None
    assert [setting.key for setting, _value in outside(found.register.province)] == [key]
