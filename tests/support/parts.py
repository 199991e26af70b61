"""How much of each part of production's Python has run: `python -m tests.support.parts`, after `pytest --cov`.

Exit status: 0 each part has what pyproject.toml demands of the whole, 1 one has less.
"""

from __future__ import annotations

import io
import sys

from coverage import Coverage

# What stands together and is tested together; tests/unit/test_parts.py sees to it that each file is in one part.
PARTS = {
    "core": ["plugins/module_utils/danhba/*"],
    "modules": ["plugins/modules/*"],
    "modules on the host": [f"plugins/module_utils/{name}" for name in ("host/*", "options/*", "*.py")],
    "actions, filters, lookups": [f"plugins/{name}/*" for name in ("action", "filter", "lookup", "doc_fragments")],
    "passwords": ["plugins/plugin_utils/passwords.py"],
    "letters": ["plugins/plugin_utils/letters/*"],
    "controller, guides": [f"plugins/plugin_utils/{name}.py" for name in ("controller", "exchange", "guides")],
    "credential service": ["roles/programs/files/danhba_host/credentials/*"],
    "address book": ["roles/programs/files/danhba_host/addressbook/*"],
    "other host programs": ["roles/programs/files/danhba_host/*.py"],
    "scripts": ["scripts/*"],
}


def main() -> int:
    """Print a line for each part."""
    measured = Coverage()
    measured.load()
    demanded = float(measured.get_option("report:fail_under") or 0)  # type: ignore[arg-type]
    short = False
    for name, files in PARTS.items():
        percent = measured.report(include=files, file=io.StringIO())
        short |= percent < demanded
        print(f"{percent:6.1f} %  {name}{'  <' if percent < demanded else ''}")
    return int(short)


if __name__ == "__main__":
    sys.exit(main())
