"""When an alert began: what Alertmanager calls its start is the moment at which it fired, minutes after that.

Prometheus keeps the moment in the series ALERTS_FOR_STATE, also of alerts that are over, so that letters and the status
(`prometheus.py`: `activeAt`) tell the same one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .journal import Away
from .prometheus import Prometheus


def date_back(told: Mapping[str, Any], prometheus: Prometheus) -> dict[str, Any]:
    """What Alertmanager tells, with the moment at which each alert began as its start.

    Where Prometheus does not know it, the start is left as it is.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is no message of Alertmanager.
    """
    return {**told, "alerts": [{**alert, "startsAt": _began(alert, prometheus)} for alert in told["alerts"]]}


def _began(alert: Mapping[str, Any], prometheus: Prometheus) -> str:
    fired = datetime.fromisoformat(alert["startsAt"])
    labels = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in alert["labels"].items())
    try:
        began = prometheus.value(f"ALERTS_FOR_STATE{{{labels}}}", fired.timestamp())
    except Away:
        return str(alert["startsAt"])
    return str(alert["startsAt"]) if began is None else datetime.fromtimestamp(began, UTC).isoformat()
