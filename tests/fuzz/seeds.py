"""The valid registers that the cases are made from."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from danhba.reading import source
from tests.factory import write_register
from tests.factory.text import Value
from tests.support.registers import SAMPLE, agency, event, person, register

PROJECT = Path(__file__).resolve().parents[2]


@cache
def registers() -> list[Mapping[str, bytes]]:
    """Each with something that the others have not."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made"
        write_register(made, officials=40, agencies=4)
        return [_octets(SAMPLE), _octets(_moves()), _read(made)]


def _octets(texts: Mapping[str, str]) -> Mapping[str, bytes]:
    return {name: text.encode() for name, text in texts.items()}


def _read(directory: Path) -> Mapping[str, bytes]:
    return {file.name: file.data for file in source.from_directory(directory) if file.data}


def _moves() -> dict[str, str]:
    """Mergers, moves, pins, suspensions, namesakes, another name, and what was withdrawn."""
    ending: Value = {"document": "12/QĐ-STTTT", "date": "2012-12-01"}
    renamed = event("renamed", "2014-01-01")
    return register(
        agency(
            "skhcn",
            person("101", "Ngô Vân Vinh", "2010-11-01", "2011-02-01 transferred"),
            person("102", "Nguyễn Văn Vịnh", "2010-11-01", "2025-03-01 reorganised"),
            person("103", "H'Hen Niê", "2012-01-01", family="Niê", given="Hen", closed="2013-01-01"),
            closed="2025-03-01 merged",
        ),
        agency(
            "stttt",
            person("101", "Ngô Vân Vinh", "2011-02-01 transferred", leader="true", phone="0214 3 840 034"),
            person("104", "Ngô Văn Vinh", "2012-01-01", address="vinhnv2-stttt", address_document="3/STTTT-VP"),
            person(
                "105",
                "Vàng Thị Mỷ",
                "2012-01-01",
                renamed,
                suspended=[{"document": "9/QĐ-STTTT", "date": "2013-05-01", "until": "2013-08-01"}],
                withdrawn=[{"document": "8/QĐ-STTTT", "date": "2013-01-01", "event": "retired", "withdrawn": ending}],
            ),
            person("105", "Vàng Thị Mai", renamed),
            person(
                "106",
                "Lò An",
                {"document": "1/QĐ-UBND", "date": "2013-02-01", "event": "recruited", "withdrawn": ending},
            ),
            custodians=[
                {"person": "101", "document": "5/QĐ-STTTT", "date": "2011-03-01", "as": "head"},
                {"person": "102", "document": "6/QĐ-STTTT", "date": "2014-03-01", "as": "head", "withdrawn": ending},
            ],
            changes=[{"document": "7/QĐ-UBND", "date": "2014-03-01", "kind": "office", "withdrawn": ending}],
            withdrawn=[{"document": "8/QĐ-UBND", "date": "2014-06-01", "event": "dissolved", "withdrawn": ending}],
        ),
        agency(
            "skhcnm",
            person("102", "Nguyễn Văn Vịnh", "2025-03-01 reorganised", quota="5G", unit="Văn phòng"),
            opened="2025-03-01 merged",
            succeeds=["skhcn"],
            parent="stttt",
        ),
        policy={
            "forward_days": "90",
            "redirect_days": "365",
            "future_days": "366",
            "retention_days": {"default": "183", "leader": "365"},
            "quota": {"official": "2G", "agency": "10G"},
            "sending": {
                "official": {"messages_hour": "100", "recipients_hour": "500"},
                "agency": {"messages_day": "2500", "recipients_day": "15000"},
                "suspend": "3",
            },
            "usage": {
                "windows": ["07:00-09:30", "09:30-11:30", "13:00-15:15", "15:15-24:00"],
                "required": {"official": ["1", "3"], "agency": ["1", "2", "3", "4"]},
                "days": [{"date": "2026-01-02", "is": "off", "document": "12729/VPCP-KGVX"}],
            },
            "limits": {
                name: {"count": "50", "percent": "2", "agency_percent": "20"} for name in ("close", "readdress")
            },
            "protected": ["contact-stttt"],
        },
        acknowledgements=[
            {"limit": "close", "count": "7", "document": "5/STTTT-VP", "until": "2027-01-01"},
            {"limit": "protected", "accounts": ["contact-skhcn"], "document": "5/STTTT-VP", "until": "2027-01-01"},
        ],
    )
