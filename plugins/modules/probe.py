#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test mail services from outside by short dialogues."""

from __future__ import annotations

DOCUMENTATION = r"""
module: probe
short_description: Test mail services from outside by short dialogues
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Connects to each service like any client, verifies its certificate, sends the lines of a dialogue, and compares the
    replies.
  - Changes nothing, and sends no mail.
  - An unexpected reply does not fail the task. It is returned in RV(passed) and RV(faults), so that a playbook can
    collect all faults before it ends.
extends_documentation_fragment: [laocai.mail.asking]
options:
  address:
    description: Address or host name to connect to.
    type: str
    required: true
  services:
    description: The services to test, in this order.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the test, for messages.
        type: str
        required: true
      port:
        description: TCP port to connect to.
        type: int
        required: true
      protocol:
        description: Protocol of the service, which determines where a reply ends.
        type: str
        choices: [smtp, imap, pop3, sieve]
        required: true
      tls:
        description: Whether the connection starts with TLS, changes to TLS by STARTTLS, or has none.
        type: str
        choices: [none, starttls, implicit]
        default: none
      dialogue:
        description: Lines to send after the greeting and TLS, each with a regular expression for the reply.
        type: list
        elements: dict
        default: []
        suboptions:
          say:
            description: The line to send, or several lines, without the final line end.
            type: str
            required: true
          expect:
            description: Regular expression that must be found in the reply.
            type: str
            required: true
      way_out:
        description: What to do about a fault; returned with it.
        type: str
        default: ""
  server_name:
    description: Host name that the certificates must be issued for. Required with TLS.
    type: str
    default: ""
  ca_file:
    description: File of trusted certificate authorities (PEM). Those of the system when empty.
    type: path
    default: ""
  days:
    description: Number of days for which the certificates must still be valid.
    type: int
    default: 0
  tries:
    description: How often a service is tested until it passes.
    type: int
    default: 1
  delay:
    description: Seconds between two tries.
    type: int
    default: 5
  timeout:
    description: Seconds to wait for a connection and for each reply.
    type: int
    default: 15
"""

EXAMPLES = r"""
- name: Check that port 25 does not relay
  laocai.mail.probe:
    address: mail.laocai.gov.vn
    server_name: mail.laocai.gov.vn
    services:
      - name: relaying is refused
        port: 25
        protocol: smtp
        tls: starttls
        dialogue:
          - {say: EHLO probe.invalid, expect: ^250}
          - {say: "MAIL FROM:<probe@example.org>", expect: ^250}
          - {say: "RCPT TO:<probe@example.net>", expect: "^554 5[.]7[.]1"}
        way_out: see mynetworks in "postconf -n"
  delegate_to: localhost
  register: relay
  failed_when: not relay.passed
"""

RETURN = r"""
passed:
  description: Whether all services replied as expected.
  returned: success
  type: bool
faults:
  description: The services with an unexpected reply, in their order.
  returned: success
  type: list
  elements: dict
  sample:
    - name: relaying is refused
      said: "said 'RCPT TO:<probe@example.net>', expected '^554 5[.]7[.]1', got '250 2.1.5 Ok'"
      way_out: see mynetworks in "postconf -n"
days_left:
  description: Whole days until the first of the certificates expires; -1 if none was seen.
  returned: success
  type: int
  sample: 61
"""

import re
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

LINE_LIMIT = 4096  # longest line of a reply in bytes; RFC 5321, 4.5.3.1.5 allows 512
REPLY_LIMIT = 200  # most lines of a reply


class Unexpected(Exception):
    """A service's unexpected reply; the text describes it."""


@dataclass(frozen=True)
class Protocol:
    """Rules of a protocol: a reply's last line, the command for STARTTLS and its success, the greeting after it."""

    last_line: str
    starttls: str
    started: str
    greets_again: bool = False


PROTOCOLS = {
    "smtp": Protocol(r"\d{3}( |$)", "STARTTLS", "^220"),  # RFC 5321, 4.2.1; RFC 3207
    "imap": Protocol(r"(\* (OK|PREAUTH|BYE)|\+|[a-z]\d* (OK|NO|BAD))\b", "a STARTTLS", "^a OK"),  # RFC 9051, 7.1
    "pop3": Protocol(r"[+-]", "STLS", r"^\+"),  # RFC 1939, 3; RFC 2595, 4
    "sieve": Protocol("(OK|NO|BYE)", "STARTTLS", "^OK", greets_again=True),  # RFC 5804, 1.2 and 2.2
}


class Client:
    """One connection to a service, closed by ``with``."""

    def __init__(self, address: str, port: int, protocol: Protocol, timeout: int) -> None:
        """Connect to `address`:`port`; wait at most `timeout` seconds now and for each reply."""
        self.protocol = protocol
        self.connection: socket.socket = socket.create_connection((address, port), timeout)
        self.buffer = b""
        self.days_left = -1

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def secure(self, context: ssl.SSLContext, server_name: str, days: int) -> None:
        """Start TLS; the certificate must be valid for `server_name`, and for at least `days` days more."""
        secured = context.wrap_socket(self.connection, server_hostname=server_name)
        self.connection = secured
        end = str((secured.getpeercert() or {}).get("notAfter", ""))
        seconds = ssl.cert_time_to_seconds(end)
        left = (seconds - time.time()) / 86400
        self.days_left = int(left)
        if left < days:
            raise Unexpected(time.strftime("the certificate ends on %Y-%m-%d", time.gmtime(seconds)))

    def read(self) -> str:
        """Read the next reply, and return its lines joined by newlines."""
        lines: list[str] = []
        while not lines or not re.match(self.protocol.last_line, lines[-1]):
            if len(lines) == REPLY_LIMIT:
                raise Unexpected(f"a reply without end, beginning {lines[0]!r}")
            lines.append(self._line())
        return "\n".join(lines)

    def ask(self, line: str, expect: str) -> str:
        """Send one line or several, and return the reply; raise Unexpected if `expect` is not found in it."""
        self.connection.sendall(f"{line}\n".replace("\n", "\r\n").encode())
        reply = self.read()
        if not re.search(expect, reply, re.MULTILINE):
            raise Unexpected(f"said {line!r}, expected {expect!r}, got {reply!r}")
        return reply

    def _line(self) -> str:
        while b"\n" not in self.buffer:
            octets = self.connection.recv(LINE_LIMIT)
            if not octets or len(self.buffer) > LINE_LIMIT:
                raise Unexpected(f"the connection ended after {self.buffer!r}" if not octets else "a line too long")
            self.buffer += octets
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")


