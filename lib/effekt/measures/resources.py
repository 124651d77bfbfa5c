"""What the quality organisation of general practice is given: posts, hours, pools, who would pay the shared hours, and the meetings."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from effekt.errors import UsageError
from effekt.measures.workbook import programme

if TYPE_CHECKING:
    import pandas as pd

    from effekt.study import Study

SUMMARY, TEXT = "summary", "body"
EDUCATION_FUNDS = "dge_keu"
STATED_TOTAL = "midtkraft_stated_total"
SHARED_ROLE = "gp_coordinator_municipal"


def posts(study: Study) -> pd.DataFrame:
    """The lines of posts, each once: the memo tells them twice, in its text and in its table, and the two are never added.

    Returns
    -------
    DataFrame
        One row a line of the table, then those that only the text has: the columns of `consultant_post`, and `also_new`, whether the other telling
        agrees on the line being new (missing where it is told once). `attrs`: unit.

    Raises
    ------
    DataError
        The derived table is missing.
    """
    import pandas as pd

    told = programme(study.of(None), "consultant_post")
    told = told.assign(line=[name.removeprefix(f"{source}_") for name, source in zip(told["post_id"], told["source_table"], strict=True)])
    table, text = (told[told["source_table"] == source].set_index("line") for source in (SUMMARY, TEXT))
    own = pd.concat([table, text.drop(index=table.index, errors="ignore")])
    also = [bool(text["new"].get(line)) == new if line in text.index else None for line, new in zip(own.index, own["new"], strict=True)]
    frame = own.assign(also_new=also).reset_index()
    frame.attrs = {"unit": study.unit}
    return frame


def hour_readings(lines: pd.DataFrame, total_oere: float | None) -> pd.DataFrame:
    """What an hour costs under each reading of a stated total of which it is not stated which hours it pays.

    Parameters
    ----------
    lines : `posts`. Lines without hours (full-time equivalents, pools) are in no reading.
    total_oere : the stated total in oere; None where none is stated.

    Returns
    -------
    DataFrame
        Three rows: `reading` ("agreed": all hours agreed; "with_unsettled": those and the hours whose payment is not settled; "without_education":
        the agreed hours that the education funds do not pay), `hours`, `oere_an_hour` (missing without a total or without hours).
    """
    import pandas as pd

    hours, agreed = lines["hours"].fillna(0.0), lines["status"] == "agreed"
    counted = {
        "agreed": hours[agreed].sum(),
        "with_unsettled": hours.sum(),
        "without_education": hours[agreed & (lines["funder"].fillna("") != EDUCATION_FUNDS)].sum(),
    }
    told = [(name, float(sum_of), float(total_oere) / float(sum_of) if total_oere and sum_of else None) for name, sum_of in counted.items()]
    return pd.DataFrame(told, columns=["reading", "hours", "oere_an_hour"]).astype({"oere_an_hour": "float64"})


def allocate_hours(hours: int, population: Mapping[str, int]) -> dict[str, int]:
    """Whole hours for each unit, in proportion to population, by the method of largest remainders.

    Each unit gets the whole part of its exact share; the hours left over go one by one to the largest remainders, and where two are equal to the
    unit that stands first. The shares always sum to `hours`.

    Raises
    ------
    UsageError
        Negative hours or population, or nobody at all to share by.

    References
    ----------
    Hamilton's method of apportionment: Balinski and Young, Fair Representation, 1982.
    """
    total = sum(population.values())
    if hours < 0 or total <= 0 or min(population.values()) < 0:
        raise UsageError("allocate_hours: hours and populations are 0 or more, and somebody lives somewhere.")
    exact = {unit: Fraction(hours * n, total) for unit, n in population.items()}
    shares = {unit: int(share) for unit, share in exact.items()}
    left = hours - sum(shares.values())
    for unit in sorted(exact, key=lambda unit: shares[unit] - exact[unit])[:left]:
        shares[unit] += 1
    return shares


def shared_hours(study: Study, lines: pd.DataFrame) -> pd.DataFrame:
    """Who would pay the hours that the municipalities share by population, and which cluster gets them.

    The key is not settled, so there are two: every resident on 1 January 2013 (the catalogue's figures, which nobody has checked yet), and residents
    of 65 and more in the newest year of the study's own population table.

    Returns
    -------
    DataFrame
        One row a cluster of the protocol: `cluster`, `n_posts` (of somatic coordinators), `received`, `population`, `pays`, `old_population`,
        `old_pays` (whole hours by largest remainders; missing where the key does not cover every municipality of the study).
    """
    import pandas as pd

    from effekt.catalogue.codes import load_population_2013

    own = lines[lines["role"] == SHARED_ROLE].groupby("cluster_id")["hours"].sum()
    doctors = lines[lines["role"] == "gp_coordinator_somatic"].groupby("cluster_id")["n_posts"].sum()
    total = int(own.sum())
    places = {cluster.id: cluster.municipalities for cluster in study.protocol.clusters}
    counted = programme(study, "population")
    newest = counted[counted["year"] == counted["year"].max()].groupby("kommunekode")["n"].sum().to_dict()
    frame = pd.DataFrame({"cluster": list(places)})
    frame["n_posts"] = frame["cluster"].map(doctors).fillna(0).astype("int64")
    frame["received"] = frame["cluster"].map(own).fillna(0).astype("int64")
    for prefix, people in (("", load_population_2013()), ("old_", newest)):
        covered = all(code in people for codes in places.values() for code in codes)
        sums = {cluster: sum(int(people[code]) for code in codes) for cluster, codes in places.items()} if covered else {}
        shares = allocate_hours(total, sums) if sums else {}
        for name, held in (("population", sums), ("pays", shares)):
            frame[f"{prefix}{name}"] = pd.array([held.get(cluster) for cluster in places], dtype="Int64")
    return frame


def meetings_due(per_year_min: float | None, per_year_max: float | None) -> tuple[int, int] | None:
    """The fewest and the most meetings agreed for a year; None where no number is agreed."""
    least = None if per_year_min is None or per_year_min != per_year_min else int(per_year_min)
    most = None if per_year_max is None or per_year_max != per_year_max else int(per_year_max)
    if least is None and most is None:
        return None
    return (least or 0, most if most is not None else least or 0)


def meetings(study: Study) -> pd.DataFrame:
    """Meetings planned and held against what is agreed, by body, cluster and year.

    A body with an agreed number has a row in every year in which any such body planned a meeting, also where it planned none itself.

    Returns
    -------
    DataFrame
        `body_id`, `name_da`, `name_en`, `cluster` ("" for a body of the whole region), `year`, `due_least`, `due_most` (missing where no number is
        agreed), `planned`, `held`, `kept` (True where at least `due_least` were held; missing where no number is agreed).
    """
    import pandas as pd

    region = study.of(None)
    body, met = programme(region, "body"), programme(region, "meeting")
    met = met.assign(year=[day.year for day in pd.to_datetime(met["planned"])], cluster_id=met["cluster_id"].fillna(""))
    due = {row.body_id: meetings_due(row.per_year_min, row.per_year_max) for row in body.itertuples()}
    agreed_years = sorted(met.loc[[due.get(one) is not None for one in met["body_id"]], "year"].unique())
    told = []
    for row in body.itertuples():
        own, number = met[met["body_id"] == row.body_id], due[row.body_id]
        for cluster in study.clusters if row.per_cluster else ("",):
            for year in agreed_years if number else sorted(own["year"].unique()):
                these = own[(own["cluster_id"] == cluster) & (own["year"] == year)]
                held = int(these["held"].notna().sum())
                least, most = number or (None, None)
                kept = None if number is None else held >= number[0]
                told.append((row.body_id, row.name_da, row.name_en, cluster, int(year), least, most, len(these), held, kept))
    columns = ["body_id", "name_da", "name_en", "cluster", "year", "due_least", "due_most", "planned", "held", "kept"]
    return pd.DataFrame(told, columns=columns).astype({"due_least": "Int64", "due_most": "Int64", "kept": "boolean"})


def meeting_plan(study: Study) -> pd.DataFrame:
    """What each meeting of a year is to be about, and when that meeting of the newest year was planned and held.

    Returns
    -------
    DataFrame
        One row a planned topic (catalogue/codelists/meeting_plan.csv) of a body that the study has: body_id, name_da, name_en, meeting_no, topic_da,
        topic_en, planned, held (dates of the meeting of that number in the newest year with a plan; missing: not planned, not held).
    """
    import pandas as pd

    from effekt.catalogue.codes import load_meeting_plan

    region = study.of(None)
    names, met = programme(region, "body").set_index("body_id"), programme(region, "meeting")
    met = met.assign(planned=pd.to_datetime(met["planned"]), held=pd.to_datetime(met["held"])).sort_values("planned")
    told = []
    for row in load_meeting_plan():
        body, number = row["body_id"], int(row["meeting_no"])
        if body not in names.index:
            continue
        own = met[met["body_id"] == body]
        year = own[own["planned"].dt.year == own["planned"].dt.year.max()].reset_index(drop=True)
        dates = (year.at[number - 1, "planned"], year.at[number - 1, "held"]) if number <= len(year) else (pd.NaT, pd.NaT)
        told.append((body, names.at[body, "name_da"], names.at[body, "name_en"], number, row["da"], row["en"], *dates))
    return pd.DataFrame(told, columns=["body_id", "name_da", "name_en", "meeting_no", "topic_da", "topic_en", "planned", "held"])


def pools(study: Study) -> pd.DataFrame:
    """Grants and pools as the funding table states them, in its order; an amount that is not stated is missing, which is not 0."""
    return programme(study.of(None), "funding")


def stated_total(study: Study) -> float | None:
    """The stated yearly total for medical consultants in oere; None where the study's funding table has none."""
    held = pools(study).set_index("funding_id")["amount_oere"]
    value = held.get(STATED_TOTAL)
    return None if value is None or value != value else float(value)
