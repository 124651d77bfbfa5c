"""BEF (population, quarterly snapshots), DOD (deaths) and VNDS (migration): citizens, where they lived and when they died."""

from __future__ import annotations

from effekt.data.checks.persons import century_differs, sex_differs
from effekt.data.contracts import Column, Rule
from effekt.data.registers.common_rules import municipality
from effekt.data.registers.source import Register, Source, StudyKey, pnr, unknown_citizen

BEF = Source(
    "bef",
    "bef.csv",
    "the population register BEF: pnr, koen, foed_dag, kom and referencetid, one row a person and quarter",
    (
        pnr(),
        Column("koen", "integer", "Køn: 1 mand, 2 kvinde", "Sex: 1 male, 2 female", low=1, high=2),
        Column("foed_dag", "date", "Fødselsdato", "Date of birth"),
        Column("kom", "text", "Bopælskommune, 3 cifre", "Municipality of residence, 3 digits", shape=r"\d{3,4}", loose=True),
        Column("referencetid", "date", "Opgørelsesdag", "Day of the snapshot", loose=True),
        Column("antpersh", "integer", "Personer i husstanden", "Persons in the household", unit="person", required=False),
        Column("civst", "text", "Civilstand", "Civil status", required=False),
    ),
    day="referencetid",
    base=True,
    key=("pnr", "referencetid"),
    study_key=StudyKey("citizen_key", "pnr", "citizen_id"),
    rules=(
        *municipality("bef", "kom"),
        Rule(
            "bef.kom.unknown",
            "lpad(kom, 4, '0') NOT IN (SELECT kommunekode FROM municipality)",
            "quarantine",
            "Kommunekoden findes ikke efter 2007",
            "The municipality code does not exist after 2007",
        ),
        Rule("bef.foed_dag.after_snapshot", "foed_dag > referencetid", "quarantine", "Født efter opgørelsesdagen", "Born after the snapshot"),
        Rule(
            "bef.foed_dag.too_old",
            "foed_dag + INTERVAL 116 YEAR <= referencetid",
            "quarantine",
            "Mere end 115 år på opgørelsesdagen",
            "More than 115 years old on the day of the snapshot",
        ),
        Rule(
            "bef.foed_dag.century",
            century_differs("pnr", "foed_dag"),
            "quarantine",
            "Cpr-nummeret siger et andet fødselsår",
            "The CPR number tells another year of birth",
        ),
        Rule("bef.koen.sex_digit", sex_differs("pnr", "koen"), "warn", "Cpr-nummeret siger et andet køn", "The CPR number tells another sex"),
        Rule(
            "bef.kom.moved",
            "row_no IN (SELECT row_no FROM kept_bef "
            "QUALIFY lag(kom) OVER (PARTITION BY pnr, year(referencetid) ORDER BY referencetid) <> kom)",
            "fix",
            "Flyttet i årets løb: tiden deles mellem kommunerne",
            "Moved within the year: the time is split between the municipalities",
        ),
        Rule(
            "bef.pnr.two_persons",
            "pnr IN (SELECT pnr FROM checked_bef WHERE verdict IS NULL GROUP BY pnr "
            "HAVING min(koen) <> max(koen) AND min(foed_dag) <> max(foed_dag))",
            "reject",
            "To personer med samme nummer: der er skiftet nummer",
            "Two persons with one number: a number was changed. Ask for the list of old and new numbers",
        ),
        Rule(
            "bef.pnr.contradicts",
            "pnr IN (SELECT pnr FROM checked_bef WHERE verdict IS NULL GROUP BY pnr "
            "HAVING min(koen) <> max(koen) OR min(foed_dag) <> max(foed_dag))",
            "quarantine",
            "Samme person har to køn eller to fødselsdatoer",
            "The same person has two sexes or two dates of birth",
        ),
    ),
)

DOD = Source(
    "dod",
    "dod.csv",
    "the register of deaths DOD: pnr and doddato (not DODSAARS, not the copies in LPR)",
    (pnr(), Column("doddato", "date", "Dødsdato", "Date of death")),
    key=("pnr",),
    rules=(
        unknown_citizen("dod", "set_aside"),
        Rule(
            "dod.doddato.before_birth",
            "doddato < (SELECT any_value(foed_dag) FROM kept_bef WHERE kept_bef.pnr = checked_dod.pnr)",
            "quarantine",
            "Død før fødsel",
            "Death before birth",
        ),
    ),
)

