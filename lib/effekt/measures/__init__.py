"""What is counted: derived tables built from canonical ones (`build_*`, `prepare`), and the frames that notebooks and estimators take."""

from effekt import lazy

_EXPORTS: dict[str, str] = {
    "monthly": "series",
    "cluster_panel": "panels",
    "panel": "panels",
    "population": "places",
    "person_months": "citizens",
    "persons": "citizens",
    "answers": "experience",
    "responses": "experience",
    "invitations": "experience",
    "response_counts": "experience",
    "audits": "pathways",
    "audit_findings": "pathways",
    "audit_pairs": "pathways",
    "visits": "pathways",
    "visit_funnel": "pathways",
    "accounts": "registration",
    "completeness": "registration",
    "practices": "prescribing",
    "polypharmacy": "prescribing",
    "deprescribing": "prescribing",
    "programme": "workbook",
    "initiative_types": "overview",
    "initiatives": "overview",
    "milestones": "overview",
    "obligations": "overview",
    "resource_persons": "overview",
    "allocate_hours": "resources",
    "hour_readings": "resources",
    "meetings": "resources",
    "meetings_due": "resources",
    "pools": "resources",
    "posts": "resources",
    "shared_hours": "resources",
    "stated_total": "resources",
}

__getattr__, __dir__ = lazy.exports(__name__, _EXPORTS)
