"""The plan of a purge as a text, whose checksum two operators sign: the archives to delete, and the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..recall.plan import checksum

NAMESPACE = "danhba-archive"
__all__ = ["NAMESPACE", "checksum", "make"]


def make(archives: Iterable[Mapping[str, Any]], document: str, document_date: str) -> dict[str, Any]:
    """The plan: the document, and each archive with the checksum of its sealed file."""
    return {
        "step": "purge",
        "document": document,
        "document_date": document_date,
        "archives": [
            {"number": each["number"], "mailbox": f"{each['kind']}/{each['id']}", "sealed": each["sealed"]}
            for each in sorted(archives, key=lambda each: int(each["number"]))
        ],
    }
