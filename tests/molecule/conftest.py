"""Tells the two pytest runs apart: the outer one runs scenarios, the one inside a scenario asks the host."""

import os

# Molecule sets it for the run inside.
collect_ignore_glob = [] if "MOLECULE_FILE" in os.environ else ["*/tests/*"]
