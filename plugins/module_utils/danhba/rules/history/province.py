"""Rules about a change of the province's settings."""

from __future__ import annotations

from collections.abc import Iterator

from ...messages import mark as _
from ...model.findings import Finding, Rule, Where, advice, rule
from ...model.register import Province
from ...model.settings import Told, changed, shown
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
SETTING = advice(
    "history-setting",
    "R9.3",
    _("{key} was {before} and is now {now}: {does}; compare it with the document that decides it"),
)
UNBOUND = advice(
    "history-acknowledgement",
    "R9.3",
    _(
        "what {document} acknowledges ({limit}, up to {count}) passes in every agency and by any document until "
        "{until}; name for which agencies and by which documents: danhba acknowledge --agencies … --documents …"
    ),
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
    """Yield what a change takes back of the domain, the guards and the operator's key."""
    if before.domain != now.domain:
        yield DOMAIN.at(now.where("domain"), before=before.domain, now=now.domain)
    if before.operator_key != now.operator_key:
        values = {"before": before.operator_key or NO_KEY, "now": now.operator_key or NO_KEY}
        yield OPERATOR_KEY.at(now.where("operator_key"), operator=now.operator, **values)
    yield from _excepted(before, now)
    for target in before.policy.protected:
        if target not in now.policy.protected:
            yield PROTECTED.at(now.where("policy"), target=target)
    for told in changed(before, now):
        if told.weaker and told.setting.key not in _OTHERWISE:
            yield _weaker(now, told)
    yield from _acknowledged(before, now)


# Settings with rules of their own.
_OTHERWISE = frozenset({"domain", "operator_key", "policy.protected", "acknowledgements", "secrecy_exceptions"})
_RULES = {
    **dict.fromkeys(("policy.forward_days", "policy.redirect_days"), DAYS),
    **dict.fromkeys(("policy.retention_days.default", "policy.retention_days.leader"), DAYS),
}


def _weaker(now: Province, told: Told) -> Finding:
    """Return the finding about a setting by which a guard becomes weaker."""
    key, (before, later) = told.setting.key, shown(told)
    where, values = now.where(key.partition(".")[0]), {"key": key, "before": before, "now": later}
    if stated := _rule(key):
        return stated.at(where, **values)
    return SETTING.at(where, **values, does=told.setting.does)


def _rule(key: str) -> Rule | None:
    return LIMIT if key.startswith("policy.limits.") else _RULES.get(key)


def _acknowledged(before: Province, now: Province) -> Iterator[Finding]:
    """Yield new acknowledgements that cover any agency and any document."""
    where = now.where("acknowledgements")
    for each in now.acknowledgements:
        if each not in before.acknowledgements and each.is_for_all:
            at = Where(where.file, each.at.get("", where.place), where.object)
            yield UNBOUND.at(at, document=each.document, limit=each.limit, count=each.count, until=each.until)


def _excepted(before: Province, now: Province) -> Iterator[Finding]:
    """Yield new exceptions from the secrecy gate."""
    where = now.where("secrecy_exceptions")
    for each in now.secrecy_exceptions:
        if each not in before.secrecy_exceptions:
            at = Where(where.file, each.at.get("", where.place), where.object)
            days = {"since": each.since, "until": each.until}
            said = {"sender": each.sender, "document": each.document, "reason": each.reason}
            yield EXCEPTED.at(at, count=len(each.files), files=", ".join(each.files), **days, **said)
