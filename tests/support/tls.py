"""`make testssl HOST=…`: what testssl.sh (Debian's package) has to say of every port that speaks TLS.

It takes some minutes, so it is no part of CI. Only what the certificate's authority is to blame for is left out: a host
of the lab has one of its own.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# By port, the protocol in which TLS begins later; none where it is there from the first octet.
PORTS = {25: "smtp", 465: "", 587: "smtp", 993: "", 995: "", 4190: "sieve", 443: "", 636: ""}
# Findings above LOW (testssl.sh, SEVERITY LEVELS), and that it gave up: Postfix counts its connections in a minute as
# those of others, unless `postfix_unlimited_networks` of the host has this machine.
SERIOUS = {"MEDIUM", "HIGH", "CRITICAL", "FATAL"}
# What is said of an authority that nobody knows, and of services that it does not have.
OF_THE_LAB = ("cert_chain_of_trust", "cert_trust", "cert_notAfter", "cert_validityPeriod", "cert_revocation",
              "cert_ocsp", "DNS_CAArecord", "cert_crlDistributionPoints", "overall_grade", "grade_cap")  # fmt: skip


def findings(host: str, port: int, name: str) -> Iterator[dict[str, Any]]:
    """What is wrong with one port, each with `id`, `severity` and `finding`."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = ["testssl", "--quiet", "--color=0", "--warnings=batch", "--nodns=min", f"--ip={host}"]
        command += ["--overwrite", f"--jsonfile={result}", *(["--starttls", PORTS[port]] if PORTS[port] else [])]
        subprocess.run([*command, f"{name}:{port}"], check=False, stdout=subprocess.DEVNULL)
        for one in json.loads(result.read_text(encoding="utf-8")):
            if one["severity"] in SERIOUS and not one["id"].startswith(OF_THE_LAB):
                yield one


def main(host: str, name: str = "mail.laocai.gov.vn") -> int:
    """Print each finding above LOW, port by port; 1 where there is any, 2 where nobody could look."""
    if not shutil.which("testssl"):
        print("Thiếu testssl.sh: apt-get install testssl.sh -- testssl.sh is missing: apt-get install testssl.sh")
        return 2
    status = 0
    for number, port in enumerate(PORTS, 1):
        found = [f"{one['severity']} {one['id']}: {one['finding']}" for one in findings(host, port, name)]
        print(f"[{number}/{len(PORTS)}] {port}: {'; '.join(found) or '✓'}", flush=True)
        status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
