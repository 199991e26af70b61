"""The core: reads and checks the register of the provincial mail system, and computes the accounts that follow from it.

Plain typed Python that uses no Ansible, no server and no clock. Each folder is a room, and imports only from the rooms
before it::

    jsontext -> messages -> model -> vietnamese -> addresses -> reading -> planning, rules
                      -> checking, usage, auditing -> editing, rendering, reporting
                      -> exporting, importing, reorganisation -> governance -> founding -> cli
"""

from pathlib import Path

# The folder of this package, for rooms that read files of the whole package and not only of their own folder.
PACKAGE = Path(__file__).parent
