"""Takes the pictures of the operator's guide on the host that `make demo` left: pages, papers, the status screen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.lab import Lab
from tests.pictures import terminal
from tests.support.browser import Chromium, chromium
from tests.support.deployment import FQDN, PROJECT, Deployment

PICTURES = PROJECT / "docs" / "vi" / "hinh" / "van-hanh"
# Of the papers that the demo's recall, hand-over and report left on the controller: the picture's name, and the file.
PAPERS = {
    "bien-ban-thu-hoi": "recalls/*/bien-ban-*.pdf",
    "bao-cao-thu-hoi": "recalls/*/bao-cao.pdf",
    "bien-ban-ban-giao": "handovers/*.pdf",
    "bao-cao": "report/*.pdf",
}
_CONSOLE = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9090/consoles/danhba.html').read().decode())"
_DOTS_PER_INCH = "90"


def main() -> int:
    """Take all."""
    deployment = Deployment(Lab().get("mail"), PROJECT / ".private" / "lab")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, pattern in PAPERS.items():
        paper(newest(deployment.private, pattern), PICTURES / name)
    names = {FQDN: str(deployment.host.address)}
    with chromium(deployment.server.authority, names, ["env"], shots=PICTURES) as browser:
        _pages(deployment, browser)
    return 0


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
        visitor.page.set_content(terminal.draw(shown, "danhba-host status"))
        visitor.page.set_viewport_size({"width": 1280, "height": 470})
        visitor.shot("man-hinh-tinh-trang")


if __name__ == "__main__":
    sys.exit(main())
