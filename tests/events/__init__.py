"""The table of events: what a change of the register or beside it is answered with, cell by cell.

`docs/events.yml` has a row for each event. `table` makes all cells of it, `composing` a proposal of each cell that can
occur, `asking` gets what the check and the comment say of that proposal, `schema` reads from the register's format
which events there are, and `pages` makes the guide `docs/vi/su-kien.md`.
"""

from __future__ import annotations

from .table import ROOT, TABLE, Cell, Decision, Row, Table, read

__all__ = ["ROOT", "TABLE", "Cell", "Decision", "Row", "Table", "read"]
