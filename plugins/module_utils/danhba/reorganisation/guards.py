"""Computes the acknowledgements that a reorganisation needs to pass the guards of a plan, for reviewers to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from ..addresses.issuing import Issued
from ..checking import check
from ..model.policy import Acknowledgement
from ..planning import plan
from ..planning.plan import AGENCY_LIMIT, GUARDED, LIMIT, PROTECTED, Plan
from ..rules.history.past import FORWARDED_DAYS
from .forecast import Forecast

# Days after the reorganisation's day during which an apply may still pass.
DAYS = 30


def acknowledgements(forecast: Forecast, issued: Issued, today: date) -> list[Acknowledgement]:
    """Return acknowledgements of the limits exceeded, the protected accounts that end, and corrected entries.

    Counts are those of the day itself (or of today, if that has passed) against a server as of the day before: other
    changes of that day are counted, too.
    """
    decided = forecast.decision
    day = max(decided.date, today)
    wanted = check.wanted(forecast.after, forecast.issued, day)
    counts: Counter[str] = Counter()
    accounts: set[str] = set()
    agencies: dict[str, set[str]] = {}
    for eve in (day, day - timedelta(days=1)):
        made = plan.make(wanted, check.wanted(forecast.before, issued, eve).accounts)
        counts |= _exceeded(made)
        for kind, ranks in GUARDED.items():
            agencies.setdefault(kind, set()).update(a.agency for a in made.actions if a.action in ranks)
        accounts |= _protected(made)
    until = min(day, date.max - timedelta(days=DAYS)) + timedelta(days=DAYS)
    found = [
        Acknowledgement(kind, decided.document, until, count, agencies=tuple(sorted(agencies[kind])))
        for kind, count in sorted(counts.items())
    ]
    corrected = list(_ended_earlier(forecast))
    if not (found or corrected) and (today - decided.date).days > FORWARDED_DAYS:
        corrected = [code for code, agency in forecast.agencies.items() if agency.closed]
    named = {"protected": sorted(accounts), "history": corrected}
    found += [
        Acknowledgement(kind, decided.document, until, accounts=tuple(some)) for kind, some in named.items() if some
    ]
    return found


def _ended_earlier(forecast: Forecast) -> Iterator[str]:
    """Yield entries that end before the day of a closing entered earlier; that closing moves along."""
    for code, agency in forecast.agencies.items():
        former = forecast.before.agencies.get(code)
        for before, after in zip(former.people if former else (), agency.people, strict=False):
            if before.closed and before.closed != after.closed:
                yield f"{code}/{before.id}"


def _exceeded(made: Plan) -> Counter[str]:
    kinds = {str(refusal.values["action"]) for refusal in made.refused if refusal.rule in (LIMIT, AGENCY_LIMIT)}
    return Counter({kind: sum(made.counts[action] for action in GUARDED[kind]) for kind in kinds})


def _protected(made: Plan) -> set[str]:
    return {str(refusal.values["address"]).partition("@")[0] for refusal in made.refused if refusal.rule is PROTECTED}
