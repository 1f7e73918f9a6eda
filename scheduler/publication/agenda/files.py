"""Which files an export of the agenda consists of, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.publication.agenda.calendars import calendar_of
from scheduler.publication.agenda.context import AgendaContext
from scheduler.publication.agenda.forms import notice_to_firm, result_form
from scheduler.publication.agenda.sheets import district_workbook
from scheduler.publication.site.links import slug


def list_files(context: AgendaContext) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the calendars of officers and teams, and of the workbooks of districts."""
    _, agenda = context.translate, context.agenda
    officers, teams, lists = _("calendars/officers"), _("calendars/teams"), _("lists")
    by_officer = agenda.visits_by_officer()
    for officer_id, name in sorted(_names(context).items()):
        content = calendar_of(by_officer.get(officer_id, ()), name or officer_id, context)
        yield f"{officers}/{slug(officer_id)}.ics", content
    by_team = agenda.visits_by_team()
    for team_id in agenda.teams:
        yield f"{teams}/{slug(team_id)}.ics", calendar_of(by_team.get(team_id, ()), team_id, context)
    for district in sorted(set(agenda.team_districts.values())):
        team_ids = [team_id for team_id, code in sorted(agenda.team_districts.items()) if code == district]
        yield (
            f"{lists}/{slug(district)}.xlsx",
            district_workbook({name: by_team.get(name, ()) for name in team_ids}, context),
        )


def num_list_files(context: AgendaContext) -> int:
    """How many files `list_files` gives."""
    agenda = context.agenda
    return len(_names(context)) + len(agenda.teams) + len(set(agenda.team_districts.values()))


def visit_files(context: AgendaContext) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the two papers of each visit that has a team, in the folder of its leading team."""
    _ = context.translate
    papers, notice, form = _("papers"), _("inspection-notice"), _("result-record")
    for visit in context.agenda.visits:
        if visit.team_ids:
            folder = f"{papers}/{slug(visit.team_ids[0])}/{slug(visit.firm_id)}"
            yield f"{folder}-{notice}.docx", notice_to_firm(visit, context)
            yield f"{folder}-{form}.docx", result_form(visit, context)


def num_visit_files(context: AgendaContext) -> int:
    """How many papers `visit_files` gives."""
    return 2 * sum(bool(visit.team_ids) for visit in context.agenda.visits)


def _names(context: AgendaContext) -> dict[str, str]:
    """Name of every officer by id."""
    return {officer_id: member.name for officer_id, member in context.agenda.people.items()}
