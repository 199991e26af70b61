"""The maker of fictitious registers: valid, repeatable, and what it is asked for."""

from __future__ import annotations

import random
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from danhba.cli import main as danhba
from danhba.vietnamese.names import split
from tests.factory import agency_yaml, official_yaml, province_yaml, write_directory, write_register
from tests.factory.__main__ import main
from tests.factory.names import GROUPS, Words, draw_name
from tests.factory.text import Value, flow, scalar


def parse(text: str) -> Any:
    """The YAML text with every scalar as text."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but text


def contents(root: Path) -> dict[str, bytes]:
    """Every file below a directory by its name."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.yml")}


def findings(root: Path) -> str:
    """What `danhba check` says of a register as JSON."""
    return CliRunner().invoke(danhba, ["check", str(root), "--format", "json"]).output


class TestRegister:
    """`write_register`."""

    def test_factory_writes_the_requested_number_of_officials(self, tmp_path: Path) -> None:
        made = write_register(tmp_path, officials=107, agencies=25)
        agencies = [parse(path.read_text(encoding="utf-8")) for path in (tmp_path / "agencies").iterdir()]
        ids = [person["id"] for agency in agencies for person in agency["people"]]
        assert (made.officials, made.agencies) == (107, 25) == (len(ids), len(agencies))
        assert len(set(ids)) == 107
        assert {len(agency["people"]) for agency in agencies} == {4, 5}

    def test_factory_makes_one_agency_per_hundred_officials_at_least_two(self, tmp_path: Path) -> None:
        assert write_register(tmp_path / "large", officials=500).agencies == 5
        assert write_register(tmp_path / "small", officials=0).agencies == 2

    @pytest.mark.parametrize(("officials", "agencies"), [(0, 3), (1, 2), (300, 30)])
    def test_made_register_has_no_findings(self, tmp_path: Path, officials: int, agencies: int) -> None:
        write_register(tmp_path, officials=officials, agencies=agencies)
        assert findings(tmp_path) == "[]\n"

    def test_official_without_a_free_address_gets_a_pin(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tests.factory.register.draw_name", lambda rng: "Nguyễn Văn Vịnh")
        made = write_register(tmp_path, officials=80, agencies=2)
        # The rule has nine addresses for this name; more than 26 are left over in each agency, so that letters run out.
        assert made.pinned == 2 * (40 - 9)
        assert findings(tmp_path) == "[]\n"

    def test_seed_determines_the_register(self, tmp_path: Path) -> None:
        for name, seed in (("one", 7), ("two", 7), ("three", 8)):
            write_register(tmp_path / name, officials=60, agencies=3, seed=seed)
        assert contents(tmp_path / "one") == contents(tmp_path / "two")
        assert contents(tmp_path / "one") != contents(tmp_path / "three")

    @pytest.mark.parametrize(("officials", "agencies"), [(-1, 2), (10, 1), (10, 0)])
    def test_impossible_numbers_write_nothing(self, tmp_path: Path, officials: int, agencies: int) -> None:
        with pytest.raises(ValueError, match="no register has"):
            write_register(tmp_path / "new", officials=officials, agencies=agencies)
        assert not (tmp_path / "new").exists()

    def test_existing_register_is_left_alone(self, tmp_path: Path) -> None:
        write_register(tmp_path, officials=10)
        before = contents(tmp_path)
        with pytest.raises(FileExistsError):
            write_register(tmp_path, officials=20, seed=2)
        assert contents(tmp_path) == before


class TestCommand:
    """`python -m tests.factory`."""

    def test_command_writes_and_reports(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "register"
        monkeypatch.setattr("sys.argv", ["factory", str(out), "--officials", "12", "--agencies", "3", "--seed", "4"])
        assert main() == 0
        assert capsys.readouterr().out == f"{out}: 12 officials, 3 agencies, 0 pinned addresses\n"
        write_register(tmp_path / "same", officials=12, agencies=3, seed=4)
        assert contents(out) == contents(tmp_path / "same")

    def test_unwritable_folder_is_reported_in_both_languages(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_register(tmp_path, officials=2)
        monkeypatch.setattr("sys.argv", ["factory", str(tmp_path), "--officials", "2"])
        assert main() == 2
        assert "Không tạo được sổ mẫu / Cannot write the register" in capsys.readouterr().err


class TestText:
    """The makers of single files and entries."""

    @given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), min_size=1))
    def test_scalar_reads_back_as_written(self, text: str) -> None:
        assert parse(f"key: {scalar(text)}") == {"key": text}
        assert parse(f"key: {flow({'a': text, 'b': [text]})}") == {"key": {"a": text, "b": [text]}}

    @pytest.mark.parametrize("text", ["000101", "0214 3 000 000", "12", "-", "a: b", "a #b", "[a]", "", " a", "a "])
    def test_ambiguous_scalar_is_quoted(self, text: str) -> None:
        assert scalar(text) == f'"{text}"'

    @pytest.mark.parametrize(
        "text", ["2010-10-15", "33/2010/QĐ-UBND", "123/2005/QĐ.UB", "H'Hen Niê", "Ban Quản lý - Dự án (tỉnh)"]
    )
    def test_plain_scalar_is_not_quoted(self, text: str) -> None:
        assert scalar(text) == text

    def test_official_is_written_in_the_layout_of_the_format(self) -> None:
        closed = {"document": "77/QĐ-STTTT", "date": "2012-01-01", "event": "retired"}
        suspended: list[Value] = [{"document": "09/QĐ-STTTT", "date": "2011-05-01", "until": "2011-08-01"}]
        assert official_yaml(id="000102", name="H'Hen Niê", given="Hen", suspended=suspended, closed=closed) == (
            '  - id: "000102"\n'
            "    name: H'Hen Niê\n"
            "    given: Hen\n"
            "    title: Chuyên viên\n"
            "    opened: {document: 101/QĐ-UBND, date: 2010-10-15, event: recruited}\n"
            "    suspended:\n"
            "      - {document: 09/QĐ-STTTT, date: 2011-05-01, until: 2011-08-01}\n"
            "    closed: {document: 77/QĐ-STTTT, date: 2012-01-01, event: retired}\n"
        )

    def test_entry_is_appended_to_the_file(self) -> None:
        text = agency_yaml("stttt", people=[{"id": "1"}]) + official_yaml(id="2")
        assert [person["id"] for person in parse(text)["people"]] == ["1", "2"]

    def test_none_omits_a_key_and_an_unknown_key_is_written(self) -> None:
        agency = parse(agency_yaml("stttt", kind=None, colour="đỏ", succeeds=["snv", "stp"]))
        assert "kind" not in agency
        assert agency["colour"] == "đỏ"
        assert agency["succeeds"] == ["snv", "stp"]
        assert agency["people"] == []

    def test_small_register_of_the_makers_is_valid(self, tmp_path: Path) -> None:
        people: list[dict[str, Value | None]] = [{"id": "000101"}, {"id": "000102", "name": "Ngô Vân Vinh"}]
        policy: dict[str, Value] = {"forward_days": "30", "quota": {"official": "1G"}}
        agencies = {"stttt": agency_yaml("stttt", people=people)}
        write_directory(tmp_path, agencies, province_yaml(policy=policy))
        assert findings(tmp_path) == "[]\n"
        assert parse((tmp_path / "province.yml").read_text(encoding="utf-8"))["policy"] == policy

    def test_directory_gets_the_usual_province(self, tmp_path: Path) -> None:
        write_directory(tmp_path, {})
        assert (tmp_path / "province.yml").read_text(encoding="utf-8") == province_yaml()


class TestNames:
    """The names it draws."""

    def test_name_table_reads_weights_and_underscores(self) -> None:
        words, rng = Words("Thị_Hồng:9 _"), random.Random(1)
        drawn = Counter(words.draw(rng) for _ in range(1000))
        assert drawn.keys() == {"Thị Hồng", ""}
        assert drawn["Thị Hồng"] > 800

    def test_shares_of_names_sum_to_a_hundred(self) -> None:
        assert sum(group.share for group in GROUPS) == 100

    def test_names_have_two_to_five_words_and_fold_to_ascii(self) -> None:
        rng = random.Random(1)
        names = [draw_name(rng) for _ in range(5000)]
        assert {len(name.split()) for name in names} == {2, 3, 4, 5}
        for name in names:
            assert unicodedata.is_normalized("NFC", name)
            assert name == " ".join(name.split())
            assert split(name).given.isascii()

    def test_namesakes_are_as_frequent_as_in_life(self) -> None:
        rng = random.Random(1)
        repeated = [1000 - len({draw_name(rng) for _ in range(1000)}) for _ in range(20)]
        assert 35 <= sum(repeated) / len(repeated) <= 60
