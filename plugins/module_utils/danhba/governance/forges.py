"""The forges (git servers with reviews) that this project works with: one record each, in `forges.json`.

The record is data, for `.ci/review` and `scripts/pull_request_comment.py` read it too: there a token is near, and
nothing but Python's standard library may be imported. How to add a forge: docs/recipes.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

RECORDS = Path(__file__).with_suffix(".json")
# Whose pages are taken for those of a git server that no forge's name is part of.
_USUAL = "github"


@dataclass(frozen=True, slots=True)
class Forge:
    """What differs from one forge to another. Paths are from the repository's root.

    Attributes:
        workflow: the file that has the forge run `.ci/review` on each proposal.
        codeowners: where the forge looks for the list of who approves which file.
        owners: how it reads that list, a key of `codeowners.FORMS`.
        new_request: the page on which a proposal is made of a branch, below the repository's page; `{target}` and
            `{branch}` as in a path, `{branch_quoted}` with its slashes quoted.
        heads: below which ref the commits of proposals lie, as NUMBER/head.
        findings: the format of `danhba review` that the forge shows beside the changed lines.
        git_user: the user name that goes with a job's token when git fetches.
        api: whose REST API it speaks, a key of `APIS` in `scripts/pull_request_comment.py`.
        comment_user: who writes comments with a job's own token; empty where the API tells whose the token is.
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
        """Where a proposal is made of a branch; `repository` is the address of the repository's own page."""
        return repository + self.new_request.format(
            target=quote(target), branch=quote(branch), branch_quoted=quote(branch, safe="")
        )


FORGES: dict[str, Forge] = {
    name: Forge(**record) for name, record in json.loads(RECORDS.read_text(encoding="utf-8")).items()
}


def of_host(host: str) -> Forge:
    """The forge whose name is part of a git server's name, such as `gitlab.laocai.gov.vn`; GitHub where none is."""
    return next((forge for name, forge in FORGES.items() if name in host), FORGES[_USUAL])