@dataclass(frozen=True)
class Way:
    """How to connect to a host's services: address, time-out, and demands on the certificates."""

    address: str
    server_name: str
    ca_file: str
    days: int
    timeout: int


def open_service(way: Way, service: dict[str, Any]) -> Client:
    """Connect to a service, read its greeting, and start TLS where it is asked for."""
    client = Client(way.address, service["port"], PROTOCOLS[service["protocol"]], way.timeout)
    try:
        greet(client, way, service)
    except BaseException:
        client.connection.close()
        raise
    return client


def greet(client: Client, way: Way, service: dict[str, Any]) -> None:
    """Read the greeting, and start TLS before it (implicit) or after it (STARTTLS)."""
    context = ssl.create_default_context(cafile=way.ca_file or None) if service["tls"] != "none" else None
    if context and service["tls"] == "implicit":
        client.secure(context, way.server_name, way.days)
    client.read()
    if context and service["tls"] == "starttls":
        if service["protocol"] == "smtp":
            client.ask("EHLO probe.invalid", "^250")
        client.ask(client.protocol.starttls, client.protocol.started)
        client.secure(context, way.server_name, way.days)
        if client.protocol.greets_again:
            client.read()


def probe(way: Way, service: dict[str, Any]) -> tuple[str, int]:
    """Test one service: return its fault (empty: none), and the days until its certificate expires (-1: none seen)."""
    days_left = -1
    try:
        with open_service(way, service) as client:
            days_left = client.days_left
            for step in service["dialogue"]:
                client.ask(step["say"], step["expect"])
    except ssl.SSLCertVerificationError as error:
        return f"the certificate is refused: {error.verify_message}", days_left
    except (OSError, OverflowError, ValueError, re.error, Unexpected) as error:
        return str(error) or type(error).__name__, days_left
    return "", days_left


def probe_all(
    way: Way, services: Sequence[dict[str, Any]], *, tries: int, delay: float
) -> tuple[list[dict[str, str]], int]:
    """Test all services: return the faults in their order, and the days until the first certificate expires.

    A service with a fault is tested again, `tries` times in all, `delay` seconds apart.
    """
    answers = {position: probe(way, service) for position, service in enumerate(services)}
    for _time in range(1, tries):
        wrong = [position for position, (said, _days) in answers.items() if said]
        if not wrong:
            break
        time.sleep(delay)
        answers |= {position: probe(way, services[position]) for position in wrong}
    faults = [
        {"name": services[position]["name"], "said": said, "way_out": services[position]["way_out"]}
        for position, (said, _days) in answers.items()
        if said
    ]
    return faults, min((days for _said, days in answers.values() if days >= 0), default=-1)


STEP = {"say": {"type": "str", "required": True}, "expect": {"type": "str", "required": True}}
SERVICE = {
    "name": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "protocol": {"type": "str", "choices": list(PROTOCOLS), "required": True},
    "tls": {"type": "str", "choices": ["none", "starttls", "implicit"], "default": "none"},
    "dialogue": {"type": "list", "elements": "dict", "default": [], "options": STEP},
    "way_out": {"type": "str", "default": ""},
}
ARGUMENTS = {
    "address": {"type": "str", "required": True},
    "services": {"type": "list", "elements": "dict", "required": True, "options": SERVICE},
    "server_name": {"type": "str", "default": ""},
    "ca_file": {"type": "path", "default": ""},
    "days": {"type": "int", "default": 0},
    "tries": {"type": "int", "default": 1},
    "delay": {"type": "int", "default": 5},
    "timeout": {"type": "int", "default": 15},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True)
    wanted = module.params
    if any(service["tls"] != "none" for service in wanted["services"]) and not wanted["server_name"]:
        module.fail_json(
            msg="Hỏi qua TLS thì phải có server_name, tên mà chứng thư phải mang.\n"
            "Over TLS there has to be server_name, the name that the certificate must have."
        )
    authorities = wanted["ca_file"]
    if authorities and not Path(authorities).is_file():
        module.fail_json(
            msg=f"Không thấy tệp chứng thư {authorities}; chạy playbooks/site.yml để có. "
            f"The file of authorities {authorities} is not there; playbooks/site.yml fetches it."
        )
    way = Way(**{field.name: wanted[field.name] for field in fields(Way)})
    faults, days_left = probe_all(way, wanted["services"], tries=wanted["tries"], delay=wanted["delay"])
    module.exit_json(changed=False, passed=not faults, faults=faults, days_left=days_left)


if __name__ == "__main__":
    main()