VNDS = Source(
    "vnds",
    "vnds.csv",
    "the migration register VNDS: pnr, indud_kode (U or I) and haend_dato",
    (
        pnr(),
        Column("indud_kode", "text", "U udvandret, I indvandret", "U emigrated, I immigrated", codes=("U", "I")),
        Column("haend_dato", "date", "Dato for vandringen", "Date of the migration"),
    ),
    day="haend_dato",
    key=("pnr", "indud_kode", "haend_dato"),
    rules=(unknown_citizen("vnds", "set_aside"),),
)

CITIZEN = """
    SELECT citizen_id, any_value(koen) AS sex, any_value(foed_dag) AS birth_date
    FROM kept_bef JOIN citizen_key USING (pnr)
    GROUP BY citizen_id
"""

# A snapshot holds until the next one of the file (the last: as long as the one before it), or until the person emigrates in between.
# Snapshots that follow each other in the same municipality are one period of residence.
RESIDENCE = """
    WITH snapshot AS (
        SELECT referencetid, coalesce(lead(referencetid) OVER (ORDER BY referencetid), referencetid + INTERVAL 3 MONTH)::DATE AS until
        FROM (SELECT DISTINCT referencetid FROM kept_bef)
    ), lived AS (
        SELECT k.citizen_id, lpad(b.kom, 4, '0') AS kommunekode, b.referencetid AS start,
               least(s.until, coalesce(min(v.haend_dato), s.until)) AS "end"
        FROM kept_bef b
        JOIN snapshot s USING (referencetid)
        JOIN citizen_key k USING (pnr)
        LEFT JOIN (SELECT * FROM kept_vnds WHERE indud_kode = 'U') v
               ON v.pnr = b.pnr AND v.haend_dato > b.referencetid AND v.haend_dato < s.until
        GROUP BY k.citizen_id, b.kom, b.referencetid, s.until
    ), marked AS (
        SELECT *, CASE WHEN lag("end") OVER w = start AND lag(kommunekode) OVER w = kommunekode THEN 0 ELSE 1 END AS is_new
        FROM lived WINDOW w AS (PARTITION BY citizen_id ORDER BY start)
    ), numbered AS (
        SELECT *, sum(is_new) OVER (PARTITION BY citizen_id ORDER BY start) AS spell FROM marked
    )
    SELECT citizen_id, any_value(kommunekode) AS kommunekode, min(start) AS start, max("end") AS "end"
    FROM numbered GROUP BY citizen_id, spell
"""

# A row holds until the next one: snapshots that say the same as the one before are not told again.
HOUSEHOLD = """
    WITH told AS (
        SELECT citizen_id, referencetid AS date, antpersh = 1 AS lives_alone,
               CASE WHEN civst IN ('G', 'P') THEN 'married' WHEN civst IN ('F', 'O') THEN 'divorced'
                    WHEN civst IN ('E', 'L') THEN 'widowed' WHEN civst = 'U' THEN 'unmarried' END AS civil_status
        FROM kept_bef JOIN citizen_key USING (pnr)
    ), marked AS (
        SELECT *, row_number() OVER w > 1 AND lives_alone IS NOT DISTINCT FROM lag(lives_alone) OVER w
                  AND civil_status IS NOT DISTINCT FROM lag(civil_status) OVER w AS is_same
        FROM told WINDOW w AS (PARTITION BY citizen_id ORDER BY date)
    )
    SELECT citizen_id, date, lives_alone, civil_status FROM marked
    WHERE NOT is_same AND citizen_id IN (SELECT citizen_id FROM told WHERE lives_alone IS NOT NULL OR civil_status IS NOT NULL)
"""

DEATH = "SELECT citizen_id, doddato AS death_date FROM kept_dod JOIN citizen_key USING (pnr)"

REGISTER = Register("bef", (BEF, DOD, VNDS), {"citizen": CITIZEN, "residence": RESIDENCE, "death": DEATH, "household": HOUSEHOLD})
