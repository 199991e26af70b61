"""The two operators of the demo, who sign that a recalled message is erased: their keys are for this host alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

NAMES = ("an", "binh")
# Of the signatures, so that one over something else is none (ssh-keygen(1), -n).
NAMESPACE = "danhba-recall"


def make(private: Path) -> None:
    """Have their keys in a private folder, and their public ones in `operators.json`, which `inventories/lab` reads."""
    folder = private / "operators"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in NAMES:
        if not (folder / name).exists():
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
            subprocess.run(words, check=True)
    known = [{"name": name, "key": (folder / f"{name}.pub").read_text(encoding="ascii").strip()} for name in NAMES]
    (private / "operators.json").write_text(json.dumps(known), encoding="utf-8")


def sign(private: Path, papers: Path) -> None:
    """Both sign the plan of a recall, which is in its folder."""
    for name in NAMES:
        words = ["ssh-keygen", "-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(private / "operators" / name)]
        with (papers / "plan.sha256").open("rb") as plan, (papers / f"{name}.sig").open("wb") as signature:
            subprocess.run(words, stdin=plan, stdout=signature, check=True)
