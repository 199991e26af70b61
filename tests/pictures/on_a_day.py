"""Runs the danhba command on the day of the pictures: `python on_a_day.py ARGUMENTS`."""

from __future__ import annotations

import sys
from datetime import datetime, tzinfo
from unittest.mock import patch

from danhba.cli import common, main


class Then(datetime):
    """Noon of the day around which the sample register is made."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Then:
        """What the clock says."""
        return cls(2026, 11, 24, 12, tzinfo=tz)


if __name__ == "__main__":
    sys.argv[0] = "danhba"
    with patch.object(common, "datetime", Then):
        main()
