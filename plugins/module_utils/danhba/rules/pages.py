"""Where each rule is explained: a page of the repository, with a bad and a good example."""

from __future__ import annotations

FOLDER = "docs/rules"
# The operator's own forge, as in galaxy.yml; a page is shown from the branch that editors work against.
SITE = "https://git.example.org/laocai/mail/blob/main"


def path(rule: str) -> str:
    """The page of a rule, from the repository's root."""
    return f"{FOLDER}/{rule}.md"


def url(rule: str) -> str:
    """The page of a rule on the forge."""
    return f"{SITE}/{path(rule)}"
