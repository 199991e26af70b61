"""Finds when an alert began: Alertmanager's start of an alert is the moment at which it fired, minutes later.

Prometheus keeps the beginning in the series ALERTS_FOR_STATE, even of resolved alerts, so that letters and the status
(`prometheus.py`: `activeAt`) give the same moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .journal import Away
from .prometheus import Prometheus


def date_back(told: Mapping[str, Any], prometheus: Prometheus) -> dict[str, Any]:
    """Alertmanager's webhook data with the true beginning of each alert as its start.

    The start stays as it is where Prometheus does not know the alert.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: the data is not of Alertmanager's form.
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
