"""The clauses of the regulation: what each asks, what carries it out, and the tests that show it.

`docs/clauses.yml` has one row for each clause. Tests name their clauses by a marker: `@pytest.mark.clause("R6.2a")`. Of
both, and of the clauses that rules cite, `make generated` makes `docs/clauses.md` and `docs/vi/dieu-khoan.md`.
"""

from __future__ import annotations

from .markers import Proof, collect
from .table import CLAUSES, ROOT, Clause, within

__all__ = ["CLAUSES", "ROOT", "Clause", "Proof", "collect", "within"]
