"""Why an edit was not made."""

from __future__ import annotations


class Problem(Exception):
    """An edit that the register does not allow: `template` and `values` say why and the way out (exit status 1)."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values
