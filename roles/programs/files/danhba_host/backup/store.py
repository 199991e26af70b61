"""Reads the backup host's report about itself: a file of the store, which the mail host may read like its own files.

So the mail host's watch tells the operators when the store is not checked any more, or its disk fills or is damaged.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .. import figure
from ..figure import HELP
from .metrics import note
from .settings import TOLD, Settings
from .suspects import NAME, SWEPT, figures

SECONDS = 30
LONGEST = 10_000  # octets of the file
# By name in the report: the metric and its help text.
NUMBERS = {
    "checked": (
        "danhba_backup_store_check_timestamp_seconds",
        "Last time that a part of the store was read and found whole",
    ),
    "failed": ("danhba_backup_store_failed", "Parts of the store of which the last reading failed"),
    "swept": (SWEPT, HELP[SWEPT].removesuffix(".")),
    "free": ("danhba_backup_store_free_ratio", "Share of the backup host's disk that is free"),
}


def note_told(settings: Settings) -> None:
    """Write the backup host's report as metrics; nothing where it gives none, so that the old metrics' age raises the
    alert.
    """
    told = read_told(settings)
    for name, (metric, help_) in NUMBERS.items():
        if isinstance(told.get(name), int | float):
            note(settings.metrics, metric, metric, help_, {"": told[name]})
    suspects = told.get("suspects")
    if isinstance(suspects, dict) and Path(settings.metrics).is_dir():
        figure.write(Path(settings.metrics, f"{NAME}.prom"), figure.render(figures(suspects)))


def read_told(settings: Settings) -> dict[str, Any]:
    """Read the backup host's report; empty where it gives none that can be parsed."""
    where = urlsplit(settings.repository)
    try:
        user = f"{settings.user}:{settings.secret('store.password').read_text(encoding='utf-8').strip()}"
        context = ssl.create_default_context(cafile=str(settings.secret("store.crt")))
        connection = http.client.HTTPSConnection(
            where.hostname or "", where.port or 443, context=context, timeout=SECONDS
        )
        token = base64.b64encode(user.encode()).decode()
        connection.request("GET", f"{where.path}{TOLD}/config", headers={"Authorization": f"Basic {token}"})
        answer = connection.getresponse()
        told = json.loads(answer.read(LONGEST)) if answer.status == http.client.OK else {}
        connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        return {}
    return told if isinstance(told, dict) else {}
