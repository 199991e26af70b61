"""laocai.mail.database_answers: what a service would be told, and by whom."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Any

import pytest

from .conftest import Ansible, Database, Outcome

MODULE = "laocai.mail.database_answers"


def ask(ansible: Ansible, database: Database, other: Mapping[str, Any], *, check: bool = False) -> Outcome:
    """Ask as the user of this test, whom the server takes for the role; `other` replaces arguments."""
    arguments = {
        "database": database.name,
        "socket_dir": database.server.socket,
        "user": getpass.getuser(),
        "role": "dovecot",
        "views": ["dovecot.passdb", "dovecot.userdb"],
    }
    return ansible.run(MODULE, {**arguments, **other}, check=check)


def test_a_database_with_the_views_answers(ansible: Ansible, database: Database) -> None:
    done = ask(ansible, database, {})
    assert done.result["answered"], done.output
    assert not done.changed


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"views": ["dovecot.none"]}, 'relation "dovecot.none" does not exist'),
        ({"views": ["mail.credential"]}, "permission denied"),
        ({"database": "none"}, 'database "none" does not exist'),
        ({"socket_dir": "/nonexistent"}, "No such file or directory"),
        ({"role": "nobody"}, "failed"),
    ],
)
def test_what_is_missing_is_named_and_check_mode_goes_on(
    ansible: Ansible, database: Database, other: dict[str, Any], said: str
) -> None:
    refused = ask(ansible, database, other)
    refused.assert_refused("chạy role database trước", "run role database first")
    assert said in refused.message
    told = ask(ansible, database, other, check=True)
    assert (told.status, told.result["answered"]) == (0, False)
    assert said in told.result["said"]
