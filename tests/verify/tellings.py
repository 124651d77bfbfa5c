"""The demonstration's hospital stays told as LPR2 and as LPR3: what is identical, and how many admissions differ by which reason.

    python tests/verify/tellings.py

Figures to tellings.json and tellings.md. Exit code 1 where the stays are not identical in whole hours by the 12-hour rule, or where a difference
under the default rules has no reason.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "lib")]

import ibis  # noqa: E402
import pyarrow as pa  # noqa: E402

from effekt.data.delivery import import_delivery  # noqa: E402
from effekt.measures import build_stays  # noqa: E402
from effekt.measures.compare_tellings import count_differing_stays, forget_codes  # noqa: E402
from effekt.paths import DEMO  # noqa: E402
from effekt.protocol import load_protocol  # noqa: E402
from tests.tellings import hospital_rows, in_lpr2, in_lpr3, table_of, write_told  # noqa: E402

HERE = Path(__file__).resolve().parent
WORDS = {
    "same": "admission in both, from the same hour to the same hour",
    "inpatient_under_limit": "inpatient in LPR2, under 12 hours",
    "no_inpatient_code_over_limit": "no inpatient contact in LPR2, 12 hours or more",
    "gap_near_limit": "gap within an hour of 4 hours",
    "other": "none of these",
}


def main() -> int:
    """Write the figures; 1 where they are not as they must be."""
    protocol = load_protocol(DEMO)
    evaluation = (DEMO / "evaluation.yml").read_text(encoding="utf-8")
    people, rows = hospital_rows(DEMO)
    stays: dict[tuple[str, bool], pa.Table] = {}
    contacts: dict[str, pa.Table] = {}
    with tempfile.TemporaryDirectory() as folder:
        for floored in (True, False):
            for name, file, tell in (("LPR2", "lpr_adm", in_lpr2), ("LPR3", "kontakter", in_lpr3)):
                study = write_told(Path(folder) / f"{name}-{floored}", evaluation, people, file, [tell(row, floored) for row in rows])
                import_delivery(study / "delivery", study)
                told = {table: ibis.memtable(table_of(study, table)) for table in ("contact", "residence")}
                if floored:
                    told["contact"] = forget_codes(told["contact"]) if name == "LPR2" else told["contact"]
                    stays[name, floored] = build_stays.build(told, protocol).order_by("stay_id").to_pyarrow()
                else:
                    contacts[name] = table_of(study, "contact")
    identical = stays["LPR2", True].equals(stays["LPR3", True])
    counted = count_differing_stays(ibis.memtable(contacts["LPR2"]), ibis.memtable(contacts["LPR3"]), protocol)
    other = next(item for item in counted if item.reason == "other")
    good = identical and (other.n_first, other.n_second) == (0, 0)
    figures = {"stays": len(stays["LPR2", True]), "identical": identical, "default_rules": [asdict(item) for item in counted], "ok": good}
    (HERE / "tellings.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    table = "\n".join(f"| {WORDS[item.reason]} | {item.n_first:,} | {item.n_second:,} |" for item in counted)
    (HERE / "tellings.md").write_text(
        "# The same hospital stays told as LPR2 and as LPR3\n\n"
        f"The {figures['stays']:,} stays of the demonstration, in whole hours and with admissions by the 12-hour rule alone: "
        f"{'identical' if identical else 'NOT identical'}.\n\n"
        "Under the default rules (inpatient code in LPR2, 12 hours in LPR3, which knows the minutes) admissions are:\n\n"
        f"| | LPR2 | LPR3 |\n|---|---:|---:|\n{table}\n",
        encoding="utf-8",
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
