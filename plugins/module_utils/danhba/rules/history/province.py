"""What a change of the province's own settings takes back."""

from __future__ import annotations

from collections.abc import Iterator

from ...messages import mark as _
from ...model.findings import Finding, Where, advice, rule
from ...model.policy import Policy
from ...model.register import Province
from .custodians import NO_KEY, OPERATOR_KEY

DOMAIN = rule(
    "history-domain",
    "R4.1",
    _("the domain was {before} and is now {now}, which would change every address; restore it"),
)
PROTECTED = advice(
    "history-protected",
    "R9.3",
    _("{target} is no longer protected, so that a plan may close it; leave it under protected: if it still exists"),
)
LIMIT = advice(
    "history-limit",
    "R9.3",
    _("{key} was {before} and is now {now}, for every plan to come; for one plan, acknowledge it instead"),
)
DAYS = advice(
    "history-days",
    "R9.3",
    _("{key} was {before} and is now {now}, also for those who rely on the former; lower it only if that is decided"),
)


EXCEPTED = advice(
    "history-secrecy-exception",
    "R7.1",
    _(
        "{sender} may send {count} files past the secrecy filter from {since} until {until} by {document} ({reason}); "
        "read the files before approving: sha256sum must say {files}"
    ),
)


def check(before: Province, now: Province) -> Iterator[Finding]:
    """What of the domain, the guards and the operator's key is taken back."""
    if before.domain != now.domain:
        yield DOMAIN.at(now.where("domain"), before=before.domain, now=now.domain)
    if before.operator_key != now.operator_key:
        values = {"before": before.operator_key or NO_KEY, "now": now.operator_key or NO_KEY}
        yield OPERATOR_KEY.at(now.where("operator_key"), operator=now.operator, **values)
    yield from _excepted(before, now)
    for target in before.policy.protected:
        if target not in now.policy.protected:
            yield PROTECTED.at(now.where("policy"), target=target)
    limits, limits_now = dict(_limits(before.policy)), dict(_limits(now.policy))
    for key, value in limits.items():
        if limits_now[key] > value:
            yield LIMIT.at(now.where("policy"), key=key, before=value, now=limits_now[key])
    for key in ("forward_days", "redirect_days", "retention_days", "retention_days_leader"):
        if (then := getattr(before.policy, key)) > (later := getattr(now.policy, key)):
            yield DAYS.at(now.where("policy"), key=key, before=then, now=later)


def _excepted(before: Province, now: Province) -> Iterator[Finding]:
    """The exceptions from the secrecy filter that are new."""
    where = now.where("secrecy_exceptions")
    for each in now.secrecy_exceptions:
        if each not in before.secrecy_exceptions:
            at = Where(where.file, each.at.get("", where.place), where.object)
            days = {"since": each.since, "until": each.until}
            said = {"sender": each.sender, "document": each.document, "reason": each.reason}
            yield EXCEPTED.at(at, count=len(each.files), files=", ".join(each.files), **days, **said)


def loosens(before: Province, now: Province) -> bool:
    """Whether more may be done than before: by a limit, a mailbox that was protected, an acknowledgement, or an
    exception from the secrecy filter.
    """
    limits, limits_now = dict(_limits(before.policy)), dict(_limits(now.policy))
    return (
        any(limits_now[key] > value for key, value in limits.items())
        or not set(before.policy.protected) <= set(now.policy.protected)
        or any(each not in before.acknowledgements for each in now.acknowledgements)
        or any(each not in before.secrecy_exceptions for each in now.secrecy_exceptions)
    )


def _limits(policy: Policy) -> Iterator[tuple[str, int]]:
    for name, limit in policy.limits.items():
        for key in ("count", "percent", "agency_percent"):
            yield f"limits: {name}: {key}", getattr(limit, key)
