"""The exception for an edit that is refused."""

from __future__ import annotations


class Problem(Exception):
    """A refused edit (exit status 1); `template` and `values` make the message with the reason and the way out."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values
