"""How much of each part of production's Python has run in tests, which is shown after a run that measures it."""

from __future__ import annotations

import io
from typing import NamedTuple

from coverage import Coverage

# What stands together and is tested together; tests/unit/test_parts.py sees to it that each file is in one part.
PARTS = {
    "core": ["plugins/module_utils/danhba/*"],
    "modules": ["plugins/modules/*"],
    "modules on the host": [f"plugins/module_utils/{name}" for name in ("host/*", "options/*", "*.py")],
    "actions, filters, lookups": [f"plugins/{name}/*" for name in ("action", "filter", "lookup", "doc_fragments")],
    "passwords": ["plugins/plugin_utils/passwords.py"],
    "letters": ["plugins/plugin_utils/letters/*"],
    "controller, guides, preflight": [
        f"plugins/plugin_utils/{name}.py" for name in ("controller", "exchange", "guides", "preflight")
    ],
    "credential service": ["roles/programs/files/danhba_host/credentials/*"],
    "address book": ["roles/programs/files/danhba_host/addressbook/*"],
    "other host programs": ["roles/programs/files/danhba_host/*.py"],
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
    """Each part, from what the last run has measured."""
    measured = Coverage()
    measured.load()
    return [Share(name, measured.report(include=files, file=io.StringIO())) for name, files in PARTS.items()]
