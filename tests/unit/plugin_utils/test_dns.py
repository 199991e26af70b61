"""What DNS must hold, how it is written down, and what name servers hold, asked by real queries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import dns.rrset
import dns.zone
import pytest
import yaml
from ansible_collections.laocai.mail.plugins.plugin_utils.dns import asking, records, report, writing
from ansible_collections.laocai.mail.plugins.plugin_utils.dns.asking import Answer, Server, State
from ansible_collections.laocai.mail.plugins.plugin_utils.dns.records import Mail, Record

DOMAIN, HOST = "laocai.gov.vn", "mail.laocai.gov.vn"
KEY = "v=DKIM1; k=rsa; p=" + "A" * 392
MAIL = Mail(
    domain=DOMAIN,
    host=HOST,
    addresses=["192.0.2.10", "2001:db8::10"],
    dkim={"d20261127a": KEY, "d20261127b": KEY},
    discovery_hosts=["autoconfig.laocai.gov.vn"],
    tlsa="ab" * 32,
    spf=["include:example.org"],
    dmarc="reject",
    reports="bao-cao@laocai.gov.vn",
    sts_host="mta-sts.laocai.gov.vn",
    sts_id="1",
    caa=["letsencrypt.org"],
    ldap=True,
)
SOA = f"@ 60 IN SOA ns.{DOMAIN}. root.{DOMAIN}. 1 1 1 1 1\n@ 60 IN NS ns.{DOMAIN}.\nns 60 IN A 192.0.2.53\n"


def found(mail: Mail, kind: str, name: str) -> tuple[str, ...]:
    return next((record.values for record in records.wanted(mail) if (record.type, record.name) == (kind, name)), ())


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("MX", DOMAIN, ("10 mail.laocai.gov.vn.",)),
        ("A", HOST, ("192.0.2.10",)),
        ("AAAA", HOST, ("2001:db8::10",)),
        ("A", "autoconfig.laocai.gov.vn", ("192.0.2.10",)),
        ("A", "mta-sts.laocai.gov.vn", ("192.0.2.10",)),
        ("TXT", DOMAIN, ("v=spf1 mx a:mail.laocai.gov.vn include:example.org -all",)),
        ("TXT", HOST, ("v=spf1 a -all",)),
        ("TXT", f"d20261127a._domainkey.{DOMAIN}", (KEY,)),
        ("TXT", f"d20261127b._domainkey.{HOST}", (KEY,)),
        ("TXT", f"_dmarc.{DOMAIN}", ("v=DMARC1; p=reject; rua=mailto:bao-cao@laocai.gov.vn",)),
        ("TLSA", f"_25._tcp.{HOST}", ("3 1 1 " + "ab" * 32,)),
        ("TXT", f"_mta-sts.{DOMAIN}", ("v=STSv1; id=1",)),
        ("TXT", f"_smtp._tls.{DOMAIN}", ("v=TLSRPTv1; rua=mailto:bao-cao@laocai.gov.vn",)),
        ("SRV", f"_imaps._tcp.{DOMAIN}", ("0 1 993 mail.laocai.gov.vn.",)),
        ("SRV", f"_submission._tcp.{DOMAIN}", ("0 1 587 mail.laocai.gov.vn.",)),
        ("SRV", f"_ldaps._tcp.{DOMAIN}", ("0 1 636 mail.laocai.gov.vn.",)),
        ("SRV", f"_imap._tcp.{DOMAIN}", ("0 0 0 .",)),
        ("CAA", DOMAIN, ('0 issue "letsencrypt.org"',)),
    ],
)
def test_wanted_records_are_complete(kind: str, name: str, values: tuple[str, ...]) -> None:
    assert found(MAIL, kind, name) == values


def test_absent_services_have_no_records() -> None:
    kinds = {(one.type, one.name.partition(".")[0]) for one in records.wanted(Mail(DOMAIN, HOST, ["192.0.2.10"]))}
    assert not {kind for kind, _ in kinds} & {"AAAA", "CAA", "TLSA"}
    assert not {name for _, name in kinds} & {"_mta-sts", "_smtp", "_ldaps", "mta-sts", "autoconfig"}
    assert found(Mail(DOMAIN, HOST, ["192.0.2.10"]), "TXT", f"_dmarc.{DOMAIN}") == ("v=DMARC1; p=quarantine",)


def test_pointers_lead_from_addresses_to_the_host() -> None:
    pointers = records.pointers(MAIL)
    assert (pointers[0].name, pointers[0].values) == ("10.2.0.192.in-addr.arpa", (f"{HOST}.",))
    assert pointers[1].name.endswith(".8.b.d.0.1.0.0.2.ip6.arpa")


def zone_of(text: str) -> dns.zone.Zone:
    return dns.zone.from_text(f"$ORIGIN {DOMAIN}.\n" + SOA + text, relativize=False)


def test_zone_fragment_is_read_by_dnspython() -> None:
    wanted = records.wanted(MAIL)
    zone = zone_of(writing.zone(wanted, DOMAIN, 3600))
    for record in wanted:
        rdataset = zone.find_rdataset(f"{record.name}.", record.type)
        assert rdataset.ttl == 3600
        assert {asking._text(rdata) for rdata in rdataset} == {
            asking._text(asking._rdata(record.type, value)) for value in record.values
        }


def test_octodns_file_has_each_name_once_in_order() -> None:
    data: dict[str, Any] = yaml.safe_load(writing.octodns(records.wanted(MAIL), DOMAIN, 300))
    assert list(data) == sorted(data)
    assert {one["type"] for one in data[""]} == {"MX", "TXT", "CAA"}
    assert data["_imaps._tcp"]["values"] == [{"priority": 0, "weight": 1, "port": 993, "target": f"{HOST}."}]
    assert data["_dmarc"]["values"] == ["v=DMARC1\\; p=reject\\; rua=mailto:bao-cao@laocai.gov.vn"]
    assert data["_25._tcp.mail"]["values"][0]["certificate_association_data"] == "ab" * 32
    assert all(one["ttl"] == 300 for item in data.values() for one in (item if isinstance(item, list) else [item]))


def test_record_of_another_zone_is_left_out_of_the_fragment() -> None:
    assert writing.within(Record(f"a.{DOMAIN}", "A", (), ""), DOMAIN)
    assert not writing.within(Record(f"a.not{DOMAIN}", "A", (), ""), DOMAIN)


class NameServer:
    """Answers on a socket of its own out of a zone; `rcode` of every reply, and whether it is an authority."""

    def __init__(self, text: str, rcode: dns.rcode.Rcode = dns.rcode.NOERROR, *, authority: bool = True) -> None:
        self.zone, self.rcode, self.authority = zone_of(text), rcode, authority

    def reply(self, question: bytes) -> bytes:
        query = dns.message.from_wire(question)
        reply = dns.message.make_response(query)
        reply.set_rcode(self.rcode)
        if self.authority:
            reply.flags |= dns.flags.AA
        asked = query.question[0]
        rdataset = self.zone.get_rdataset(asked.name, asked.rdtype) if self.rcode == dns.rcode.NOERROR else None
        if rdataset:
            reply.answer.append(dns.rrset.from_rdata_list(asked.name, 60, list(rdataset)))
        return reply.to_wire(max_size=65535)


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, server: NameServer) -> Iterator[Server]:
    """A name server on a port that `asking` is made to use."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))
    listening.settimeout(0.1)
    port, ended = listening.getsockname()[1], threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                question, who = listening.recvfrom(65535)
            except TimeoutError:
                continue
            listening.sendto(server.reply(question), who)

    real = dns.query.udp_with_fallback
    monkeypatch.setattr(asking, "PATIENCE", 1.0)
    monkeypatch.setattr(dns.query, "udp_with_fallback", partial(real, port=port))
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Server("ns", "127.0.0.1")
    finally:
        ended.set()
        thread.join()
        listening.close()


