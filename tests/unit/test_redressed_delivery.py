"""The same facts in other clothes become the same tables."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as parquet
import pytest

from effekt.data.delivery import import_delivery
from tests.redressed import write_redressed
from tests.tiny import EVALUATION, write_study

SYNTHETIC = EVALUATION + "synthetic: true\nseed: 7\n"


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    plain = write_study(tmp_path_factory.mktemp("plain"), SYNTHETIC)
    other = write_redressed(tmp_path_factory.mktemp("other") / "study", SYNTHETIC)
    for study in (plain, other):
        import_delivery(study / "delivery", study)
    return plain, other


def test_a_redressed_delivery_gives_the_same_canonical_tables_and_keys(both: tuple[Path, Path]) -> None:
    plain, other = both
    names = sorted(path.relative_to(plain) for folder in ("tables", "keys") for path in (plain / folder).glob("*.parquet"))
    names = [name for name in names if name.stem != "quarantine"]
    different = [str(name) for name in names if not parquet.read_table(plain / name).equals(parquet.read_table(other / name))]
    assert len(names) > 10 and different == []


def test_what_was_done_to_it_is_told(both: tuple[Path, Path]) -> None:
    from effekt.data.delivery import read_report

    report = read_report(both[1])
    assert report is not None
    told = "\n".join(report.warnings)
    assert "t_adm.csv.gz: 5 of 6 rows are lpr_adm.csv, as delivery.yml says" in told
    assert "bef.csv: its rows 1 to 24 are those of BEF_2012.txt" in told
    assert all(part in told for part in ("sssy.sas7bdat: opened as sas7bdat", "pakke.zip (priser/indeks.csv): opened as csv, unpacked"))
