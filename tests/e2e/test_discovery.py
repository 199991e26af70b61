"""Mail programs look for their settings: asked as Thunderbird, Outlook and an iPhone ask, and as somebody hostile."""

from __future__ import annotations

import plistlib
import uuid
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest

from tests.support import web
from tests.support.deployment import FQDN, Deployment
from tests.support.web import Answer

DOMAIN = "laocai.gov.vn"
ADDRESS = f"nvvinh-stttt@{DOMAIN}"
REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
RESPONSE = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
ENVELOPE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
PROFILE = "application/x-apple-aspen-config"


def ask(mail: Deployment, url: str, body: bytes | None = None, **headers: str) -> Answer:
    """Ask the server for a URL; the certificate must be good for its name."""
    return web.ask(mail.server.address, mail.server.tls, url, body, **headers)


# Thunderbird (its autoconfiguration asks these in turn, the address percent-encoded).
THUNDERBIRD = (
    f"https://autoconfig.{DOMAIN}/mail/config-v1.1.xml?emailaddress={quote(ADDRESS, safe='')}",
    f"https://{FQDN}/.well-known/autoconfig/mail/config-v1.1.xml",
)


@pytest.mark.parametrize("url", THUNDERBIRD)
def test_thunderbird(mail: Deployment, url: str) -> None:
    answer = ask(mail, url)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/xml")
    provider = ET.fromstring(answer.body).find("emailProvider")  # noqa: S314
    assert provider is not None
    assert provider.findtext("domain") == DOMAIN
    servers = [server for server in provider if server.tag.endswith("Server")]
    assert [(server.tag, server.get("type"), server.findtext("port")) for server in servers] == [
        ("incomingServer", "imap", "993"),
        ("incomingServer", "pop3", "995"),
        ("outgoingServer", "smtp", "465"),
        ("outgoingServer", "smtp", "587"),
    ]
    for server in servers:
        assert server.findtext("hostname") == FQDN
        assert server.findtext("username") == "%EMAILADDRESS%"
        assert server.findtext("authentication") == "password-cleartext"
        assert server.findtext("socketType") == ("STARTTLS" if server.findtext("port") == "587" else "SSL")


@pytest.mark.parametrize("host", [FQDN, f"autoconfig.{DOMAIN}"])
def test_whom_to_tell_of_a_weakness(mail: Deployment, host: str) -> None:
    """RFC 9116, 2.5: a contact, and a day that lies less than a year ahead."""
    answer = ask(mail, f"https://{host}/.well-known/security.txt")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    fields = answer.text.splitlines()
    assert {f"Contact: mailto:contact-stttt@{DOMAIN}", "Contact: tel:+842143000000"} <= set(fields)
    ends = next(field.removeprefix("Expires: ") for field in fields if field.startswith("Expires: "))
    left = datetime.fromisoformat(ends) - datetime.now(UTC)
    assert timedelta(days=180) < left < timedelta(days=367)


@pytest.mark.parametrize("path", ["skins/elastic/templates/login.html", "plugins/danhba/templates/x.html"])
def test_what_pages_are_made_of_is_not_served(mail: Deployment, path: str) -> None:
    assert ask(mail, f"https://{FQDN}/{path}").status == 404
    assert ask(mail, f"https://{FQDN}/skins/elastic/watermark.html").status == 200


@pytest.mark.parametrize(("port", "greeting"), [(993, b"* OK"), (995, b"+OK"), (465, b"220 ")])
def test_what_is_announced_is_there(mail: Deployment, port: int, greeting: bytes) -> None:
    with mail.server.connect(port) as plain, mail.server.tls.wrap_socket(plain, server_hostname=FQDN) as secure:
        assert secure.recv(1024).startswith(greeting)


def question(address: str, schema: str = RESPONSE) -> bytes:
    """What Outlook posts."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="{REQUEST}"><Request>'
        f"<EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>{schema}</AcceptableResponseSchema>"
        "</Request></Autodiscover>"
    ).encode()


def discover(mail: Deployment, body: bytes, path: str = "autodiscover/autodiscover.xml") -> ET.Element:
    """Outlook's question and the answer, which is XML whatever was asked."""
    answer = ask(mail, f"https://autodiscover.{DOMAIN}/{path}", body, Content_Type="text/xml")
    assert answer.status == 200
    assert "xml" in answer.headers["content-type"]
    return ET.fromstring(answer.body)  # noqa: S314


def error(root: ET.Element) -> str | None:
    """The code of a refusal; None for settings."""
    return root.findtext(f".//{{{ENVELOPE}}}ErrorCode")