def states(monkeypatch: pytest.MonkeyPatch, server: NameServer, wanted: list[Record]) -> list[Answer]:
    with serving(monkeypatch, server) as asked:
        return asking.ask(wanted, [asked])


def test_rendered_zone_passes_all_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = records.wanted(MAIL)
    answers = states(monkeypatch, NameServer(writing.zone(wanted, DOMAIN, 60)), wanted)
    assert {answer.state for answer in answers} == {State.HELD}
    assert report.faults(answers) == []
    assert all(line.startswith("✓ ") for line in report.table(answers))
    assert len(report.table(answers)) == len(wanted)


@pytest.mark.parametrize(
    ("held", "wanted", "state"),
    [
        ("", ("MX", "10 mail.laocai.gov.vn."), State.MISSING),
        ("@ 60 IN MX 10 other.laocai.gov.vn.\n", ("MX", "10 mail.laocai.gov.vn."), State.OTHER),
        ("@ 60 IN MX 10 MAIL.laocai.GOV.vn.\n", ("MX", "10 mail.laocai.gov.vn."), State.HELD),
        ("@ 60 IN MX 10 mail\n@ 60 IN MX 20 old\n", ("MX", "10 mail.laocai.gov.vn."), State.OTHER),
        # Other texts may stand beside ours, but not a second policy of the same kind (RFC 7208, 4.5).
        ('@ 60 IN TXT "other=1"\n@ 60 IN TXT "v=spf1 mx" " -all"\n', ("TXT", "v=spf1 mx -all"), State.HELD),
        ('@ 60 IN TXT "v=spf1 mx -all"\n@ 60 IN TXT "v=spf1 ~all"\n', ("TXT", "v=spf1 mx -all"), State.OTHER),
        ('@ 60 IN TXT "other=1"\n', ("TXT", "v=spf1 mx -all"), State.MISSING),
    ],
)
def test_answer_of_a_server_is_judged(
    monkeypatch: pytest.MonkeyPatch, held: str, wanted: tuple[str, str], state: State
) -> None:
    answers = states(monkeypatch, NameServer(held), [Record(DOMAIN, wanted[0], (wanted[1],), "why")])
    assert [answer.state for answer in answers] == [state]


