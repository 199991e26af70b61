"""Make Excel workbooks (XLSX), valid and damaged ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from tests.support.forms import HEADING, workbook

LIST = workbook({"DS": [HEADING, (1, "Vù A Y", "Văn thư")]})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"


def changed(part: str, change: Callable[[bytes], bytes], data: bytes = LIST) -> bytes:
    """A workbook with one part changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return file.getvalue()


def package(*names: str) -> bytes:
    """A package with the given parts, all empty."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as new:
        for name in names:
            new.writestr(name, b"")
    return file.getvalue()
