"""What the tests of the watch change on its host."""

from __future__ import annotations

import json
import shlex
from typing import Any

from tests.support.deployment import Deployment

TIME_SERVER = r"""
import socket, struct, time
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 1123))
while True:
    asked, client = server.recvfrom(100)
    now = int((time.time() + 2 * 86400 + 2208988800) * 2**32)
    sent = struct.unpack("!Q", asked[40:48])[0]
    server.sendto(struct.pack("!BBbb3I4Q", 0x24, 2, 0, 0, 0, 0, 0, 0, sent, now, now), client)
"""


_ASK = """
import ssl, sys, urllib.request
url, body = sys.argv[1], sys.argv[2].encode() if sys.argv[2:] else None
context = None
if url.startswith("https:"):
    key = "/etc/danhba/watch/local"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(f"{key}.crt")
    context.load_cert_chain(f"{key}.crt", f"{key}.key")
request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
print(urllib.request.urlopen(request, context=context).read().decode())
"""
ALERTMANAGER = 9093


def asking(port: int, path: str, *body: str) -> str:
    """The command by which root asks Prometheus or Alertmanager, and posts `body` to it."""
    url = f"{'https' if port == ALERTMANAGER else 'http'}://127.0.0.1:{port}{path}"
    return shlex.join(["python3", "-c", _ASK, url, *body])


def change(mail: Deployment, program: str, **settings: Any) -> None:
    """Other settings of a program than the role has written."""
    path = f"/etc/danhba/{program}.json"
    whole = json.loads(mail.host.run(f"cat {path}").stdout) | settings
    mail.host.run(f"printf %s {shlex.quote(json.dumps(whole))} > {path}")