@pytest.mark.parametrize(
    "server",
    [NameServer("", dns.rcode.REFUSED), NameServer("", dns.rcode.SERVFAIL), NameServer("", authority=False)],
    ids=["refuses", "fails", "is no authority"],
)
def test_silent_server_is_distinguished_from_a_missing_record(
    monkeypatch: pytest.MonkeyPatch, server: NameServer
) -> None:
    answers = states(monkeypatch, server, [Record(DOMAIN, "MX", ("10 mail.laocai.gov.vn.",), "why")])
    assert [answer.state for answer in answers] == [State.SILENT]
    assert report.table(answers)[0].startswith("? MX")
    assert "the name server is silent" in report.table(answers)[1]


def test_nonexistent_name_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    server = NameServer("", dns.rcode.NXDOMAIN)
    answers = states(monkeypatch, server, [Record(DOMAIN, "MX", ("10 mail.laocai.gov.vn.",), "why")])
    assert [answer.state for answer in answers] == [State.MISSING]


def test_table_has_the_way_out_and_shortens_keys() -> None:
    one = Record(f"d._domainkey.{DOMAIN}", "TXT", (KEY,), "why")
    lines = report.table(
        [
            Answer(one, Server("ns1", "192.0.2.1"), State.HELD),
            Answer(one, Server("ns2", "192.0.2.2"), State.OTHER, ("v=DKIM1; p=",)),
        ]
    )
    assert lines[0].startswith("✗ TXT")
    assert (
        lines[1]
        == "    ns2 192.0.2.2: khác giá trị phải có: sửa trong vùng -- has other values: correct them in the zone"
    )
    assert lines[2].endswith("…")
    assert lines[3] == "      - v=DKIM1; p="


def test_given_servers_replace_servers_of_the_zone() -> None:
    assert asking.servers_of(DOMAIN, ["192.0.2.53"]) == [Server("192.0.2.53", "192.0.2.53")]


@contextmanager
def resolving(monkeypatch: pytest.MonkeyPatch, server: NameServer) -> Iterator[None]:
    """Have this machine's resolver ask one name server."""
    with serving(monkeypatch, server):
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = dns.query.udp_with_fallback.keywords["port"]  # type: ignore[attr-defined]
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        yield


NAMED = f"@ 60 IN NS ns1.{DOMAIN}.\n@ 60 IN NS ns2.{DOMAIN}.\nns1 60 IN A 192.0.2.53\nns2 60 IN AAAA 2001:db8::53\n"


def test_servers_are_read_from_ns_records(monkeypatch: pytest.MonkeyPatch) -> None:
    with resolving(monkeypatch, NameServer(NAMED)):
        found = asking.servers_of(DOMAIN)
    assert set(found) >= {Server(f"ns1.{DOMAIN}", "192.0.2.53"), Server(f"ns2.{DOMAIN}", "2001:db8::53")}


def test_unknown_zone_has_no_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    with resolving(monkeypatch, NameServer("", dns.rcode.REFUSED)):
        assert asking.servers_of(DOMAIN) == []


@pytest.mark.parametrize(
    ("server", "state"),
    [
        (NameServer("ptr 60 IN PTR mail\n"), State.HELD),
        (NameServer("ptr 60 IN PTR other\n"), State.OTHER),
        (NameServer("", dns.rcode.NXDOMAIN), State.MISSING),
        (NameServer("", dns.rcode.REFUSED), State.SILENT),
    ],
)
def test_record_in_another_zone_is_queried_by_the_resolver(
    monkeypatch: pytest.MonkeyPatch, server: NameServer, state: State
) -> None:
    record = Record(f"ptr.{DOMAIN}", "PTR", (f"{HOST}.",), "why")
    with resolving(monkeypatch, server):
        assert asking.resolve(record, []).state is state


def test_pointer_held_by_an_own_server_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(f"ptr.{DOMAIN}", "PTR", (f"{HOST}.",), "why")
    with serving(monkeypatch, NameServer("ptr 60 IN PTR mail\n")) as asked:
        assert asking.resolve(record, [asked]).server == asked
