"""The forges (git servers with reviews) that this project works with: one record each, in `forges.json`.

The record is data, because `.ci/review` and `scripts/pull_request_comment.py` read it too: they run beside a token and
import only Python's standard library. How to add a forge: docs/recipes.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

RECORDS = Path(__file__).with_suffix(".json")
# The forge assumed for a git server whose name contains no forge's name.
_USUAL = "github"


@dataclass(frozen=True, slots=True)
class Forge:
    """The properties that differ between forges. Paths are from the repository's root.

    Attributes:
        workflow: the file that makes the forge run `.ci/review` on each proposal.
        codeowners: the path where the forge looks for the list of file owners.
        owners: how it reads that list, a key of `codeowners.FORMS`.
        new_request: the page for a merge request of a branch, below the repository's page; `{target}` and `{branch}`
            as in a path, `{branch_quoted}` with its slashes quoted.
        heads: the ref prefix of the commits of proposals, which are NUMBER/head.
        findings: the format of `danhba review` that the forge shows beside the changed lines.
        git_user: the user name that goes with a job's token when git fetches.
        api: the REST API it speaks, a key of `APIS` in `scripts/pull_request_comment.py`.
        comment_user: the author of comments made with a job's token; empty where the API tells it.
    """

    workflow: str
    codeowners: str
    owners: str
    new_request: str
    heads: str
    findings: str
    git_user: str
    api: str
    comment_user: str

    def request_page(self, repository: str, target: str, branch: str) -> str:
        """Return the page for a merge request of a branch; `repository` is the URL of the repository's page."""
        return repository + self.new_request.format(
            target=quote(target), branch=quote(branch), branch_quoted=quote(branch, safe="")
        )


FORGES: dict[str, Forge] = {
    name: Forge(**record) for name, record in json.loads(RECORDS.read_text(encoding="utf-8")).items()
}


def of_host(host: str) -> Forge:
    """Return the forge whose name is part of a git server's name (`gitlab.laocai.gov.vn`); GitHub if none is."""
    return next((forge for name, forge in FORGES.items() if name in host), FORGES[_USUAL])
