"""Rules about `province.yml`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ..addresses.issuing import CONTACT
from ..messages import mark as _
from ..model import documents
from ..model.exceptions import MOST_DAYS
from ..model.facts import Facts
from ..model.findings import Finding, Where, advice, rule
from ..model.personal import national_number
from ..model.place import Place
from ..model.policy import Policy, Sending, Usage
from ..model.register import Province
from ..model.regulation import MODEL_PROVINCE
from ..model.settings import outside
from ..reading.loader import NATIONAL
from . import documents as cited
from . import quotas
from .dates import FUTURE
from .wording import MOBILE, is_mobile

OPERATOR = rule("province-operator", "R3", _("the operator '{code}' is no agency of this register; write its tendonvi"))
SYSTEM = rule(
    "province-system-address",
    "R10.9",
    _("'{target}' is no contact mailbox of this register; {local} must reach one, such as contact-{operator}"),
)
SYSTEM_CLOSED = rule(
    "province-system-closed",
    "R10.9",
    _("{target} closed on {day} without a successor, and {local} would reach nobody; name another contact mailbox"),
)
SYSTEM_PERSON = rule(
    "province-system-person",
    "R4.2",
    _(
        "{local} ends in -{agency}, as the addresses of the people of {agency} do, and could be one's of them; "
        "take another name, such as support"
    ),
)
POSTMASTER = advice(
    "province-postmaster",
    "R10.9",
    _(
        "postmaster reaches nobody, which every domain must answer (RFC 5321, 4.5.1); "
        "add system_addresses: {{postmaster: contact-{operator}}}"
    ),
)
SUPPORT = advice(
    "province-support",
    "R10.9",
    _(
        "every refused letter names whom to ask, and support: has no telephone; "
        'add support: {{phone: "…"}} with the number of the operator\'s office'
    ),
)
SUPPORT_MAIL = advice(
    "province-support-mail",
    "R10.9",
    _(
        "refused letters name {mail} to ask, which is no contact mailbox of this register; "
        "write one, such as contact-{operator}@{domain}, for people leave"
    ),
)
OPERATOR_CLOSED = advice(
    "province-operator-closed",
    "R3",
    _("the operator {code} closed on {day}; write operator: with the agency that runs the system now"),
)
SAMPLE_KEY = rule(
    "province-sample-key",
    "R9.3",
    _(
        "'{key}' is a key of the sample register, whose private half nobody has: what is encrypted for it can never be "
        "opened; make a pair (age-keygen) and write its public key"
    ),
)
REGULATION = advice(
    "province-regulation",
    "R1",
    _(
        "letters, records and refusals cite the province's regulation, and province.yml names none, so they cite no "
        "number; add regulation: {{number: 12/2024/QĐ-UBND, date: 2024-05-10, title: Quy chế …}} as on the document"
    ),
)
FOREIGN = rule(
    "province-regulation-other",
    "R1",
    _(
        "regulation: {number} of {day} is the regulation of {other}, and cannot bind {province}; write number, date "
        "and title of this province's own, or leave regulation: out until it has one"
    ),
)
DOUBTFUL = advice(
    "province-regulation-doubt",
    "R1",
    _(
        "regulation: {number} may be the regulation of {other}, not of {province}; compare it with the document, for "
        "every letter, record and refusal cites it"
    ),
)
ISSUED = rule(
    "province-regulation-date",
    "R1",
    _(
        "regulation: {number} cannot be of {day}; write the date as it stands on the document, which is in the year of "
        "its number"
    ),
)
PERCENT = rule("province-percent", "R9.3", _("{key} is {value}, and no part is more than 100 percent; lower it"))
NOTHING = advice(
    "province-limit-zero",
    "R9.3",
    _(
        "{key} is 0, so that every plan that does so much as one is refused; write what a day's work needs, and "
        "acknowledge what is more for one plan"
    ),
)
BOUND = rule(
    "province-bound",
    "R9.3",
    _("{key} is {value}, which cannot be meant: {does}; write {least} to {most}, or leave it out"),
)
RETENTION = advice(
    "province-retention",
    "R9.3",
    _("{key} is {value} days, too few to notice that a mailbox was closed by mistake; keep at least {least}"),
)
SENDING = rule(
    "province-sending",
    "R10.6",
    _("sending: {key} is {value}, which can hardly be meant; write {least} or more, or leave it out"),
)
WINDOWS = rule(
    "province-usage-windows",
    "R8.1",
    _(
        "usage: windows are {windows}; write four, each ending after it begins, and none beginning before the one "
        "before it ends"
    ),
)
REQUIRED = rule(
    "province-usage-required",
    "R8.1",
    _("usage: required: {kind} has the windows {numbers}; the regulation asks for {least} at least, each named once"),
)
DAYS = rule("province-usage-days", "R8.1", _("usage: days has {day} more than once; leave the entry that holds"))
ENDLESS = advice(
    "province-acknowledgement",
    "R9.3",
    _(
        "what {document} acknowledges ({limit}) passes every plan until {until}, more than {days} days ahead; "
        "let it end when the change is applied"
    ),
)
BACKWARDS = rule(
    "province-acknowledgement-dates",
    "R9.3",
    _("what {document} acknowledges ({limit}) holds from {since} until {until}, and so never; correct the days"),
)
EXCEPTION = rule(
    "province-secrecy-exception",
    "R7.1",
    _(
        "the exception from the secrecy filter by {document} holds from {since} until {until}, which is {days} days; "
        "let it hold 1 to {most} days, for the sending that it is meant for"
    ),
)
PROTECTED = rule(
    "province-protected", "R9.3", _("'{target}' is no contact mailbox of this register; write contact-<tendonvi>")
)


# Public keys of the sample register: the operator's and the custodians'.
SAMPLE_KEYS = frozenset(
    {
        "age12286uz7p3m45qstv0ts96e9hdqnm04h7jgrxwc30flpfn28dla9sf7wk4a",
        "age1dfp7200zf7htcrn8pfj9x5j27wmty3w7d3j7wptcpp724tqn0d8q3wnzfm",
        "age1fjgnewrxcexpkqpgvtx29h9z6ju6l40dfte5ezgfzlxwmt8rkgkqhup0c5",
    }
)
# Checks of a mailbox on a working day that the regulation demands (R8.1, R8.2).
LEAST_CHECKS = {"agency": 4, "official": 2}
# A month: within less, people are on leave and reports are unread.
LEAST_DAYS = 30


def across(province: Province, agencies: Mapping[str, Facts], unread: frozenset[str]) -> Iterator[Finding]:
    """Yield the findings about `province.yml` among agencies: names exist, settings make sense."""
    yield from _named(province, agencies, unread)
    yield from _system(province, agencies)
    yield from _support(province, unread.union(agencies))
    yield from _keys(province, agencies)
    yield from _regulation(province)
    yield from _policy(province)
    yield from quotas.of_policy(province)
    yield from _acknowledged(province)
    yield from _excepted(province)
    yield from cited.of_province(province)
    yield from _numbers(province)


def _named(province: Province, agencies: Mapping[str, Facts], unread: frozenset[str]) -> Iterator[Finding]:
    """Yield an operator, system addresses and protected accounts that do not exist."""
    contacts = {CONTACT + code for code in unread.union(agencies)}
    if CONTACT + province.operator not in contacts:
        yield OPERATOR.at(province.where("operator"), code=province.operator)
    succeeded = {code for agency in agencies.values() for code in agency.succeeds}
    for local, target in province.system_addresses.items():
        agency = agencies.get(target.removeprefix(CONTACT))
        where = province.where("system_addresses")
        if target not in contacts:
            yield SYSTEM.at(where, target=target, local=local, operator=province.operator)
        elif agency and agency.closed and agency.code not in succeeded:
            yield SYSTEM_CLOSED.at(where, target=target, day=agency.closed, local=local)
    for target in province.policy.protected:
        if target not in contacts:
            yield PROTECTED.at(province.where("policy"), target=target)


def _system(province: Province, agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    where = province.where("system_addresses")
    for local in province.system_addresses:
        code = local.rpartition("-")[2] if "-" in local else ""
        if code in agencies:
            yield SYSTEM_PERSON.at(where, local=local, agency=code)
    if "postmaster" not in province.system_addresses:
        yield POSTMASTER.at(where, operator=province.operator)


def _support(province: Province, codes: frozenset[str]) -> Iterator[Finding]:
    where = province.where("support")
    if not province.support_phone:
        yield SUPPORT.at(where)
    elif number := national_number(province.support_phone, telephone=True):
        yield NATIONAL.at(where, number=number)
    elif is_mobile(province.support_phone):
        yield MOBILE.at(where, phone=province.support_phone)
    local, _separator, domain = province.support_mail.rpartition("@")
    contact = local.startswith(CONTACT) and local.removeprefix(CONTACT) in codes
    if domain and not (domain == province.domain and (contact or local in province.system_addresses)):
        values = {"mail": province.support_mail, "operator": province.operator, "domain": domain}
        yield SUPPORT_MAIL.at(where, **values)


def alone(province: Province) -> Iterator[Finding]:
    """Yield findings that need no agencies: a real register has none of the sample's keys."""
    if not province.sample and province.operator_key in SAMPLE_KEYS:
        yield SAMPLE_KEY.at(province.where("operator_key"), key=province.operator_key)


