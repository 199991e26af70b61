"""Queries this host's Prometheus."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .journal import Away

SECONDS = 10
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Alert:
    """A firing alert: name, severity, labels, summary, page of its runbook, and beginning."""

    name: str
    severity: str
    labels: Mapping[str, str]
    summary: str
    page: str
    since: datetime


@dataclass(frozen=True)
class Prometheus:
    """The Prometheus of this host, at a port."""

    port: int

    def alerts(self) -> list[Alert]:
        """Return all firing alerts, urgent ones first, then the oldest.

        Raises:
            Away: Prometheus does not answer.
        """
        found = [_read(told) for told in self._ask("alerts")["alerts"] if told["state"] == "firing"]
        return sorted(found, key=lambda alert: (alert.severity != "urgent", alert.since))

    def value(self, query: str, at: float | None = None) -> float | None:
        """Return the first value of a query, now or at a moment in seconds since 1970; None without one.

        Raises:
            Away: Prometheus does not answer.
        """
        when = {} if at is None else {"time": f"{at:.3f}"}
        result = self._ask("query", query=query, **when)["result"]
        return float(result[0]["value"][1]) if result else None

    def by_host(self, query: str) -> dict[str, float]:
        """Return the values of a query by host name, in order.

        Raises:
            Away: Prometheus does not answer.
        """
        result = self._ask("query", query=query)["result"]
        return dict(sorted((_host(each), float(each["value"][1])) for each in result))

    def course(self, query: str, since: float, until: float, step: int) -> list[tuple[float, float]]:
        """Return the values of a query over time, each with its moment; of several series the first.

        Raises:
            Away: Prometheus does not answer.
        """
        span = {"start": f"{since:.0f}", "end": f"{until:.0f}", "step": str(step)}
        result = self._ask("query_range", query=query, **span)["result"]
        return [(float(moment), float(value)) for moment, value in result[0]["values"]] if result else []

    def _ask(self, what: str, **given: str) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}/api/v1/{what}?{urllib.parse.urlencode(given)}"
        try:
            with _OPENER.open(url, timeout=SECONDS) as answer:
                data: dict[str, Any] = json.load(answer)["data"]
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
            raise Away(f"Prometheus không trả lời -- Prometheus does not answer: {error}") from error
        return data


def _host(told: Mapping[str, Any]) -> str:
    return str(told.get("metric", {}).get("host", ""))


def _read(told: Mapping[str, Any]) -> Alert:
    labels, said = told["labels"], told["annotations"]
    # Prometheus writes nine decimal places of a second.
    since = datetime.fromisoformat(told["activeAt"][:19] + "+00:00")
    return Alert(
        labels["alertname"], labels.get("severity", ""), labels, said.get("summary", ""), said.get("page", ""), since
    )
