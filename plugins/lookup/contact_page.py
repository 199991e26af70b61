# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the public web page of the agencies' contact mailboxes from the register, on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
name: contact_page
short_description: Make the public web page of the agencies' contact mailboxes
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Makes the same page as C(danhba export --format html --lang vi), of the mailboxes that are open on a day.
options:
  _terms:
    description: Folder of the register on the controller; give exactly one.
    type: list
    elements: path
    required: true
  as_of:
    description: The day (YYYY-MM-DD); today in Viet Nam when empty.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Publish the contact mailboxes
  laocai.mail.files:
    files:
      - path: /var/www/danhba/danh-ba/%s
        each: "{{ lookup('laocai.mail.contact_page', register_dir) }}"
"""

RETURN = r"""
_raw:
  description: The files of the page by their names, with their texts.
  type: list
  elements: dict
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.laocai.mail.plugins.module_utils.danhba.exporting import addressbook, page
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning import listing
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import VIETNAM
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.plugin_utils import controller


class LookupModule(LookupBase):
    """The lookup laocai.mail.contact_page."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **options: Any) -> list[dict[str, str]]:
        """Return for each register the files of its page: a dict of file names to texts."""
        self.set_options(var_options=variables, direct=options)
        as_of = self.get_option("as_of")
        try:
            day = controller.read_day(as_of) if as_of else datetime.now(VIETNAM).date()
            return [make(Path(term), day) for term in terms]
        except Failure as failure:
            raise AnsibleError(str(failure)) from failure


def make(folder: Path, day: date) -> dict[str, str]:
    """Return the files of a register's page on a day, by name."""
    register, issued = controller.read_register(folder)
    contacts = addressbook.contacts(listing.contacts(Timeline.of(register, issued, day)))
    site = page.as_site(list(contacts), register.on(day), "vi", day)
    return {name: content.decode() for name, content in site.items()}
