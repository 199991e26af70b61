"""`python -m tests.support.forge_files`: make each forge's CODEOWNERS, and the workflows that `danhba init` copies."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from danhba.governance.forges import FORGES

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = PROJECT / "plugins/module_utils/danhba/founding/files"


def main() -> None:
    """Write CODEOWNERS and workflows for every forge in forges.json."""
    for name, forge in FORGES.items():
        command = ["danhba", "codeowners", "--format", name]
        owners = subprocess.run(command, cwd=PROJECT, check=True, text=True, stdout=subprocess.PIPE).stdout
        (PROJECT / forge.codeowners).parent.mkdir(exist_ok=True)
        (PROJECT / forge.codeowners).write_text(owners, encoding="utf-8")
        shutil.copyfile(PROJECT / forge.workflow, TEMPLATES / f"{name}.yml")


if __name__ == "__main__":
    main()
