"""What must not matter: the order of the rows, who carries which identifier, what the clusters are called, the unit money is told in."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import effekt.data.opening
from effekt import Study, measures
from effekt.data.delivery import import_delivery
from effekt.data.registers import REGISTERS
from effekt.measures.prepare import prepare
from tests.tiny import EVALUATION, QUARTERS, Files, contact, tiny_files, write_study

OUTCOMES = ("adm_rate", "adm_acute_medical", "readm30", "beddays", "cost_hosp", "cost_prac", "cost_mun", "cost_total")
PLACES = ("751", "741", "615", "461", "101")


def busy_files(seed: int) -> Files:
    """A delivery of forty people who move, die, are admitted on top of each other, see their doctor and get help at home."""
    draw = random.Random(seed)
    files = tiny_files()
    people = [f"{draw.randrange(10**12):012d}" for _ in range(40)]
    files["bef"], files["sssy"], files["homecare"], files["lpr_adm"] = [], [], [], []
    for pnr in people:
        born, home = f"{draw.randrange(1920, 1950)}-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}", draw.choice(PLACES)
        for quarter in QUARTERS:
            home = draw.choice(PLACES) if draw.random() < 0.05 else home
            files["bef"].append({"pnr": pnr, "koen": 1, "foed_dag": born, "kom": home, "reg": "82", "antpersh": 1, "referencetid": quarter})
    files["dod"] = [{"pnr": pnr, "doddato": f"2014-{draw.randrange(1, 13):02d}-11"} for pnr in people[:6]]
    files["vnds"] = [{"pnr": people[7], "indud_kode": "U", "haend_dato": "2013-08-20"}]
    for number in range(220):
        start = pd.Timestamp("2012-01-01") + pd.Timedelta(minutes=draw.randrange(3 * 365 * 24 * 60))
        end = start.floor("h") + pd.Timedelta(hours=draw.choice([1, 4, 30, 100, 500]))
        codes = {"c_pattype": draw.choice(["0", "0", "2", "3"]), "c_spec": draw.choice(["01", "30"])}
        files["lpr_adm"].append(contact(f"r{number}", draw.choice(people), f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H}", **codes))
    files["drg_hel"] = [{"recnum": row["recnum"], "v_totpris_genop": f"{draw.randrange(90_000) / 1000:.3f}"} for row in files["lpr_adm"]]
    files["lpr_diag"], files["drg_amb"] = [{"recnum": "r1", "c_diag": "DI500", "c_diagtype": "A"}], [{"recnum": "r1", "v_pris_genop": "1.5"}]
    for _ in range(300):
        files["sssy"].append(
            {"pnr": draw.choice(people), "ydernr": "1", "speciale": "800101", "ydlant": 1, "kontakt": 1, "barnmak": 0}
            | {"honuge": f"{draw.choice([12, 13, 14])}{draw.randrange(1, 53):02d}", "bruhon": f"{draw.randrange(90_000) / 100:.2f}"}
        )
    weeks = {(draw.choice(people), draw.choice([2012, 2013, 2014]), draw.randrange(1, 53)) for _ in range(300)}
    care = {"kommunekode": "0751", "praktisk_hjaelp_min": 20, "leveret": 1}
    files["homecare"] = [
        {"pnr": pnr, "aar": year, "uge": week, "personlig_pleje_min": draw.randrange(500)} | care for pnr, year, week in sorted(weeks)
    ]
    return files


pytestmark = pytest.mark.thorough


def counted(folder: Path, files: Files, evaluation: str = EVALUATION) -> pd.DataFrame:
    """Every outcome by municipality and month, from the raw rows through the whole chain."""
    study = write_study(folder, evaluation, files)
    import_delivery(study / "delivery", study)
    prepare(study)
    opened = Study.open(study)
    frames = {outcome: measures.panel(opened, outcome).set_index(["unit", "month"])[["events", "exposure"]] for outcome in OUTCOMES}
    return pd.concat(frames, axis=1).sort_index()


@pytest.fixture(scope="module", params=[1, 2])
def busy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, pd.DataFrame]:
    files = busy_files(request.param)
    return files, counted(tmp_path_factory.mktemp("busy"), files)


def test_the_delivery_is_worth_the_test(busy: tuple[Files, pd.DataFrame]) -> None:
    sums = busy[1].sum()
    assert all(sums[outcome, "events"] > 0 for outcome in OUTCOMES)


def test_the_order_of_the_rows_does_not_matter(busy: tuple[Files, pd.DataFrame], tmp_path: Path) -> None:
    files, expected = busy
    shuffled = {name: random.Random(name).sample(rows, len(rows)) for name, rows in files.items()}
    pd.testing.assert_frame_equal(counted(tmp_path, shuffled), expected, check_exact=True)


def test_who_carries_which_identifier_does_not_matter(busy: tuple[Files, pd.DataFrame], tmp_path: Path) -> None:
    files, expected = busy
    names = {str(row[key]) for rows in files.values() for row in rows for key in ("pnr", "recnum") if key in row}
    fresh = dict(zip(sorted(names), random.Random(5).sample(range(10**12), len(names)), strict=True))
    renamed = {
        name: [{key: f"{fresh[str(value)]:012d}" if key in ("pnr", "recnum") else value for key, value in row.items()} for row in rows]
        for name, rows in files.items()
    }
    pd.testing.assert_frame_equal(counted(tmp_path, renamed), expected, check_exact=True)


def test_what_the_clusters_are_called_and_which_stands_first_does_not_matter(busy: tuple[Files, pd.DataFrame], tmp_path: Path) -> None:
    files, expected = busy
    head, alfa, beta, tail = _parts(EVALUATION)
    renamed = head + beta.replace("id: beta", "id: zulu") + alfa.replace("id: alfa", "id: yankee") + tail
    pd.testing.assert_frame_equal(counted(tmp_path, files, renamed), expected, check_exact=True)


def test_money_told_in_oere_gives_what_money_told_in_kroner_gives(
    busy: tuple[Files, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, expected = busy
    scales = {"bruhon": 100, "v_totpris_genop": 100_000, "v_pris_genop": 100_000}
    in_oere = {
        name: [{key: round(float(value) * scales[key]) if key in scales else value for key, value in row.items()} for row in rows]
        for name, rows in files.items()
    }

    def told_in_oere(source):
        return replace(source, columns=tuple(replace(column, scale=1) if column.name in scales else column for column in source.columns))

    registers = tuple(replace(register, sources=tuple(told_in_oere(source) for source in register.sources)) for register in REGISTERS)
    monkeypatch.setattr(effekt.data.opening, "REGISTERS", registers)
    pd.testing.assert_frame_equal(counted(tmp_path, in_oere), expected, check_exact=True)


def _parts(text: str) -> tuple[str, str, str, str]:
    first, second, end = text.index("  - id: alfa"), text.index("  - id: beta"), text.index("comparison:")
    return text[:first], text[first:second], text[second:end], text[end:]
