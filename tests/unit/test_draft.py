"""`--draft` and `--accept-detected`: what was found is shown, corrected or confirmed by a person, and then used."""

from __future__ import annotations

from pathlib import Path

import pytest

from effekt.cli import main
from effekt.data.declaration import load_declaration
from effekt.data.delivery import import_delivery, read_report
from effekt.data.drafting import write_draft
from effekt.data.opening import sources
from effekt.errors import DeliveryError
from tests.tiny import ANNA, tiny_files, write_rows, write_study

CANARY = "CANARY-Kirsten"


def danish(study: Path) -> None:
    """The tiny delivery with Danish dates and decimal commas, in Windows-1252 with tabs."""
    for name, rows in tiny_files().items():
        told = [{key: _danish(key, value) for key, value in row.items()} for row in rows]
        write_rows(study / "delivery" / f"{name}.csv", told, "\t", "cp1252")


def _danish(name: str, value: object) -> object:
    text = str(value)
    if len(text) == 10 and text[4] == text[7] == "-":
        return f"{text[8:]}-{text[5:7]}-{text[:4]}"
    return text.replace(".", ",") if name in ("bruhon", "v_totpris_genop", "v_pris_genop", "dkk", "share", "index") else value


@pytest.mark.thorough
def test_a_delivery_in_another_form_is_refused_until_it_is_confirmed_and_stays_confirmed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path / "study")
    danish(study)
    place = ["import", str(study / "delivery"), "--study", str(study)]
    assert main(place) == 3
    said = capsys.readouterr().err
    assert all(rule in said for rule in ("[file.delimiter]", "[file.dates]", "[file.decimal]", "--accept-detected")) and ANNA not in said
    assert main([*place, "--accept-detected"]) == 0
    plain = import_delivery(write_study(tmp_path / "plain") / "delivery", tmp_path / "plain")
    report = read_report(study)
    assert report is not None and report.tables == plain.tables
    assert any("the dates of d_inddto, d_uddto are written dd-mm-yyyy: accepted" in line for line in report.warnings)
    (study / "evaluation.yml").write_text((study / "evaluation.yml").read_text(encoding="utf-8").replace("Little", "Small"), encoding="utf-8")
    assert not import_delivery(study / "delivery", study).unchanged
    path = study / "delivery" / "dod.csv"
    path.write_bytes(path.read_bytes() + b"\r\n")
    with pytest.raises(DeliveryError, match=r"dod\.csv \[file\.d"):
        import_delivery(study / "delivery", study)


@pytest.mark.thorough
def test_a_draft_confirms_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = write_study(tmp_path / "study")
    danish(study)
    assert main(["import", str(study / "delivery"), "--draft"]) == 0
    assert str(study / "delivery" / "delivery.yml") in capsys.readouterr().out
    report = import_delivery(study / "delivery", study)
    assert report.tables == import_delivery(write_study(tmp_path / "plain") / "delivery", tmp_path / "plain").tables


def test_a_draft_never_overwrites_and_never_quotes_a_person(tmp_path: Path) -> None:
    delivery = tmp_path / "delivery"
    people = [row | {"navn": CANARY, "koen": ("Mand", "Kvinde")[int(str(row["koen"])) - 1]} for row in tiny_files()["bef"]]
    contacts = [{("PERSON" if key == "pnr" else key): value for key, value in row.items()} for row in tiny_files()["lpr_adm"]]
    for year in ("2012", "2013"):
        write_rows(delivery / f"BEF_{year}.csv", [row for row in people if str(row["referencetid"]).startswith(year)])
    write_rows(delivery / "t_adm.csv", [row | {"c_pattype": "Indlagt", "c_indm": CANARY} for row in contacts])
    (delivery / "delivery.yml").write_text("sender: mine\n", encoding="utf-8")
    path, lines = write_draft(delivery, sources())
    text = path.read_text(encoding="utf-8")
    assert path.name == "delivery.draft.yml" and (delivery / "delivery.yml").read_text(encoding="utf-8") == "sender: mine\n"
    assert "is there already and stays as it is" in lines[0]
    assert 'path: "BEF_*.csv"' in text and 'codes: {"Kvinde": "", "Mand": ""}   # each is one of 1, 2' in text
    assert 'pnr: "PERSON"' in text and '{"Indlagt": ""}' in text
    assert not any(secret in text + "".join(lines) for secret in (CANARY, ANNA))
    assert [entry.path for entry in load_declaration(path).entries("bef")] == ["BEF_*.csv"]


def test_rows_and_sums_that_the_sender_tells_are_held(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    (study / "delivery" / "delivery.yml").write_text(
        f'files:\n  dod: {{path: dod.csv, rows: 2}}\n  vnds: {{path: vnds.csv, sha256: "{"0" * 64}"}}\n', encoding="utf-8"
    )
    with pytest.raises(DeliveryError) as told:
        import_delivery(study / "delivery", study)
    assert "dod.csv [file.rows]: 1 rows, and delivery.yml says 2" in str(told.value) and "vnds.csv [file.sha256]" in str(told.value)
    assert [path.name for path in study.iterdir() if path.name.startswith(".opening")] == []
