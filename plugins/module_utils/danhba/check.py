"""From files to a register that may be used, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from . import addresses, desired, history, loader, rules
from .addresses import Issued
from .findings import Finding, binding
from .garbage import without_collection
from .history import Version
from .loader import Loaded
from .plan import Wanted
from .register import Register
from .source import File
from .state import Timeline


@dataclass(frozen=True, slots=True)
class Checked:
    """A register with its addresses; both None where it cannot be made out. `findings` are in order of their places."""

    register: Register | None
    issued: Issued | None
    findings: list[Finding]

    @property
    def usable(self) -> tuple[Register, Issued] | None:
        """The register and its addresses, if nothing binding stands against them."""
        if self.register is None or self.issued is None or binding(self.findings):
            return None
        return self.register, self.issued


@without_collection()
def check(files: list[File], base: list[File] | None = None) -> Checked:
    """Check a register, and against `base` what a change to it takes back."""
    loaded = loader.load(files)
    findings, issued = list(loaded.findings), None
    if loaded.register:
        issued = addresses.issue(loaded.register)
        findings += issued.findings
        findings += rules.check(loaded.register, loaded.unread)
        if base is not None:
            findings += _history(loader.load(base), loaded, Version(loaded.register, issued))
    findings.sort(key=lambda finding: finding.order)
    return Checked(loaded.register, issued, findings)


def _history(before: Loaded, loaded: Loaded, now: Version) -> Iterator[Finding]:
    if before.register:
        was = Version(before.register, addresses.issue(before.register))
        yield from history.check(was, now, _unclear(before) | _unclear(loaded))


def _unclear(loaded: Loaded) -> frozenset[str]:
    """The agencies of which not every entry was read, so that the others' places and addresses prove nothing."""
    return loaded.unread.union(finding.where.object.partition("/")[0] for finding in binding(loaded.findings))


@without_collection()
def wanted(register: Register, issued: Issued, day: date) -> Wanted:
    """The accounts that a checked register leads to on a day."""
    accounts = desired.accounts(Timeline.of(register, issued, day))
    return Wanted(accounts, day, register.digest, desired.guards(register))