@pytest.mark.parametrize(
    "path", ["autodiscover/autodiscover.xml", "Autodiscover/Autodiscover.xml", "AutoDiscover/AutoDiscover.xml"]
)
def test_outlook(mail: Deployment, path: str) -> None:
    root = discover(mail, question("NVVinh-STTTT@laocai.gov.vn"), path)
    found = [
        [protocol.findtext(f"{{{RESPONSE}}}{key}") for key in ("Type", "Server", "Port", "LoginName", "SSL", "SPA")]
        for protocol in root.iter(f"{{{RESPONSE}}}Protocol")
    ]
    assert found == [
        [kind, FQDN, port, ADDRESS, "on", "off"] for kind, port in (("IMAP", "993"), ("POP3", "995"), ("SMTP", "465"))
    ]


def test_it_does_not_say_which_mailboxes_there_are(mail: Deployment) -> None:
    there, not_there = (discover(mail, question(f"{local}@{DOMAIN}")) for local in ("nvvinh-stttt", "khong-co-nguoi"))
    assert error(there) is None
    assert error(not_there) is None


BOMB = "<!DOCTYPE x [" + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9)) + "]><x>&a9;</x>"
HOSTILE = {
    "another domain": (question("someone@example.org"), "500"),
    "no address": (question(""), "500"),
    "an address with markup": (question("a&lt;b&gt;@laocai.gov.vn"), "500"),
    "two lines": (question("a@laocai.gov.vn\nb@laocai.gov.vn"), "500"),
    "another schema": (question(ADDRESS, "http://example.org/"), "601"),
    "nothing": (b"", "600"),
    "no XML": (b"xin chao", "600"),
    "an external entity": (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><EMailAddress>&e;</EMailAddress></x>',
        "600",
    ),
    "an external entity in UTF-16": (
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        "<x><EMailAddress>&e;</EMailAddress></x>".encode("utf-16"),
        "600",
    ),
    "a bomb": (BOMB.encode(), "600"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_questions(mail: Deployment, name: str) -> None:
    body, code = HOSTILE[name]
    root = discover(mail, body)
    assert error(root) == code
    assert b"root:" not in ET.tostring(root)


def test_a_large_question_is_refused(mail: Deployment) -> None:
    answer = ask(mail, f"https://autodiscover.{DOMAIN}/autodiscover/autodiscover.xml", b"x" * 20_000)
    assert answer.status == 413


def profile(mail: Deployment, address: str | None) -> Answer:
    """The answer to a telephone that asks for a profile."""
    return ask(mail, f"https://{FQDN}/mobileconfig" + (f"?{urlencode({'address': address})}" if address else ""))


def test_iphone(mail: Deployment) -> None:
    answer = profile(mail, f" {ADDRESS.upper()} ")
    assert answer.status == 200
    assert answer.headers["content-type"] == PROFILE
    found = plistlib.loads(answer.body)
    assert found["PayloadType"] == "Configuration"
    (account,) = found["PayloadContent"]
    assert account["PayloadType"] == "com.apple.mail.managed"
    assert account["EmailAddress"] == ADDRESS
    for way, port in (("Incoming", 993), ("Outgoing", 465)):
        assert account[f"{way}MailServerHostName"] == FQDN
        assert account[f"{way}MailServerPortNumber"] == port
        assert account[f"{way}MailServerUseSSL"] is True
        assert account[f"{way}MailServerUsername"] == ADDRESS
    assert not [key for key in account if key in {"IncomingPassword", "OutgoingPassword"}]


def test_the_telephone_asks_where_no_address_is_given(mail: Deployment) -> None:
    (account,) = plistlib.loads(profile(mail, None).body)["PayloadContent"]
    assert account["IncomingMailServerHostName"] == FQDN
    assert not {"EmailAddress", "IncomingMailServerUsername", "OutgoingMailServerUsername"} & set(account)


def test_a_profile_replaces_its_earlier_self_and_no_other(mail: Deployment) -> None:
    def ids(address: str | None) -> list[str]:
        found = plistlib.loads(profile(mail, address).body)
        return [found["PayloadUUID"], found["PayloadContent"][0]["PayloadUUID"]]

    mine = ids(ADDRESS)
    assert mine == ids(ADDRESS)
    every = [*mine, *ids(f"contact-stttt@{DOMAIN}"), *ids(None)]
    assert len(set(every)) == len(every)
    assert [uuid.UUID(text).version for text in every] == [5] * len(every)


@pytest.mark.parametrize(
    "address",
    ["someone@example.org", "x", f'a"<script>@{DOMAIN}', f"a\r\nX-Evil: 1@{DOMAIN}", f"{'a' * 300}@{DOMAIN}", "ạ@b"],
)
def test_what_is_no_address_is_explained(mail: Deployment, address: str) -> None:
    answer = profile(mail, address)
    assert answer.status == 400
    assert "Địa chỉ thư không đúng" in answer.body.decode()
    assert b"<script" not in answer.body
    assert "x-evil" not in answer.headers


def test_other_paths_of_the_names_lead_to_the_page_for_telephones(mail: Deployment) -> None:
    answer = ask(mail, f"https://autodiscover.{DOMAIN}/")
    assert answer.status == 302
    assert answer.headers["location"] == f"https://{FQDN}/dien-thoai/"
