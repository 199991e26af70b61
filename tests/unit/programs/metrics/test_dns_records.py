"""Whether DNS holds what it must, by a resolver that knows a few records."""

from __future__ import annotations

from types import SimpleNamespace

import dns.exception
import dns.resolver
import pytest

from danhba_host.metrics.dns_records import names
from danhba_host.metrics.host import Silent

RECORDS = [
    "MX MX laocai.gov.vn mail.laocai.gov.vn",
    "SPF TXT laocai.gov.vn v=spf1",
    "DMARC TXT _dmarc.laocai.gov.vn v=DMARC1",
    "DKIM TXT d20261101a._domainkey.laocai.gov.vn p=MIIB",
]
GOOD = {
    ("laocai.gov.vn", "MX"): ["10 Mail.LaoCai.gov.vn."],
    ("laocai.gov.vn", "TXT"): ["google=1", "v=spf1 mx -all"],
    ("_dmarc.laocai.gov.vn", "TXT"): ["v=DMARC1; p=quarantine"],
    ("d20261101a._domainkey.laocai.gov.vn", "TXT"): ["v=DKIM1; k=rsa; p=MIIB"],
}
Zone = dict[tuple[str, str], list[str]]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Zone:
    """The records that DNS has; the test takes some away."""
    records = dict(GOOD)

    def resolve(name: str, kind: str, **_options: object) -> list[SimpleNamespace]:
        if (name, kind) not in records:
            raise dns.resolver.NXDOMAIN
        return [
            SimpleNamespace(strings=[text[:9].encode(), text[9:].encode()], to_text=lambda text=text: text)
            for text in records[name, kind]
        ]

    monkeypatch.setattr(dns.resolver, "resolve", resolve)
    return records


def wrong() -> set[str]:
    found = list(names(RECORDS))
    assert {figure.name for figure in found} == {"danhba_dns_wrong"}
    assert len(found) == 4
    return {figure.labels["kind"] for figure in found if figure.value}


def test_all_is_well(zone: Zone) -> None:
    assert zone
    assert wrong() == set()


@pytest.mark.parametrize(
    ("name", "kind", "answers", "said"),
    [
        ("laocai.gov.vn", "MX", ["10 elsewhere.example."], "MX"),
        ("laocai.gov.vn", "TXT", ["google=1"], "SPF"),
        ("_dmarc.laocai.gov.vn", "TXT", [], "DMARC"),
        ("d20261101a._domainkey.laocai.gov.vn", "TXT", ["v=DKIM1; p="], "DKIM"),
    ],
)
def test_a_wrong_record_is_named(zone: Zone, name: str, kind: str, answers: list[str], said: str) -> None:
    zone[name, kind] = answers
    assert wrong() == {said}
    del zone[name, kind]
    assert wrong() == {said}


def test_a_resolver_that_does_not_answer_says_nothing_of_the_records(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert zone

    def away(*_given: object, **_options: object) -> None:
        raise dns.exception.Timeout

    monkeypatch.setattr(dns.resolver, "resolve", away)
    with pytest.raises(Silent, match="laocai"):
        list(names(RECORDS))
