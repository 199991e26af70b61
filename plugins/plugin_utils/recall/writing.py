"""Writes the papers of a recall into its folder on the controller, for the owner alone."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...module_utils.danhba.jsontext import pretty
from ...module_utils.failure import Failure
from .. import controller
from ..papers import drawing, text
from ..papers.model import Paper
from . import content

PLAN, CHECKSUM, REPORT, RECORD, SAMPLE = "plan.json", "plan.sha256", "bao-cao", "bien-ban", "mau"


def write(answer: Mapping[str, Any], folder: Path, *, dry_run: bool) -> list[str]:
    """Write the plan and its checksum, and of `find` the report, of `record` the record, each as JSON, text and PDF.

    Returns the names of new or changed files; a dry run writes nothing.

    Raises:
        Failure: a record does not have the server's SHA-256, or a file cannot be written.
    """
    files: dict[str, bytes] = {
        PLAN: json.dumps(answer["plan"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(),
        CHECKSUM: f"{answer['checksum']}\n".encode(),
    }
    if "report" in answer:
        files[f"{REPORT}.json"] = pretty(_lasting(answer)).encode() + b"\n"
        files |= _paper(REPORT, content.report(answer, answer["office"]))
    if record := answer.get("record"):
        if not content.sound(record["record"], record["sha256"]):
            raise Failure("Biên bản không khớp SHA-256 của nó.", "The record does not fit its SHA-256.")
        name = f"{RECORD}-{record['number']}"
        files[f"{name}.json"] = record["record"].encode()
        files |= _paper(name, content.record(json.loads(record["record"]), record["sha256"], answer["office"]))
    files |= dict(map(_sealed, answer.get("kept", ())))
    return [
        name
        for name, octets in files.items()
        if controller.write_private_octets(folder / name, octets, dry_run=dry_run)
    ]


def _sealed(kept: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the encrypted sample of an outbreak, and its file name."""
    octets = base64.b64decode(kept["sealed"])
    if hashlib.sha256(octets).hexdigest() != kept["sha256"]:
        raise Failure("Bản niêm phong không khớp SHA-256 của nó.", "The sealed copy does not fit its SHA-256.")
    return f"{SAMPLE}-{kept['digest'][:16]}.eml.age", octets


def _lasting(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of an answer that stays equal if nothing has changed."""
    return {name: value for name, value in answer.items() if name != "changed"}


def _paper(name: str, paper: Paper) -> dict[str, bytes]:
    return {f"{name}.txt": text.as_text(paper).encode(), f"{name}.pdf": drawing.draw(paper)}
