"""How much of each part of production's Python has run in tests, which is shown after a run that measures it."""

from __future__ import annotations

import io
from typing import NamedTuple

from coverage import Coverage
from coverage.exceptions import NoDataError

# What stands together and is tested together; tests/unit/test_parts.py sees to it that each file is in one part.
PARTS = {
    "core": ["plugins/module_utils/danhba/*"],
    "modules": ["plugins/modules/*"],
    "modules on the host": [f"plugins/module_utils/{name}" for name in ("host/*", "options/*", "*.py")],
    "actions, callbacks, filters, lookups": [
        *(f"plugins/{name}/*" for name in ("action", "callback", "filter", "lookup", "doc_fragments")),
        "plugins/plugin_utils/acting.py",
    ],
    "passwords": [f"plugins/plugin_utils/{name}.py" for name in ("issuing", "passwords", "selecting")],
    "hand-overs": ["plugins/plugin_utils/handovers/*"],
    "letters": ["plugins/plugin_utils/letters/*"],
    "papers": ["plugins/plugin_utils/papers/*"],
    "what DNS holds": ["plugins/plugin_utils/dns/*"],
    "reports of others": ["plugins/plugin_utils/received_reports/*"],
    "reports of use": ["plugins/plugin_utils/report/*"],
    "controller, guides, preflight": [
        f"plugins/plugin_utils/{name}.py"
        for name in (
            *("controller", "exchange", "forms", "guides", "lock", "preflight", "prerequisites", "reaching"),
            "settings",
        )
    ],
    "credential service": ["roles/programs/files/danhba_host/credentials/*"],
    "address book": ["roles/programs/files/danhba_host/addressbook/*"],
    "secrecy gate": ["roles/programs/files/danhba_host/secrecy_gate/*"],
    "events, trace": [f"roles/programs/files/danhba_host/{name}/*" for name in ("events", "trace")],
    "recalls": ["roles/programs/files/danhba_host/recall/*", "plugins/plugin_utils/recall/*"],
    "audit": ["roles/programs/files/danhba_host/audit/*", "plugins/plugin_utils/audit/*"],
    "watch": [f"roles/programs/files/danhba_host/{name}/*" for name in ("metrics", "status")],
    "archives": ["roles/programs/files/danhba_host/archive/*", "plugins/plugin_utils/archives/*"],
    "backups": ["roles/programs/files/danhba_host/backup/*"],
    "other host programs": ["roles/programs/files/danhba_host/*.py"],
    "secrecy scanner": ["roles/secrecy/files/danhba_secrecy/*"],
    "scripts": ["scripts/*"],
}


class Share(NamedTuple):
    """How many per cent of a part have run."""

    part: str
    percent: float

    def line(self, demanded: float) -> str:
        """It as people read it, marked where it is less than is demanded."""
        return f"{self.percent:6.1f} %  {self.part}{'  <' if self.percent < demanded else ''}"


def shares() -> list[Share]:
    """Each part, from what the last run has measured; 0 where nothing of it was measured."""
    measured = Coverage()
    measured.load()
    return [Share(name, _percent(measured, files)) for name, files in PARTS.items()]


def _percent(measured: Coverage, files: list[str]) -> float:
    """Return the percentage of the files' lines that ran."""
    try:
        return measured.report(include=files, file=io.StringIO())
    except NoDataError:
        return 0.0
