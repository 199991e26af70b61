"""The units of the roles: each has the hardening that all share, and says for how long it is started again."""

from __future__ import annotations

from pathlib import Path

from tests.support.looped import for_each

ROLES = Path(__file__).resolve().parents[3] / "roles"
SHARED = ROLES / "programs/templates/hardening.j2"
UNITS = sorted(ROLES.glob("*/templates/*.service.j2"))
RESTARTED = [
    path for path in sorted(ROLES.glob("*/templates/*.j2")) if "\nRestart=" in path.read_text(encoding="utf-8")
]
INCLUDED = "{% include 'hardening.j2' %}\n"


def settings(text: str) -> set[str]:
    """The names that a text sets."""
    return {line.partition("=")[0] for line in text.splitlines() if "=" in line and line[0].isupper()}


@for_each("unit", UNITS)
def test_unit_has_the_hardening_of_all(unit: Path) -> None:
    assert INCLUDED in unit.read_text(encoding="utf-8")
    assert unit.with_name("hardening.j2").resolve() == SHARED


@for_each("unit", UNITS)
def test_what_a_unit_gives_back_stands_behind_it_with_a_reason(unit: Path) -> None:
    before, _, after = unit.read_text(encoding="utf-8").partition(INCLUDED)
    hardened = settings(SHARED.read_text(encoding="utf-8"))
    assert not settings(before) & hardened, "the template after it would take it away again"
    # Jinja takes the end of the line that includes, and the last one of what is included.
    assert after.startswith("\n# ") if settings(after) & hardened else not after or after.startswith("\n")


@for_each("unit", RESTARTED)
def test_what_is_started_again_says_for_how_long(unit: Path) -> None:
    """systemd leaves a service for good that ended five times in ten seconds, unless it is told otherwise."""
    assert "\nStartLimitIntervalSec=" in unit.read_text(encoding="utf-8").partition("[Service]")[0]


def test_there_are_units() -> None:
    assert len(UNITS) >= 8
    assert len(RESTARTED) >= 8
