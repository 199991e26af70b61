# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pages and their scripts are made with: guides in Markdown, QR codes, and values as PHP writes them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import cite, of_file, plain_basis
from ansible_collections.laocai.mail.plugins.plugin_utils import guides

# A text of `localization/LANGUAGE.inc`.
_LABEL = re.compile(r"^\$(?:labels|messages)\['(?P<name>\w+)'\] = '(?P<text>(?:[^'\\]|\\.)*)';$", re.MULTILINE)

_MISSING = (
    "thiếu gói Python {package} trên máy điều khiển: pip install 'danhba[controller]'"
    " -- the Python package {package} is missing on the controller: pip install 'danhba[controller]'"
)


def guide(text: str, published: Collection[str] = (), province: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A guide in Markdown as `title`, `body` (HTML) and `headings` (level, anchor, text).

    `province` has the `host`, the `domain` and the `regulation` of the province whose guide it becomes.
    """
    if province:
        text = guides.adapted(text, str(province["host"]), str(province["domain"]), of_file(province.get("regulation")))
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


def cited_labels(text: str, regulation: object) -> dict[str, str]:
    """Of the texts of a plugin of Roundcube those that cite articles otherwise in a province's regulation, by label."""
    stated, found = of_file(regulation), {}
    for label in _LABEL.finditer(text):
        said = label["text"].replace("\\'", "'")
        if (own := cite(said, stated)) != said:
            found[label["name"]] = own
    return found


def cited_basis(clause: str, regulation: object) -> str:
    """What a refusal rests on, in ASCII: the clause of this software's requirement in a province's regulation."""
    return plain_basis(of_file(regulation), clause)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


class FilterModule:
    """The filters by their names."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """As Ansible asks for them."""
        return {
            "cited_basis": cited_basis,
            "cited_labels": cited_labels,
            "guide": guide,
            "php": php,
            "qr_svg": qr_svg,
        }
