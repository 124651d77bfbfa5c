"""The derived table `stays`: hospital contacts merged into stays, with what the outcomes ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import ibis
from ibis import _
from ibis.expr.types import BooleanValue, IntegerValue, Table

from effekt.catalogue.codes import load_medical_specialties, load_preventable_diagnoses
from effekt.measures.diagnosis_groups import group_of
from effekt.protocol import Protocol


READMISSION_DAYS, LATE_READMISSION_DAYS = 30, 180
SHORT_STAY_HOURS = 24
HOUR = 60
DAY = 24 * HOUR
MERGED_KINDS = ("inpatient", "emergency", "unknown")


def build(tables: Mapping[str, Table], protocol: Protocol) -> Table:
    """One row a hospital stay: contacts of the same citizen that overlap or follow within `gap_hours` [1]_.

    Inpatient and emergency contacts make stays; planned outpatient courses, which last for months, do not. LPR3 tells no kind: there every
    physical attendance does, and most are no admission. Contacts still open are taken to
    last until the end of the data, and are never discharged alive.

    Columns
    -------
    stay_id, citizen_id : integers. start, end : timestamps. stay_hours : double, whole hours where the register knows no minutes.
    bed_days : midnights passed, at least 1 for an admission. n_contacts : contacts merged.
    is_admission : any inpatient contact (LPR2), or `admission_hours` and more where the register has no inpatient code (LPR3).
    acute, medical, primary_diagnosis : of the first inpatient contact (of the first contact where there is none).
    short_stay : an admission under 24 hours. discharged_alive : closed, and no contact ended in death.
    readmission_of : the admission before, where this one is acute, that one was discharged alive, and at most 30 days (720 hours) lie between.
    days_to_readmission : double. is_readmission_30 : bool. is_readmission_180 : the same with at most 180 days between.
    preventable_group : group of preventable admissions [2]_ that the primary diagnosis lies in; missing where in none.
    last_diagnosis : of the last contact.
    hospital_cluster : the cluster of the treating hospital; missing where it is unknown or none of the study's.
    cross_cluster : treated at another cluster's hospital than that of the residence; missing where either is unknown.

    References
    ----------
    .. [1] Gregersen et al. (2024). Scand J Public Health. DOI 10.1177/14034948241284711 (contacts of LPR3 to stays; gap a parameter).
    .. [2] codelists/preventable_diagnoses.csv, not verified.
    """
    contacts = keep_stay_contacts(tables["contact"], protocol)
    stays = merge_contacts(contacts, protocol.stays.gap_hours, protocol.stays.admission_hours)
    return add_cross_cluster(add_readmissions(stays), tables["residence"], protocol)


def keep_stay_contacts(contact: Table, protocol: Protocol) -> Table:
    """The contacts that make stays, with integer minutes `from_minute` and `to_minute`; full hours where the register knows no minutes."""
    end_of_data = _month_after(protocol)
    kept = contact.filter(contact.kind.isin(MERGED_KINDS), contact.start < end_of_data)
    kept = kept.mutate(is_open=kept.end.isnull(), stop=ibis.coalesce(kept.end, end_of_data))
    kept = kept.mutate(from_minute=_minute(kept.start), to_minute=_minute(kept.stop))
    coarse = kept.time_precision != "minute"
    return kept.mutate(
        from_minute=coarse.ifelse(kept.from_minute - kept.from_minute % HOUR, kept.from_minute),
        to_minute=coarse.ifelse(kept.to_minute - kept.to_minute % HOUR, kept.to_minute),
        is_inpatient=kept.kind == "inpatient",
    )


def merge_contacts(contacts: Table, gap_hours: int, admission_hours: int) -> Table:
    """One row a stay: a contact goes on the stay before it if it starts at most `gap_hours` after the latest end so far (not the previous end)."""
    order = [contacts.from_minute, contacts.to_minute, contacts.shak, contacts.specialty, contacts.action_diagnosis, contacts.contact_id]
    before = ibis.window(group_by=contacts.citizen_id, order_by=order, preceding=(None, 1), following=None)
    sequence = ibis.window(group_by=contacts.citizen_id, order_by=order)
    marked = contacts.mutate(latest_end=contacts.to_minute.max().over(before), place=ibis.row_number().over(sequence))
    apart = marked.latest_end.isnull() | (marked.from_minute > marked.latest_end + gap_hours * HOUR)
    marked = marked.mutate(is_new=apart.cast("int64"))
    so_far = ibis.window(group_by=marked.citizen_id, order_by=marked.place, preceding=None, following=0)
    numbered = marked.mutate(stay_no=marked.is_new.sum().over(so_far), first=marked.place + marked.is_inpatient.ifelse(0, 1_000_000_000))
    stays = numbered.group_by("citizen_id", "stay_no").agg(
        start=_.start.min(),
        end=_.stop.max(),
        from_minute=_.from_minute.min(),
        to_minute=_.to_minute.max(),
        n_contacts=_.count().cast("int32"),
        any_inpatient=_.is_inpatient.any(),
        any_lpr2=(_.source == "lpr2").any(),
        acute=ibis.coalesce(_.acute, False).argmin(_["first"]),
        specialty=ibis.coalesce(_.specialty, "").argmin(_["first"]),
        shak=ibis.coalesce(_.shak, "").argmin(_["first"]),
        primary_diagnosis=ibis.coalesce(_.action_diagnosis, "").argmin(_["first"]),
        last_diagnosis=ibis.coalesce(_.action_diagnosis, "").argmax(_.place),
        any_open=_.is_open.any(),
        any_dead=ibis.coalesce(_.discharge_mode == "dead", False).any(),
    )
    minutes = stays.to_minute - stays.from_minute
    is_admission = stays.any_inpatient | (~stays.any_lpr2 & (minutes >= admission_hours * HOUR))
    midnights = stays.end.date().delta(stays.start.date(), unit="day")
    return stays.mutate(
        stay_id=(ibis.row_number().over(ibis.window(order_by=[stays.citizen_id, stays.stay_no])) + 1).cast("int64"),
        stay_hours=minutes / HOUR,
        is_admission=is_admission,
        bed_days=is_admission.ifelse(ibis.greatest(midnights, 1), midnights).cast("int32"),
        medical=stays.specialty.isin(load_medical_specialties()),
        short_stay=is_admission & (minutes < SHORT_STAY_HOURS * HOUR),
        discharged_alive=~stays.any_open & ~stays.any_dead,
    )


def add_readmissions(stays: Table) -> Table:
    """Mark acute admissions at most 30 (180) days after the admission before, if that one was discharged alive.

    A readmission can have readmissions itself.
    """
    previous = ibis.window(group_by=[stays.citizen_id, stays.is_admission], order_by=stays.from_minute)
    looked = stays.mutate(
        before_id=stays.stay_id.lag().over(previous),
        before_end=stays.to_minute.lag().over(previous),
        before_alive=stays.discharged_alive.lag().over(previous),
    )
    since: IntegerValue = looked.from_minute - looked.before_end
    is_late: BooleanValue = ibis.coalesce(
        looked.is_admission & looked.acute & looked.before_alive & (since > 0) & (since <= LATE_READMISSION_DAYS * DAY), False
    )
    is_readmission = is_late & (since <= READMISSION_DAYS * DAY)
    return looked.mutate(
        is_readmission_30=is_readmission,
        is_readmission_180=is_late,
        readmission_of=is_readmission.ifelse(looked.before_id, ibis.null("int64")),
        days_to_readmission=is_readmission.ifelse(since / DAY, ibis.null("float64")),
    )


def add_cross_cluster(stays: Table, residence: Table, protocol: Protocol) -> Table:
    """Compare the cluster of the hospital with the cluster of the residence on the day the stay starts, and settle the columns of the table."""
    homes = ibis.memtable({"kommunekode": list(protocol.municipalities()), "home_cluster": list(protocol.municipalities().values())})
    lived = residence.inner_join(homes, "kommunekode").select("citizen_id", "home_cluster", moved_in=_.start, moved_out=_.end)
    living = stays.select("stay_id", "citizen_id", "start").inner_join(lived, "citizen_id")
    living = living.filter(living.moved_in <= living.start.date(), living.start.date() < living.moved_out)
    units = ibis.memtable({"shak4": list(protocol.hospitals()), "hospital_cluster": list(protocol.hospitals().values())})
    joined = stays.left_join(living.select("stay_id", "home_cluster"), "stay_id").mutate(shak4=stays.shak.left(4)).left_join(units, "shak4")
    clusters = [cluster.id for cluster in protocol.clusters]
    known = ibis.coalesce(joined.home_cluster.isin(clusters) & joined.hospital_cluster.isin(clusters), False)
    return joined.mutate(
        cross_cluster=known.ifelse(joined.home_cluster != joined.hospital_cluster, ibis.null("boolean")),
        primary_diagnosis=joined.primary_diagnosis.nullif(""),
        last_diagnosis=joined.last_diagnosis.nullif(""),
        preventable_group=group_of(joined.primary_diagnosis, load_preventable_diagnoses()),
        hospital_cluster=joined.hospital_cluster.isin(clusters).ifelse(joined.hospital_cluster, ibis.null("string")),
    ).select(
        "stay_id",
        "citizen_id",
        "start",
        "end",
        "stay_hours",
        "bed_days",
        "n_contacts",
        "is_admission",
        "acute",
        "medical",
        "short_stay",
        "primary_diagnosis",
        "last_diagnosis",
        "preventable_group",
        "discharged_alive",
        "readmission_of",
        "days_to_readmission",
        "is_readmission_30",
        "is_readmission_180",
        "hospital_cluster",
        "cross_cluster",
    )


def _minute(time: Table) -> IntegerValue:
    seconds = time.epoch_seconds()
    return (seconds - seconds % 60).cast("int64") // 60


def _month_after(protocol: Protocol):
    last = protocol.data_period.last
    return ibis.timestamp(f"{(last.replace(day=28) + timedelta(days=4)).replace(day=1):%Y-%m-%d} 00:00:00")
