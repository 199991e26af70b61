"""The register of the provincial mail system: what it says, whether it may say so, and which accounts follow from it.

Everything here is plain typed Python without Ansible, server or clock. Each folder is a room, and imports only from the
rooms before it::

    jsontext -> messages -> model -> vietnamese -> addresses -> reading -> planning, rules
                      -> checking, usage, auditing -> editing, rendering, reporting
                      -> exporting, importing, reorganisation -> governance -> founding -> cli
"""

from pathlib import Path

# The package's own folder. Where a room needs the whole package, it asks here and not for its own folder.
PACKAGE = Path(__file__).parent
