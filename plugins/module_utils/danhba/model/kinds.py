"""The kinds of agencies that the regulation applies to (R1), and the properties of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ..messages import mark as _

# The headings under which the province's topmost agencies are listed, in this order.
GOVERNMENT = _("People's Council, People's Committee and their agencies")
PARTY = _("Party")
FRONT = _("Fatherland Front and socio-political bodies")
JUSTICE = _("Courts and prosecution")
FORCES = _("Armed forces")
CENTRAL = _("Central bodies in the province")
PROFESSIONS = _("Professional associations")
ECONOMY = _("Economic bodies")
HEADINGS = (GOVERNMENT, PARTY, FRONT, JUSTICE, FORCES, CENTRAL, PROFESSIONS, ECONOMY)


class Kind(NamedTuple):
    """A kind of agency: its `name` for editors, and the `heading` under which lists show it.

    An agency of a `managed` kind is a subordinate unit (đơn vị trực thuộc) wherever it has a parent, so that R6.1b says
    which documents found and dissolve it. A `branch` belongs to a national body, which uses the same symbol in Hà Nội
    and in the province (BHXH), so that the symbol of a document does not tell which of the two signed it.
    """

    name: str
    heading: str
    managed: bool = False
    branch: bool = False


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "armed_unit": Kind(_("armed unit"), FORCES, branch=True),
        "board": Kind(_("board"), GOVERNMENT, managed=True),
        "central_body_in_province": Kind(_("body of the central government in the province"), CENTRAL, branch=True),
        "city_committee": Kind(_("People's Committee of a city"), GOVERNMENT),
        "commune_committee": Kind(_("People's Committee of a commune"), GOVERNMENT),
        "department": Kind(_("department"), GOVERNMENT),
        "district_committee": Kind(_("People's Committee of a district or town"), GOVERNMENT),
        "economic_body": Kind(_("economic body"), ECONOMY, managed=True, branch=True),
        "inspectorate": Kind(_("inspectorate"), GOVERNMENT),
        "judicial_body": Kind(_("court or procuracy"), JUSTICE, branch=True),
        "office": Kind(_("office"), GOVERNMENT, managed=True),
        "party": Kind(_("body of the Party"), PARTY, branch=True),
        "provincial_committee": Kind(_("People's Committee of the province"), GOVERNMENT),
        "provincial_council": Kind(_("People's Council of the province"), GOVERNMENT),
        "public_service_unit": Kind(_("public-service unit"), GOVERNMENT, managed=True),
        "sociopolitical_body": Kind(_("socio-political body"), FRONT, branch=True),
        "socioprofessional_body": Kind(_("socio-political and professional body"), PROFESSIONS, branch=True),
        "sub_department": Kind(_("sub-department or its equal"), GOVERNMENT, managed=True),
        "township_committee": Kind(_("People's Committee of a township"), GOVERNMENT),
        "ward_committee": Kind(_("People's Committee of a ward"), GOVERNMENT),
    }
)
