"""Rules about how names, titles and telephones are written, for those who read the address book (R5).

Names of people take a capital at the beginning of each syllable (Decree 30/2020/NĐ-CP, Annex II).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..findings import Finding, Where, advice
from ..messages import mark as _
from ..register import Agency, Issuance

NAME = advice("name-capitals", "R5", _("'{name}' is not written as names are; write '{better}'"))
ADDRESSED = advice(
    "name-title",
    "R4.2",
    _(
        "'{word}' in '{name}' is a form of address, and its letters would go into the address; leave it out, "
        "or state it as family: where it is the family name"
    ),
)
CAPITALS = advice("text-capitals", "R5", _("'{value}' is in capitals throughout; write it as in '{example}'"))
TITLE = advice(
    "title-content",
    "R5",
    _("the title '{title}' holds {what}, which has its own place or none here; leave the title itself"),
)
MOBILE = advice(
    "phone-mobile",
    "R5",
    _("{phone} is a mobile telephone; the register is read by many and holds office telephones only"),
)

# Titles of courtesy and degrees, with or without their dots. Ông and Cô are also family names.
_FORMS = frozenset(
    "ông bà anh chị cô chú đồng chí đ/c mr mrs ms dr ts ths pgs gs gsts bs ks cn cử kĩ kỹ nhà".split()
)
