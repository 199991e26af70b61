#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask a mail service what it does."""

from __future__ import annotations

DOCUMENTATION = r"""
module: probe
short_description: Ask a mail service what it does
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Connects to a service as any client would, checks its certificate, says the lines of a dialogue and compares the
    replies.
  - Changes nothing, and sends no message.
  - A service that does not do what is expected is not a failure of the module. RV(passed) and RV(fault) say so, which
    lets a playbook collect all faults before it ends.
options:
  address:
    description: Address or host name to connect to.
    type: str
    required: true
  port:
    description: TCP port to connect to.
    type: int
    required: true
  protocol:
    description: How the service ends a reply.
    type: str
    choices: [smtp, imap, pop3, sieve]
    required: true
  tls:
    description: Whether TLS is there from the first octet, after the protocol's own command, or not at all.
    type: str
    choices: [none, starttls, implicit]
    default: none
  server_name:
    description: Host name that the certificate must be for. Required with TLS.
    type: str
    default: ""
  ca_file:
    description: File with the authorities to believe (PEM). Those of the system when empty.
    type: path
    default: ""
  days:
    description: Days that the certificate must still be good for.
    type: int
    default: 0
  dialogue:
    description: What to say after the greeting and TLS, and the regular expression that each reply must match.
    type: list
    elements: dict
    default: []
    suboptions:
      say:
        description: The line, or several, without the last end.
        type: str
        required: true
      expect:
        description: Regular expression found in the reply.
        type: str
        required: true
  timeout:
    description: Seconds to wait for the connection and for each reply.
    type: int
    default: 15
attributes:
  check_mode:
    description: Asks all the same.
    support: full
  diff_mode:
    description: Has nothing to show.
    support: none
"""

EXAMPLES = r"""
- name: Check that port 25 does not relay
  laocai.mail.probe:
    address: mail.laocai.gov.vn
    port: 25
    protocol: smtp
    tls: starttls
    server_name: mail.laocai.gov.vn
    dialogue:
      - {say: EHLO probe.invalid, expect: ^250}
      - {say: "MAIL FROM:<probe@example.org>", expect: ^250}
      - {say: "RCPT TO:<probe@example.net>", expect: "^554 5[.]7[.]1"}
  delegate_to: localhost
  register: relay
  failed_when: not relay.passed
"""

RETURN = r"""
passed:
  description: Whether all was as expected.
  returned: always
  type: bool
fault:
  description: What was not, empty when all was.
  returned: always
  type: str
  sample: "said 'RCPT TO:<probe@example.net>', expected '^554', got '250 2.1.5 Ok'"
replies:
  description: The replies to the dialogue so far.
  returned: always
  type: list
  elements: str
days_left:
  description: Whole days that the certificate is still good for; -1 where none was seen.
  returned: always
  type: int
  sample: 61
"""

import re
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

LINE_LIMIT = 4096  # octets; RFC 5321, 4.5.3.1.5 allows 512
REPLY_LIMIT = 200  # lines


class Unexpected(Exception):
    """The service did something else than expected; the text says what."""


@dataclass(frozen=True)
class Protocol:
    """How the last line of a reply looks, how TLS is asked for and granted, and whether a greeting follows it."""

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
        """Speak TLS from here on; the certificate must be good for `server_name` and for `days` days more."""
        secured = context.wrap_socket(self.connection, server_hostname=server_name)
        self.connection = secured
        end = str((secured.getpeercert() or {}).get("notAfter", ""))
        left = (ssl.cert_time_to_seconds(end) - time.time()) / 86400
        self.days_left = int(left)
        if left < days:
            raise Unexpected(f"the certificate ends {end}")

    def read(self) -> str:
        """The next reply, its lines joined by newlines."""
        lines: list[str] = []
        while not lines or not re.match(self.protocol.last_line, lines[-1]):
            if len(lines) == REPLY_LIMIT:
                raise Unexpected(f"a reply without end, beginning {lines[0]!r}")
            lines.append(self._line())
        return "\n".join(lines)

    def ask(self, line: str, expect: str) -> str:
        """Say `line`, or several, and return the reply, in which `expect` must be found."""
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


def open_service(params: dict[str, Any]) -> Client:
    """Connect as the module's parameters say, through the greeting and TLS."""
    client = Client(params["address"], params["port"], PROTOCOLS[params["protocol"]], params["timeout"])
    try:
        greet(client, params)
    except BaseException:
        client.connection.close()
        raise
    return client


def greet(client: Client, params: dict[str, Any]) -> None:
    """Take the greeting, with TLS before or after it."""
    context = ssl.create_default_context(cafile=params["ca_file"] or None) if params["tls"] != "none" else None
    if context and params["tls"] == "implicit":
        client.secure(context, params["server_name"], params["days"])
    client.read()
    if context and params["tls"] == "starttls":
        if params["protocol"] == "smtp":
            client.ask("EHLO probe.invalid", "^250")
        client.ask(client.protocol.starttls, client.protocol.started)
        client.secure(context, params["server_name"], params["days"])
        if client.protocol.greets_again:
            client.read()


def probe(params: dict[str, Any]) -> tuple[str, list[str], int]:
    """The fault, empty if there is none; the replies to the dialogue so far; the certificate's days, -1 if unseen."""
    replies: list[str] = []
    days_left = -1
    try:
        with open_service(params) as client:
            days_left = client.days_left
            for step in params["dialogue"]:
                replies.append(client.ask(step["say"], step["expect"]))
    except ssl.SSLCertVerificationError as error:
        return f"the certificate is refused: {error.verify_message}", replies, days_left
    except (OSError, Unexpected) as error:
        return str(error) or type(error).__name__, replies, days_left
    return "", replies, days_left


def main() -> None:
    """Run the module."""
    step = {"say": {"type": "str", "required": True}, "expect": {"type": "str", "required": True}}
    module = AnsibleModule(
        {
            "address": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "protocol": {"type": "str", "choices": list(PROTOCOLS), "required": True},
            "tls": {"type": "str", "choices": ["none", "starttls", "implicit"], "default": "none"},
            "server_name": {"type": "str", "default": ""},
            "ca_file": {"type": "path", "default": ""},
            "days": {"type": "int", "default": 0},
            "dialogue": {"type": "list", "elements": "dict", "default": [], "options": step},
            "timeout": {"type": "int", "default": 15},
        },
        required_if=[("tls", "starttls", ["server_name"]), ("tls", "implicit", ["server_name"])],
        supports_check_mode=True,
    )
    authorities = module.params["ca_file"]
    if authorities and not Path(authorities).is_file():
        module.fail_json(
            msg=f"Không thấy tệp chứng thư {authorities}; chạy playbooks/site.yml để có. "
            f"The file of authorities {authorities} is not there; playbooks/site.yml fetches it."
        )
    fault, replies, days_left = probe(module.params)
    module.exit_json(changed=False, passed=not fault, fault=fault, replies=replies, days_left=days_left)


if __name__ == "__main__":
    main()
