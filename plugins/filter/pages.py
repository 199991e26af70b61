# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for web pages and scripts: guides from Markdown, QR codes, PHP literals, citations of the regulation."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import cite, of_file, plain_basis
from ansible_collections.laocai.mail.plugins.plugin_utils import guides

# One assignment of a text in a Roundcube plugin's `localization/LANGUAGE.inc`.
_LABEL = re.compile(r"^\$(?:labels|messages)\['(?P<name>\w+)'\] = '(?P<text>(?:[^'\\]|\\.)*)';$", re.MULTILINE)

_MISSING = (
    "thiếu gói Python {package} trên máy điều khiển: pip install 'danhba[controller]'"
    " -- the Python package {package} is missing on the controller: pip install 'danhba[controller]'"
)


def guide(text: str, published: Collection[str] = (), province: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Render a guide in Markdown as a dict of `title`, `body` (HTML) and `headings` (level, anchor, text).

    `province` has the `host`, the `domain` and the `regulation` of the province that the guide is adapted to.
    """
    if province:
        text = guides.adapted(text, str(province["host"]), str(province["domain"]), of_file(province.get("regulation")))
    try:
        made = guides.render(text, published)
    except ImportError as error:
        raise AnsibleFilterError(_MISSING.format(package="markdown-it-py")) from error
    return {"title": made.title, "body": made.body, "headings": [heading._asdict() for heading in made.headings]}


def qr_svg(text: str, label: str) -> str:
    """Return a QR code (error correction M) of a text as an SVG element; `label` is its text for screen readers."""
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
    """Return a text as a PHP literal in single quotes, escaped so that it cannot end the literal or be evaluated."""
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def cited_labels(text: str, regulation: object) -> dict[str, str]:
    """Return, by label, the texts of a Roundcube plugin whose cited articles have other numbers in the province."""
    stated, found = of_file(regulation), {}
    for label in _LABEL.finditer(text):
        said = label["text"].replace("\\'", "'")
        if (own := cite(said, stated)) != said:
            found[label["name"]] = own
    return found


def cited_basis(clause: str, regulation: object) -> str:
    """Return, in ASCII, the citation of a clause of this software (such as 7.1) in the province's regulation."""
    return plain_basis(of_file(regulation), clause)


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


class FilterModule:
    """The plugin that registers the filters of this file with Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return the filters by name."""
        return {
            "cited_basis": cited_basis,
            "cited_labels": cited_labels,
            "guide": guide,
            "php": php,
            "qr_svg": qr_svg,
        }
