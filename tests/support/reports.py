"""Made-up mails that bring reports of DMARC and TLS, as several kinds of senders write them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

DOMAIN, HOST = "laocai.gov.vn", "mail.laocai.gov.vn"
BEGIN = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
END = BEGIN + 86_399
ARRIVED = END + 3_600


def aggregate(
    *records: str,
    organisation: str = "big.example",
    id_: str = "1",
    domain: str = DOMAIN,
    begin: int = BEGIN,
    end: int = END,
) -> str:
    """A report of DMARC (RFC 7489, appendix C)."""
    return f"""<?xml version="1.0" encoding="UTF-8" ?>
<feedback>
  <report_metadata><org_name>{organisation}</org_name><email>noreply@{organisation}</email><report_id>{id_}</report_id>
    <date_range><begin>{begin}</begin><end>{end}</end></date_range></report_metadata>
  <policy_published><domain>{domain}</domain><adkim>r</adkim><aspf>r</aspf><p>quarantine</p><sp>none</sp><pct>100</pct>
  </policy_published>
  {"".join(records or (record(),))}
</feedback>"""


def record(
    source: str = "203.0.113.7",
    count: object = 12,
    dkim: str = "pass",
    spf: str = "pass",
    *,
    disposition: str = "none",
    header_from: str = DOMAIN,
    comment: str = "",
) -> str:
    """What one address has sent."""
    reason = f"<reason><type>forwarded</type><comment>{comment}</comment></reason>" if comment else ""
    return f"""<record>
    <row><source_ip>{source}</source_ip><count>{count}</count><policy_evaluated><disposition>{disposition}</disposition>
      <dkim>{dkim}</dkim><spf>{spf}</spf>{reason}</policy_evaluated></row>
    <identifiers><header_from>{header_from}</header_from></identifiers>
    <auth_results><dkim><domain>{header_from}</domain><selector>d20261101a</selector><result>{dkim}</result></dkim>
      <spf><domain>{header_from}</domain><result>{spf}</result></spf></auth_results>
  </record>"""


def tls(
    *, well: int = 30, failed: int = 5, told: int = 3, domain: str = DOMAIN, other: Mapping[str, Any] | None = None
) -> str:
    """A report of TLS (RFC 8460, appendix B) with one kind of failure told."""
    failure = {
        "result-type": "certificate-expired",
        "sending-mta-ip": "2001:db8::7",
        "receiving-mx-hostname": HOST,
        "failed-session-count": told,
    }
    policy = {
        "policy": {"policy-type": "sts", "policy-domain": domain, "policy-string": ["version: STSv1"]},
        "summary": {"total-successful-session-count": well, "total-failure-session-count": failed},
        "failure-details": [failure] if told else [],
    }
    whole = {
        "organization-name": "Big Example",
        "date-range": {"start-datetime": "2026-11-20T00:00:00Z", "end-datetime": "2026-11-20T23:59:59Z"},
        "contact-info": "tls@big.example",
        "report-id": "t1",
        "policies": [policy],
    }
    return json.dumps(whole | dict(other or {}))


def zipped(text: str, name: str = "report.xml") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return packed.getvalue()


def mail(
    *attachments: str | bytes,
    sender: str = "noreply@big.example",
    kind: str = "octet-stream",
    dmarc: str = "pass",
    host: str = HOST,
) -> bytes:
    """A mail with reports, as it lies in the mailbox: the gate has written above it what DMARC came to."""
    message = EmailMessage()
    passed = sender.rpartition("@")[2]
    message["Authentication-Results"] = f"{host}; spf=pass smtp.mailfrom={sender}; dmarc={dmarc} header.from={passed}"
    message["From"] = sender
    message["To"] = f"postmaster@{DOMAIN}"
    message["Subject"] = f"Report Domain: {DOMAIN} Submitter: big.example Report-ID: <1>"
    message.set_content("This is a report.\n")
    for content in attachments:
        octets = content.encode() if isinstance(content, str) else content
        message.add_attachment(octets, "application", kind, filename="report")
    return message.as_bytes()


def gzipped(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)
