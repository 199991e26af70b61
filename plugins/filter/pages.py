# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages and their scripts are made with: guides in Markdown, QR codes, and values as PHP writes them."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.laocai.mail.plugins.plugin_utils import guides

_MISSING = (
    "thiếu gói Python {package} trên máy điều khiển: pip install 'danhba[controller]'"
    " -- the Python package {package} is missing on the controller: pip install 'danhba[controller]'"
)


def guide(text: str, published: Collection[str] = ()) -> dict[str, Any]:
    """A guide in Markdown as `title`, `body` (HTML) and `headings` (level, anchor, text)."""
    try:
        made = guides.render(text, published)
    except ImportError as error:
        raise AnsibleFilterError(_MISSING.format(package="markdown-it-py")) from error
    return {"title": made.title, "body": made.body, "headings": [heading._asdict() for heading in made.headings]}


def qr_svg(text: str, label: str) -> str:
    """A QR code (error correction level M) of a text as an SVG element that says `label` to who cannot see it."""
    try:
        import segno
    except ImportError as error:
        raise AnsibleFilterError(_MISSING.format(package="segno")) from error
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, border=4, light="#fff", title=label,
        svgclass="code", lineclass=None,
    )  # fmt: skip
    return out.getvalue().decode().replace("<svg ", '<svg role="img" aria-label="' + _attribute(label) + '" ', 1)


def php(value: object) -> str:
    """A text as a literal of PHP in single quotes, which end at nothing inside it and hide no variable."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


class FilterModule:
    """The filters by their names."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """As Ansible asks for them."""
        return {"guide": guide, "php": php, "qr_svg": qr_svg}
