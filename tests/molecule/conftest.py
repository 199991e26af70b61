"""Tells the two pytest runs apart: the outer one runs scenarios, the one inside a scenario asks the host."""

import os

# Molecule sets it for the run inside.
if "MOLECULE_FILE" not in os.environ:
    from tests.support.demo_host import demo_output, pytest_sessionfinish

    __all__ = ["demo_output", "pytest_sessionfinish"]

    collect_ignore_glob = ["*/tests/*"]
