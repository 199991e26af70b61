"""The rules on the province's file.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from tests.support.cases import Case, P, S, U, change, each, found
from tests.support.looped import for_each
from tests.support.registers import EXCEPTIONS, PROVINCE, SAMPLE, UBND, agency, edited, register
from tests.support.said import recorded, values

SYSTEM, SUPPORT = (
    next(line for line in PROVINCE.splitlines(keepends=True) if line.startswith(key)) for key in ("system", "support")
)
# The operator's key in the register that comes with the project.
SAMPLES = "age12286uz7p3m45qstv0ts96e9hdqnm04h7jgrxwc30flpfn28dla9sf7wk4a"

ACKNOWLEDGED = "document: 5/STTTT-VP, until: 2012-01-01}"

EXCEPTION = """secrecy_exceptions:
  - sender: contact-stttt
    sha256: [0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8]
    from: {since}
    until: {until}
    document: 5/STTTT-VP
    reason: biểu mẫu
"""

DOUBT = f"{P}:1:63 province-regulation-doubt"
DAY_OFF = "{date: 2026-01-02, is: off, document: 1/QĐ-UBND}"
ALLOWED = "{limit: close, count: 7, document: 5/STTTT-VP, until: 2012-01-01}"
REGULATION = next(line for line in PROVINCE.splitlines(keepends=True) if line.startswith("regulation"))
CASES = [
    change("no regulation", P, REGULATION, "", f"{P}:1:1 province-regulation"),
    change("an acknowledgement by an invitation", P, "5/STTTT-VP", "5/GM-STTTT", f"{P}:15:40 document-slip"),
    change("an acknowledgement by what lost its mark", P, "5/STTTT-VP", "5/QD-STTTT", f"{P}:15:40 document-marks"),
    change("a regulation that is a copy", P, "33/2010/QĐ-UBND", "33/SY-UBND", f"{P}:1:22 document-slip"),
    change(
        "an exception by a slip",
        P,
        f"  - {ALLOWED}\n",
        f"  - {ALLOWED}\n{EXCEPTIONS.replace('5/STTTT-VP', '5/PC-STTTT')}",
        f"{P}:21:15 document-slip",
    ),
    change(
        "a day off by a copy",
        P,
        "  forward_days: 90\n",
        f"  forward_days: 90\n  usage: {{days: [{DAY_OFF.replace('QĐ', 'SY')}]}}\n",
        f"{P}:10:56 document-slip",
    ),
    *(
        change(f"a regulation {how}", P, REGULATION, f"regulation: {text}\n", *expected)
        for how, text, expected in (
            ("with a title", "{number: 33/2010/QĐ-UBND, date: 2010-10-05, title: Quy chế tỉnh Lào Cai}", []),
            (
                "with another's title",
                "{number: 1/2010/QĐ-UBND, date: 2010-10-05, title: Quy chế tỉnh Yên Bái}",
                [DOUBT],
            ),
            ("numbered alike", "{number: 1/2010/QĐ-UBND, date: 2010-10-05, articles: same}", []),
            ("with its own articles", "{number: 1/2010/QĐ-UBND, date: 2010-10-05, articles: {6.2b: 8.1c}}", []),
            (
                "with articles that nothing cites",
                "{number: 1/2010/QĐ-UBND, date: 2010-10-05, articles: {6.9: 8.1}}",
                [f"{P}:1:67 schema-key"],
            ),
            (
                "with an article that is no number",
                "{number: 1/2010/QĐ-UBND, date: 2010-10-05, articles: {6.2b: Điều 8}}",
                [f"{P}:1:73 schema-shape"],
            ),
            ("that is a word", "33/2010/QĐ-UBND", [f"{P}:1:13 schema-type"]),
            ("without a day", "{number: 33/2010/QĐ-UBND}", [f"{P}:1:13 schema-missing"]),
            ("without a number", "{date: 2010-10-05}", [f"{P}:1:13 schema-missing"]),
            ("that is no document", "{number: số 33, date: 2010-10-05}", [f"{P}:1:22 document-shape"]),
            ("on a day that is none", "{number: 33/2010/QĐ-UBND, date: 5/10/2010}", [f"{P}:1:45 schema-date"]),
            ("of another year", "{number: 33/2010/QĐ-UBND, date: 2011-10-05}", [f"{P}:1:45 province-regulation-date"]),
            ("of years ahead", "{number: 33/QĐ-UBND, date: 2099-10-05}", [f"{P}:1:40 date-future"]),
        )
    ),
    *(
        Case(
            f"{how} in another province",
            edited(P, ("province: Lào Cai", "province: Yên Bái"), (REGULATION, f"regulation: {text}\n")),
            expected,
        )
        for how, text, expected in (
            (
                "the regulation of Lào Cai",
                "{number: 33/2010/QĐ-UBND, date: 2010-10-05}",
                [f"{P}:1:22 province-regulation-other"],
            ),
            (
                "the number of Lào Cai's on another day",
                "{number: 33/2010/QĐ-UBND, date: 2010-11-05}",
                [f"{P}:1:22 province-regulation-doubt"],
            ),
            ("its own regulation", "{number: 12/2011/QĐ-UBND, date: 2011-05-10, title: Quy chế tỉnh Yên Bái}", []),
        )
    ),
    change(
        "the operator's key is the sample's",
        P,
        "operator: stttt",
        f"operator: stttt\noperator_key: {SAMPLES}",
        "province.yml:6:15 province-sample-key",
    ),
    change(
        "a custodian's key is the sample's",
        S,
        "date: 2011-02-01, as: delegate}",
        f"date: 2011-02-01, as: delegate, key: {SAMPLES}}}",
        "agencies/stttt.yml:11:85 province-sample-key",
    ),
    Case(
        "a sample with the sample's key",
        edited(P, ("operator: stttt", f"sample: true\noperator: stttt\noperator_key: {SAMPLES}")),
        [],
    ),
    *(
        change(f"an acknowledgement from {day}", P, ACKNOWLEDGED, f"document: 5/STTTT-VP, {more}}}", *expected)
        for day, more, expected in (
            ("its last day", "from: 2012-01-01, until: 2012-01-01", []),
            (
                "after its last day",
                "from: 2012-01-02, until: 2012-01-01",
                [f"{P}:15:58 province-acknowledgement-dates"],
            ),
            ("no day", "from: soon, until: 2012-01-01", [f"{P}:15:58 schema-date"]),
        )
    ),
    *(
        change(f"an exception from the filter {how}", P, "acknowledgements:", text + "acknowledgements:", *expected)
        for how, text, expected in (
            ("for one day", EXCEPTION.format(since="2011-12-01", until="2011-12-01"), []),
            ("for a month", EXCEPTION.format(since="2011-12-01", until="2011-12-31"), []),
            (
                "for longer",
                EXCEPTION.format(since="2011-12-01", until="2012-01-01"),
                [f"{P}:18:12 province-secrecy-exception"],
            ),
            (
                "for no day",
                EXCEPTION.format(since="2011-12-02", until="2011-12-01"),
                [f"{P}:18:12 province-secrecy-exception"],
            ),
            (
                "of no file",
                EXCEPTION.format(since="2011-12-01", until="2011-12-01").replace("0e57", "0E57"),
                [f"{P}:16:14 schema-shape"],
            ),
            (
                "of no document",
                EXCEPTION.format(since="2011-12-01", until="2011-12-01").replace("    document: 5/STTTT-VP\n", ""),
                [f"{P}:15:5 schema-missing"],
            ),
        )
    ),
    change("an unknown operator", P, "operator: stttt", "operator: snv", "province.yml:5:11 province-operator"),
    change(
        "a system address of nobody",
        P,
        "postmaster: contact-stttt",
        "postmaster: contact-snv",
        "province.yml:7:19 province-system-address",
    ),
    Case(
        "a system address of an agency that ended without an heir",
        {
            **edited(S, ("parent: ubnd\n", "")),
            U: UBND.replace("people:", "closed: {document: 2/NQ-HĐND, date: 2011-01-01, event: dissolved}\npeople:"),
            P: PROVINCE.replace("contact-stttt}", "contact-ubnd}", 1),
        },
        ["province.yml:7:19 province-system-closed"],
    ),
    change(
        "a system address that one of the people could have",
        P,
        "{postmaster:",
        "{nvvinh-stttt: contact-stttt, postmaster:",
        "province.yml:7:19 province-system-person",
    ),
    change(
        "a system address of several words that one of the people could have",
        P,
        "{postmaster:",
        "{mai-hoa-stttt: contact-stttt, postmaster:",
        "province.yml:7:19 province-system-person",
    ),
    change("a system address that is an agency's code", P, "{postmaster:", "{stttt: contact-stttt, postmaster:"),
    change("a system address that ends like no agency", P, "{postmaster:", "{dmarc-report: contact-stttt, postmaster:"),
    change("no postmaster", P, "{postmaster:", "{abuse:", "province.yml:7:19 province-postmaster"),
    change("no system addresses", P, SYSTEM, "", "province.yml:1:1 province-postmaster"),
    change("no telephone", P, 'phone: "0214 3 000 000", ', "", "province.yml:6:10 province-support"),
    change("no support", P, SUPPORT, "", "province.yml:1:1 province-support"),
    change(
        "mail to nobody", P, "mail: contact-stttt@", "mail: nvvinh-stttt@", "province.yml:6:10 province-support-mail"
    ),
    change(
        "mail to no agency", P, "mail: contact-stttt@", "mail: contact-snv@", "province.yml:6:10 province-support-mail"
    ),
    change("mail to a system address", P, "mail: contact-stttt@", "mail: postmaster@"),
    change(
        "mail elsewhere",
        P,
        "mail: contact-stttt@laocai.gov.vn",
        "mail: hotro@example.org",
        "province.yml:6:10 province-support-mail",
    ),
    change("a mobile telephone", P, "0214 3 000 000", "0912 345 678", "province.yml:6:10 phone-mobile"),
    change("somebody's number", P, "0214 3 000 000", "010012345678", "province.yml:6:10 text-national"),
    change(
        "a telephone of before 2017, and another",
        P,
        "0214 3 000 000",
        "020 840 034, 035",
        "province.yml:6:18 office-phone",
    ),
    Case(
        "an operator that has ended",
        register(agency("aa", closed="2012-06-01"), operator="aa"),
        ["province.yml:5:11 province-operator-closed"],
    ),
    Case("an operator that will end", register(agency("aa", closed="2012-06-02"), operator="aa"), []),
    change("a count of nothing", P, "count: 50,", "count: 0,", "province.yml:9:3 province-bound"),
    change("a share of nothing", P, "percent: 2,", "percent: 0,", "province.yml:9:3 province-limit-zero"),
    change("a future of two years", P, "  forward_days: 90\n", "  future_days: 731\n  forward_days: 90\n"),
    change(
        "a future without an end",
        P,
        "  forward_days: 90\n",
        "  forward_days: 90\n  future_days: 99999\n",
        "province.yml:9:3 province-bound",
    ),
    Case(
        "an exception without a file",
        {
            **SAMPLE,
            P: PROVINCE + EXCEPTIONS.replace("0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8", ""),
        },
        ["province.yml:18:13 schema-empty"],
    ),
    Case(
        "a national number in the reason of an exception",
        {**SAMPLE, P: PROVINCE + EXCEPTIONS.replace("biểu mẫu", "biểu mẫu của CMND 063123456")},
        ["province.yml:22:13 text-national"],
    ),
    change("all of it", P, "percent: 2,", "percent: 100,"),
    change("days that cannot be meant", P, "forward_days: 90", "forward_days: 3661", "province.yml:9:3 province-bound"),
    change("more than all", P, "percent: 2,", "percent: 101,", "province.yml:9:3 province-percent"),
    change(
        "more than all of an agency",
        P,
        "agency_percent: 20",
        "agency_percent: 200",
        "province.yml:9:3 province-percent",
    ),
    change(
        "a retention that is too short",
        P,
        "  forward_days: 90",
        "  retention_days: {default: 30, leader: 29}",
        "province.yml:9:3 province-retention",
    ),
    change(
        "a retention of the others that is too short",
        P,
        "  forward_days: 90",
        "  retention_days: {default: 29, leader: 30}",
        "province.yml:9:3 province-retention",
    ),
    *(
        change(f"sending that cannot be meant: {given}", P, "  forward_days: 90", f"  sending: {{{given}}}", *found)
        for given, found in (
            ("suspend: 2", []),
            ("suspend: 1", ["province.yml:9:3 province-sending"]),
            ("official: {messages_hour: 1, recipients_hour: 1}", []),
            ("official: {messages_hour: 0}", ["province.yml:9:3 province-sending"]),
            ("agency: {messages_hour: 2500}", []),
            ("agency: {messages_hour: 2501}", ["province.yml:9:3 province-sending"]),
            ("agency: {recipients_hour: 499}", ["province.yml:9:3 province-sending"]),
            ("official: {recipients_day: 499}", ["province.yml:9:3 province-sending"]),
            ("official: {recipients_day: 500}", []),
        )
    ),
    *(
        change(f"usage: {given}", P, "  forward_days: 90", f"  usage: {{{given}}}", *found)
        for given, found in (
            ('windows: ["07:00-09:30", "09:30-11:30", "13:00-15:15", "15:15-17:00"]', []),
            ('windows: ["00:00-00:01", "00:01-00:02", "00:02-00:03", "00:03-24:00"]', []),
            ("windows: []", ["province.yml:9:3 province-usage-windows"]),
            ('windows: ["07:00-09:30"]', ["province.yml:9:3 province-usage-windows"]),
            (
                'windows: ["07:00-09:30", "09:29-11:30", "13:00-15:15", "15:15-17:00"]',
                ["province.yml:9:3 province-usage-windows"],
            ),
            (
                'windows: ["07:00-09:30", "09:30-09:30", "13:00-15:15", "15:15-17:00"]',
                ["province.yml:9:3 province-usage-windows"],
            ),
            (
                'windows: ["07:00-09:30", "09:30-11:30", "13:00-15:15", "17:00-15:15"]',
                ["province.yml:9:3 province-usage-windows"],
            ),
            ("required: {official: [2, 4]}", []),
            ("required: {official: [4, 3, 2, 1]}", []),
            ("required: {official: [1]}", ["province.yml:9:3 province-usage-required"]),
            ("required: {official: [1, 1]}", ["province.yml:9:3 province-usage-required"]),
            ("required: {official: []}", ["province.yml:9:3 province-usage-required"]),
            ("required: {official: [1, 3, 3]}", ["province.yml:9:3 province-usage-required"]),
            ("required: {agency: [1, 2, 3]}", ["province.yml:9:3 province-usage-required"]),
            (f"days: [{DAY_OFF}]", []),
            (
                f"days: [{DAY_OFF}, {DAY_OFF}]",
                ["province.yml:9:3 province-usage-days"],
            ),
        )
    ),
    change("an acknowledgement for a year", P, "until: 2012-01-01", "until: 2013-06-02"),
    change(
        "an acknowledgement for ever",
        P,
        "until: 2012-01-01",
        "until: 9999-12-31",
        "province.yml:15:59 province-acknowledgement",
    ),
    change(
        "nobody protected",
        P,
        "protected: [contact-stttt]",
        "protected: [nvvinh-stttt]",
        "province.yml:9:3 province-protected",
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
