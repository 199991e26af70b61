"""The merger of 2025 carried out by the command, and what must hold of it: asked of the files and of `danhba.state`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from danhba.addresses.issuing import Issued
from danhba.checking.check import check, wanted
from danhba.model.register import Register
from danhba.planning import accounts as a
from danhba.planning.state import LIVE, Entry, State, Timeline
from danhba.reading import source
from tests.factory.merger import DAY, Merger, write_merger
from tests.support.registers import people_of

Map = dict[str, Any]
ON = date.fromisoformat(DAY)
EVE = ON - timedelta(days=1)


def read_register(directory: Path) -> dict[str, Map]:
    """The agencies' files, by plain PyYAML."""
    return {path.stem: read_yaml(path) for path in sorted((directory / "agencies").iterdir())}


def read_yaml(path: Path) -> Any:
    """A file with every scalar as text."""
    return yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text


def run(root: Path, *command: str, status: int = 0) -> str:
    """What a command puts out, which must end with a status."""
    program = str(Path(sys.executable).with_name("danhba")) if command[0] == "danhba" else command[0]
    done = subprocess.run([program, *command[1:]], cwd=root, text=True, capture_output=True, check=False)
    assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def carry_out(root: Path, *, officials: int) -> Merged:
    """Write the register before the merger, commit it, and run the command."""
    made = write_merger(root, officials=officials)
    run(root, "git", "init", "--quiet")
    run(root, "git", "add", ".")
    run(root, "git", "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "-m", "Before")
    before, files = read_register(made.register), source.from_directory(made.register)
    started = time.monotonic()
    told = run(root, "danhba", "reorganise", "merger.yml", "--yes", "--format", "json")
    seconds = time.monotonic() - started
    return Merged(root, made, seconds, json.loads(told), before, read_register(made.register), files)


@dataclass
class Merged:
    """A merger that was carried out: what the command told and took, and the register before and after."""

    root: Path
    made: Merger
    seconds: float
    told: Map
    before: dict[str, Map]
    after: dict[str, Map]
    files: list[source.File] = field(repr=False)

    @cached_property
    def usable_before(self) -> tuple[Register, Issued]:
        """The register before, made out."""
        return _usable(self.files)

    @cached_property
    def usable_after(self) -> tuple[Register, Issued]:
        """The register after, made out."""
        return _usable(source.from_directory(self.made.register))

    def accounts(self, day: date) -> a.Accounts:
        """The accounts after the merger, on a day."""
        return wanted(*self.usable_after, day).accounts

    @cached_property
    def people(self) -> list[tuple[Entry, Entry]]:
        """Everyone with an open mailbox on the eve, and where that mailbox is on the day."""
        then, now = (Timeline.of(*usable, day) for usable, day in ((self.usable_before, EVE), (self.usable_after, ON)))
        later = people_of(now)
        return [
            (former, current)
            for id_, entries in people_of(then).items()
            if (former := then.last(entries))
            and then.own_state(former.issuance) in LIVE
            and (current := now.last(later[id_]))
        ]

    def moved(self) -> Iterator[tuple[Entry, Entry]]:
        """Those whose mailbox is in another agency."""
        return ((former, current) for former, current in self.people if former.agency.code != current.agency.code)

    def assert_nobody_is_lost(self) -> None:
        """Whoever had an open mailbox has it still, as open as before, or it was closed on a document."""
        then, now = (Timeline.of(*usable, day) for usable, day in ((self.usable_before, EVE), (self.usable_after, ON)))
        assert len(self.people) == self.made.officials
        fates: Counter[str] = Counter()
        for former, current in self.people:
            state = now.own_state(current.issuance)
            if state is State.CLOSED:
                closed = current.issuance.closed
                assert closed
                assert closed.event in ("retired", "left_province")
                assert closed.document
                fates["closed"] += 1
            else:
                assert state is then.own_state(former.issuance)
                assert current.issuance.name == former.issuance.name
                fates["moved" if current.agency.code != former.agency.code else "stayed"] += 1
        counts = self.told["counts"]
        assert (fates["moved"], fates["closed"]) == (counts["moved"], counts["closed"])
        assert fates["stayed"] == self.made.officials - counts["moved"] - counts["closed"]
        for agency in then.register.agencies.values():
            if then.own_agency_state(agency) is State.OPEN:
                later = now.register.agencies[agency.code]
                going_on = now.own_agency_state(later) is State.OPEN or now.heirs(later)
                assert going_on or (later.closed and later.closed.event == "dissolved"), agency.code

    def assert_everything_goes_along(self) -> None:
        """Nothing about a person is lost on the way: a pin keeps its left part, a suspension its end."""
        decided = {entry["id"]: entry for entry in read_yaml(self.made.plan)["people"]}
        kept: Counter[str] = Counter()
        for former, current in self.moved():
            old, new = former.issuance, current.issuance
            for name in ("unit", "phone", "family", "given", "quota", "leader"):
                assert getattr(new, name) == getattr(old, name)
            assert new.title == decided.get(new.id, {}).get("title", old.title)
            lasting = [s for s in old.suspended if s.covers(ON)]
            assert [(s.document, s.until) for s in new.suspended] == [(s.document, s.until) for s in lasting]
            kept["suspended"] += bool(new.suspended)
            if old.address and "address" not in decided.get(new.id, {}) and not self._was_in(new.id, current):
                left, dash, _code = former.local.rpartition("-")
                assert current.local == (f"{left}-{current.agency.code}" if dash else former.local)
                kept["pinned"] += 1
            kept["retiring"] += bool(new.closed and new.closed == old.closed)
        assert kept["retiring"] == 1
        assert kept["pinned"] > 1
        assert kept["suspended"] > 0

    def _was_in(self, person: str, now: Entry) -> bool:
        """Whether somebody has been in the agency before, and so has an address there."""
        agency = self.before.get(now.agency.code, {"people": []})
        return any(entry["id"] == person for entry in agency["people"])

    def assert_addresses_lead_on(self) -> None:
        """Every address is one person's for ever; old ones forward, then name the new one, then are gone."""
        owners: dict[str, str] = {}
        register, issued = self.usable_after
        for agency in register.agencies.values():
            assert owners.setdefault(f"contact-{agency.code}", agency.code) == agency.code
            for issuance, local in issued.of(agency):
                assert local
                assert owners.setdefault(local, issuance.id) == issuance.id
        policy = register.province.policy
        forwarding, redirecting, after = (
            self.accounts(ON + timedelta(days=days))
            for days in (0, policy.forward_days, policy.forward_days + policy.redirect_days)
        )
        addresses = [account.address for account in forwarding.accounts.values()]
        assert len(set(addresses)) == len(addresses)
        for former, current in self.moved():
            old, new = (f"{entry.local}@{register.province.domain}" for entry in (former, current))
            assert forwarding.accounts[a.OFFICIAL, current.issuance.id].address == new
            if old == new:
                continue
            assert forwarding.routes[old].mode == a.FORWARD
            assert forwarding.routes[old].targets == ((a.OFFICIAL, current.issuance.id),)
            if current.issuance.closed:
                continue  # who has retired by then leaves no address behind
            assert redirecting.routes[old].mode == a.REDIRECT
            assert new in redirecting.routes[old].reply
            assert old not in after.routes
        self._assert_contacts_lead_on(forwarding)

    def _assert_contacts_lead_on(self, accounts: a.Accounts) -> None:
        timeline = Timeline.of(*self.usable_after, ON)
        domain = timeline.register.province.domain
        for code, agency in self.after.items():
            if agency.get("closed", {}).get("date") == DAY:
                heirs = timeline.heirs(timeline.register.agencies[code])
                route = accounts.routes[f"contact-{code}@{domain}"]
                assert route.targets == tuple((a.AGENCY, heir.code) for heir in heirs)
                assert route.mode == (a.FORWARD if heirs else a.CANCELLED)
                assert bool(heirs) == (agency["closed"]["event"] != "dissolved")

    def assert_entries_only_ended(self) -> None:
        """Every entry stands where it stood, with nothing changed but its end; every file says the rest as before."""
        for code, former in self.before.items():
            agency = self.after[code]
            for old, new in zip(former["people"], agency["people"], strict=False):
                may_end = "closed" not in old or old["closed"]["date"] > DAY
                left_out = {"closed"} if may_end else set()
                assert _without(new, left_out) == _without(old, left_out)
            assert len(agency["people"]) >= len(former["people"])
            assert agency.get("custodians", [])[: len(former.get("custodians", []))] == former.get("custodians", [])
            assert agency.get("succeeds", [])[: len(former.get("succeeds", []))] == former.get("succeeds", [])
            for key in former.keys() - {"people", "custodians", "succeeds", "parent"}:
                assert agency[key] == former[key]

    def assert_accepted(self) -> None:
        """The change passes `check --base` and the guards, changes nothing before its day, and is made once."""
        found = json.loads(run(self.root, "danhba", "check", "--base", "HEAD", "--format", "json"))
        assert [item for item in found if item["severity"] == "error"] == []
        run(self.root, "danhba", "plan", "--against", "HEAD", "--as-of", DAY)
        eve = run(self.root, "danhba", "plan", "--against", "HEAD", "--as-of", EVE.isoformat(), "--format", "json")
        assert json.loads(eve)["actions"] == []
        again = run(self.root, "danhba", "reorganise", "merger.yml", "--yes", "--format", "json", status=1)
        assert [item["rule"] for item in json.loads(again)["problems"]] == ["reorganise-done"]
        assert read_register(self.made.register) == self.after


PROPERTIES = pytest.mark.parametrize(
    "holds",
    [
        Merged.assert_nobody_is_lost,
        Merged.assert_everything_goes_along,
        Merged.assert_addresses_lead_on,
        Merged.assert_entries_only_ended,
        Merged.assert_accepted,
    ],
    ids=lambda holds: holds.__name__.removeprefix("assert_"),
)
"""What must hold of a merger of any size: `holds` raises where it does not."""


def _without(entry: Map, keys: set[str]) -> Map:
    return {key: value for key, value in entry.items() if key not in keys}


def _usable(files: list[source.File]) -> tuple[Register, Issued]:
    usable = check(files).usable
    assert usable
    return usable
