#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute addresses on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: addresses
short_description: Compute mail addresses by the rule of the regulation
version_added: 0.1.0
author: Lào Cai mail project (@laocai)
description:
  - Computes all addresses of a register, or those that the people in O(names) would get in an agency (R4.2).
  - Runs only on the controller. It asks no server and changes nothing except O(dest).
options:
  register:
    description:
      - Directory of the register on the controller.
      - Together with O(names), the addresses that the agency has in it are taken. Without it, none is taken.
    type: path
  as_of:
    description: The day as of which the state of each address of the register is returned, such as V(2010-10-15).
    type: str
  names:
    description:
      - Full names of people who would be added to O(agency), in this order.
      - Their addresses are those that they would get at the end of the agency's file.
    type: list
    elements: str
  agency:
    description: The tendonvi of the agency.
    type: str
  dest:
    description: File on the controller to which all addresses of the register are written, as by C(danhba addresses).
    type: path
attributes:
  check_mode:
    description: Returns the same result, and does not write O(dest).
    support: full
  diff_mode:
    description: No diff is shown.
    support: none
"""

EXAMPLES = r"""
- name: Which addresses would two new officials get?
  laocai.mail.addresses:
    register: "{{ playbook_dir }}/../directory"
    agency: stttt
    names:
      - Nguyễn Văn Vịnh
      - Giàng Seo Phử
  register: computed

- name: Write down all addresses of the register
  laocai.mail.addresses:
    register: "{{ playbook_dir }}/../directory"
    as_of: "2026-11-24"
    dest: "{{ playbook_dir }}/../.private/addresses.json"
"""

RETURN = r"""
count:
  description: How many addresses there are.
  returned: success
  type: int
  sample: 2
addresses:
  description:
    - For O(names), each name with its address, without the domain.
    - For a register, its first twenty, with the keys of C(danhba addresses).
  returned: success
  type: list
  elements: dict
  sample:
    - {name: Nguyễn Văn Vịnh, address: vinhnv-stttt}
    - {name: Giàng Seo Phử, address: gsphu-stttt}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.laocai.mail.plugins.module_utils.options.addresses import ARGUMENTS, RULES


def main() -> None:
    """Fail: this module only works through its action plugin; a host has neither the register nor the libraries."""
    module = AnsibleModule(ARGUMENTS, supports_check_mode=True, **RULES)
    module.fail_json(
        msg="laocai.mail.addresses chạy ở máy điều khiển, qua action plugin; hãy gọi bằng tên đầy đủ.\n"
        "laocai.mail.addresses runs on the controller, by its action plugin; call it by its full name."
    )


if __name__ == "__main__":
    main()
