"""docs/schema.sql is the database that the migrations make."""

from __future__ import annotations

from tests.schema import SCHEMA, tidy

from .conftest import Database

# The same view as two releases write it.
OLDER = """\
CREATE VIEW mail.one AS
 SELECT run.job AS what,
    (run.at)::date AS day
   FROM mail.run
  WHERE (run.job <> 'x'::text);

CREATE VIEW mail.two AS
 SELECT run.job
   FROM (mail.run
     JOIN mail.audit USING (run));
"""
NEWER = OLDER.replace("SELECT run.job AS", "SELECT job AS").replace("(run.at)", "(at)").replace("(run.job", "(job")


def test_it_is_up_to_date(database: Database) -> None:
    dump = database.server.run("pg_dump", "--schema-only", "--no-owner", database.name)
    assert SCHEMA.read_text(encoding="utf-8") == tidy(dump), "run: make generated"


def test_releases_write_the_same() -> None:
    assert OLDER != NEWER
    assert tidy(OLDER) == tidy(NEWER)


def test_it_says_nothing_of_the_dump_itself() -> None:
    noise = "--\n-- Dumped by pg_dump version 17.1\n--\n\n\\restrict x\nSET row_security = off;\nCREATE SCHEMA mail;\n"
    assert tidy(noise).endswith("\n\nCREATE SCHEMA mail;\n")
