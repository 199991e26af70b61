"""What an operator meets when the server is not as it should be: a message with the way out, and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab import Lab
from tests.support.deployment import FQDN, Deployment, PlaybookFailed

NAME, ADDRESS = "bare", "10.233.0.41"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A Debian 13 on which nothing was deployed."""
    lab = Lab()
    lab.down(NAME)
    try:
        host = lab.up(NAME, address=ADDRESS, fqdn=FQDN)
        yield Deployment(host, Path(tmp_path_factory.mktemp("private")))
    finally:
        lab.down(NAME)


@pytest.mark.parametrize("playbook", ["accounts", "passwords", "verify"])
def test_half_built_host_names_the_playbook_that_builds_it(bare: Deployment, playbook: str) -> None:
    with pytest.raises(PlaybookFailed) as failed:
        bare.play(playbook)
    assert "site.yml" in failed.value.output
    assert "Traceback" not in failed.value.output


def test_unreachable_server_says_what_to_look_at(bare: Deployment) -> None:
    with pytest.raises(PlaybookFailed) as failed:
        bare.play("site", ansible_host="10.233.0.99")
    assert "cannot be reached by ssh" in " ".join(failed.value.output.split())
    assert "Traceback" not in failed.value.output
