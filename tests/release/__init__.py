"""How a release is made: its version, changelog, artefact, list of parts (SBOM), sums, tag; and the pages of its roles.

`make release VERSION=0.2.0`, `make docsite`, `make lint-changelog`; the tools are in requirements/release.txt.
"""