def _keys(province: Province, agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    if province.sample:
        return
    yield from alone(province)
    for agency in agencies.values():
        for held in agency.keys:
            if held.key in SAMPLE_KEYS:
                where = Where(agency.file, Place(held.line, held.column), f"{agency.code}/{held.person}")
                yield SAMPLE_KEY.at(where, key=held.key)


def _regulation(province: Province) -> Iterator[Finding]:
    """Yield findings about the regulation that papers cite: it is stated, and it is this province's."""
    regulation = province.regulation
    if not regulation.number or regulation.day is None:
        if "regulation" not in province.at:  # the loader reports missing keys
            yield REGULATION.at(province.where())
        return
    values = {"number": regulation.number, "day": regulation.day, "province": province.name}
    if regulation.is_others:
        yield FOREIGN.at(_inside(province, "number"), other=MODEL_PROVINCE, **values)
    elif other := regulation.doubt:
        yield DOUBTFUL.at(_inside(province, "title" if other in regulation.title else "number"), other=other, **values)
    document = documents.parse(regulation.number)
    if document and document.year and int(document.year) != regulation.day.year:
        yield ISSUED.at(_inside(province, "date"), number=regulation.number, day=regulation.day)


def _inside(province: Province, key: str) -> Where:
    """Return the place of a value of `regulation`."""
    where = province.where("regulation")
    return Where(where.file, province.regulation.at.get(key, where.place), where.object)


def _policy(province: Province) -> Iterator[Finding]:
    where = province.where("policy")
    for key, value in _percentages(province.policy):
        if value > 100:
            yield PERCENT.at(where, key=key, value=value)
    yield from _of_guards(province.policy, where)
    for key, value in (
        ("retention_days: default", province.policy.retention_days),
        ("retention_days: leader", province.policy.retention_days_leader),
    ):
        if value < LEAST_DAYS:
            yield RETENTION.at(where, key=key, value=value, least=LEAST_DAYS)
    for key, value, least in _sending(province.policy):
        if value < least:
            yield SENDING.at(where, key=key, value=value, least=least)
    parts = {f"policy.{key.replace(': ', '.')}" for key, value in _percentages(province.policy) if value > 100}
    for setting, number in outside(province):
        if setting.key in parts:  # found above
            continue
        values = {"least": setting.least, "most": setting.most, "does": setting.does}
        yield BOUND.at(where, key=setting.key, value=number, **values)
    yield from _usage(province.policy.usage, where)


def _of_guards(policy: Policy, where: Where) -> Iterator[Finding]:
    """Yield limits of 0 percent, which would refuse every plan (a count of 0 is out of bounds anyway)."""
    for name, limit in policy.limits.items():
        for key in ("percent", "agency_percent"):
            if not getattr(limit, key):
                yield NOTHING.at(where, key=f"limits: {name}: {key}")


def _usage(usage: Usage, where: Where) -> Iterator[Finding]:
    edges = [edge for window in usage.windows for edge in window]
    growing = all(a < b for a, b in usage.windows) and edges == sorted(edges)
    if len(usage.windows) != LEAST_CHECKS["agency"] or not growing:
        yield WINDOWS.at(where, windows=[f"{_clock(a)}-{_clock(b)}" for a, b in usage.windows] or "[]")
    for kind, numbers in (("official", usage.official), ("agency", usage.agency)):
        if len(set(numbers)) < max(LEAST_CHECKS[kind], len(numbers)):
            yield REQUIRED.at(where, kind=kind, numbers=[*numbers] or "[]", least=LEAST_CHECKS[kind])
    for day, count in Counter(each.day for each in usage.days).items():
        if count > 1:
            yield DAYS.at(where, day=day)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _sending(policy: Policy) -> Iterator[tuple[str, int, int]]:
    """Yield each limit of sending with its value and its least: a message has a recipient, a day has its hour."""
    kinds: tuple[tuple[str, Sending], ...] = (("official", policy.sending_official), ("agency", policy.sending_agency))
    for kind, may in kinds:
        yield f"{kind}: messages_hour", may.messages_hour, 1
        yield f"{kind}: recipients_hour", may.recipients_hour, max(1, may.messages_hour)
        yield f"{kind}: messages_day", may.messages_day, may.messages_hour
        yield f"{kind}: recipients_day", may.recipients_day, may.recipients_hour
    yield "suspend", policy.sending_suspend, 2


def _acknowledged(province: Province) -> Iterator[Finding]:
    where = province.where("acknowledgements")
    for each in province.acknowledgements:
        if each.since and each.since > each.until:
            at = Where(where.file, each.at.get("from", where.place), where.object)
            values = {"document": each.document, "limit": each.limit}
            yield BACKWARDS.at(at, since=each.since, until=each.until, **values)


def _numbers(province: Province) -> Iterator[Finding]:
    """Yield national identity numbers in free texts, except in the telephone, which is checked with its own rule."""
    texts = [(province.name, province.where("province")), (province.regulation.title, _inside(province, "title"))]
    where = province.where("secrecy_exceptions")
    for each in province.secrecy_exceptions:
        texts.append((each.reason, Where(where.file, each.at.get("reason", where.place), where.object)))
    for text, at in texts:
        if number := national_number(text):
            yield NATIONAL.at(at, number=number)


def _excepted(province: Province) -> Iterator[Finding]:
    where = province.where("secrecy_exceptions")
    for each in province.secrecy_exceptions:
        if not 1 <= each.days <= MOST_DAYS:
            at = Where(where.file, each.at.get("until", where.place), where.object)
            days = {"since": each.since, "until": each.until, "days": each.days, "most": MOST_DAYS}
            yield EXCEPTION.at(at, document=each.document, **days)


def _percentages(policy: Policy) -> Iterator[tuple[str, int]]:
    for name, limit in policy.limits.items():
        yield f"limits: {name}: percent", limit.percent
        yield f"limits: {name}: agency_percent", limit.agency_percent


def on(province: Province, agencies: Iterable[Facts], day: date) -> Iterator[Finding]:
    """Yield findings that depend on the day: a closed operator, acknowledgements that last too long."""
    operator = next((agency for agency in agencies if agency.code == province.operator), None)
    if operator and operator.closed and operator.closed <= day.isoformat():
        yield OPERATOR_CLOSED.at(province.where("operator"), code=operator.code, day=operator.closed)
    days = province.policy.future_days
    issued = province.regulation.day
    if issued and (issued - day).days > days:
        yield FUTURE.at(_inside(province, "date"), day=issued, days=days)
    for acknowledgement in province.acknowledgements:
        if (acknowledgement.until - day).days > days:
            where = province.where("acknowledgements")
            values = {"document": acknowledgement.document, "limit": acknowledgement.limit, "days": days}
            yield ENDLESS.at(
                Where(where.file, acknowledgement.at.get("until", where.place), where.object),
                until=acknowledgement.until,
                **values,
            )
