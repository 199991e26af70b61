"""How to look around on the host that the demo leaves behind."""

from __future__ import annotations

import json
import time

from rich.console import Console
from rich.text import Text

from danhba.planning.listing import Listed
from tests.support.deployment import FQDN, PROJECT, Deployment
from tests.support.letters import bundles

_SEEN_SECONDS = 60.0  # in which Prometheus comes by at least twice


def tell(console: Console, deployment: Deployment, who: Listed) -> None:
    """At the webmail as somebody who has just been given a letter, and at the host."""
    private = deployment.private.relative_to(PROJECT)
    key = deployment.letters_key_file.relative_to(PROJECT)
    bundle = bundles(deployment.letters, who.agency.code)[-1].relative_to(PROJECT)
    rules = f"MAP *.{who.address.partition('@')[2]} {deployment.host.address}"
    console.rule("Trang thư / webmail")
    console.print(f"https://{FQDN}/  (danh bạ, hướng dẫn / directory, guides: /danh-ba/ /huong-dan/ /dien-thoai/)")
    console.print("Mở trên máy này / open it on this machine:")
    console.print(f"    chromium --user-data-dir=/tmp/danhba --host-resolver-rules='{rules}' https://{FQDN}/")
    console.print(f"    (root: thêm / add --no-sandbox; CA: chrome://certificate-manager, {private}/ca.crt)")
    console.print(f"Hộp thư chưa đổi mật khẩu / a mailbox with its first password: {who.name} <{who.address}>")
    console.print(f"Mở phiếu của cơ quan / open its agency's letters: {bundle.parent}/")
    console.print(f"    age -d -i {key} {bundle} \\")
    console.print(f"      | pdftotext -layout - - | grep -A 3 {who.address}")
    console.rule("Xem xung quanh / look around")
    console.print(
        f"Máy chủ / host: {FQDN}, {deployment.host.address} (IMAPS 993, POP3S 995, SMTP 25/587/465, LDAPS 636)"
    )
    console.print(f"Vào máy / log in to it: .venv/bin/python -m tests.lab exec {deployment.host.name} bash")
    console.print("Hộp thư / mailboxes: .venv/bin/danhba addresses, .venv/bin/danhba who 000101")
    console.print("Gỡ bỏ / remove: make down")


def tell_status(console: Console, deployment: Deployment) -> None:
    """The host's own status screen, as playbooks/status.yml shows it, once it knows of this demo's messages."""
    console.rule("Tình trạng / status: playbooks/status.yml")
    deployment.host.run("systemctl start danhba-metrics")
    deadline = time.monotonic() + _SEEN_SECONDS
    while not _knows(deployment) and time.monotonic() < deadline:
        time.sleep(2)
    # It ends with 1 where an alert fires, and shows which.
    shown = deployment.host.run("danhba-host status --colour=always", check=False)
    console.print(Text.from_ansi(shown.stdout + shown.stderr))


def _knows(deployment: Deployment) -> bool:
    """Whether Prometheus has taken the numbers of messages, of which a screen without them would say "not known"."""
    said = deployment.host.run("danhba-host status --format json", check=False).stdout
    return bool(said) and bool(json.loads(said)["numbers"]["deliveries_last_hour"])
