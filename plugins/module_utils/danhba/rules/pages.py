"""Addresses of the rules' pages, which have a bad and a good example of each rule."""

from __future__ import annotations

FOLDER = "docs/rules"
# The forge of galaxy.yml; pages are those of the branch that editors work against.
SITE = "https://git.example.org/laocai/mail/blob/main"


def path(rule: str) -> str:
    """Return the path of a rule's page from the repository's root."""
    return f"{FOLDER}/{rule}.md"


def url(rule: str) -> str:
    """Return the URL of a rule's page on the forge."""
    return f"{SITE}/{path(rule)}"
