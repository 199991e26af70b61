"""Takes the pictures of the operator's guide on the host that `make demo` left: pages, papers, letters, screens.

`PYTHONPATH=.ansible/collections python -m tests.pictures.operating [NAME]`. The record of a drill is taken where one
was held (`make drill`), which needs a backup host: the demo has none.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.audit import listing
from rich.text import Text

from tests.demo.duties import AGENCY
from tests.e2e.roundcube import Roundcube
from tests.lab import Lab
from tests.pictures import terminal
from tests.support.browser import Chromium, Visitor, chromium
from tests.support.deployment import FQDN, PROJECT, Deployment, environment
from tests.support.waiting import until

PICTURES = PROJECT / "docs" / "vi" / "hinh" / "van-hanh"
# Of the papers that the demo's recall, hand-over and report left on the controller: the picture's name, and the file.
PAPERS = {
    "bien-ban-thu-hoi": "recalls/*/bien-ban-*.pdf",
    "bao-cao-thu-hoi": "recalls/*/bao-cao.pdf",
    "bien-ban-ban-giao": "handovers/*.pdf",
    "bao-cao": "report/*.pdf",
}
# Who has done it all in the pictures: not whoever takes them.
EDITOR, OPERATOR = "Vàng A Chính <vachinh-stttt@laocai.gov.vn>", "chinh@quantri"
OPERATORS = "contact-stttt@laocai.gov.vn"
CHANGED, ALERT = "Máy chủ đã bị sửa ngoài quy trình", "[Báo động] Dịch vụ"
_CONSOLE = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9090/consoles/danhba.html').read().decode())"
_DOTS_PER_INCH = "90"
_ALERT_SECONDS = 900  # until an alert has held for as long as it takes, and is written


def main(words: list[str]) -> int:
    """Take all."""
    name = (words or ["mail"])[0]
    deployment = Deployment(Lab().get(name), PROJECT / ".private" / ("lab" if name == "mail" else name))
    PICTURES.mkdir(parents=True, exist_ok=True)
    _list(deployment)
    for picture, pattern in PAPERS.items():
        paper(newest(deployment.private, pattern), PICTURES / picture)
    names = {FQDN: str(deployment.host.address)}
    with chromium(deployment.server.authority, names, ["env"], shots=PICTURES) as browser:
        _pages(deployment, browser)
        _drill(deployment, browser)
        with _changed_by_hand(deployment):
            _letters(deployment, browser)
    return 0


def _list(deployment: Deployment) -> None:
    """What was done with a mailbox, by people of the province."""
    deployment.play("audit", mailbox=f"contact-{AGENCY}@laocai.gov.vn")
    told = newest(deployment.private, "audit/*.json").read_text(encoding="utf-8")
    wrote = subprocess.check_output(["git", "log", "-1", "--format=%an <%ae>"], cwd=PROJECT, text=True).strip()
    told = told.replace(wrote, EDITOR).replace(controller.find_actor(), OPERATOR)
    with TemporaryDirectory() as folder:
        listing.write(json.loads(told), Path(folder), dry_run=False)
        paper(newest(Path(folder), "*.pdf"), PICTURES / "ban-ke-nhat-ky")


def newest(folder: Path, pattern: str) -> Path:
    """The file that was written last.

    Raises:
        FileNotFoundError: there is none.
    """
    files = sorted(folder.glob(pattern), key=lambda file: file.stat().st_mtime)
    if not files:
        raise FileNotFoundError(f"{folder / pattern}: make demo")
    return files[-1]


def paper(pdf: Path, to: Path) -> None:
    """The first page of a paper, `TO.png`."""
    subprocess.run(["pdftoppm", "-png", "-singlefile", "-r", _DOTS_PER_INCH, pdf, to], check=True)


def _pages(deployment: Deployment, browser: Chromium) -> None:
    page = newest(deployment.private, "report/*.html")
    with browser.visitor() as visitor:
        visitor.page.goto(page.as_uri())
        visitor.shot("trang-bao-cao")
        visitor.page.goto(f"https://{FQDN}/tinh-trang/")
        visitor.shot("tinh-trang")
    with browser.visitor() as visitor:
        # What the operator sees through the tunnel; nothing of it is open to this machine.
        visitor.page.set_content(deployment.host.run(f'python3 -c "{_CONSOLE}"').stdout)
        visitor.shot("hinh-mot-ngay")
        shown = deployment.host.run("danhba-host status --colour=always", check=False).stdout
        _terminal(visitor, shown, "danhba-host status", "man-hinh-tinh-trang")


def _terminal(visitor: Visitor, shown: str, title: str, picture: str) -> None:
    """What a terminal shows, at the size that it takes, with no line broken."""
    longest = max(map(len, Text.from_ansi(shown).plain.splitlines()))
    drawn = terminal.draw(shown, title, max(terminal.COLUMNS, longest + 2))
    # DejaVu's marks on letters as Ễ and ồ stand beside them, and what cuts off each line takes those of its capitals.
    drawn = re.sub(r' clip-path="[^"]*-line-[0-9]+\)"', "", drawn.replace('"DejaVu Sans Mono", ', ""))
    visitor.page.set_content(drawn)
    box = visitor.page.locator("svg").bounding_box()
    assert box
    visitor.page.set_viewport_size({"width": 1280, "height": round(box["y"] + box["height"]) + 9})
    visitor.shot(picture)


def _drill(deployment: Deployment, browser: Chromium) -> None:
    """The newest record of a drill, where there is one."""
    if records := sorted((deployment.private / "drills").glob("*.txt")):
        with browser.visitor() as visitor:
            _terminal(visitor, records[-1].read_text(encoding="utf-8"), records[-1].name, "bien-ban-dien-tap")
    else:
        print("bien-ban-dien-tap.png: chưa diễn tập lần nào, giữ hình cũ | no drill was held, the old picture stays")


@contextmanager
def _changed_by_hand(deployment: Deployment) -> Iterator[None]:
    """A file of a role and a service, told as danhba-drift does; healed in the end."""
    deployment.host.run("echo '# by hand' >> /etc/postfix/master.cf; systemctl stop fail2ban")
    try:
        drift = deployment.private / "drift.txt"
        known = {"ANSIBLE_CALLBACKS_ENABLED": "laocai.mail.drift", "DANHBA_DRIFT": str(drift)}
        looked = deployment.command("site", "--check", "--tags", "postfix,guard")
        subprocess.run(looked, cwd=PROJECT, env=environment() | known, check=True, stdout=subprocess.DEVNULL)
        deployment.play("notify_operators", notify_subject=CHANGED, notify_file=str(drift), operators_mail=[OPERATORS])
        yield
    finally:
        deployment.play("site", "--tags", "postfix,guard")


def _letters(deployment: Deployment, browser: Chromium) -> None:
    """The letters about it and about the service that is off, as the operators read them."""
    password = deployment.choose(OPERATORS)
    with browser.visitor() as visitor:
        webmail = Roundcube(visitor)
        webmail.sign_in(OPERATORS, password)
        for subject, picture in ((CHANGED, "thu-bi-sua"), (ALERT, "thu-bao-dong")):
            until(partial(_has, deployment, password, subject), _ALERT_SECONDS)
            webmail.mail()
            webmail.read(subject)
            visitor.shot(picture)


def _has(deployment: Deployment, password: str, subject: str) -> bool:
    inbox = deployment.server.inbox(OPERATORS, password)
    return any(str(message["Subject"]).startswith(subject) for message in inbox)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
