"""What Postfix asks before somebody sends, and who asks."""

from __future__ import annotations

from tests.integration.conftest import Database

ADDRESS = "open-stttt@laocai.gov.vn"
LOGIN = f"{ADDRESS}/1"
# Messages and recipients an hour, and a day.
OFFICIAL, AGENCY = (3, 5, 6, 20), (30, 50, 60, 200)
TIMES = 4


def question(step: str, login: str = LOGIN) -> str:
    """What Postfix asks at a step of a session."""
    bounds = ", ".join(f"ARRAY{list(each)}" for each in (OFFICIAL, AGENCY))
    return f"SELECT * FROM postfix.sending('{login}', '{step}', {bounds}, {TIMES})"


def ask(database: Database, step: str, login: str = LOGIN) -> list[tuple[object, ...]]:
    """What the database answers."""
    return database.query(question(step, login), role="postfix")
