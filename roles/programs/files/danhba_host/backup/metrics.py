"""What node_exporter's textfile collector reads: when something was last done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def note(folder: str, file: str, name: str, help_: str, moments: Mapping[str, float]) -> None:
    """Write the moments (seconds since 1970) of one metric, by its label `what`, or without it where that is empty.

    Nothing is written where the folder is not: then nobody reads it (role metrics makes it).
    """
    if not Path(folder).is_dir():
        return
    path = Path(folder) / f"{file}.prom"
    labels = {what: f'{{what="{what}"}}' if what else "" for what in moments}
    lines = [f"# HELP {name} {help_}.", f"# TYPE {name} gauge"]
    lines += [f"{name}{labels[what]} {moment:.0f}" for what, moment in moments.items()]
    new = path.with_suffix(".prom.new")
    new.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    new.chmod(0o644)
    new.rename(path)
