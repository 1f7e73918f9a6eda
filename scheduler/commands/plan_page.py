"""The plan explained, and plans side by side, each as one internal page with pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

from scheduler.allocation.summary import HoursLine
from scheduler.commands.internal_page import figures, heading, internal_page, paragraph, safe, scroll, table
from scheduler.commands.plan_words import CompareRow, binding_sentence, percent, tenth, whole
from scheduler.i18n import gettext as _
from scheduler.labels import label
from scheduler.parameters import micro
from scheduler.pictures import bars
from scheduler.registry.items import MICRO
from scheduler.workflow.plan_explain import Comparison, PlanExplanation


def explanation_page(found: PlanExplanation, names: Mapping[str, str], language: str) -> str:
    """
    The page of `plan explain`.

    Parameters
    ----------
    names
        Names of districts by code.
    language
        Language of the page; messages are in the active one.
    """
    view = found.view
    title = _("Plan {plan} explained").format(plan=view.plan.plan_id)
    lead = _("{number} enterprises on {base_date}, {target} to draw; solution {solution}, {status}").format(
        number=f"{view.plan.num_enterprises:,}",
        base_date=view.plan.base_date,
        target=f"{view.plan.target:,}",
        solution=view.solution,
        status=label(str(view.plan.status)),
    )
    body = _overview(found) + _rates(found) + _binding(found, names) + _load(found, names) + _precision(found, names)
    return internal_page(title, lead, body, view.mark, language)


def _overview(found: PlanExplanation) -> str:
    summary, plan = found.view.summary, found.view.plan
    pairs = [
        (_("Share drawn"), percent(plan.target / plan.num_enterprises if plan.num_enterprises else 0.0)),
        (_("National floor"), percent(micro(found.view.policy.target.national_floor) / MICRO)),
        (_("Problems expected"), tenth(found.found.plan)),
        (_("Drawn blindly"), tenth(found.found.uniform)),
        (_("Visits in all"), whole(summary.num_visits)),
        (_("Visits saved by merging"), whole(summary.num_saved)),
        (_("Joint visits of departments"), percent(summary.num_cross_department / max(1.0, summary.num_visits))),
    ]
    if found.found.last_year is not None:
        pairs.insert(4, (_("Spread as last year"), tenth(found.found.last_year)))
    rows = [(name, value, tenth(value)) for name, value in _compared(found)]
    head = _("Problems expected in the visits that count, by the policy's expected findings of each tier")
    words = "; ".join(f"{name}: {text}" for name, _value, text in rows)
    return figures(pairs) + f"<h2>{safe(head)}</h2>" + scroll(bars(rows, title=head, description=words))


def _compared(found: PlanExplanation) -> list[tuple[str, float]]:
    rows = [(_("This plan"), found.found.plan), (_("Same chance for all"), found.found.uniform)]
    if found.found.last_year is not None:
        rows.append((_("Spread as last year's plan"), found.found.last_year))
    return rows


def _rates(found: PlanExplanation) -> str:
    view = found.view
    target, floor = micro(view.policy.target.ratio) / MICRO, micro(view.policy.target.national_floor) / MICRO
    rows = [
        (f"{label(line.name[0])} {line.name[1]}", line.counting_rate)
        for line in view.summary.tiers
        if line.name[0] in view.policy.target.object_types
    ]
    shown = [(name, rate, percent(rate)) for name, rate in rows]
    head = _("Rate of counting visits by tier")
    marks = (
        (_("national floor {rate}").format(rate=percent(floor)), floor),
        (_("target {rate}").format(rate=percent(target)), target),
    )
    words = "; ".join(f"{name} {text}" for name, _rate, text in shown)
    return f"<h2>{safe(head)}</h2>" + scroll(bars(shown, title=head, description=words, marks=marks))


def _binding(found: PlanExplanation, names: Mapping[str, str]) -> str:
    head = heading(_("What binds, and what giving way would bring"))
    if not found.binding:
        return head + paragraph(_("No limit of the planner binds."))
    bureau = found.view.policy.bureau
    rows = [
        (binding_sentence(entry, names, bureau), f"{entry.bound:,.1f}", f"{abs(entry.worth):.4f}")
        for entry in found.binding
    ]
    note = _(
        "Worth is the most that one unit can bring near the plan as it is, the price of officers' time taken off; "
        "larger changes are answered by plan whatif."
    )
    return head + f"<p class=note>{safe(note)}</p>" + table((_("Limit"),), (_("Bound"), _("Worth")), rows)


def _load(found: PlanExplanation, names: Mapping[str, str]) -> str:
    lines = [line for line in found.view.summary.hours if line.district != found.view.policy.bureau]
    head = _("Officers' load by district and round")
    rows = [(_place(line, names), line.needed / line.available, _load_words(line)) for line in lines if line.available]
    words = "; ".join(f"{name}: {text}" for name, _load, text in rows)
    cells = [(_place(line, names), whole(line.needed), whole(line.available)) for line in found.view.summary.hours]
    return (
        f"<h2>{safe(head)}</h2>"
        + scroll(bars(rows, title=head, description=words, marks=((_("all hours there"), 1.0),)))
        + table((_("Round and district"),), (_("Needed"), _("There")), cells)
    )


def _place(line: HoursLine, names: Mapping[str, str]) -> str:
    return f"{line.round_number} · {names.get(line.district) or label(line.district)}"


def _load_words(line: HoursLine) -> str:
    return f"{100 * line.needed / line.available:.0f} %"


def _precision(found: PlanExplanation, names: Mapping[str, str]) -> str:
    summary = found.view.summary
    cells = [
        (
            f"{label(line.name[0])} · {names.get(line.name[1]) or line.name[1]}",
            whole(line.num_firms),
            percent(line.expected_rate),
            percent(line.standard_error),
        )
        for line in (*summary.tier_errors, *summary.district_errors)
    ]
    head = _("How precisely the year will tell the violation rate")
    numbers = (_("Firms"), _("Expected rate"), _("Expected standard error"))
    return f"<h2>{safe(head)}</h2>" + table((_("Tier or district"),), numbers, cells)


def comparison_page(comparison: Comparison, rows: Sequence[CompareRow], language: str) -> str:
    """The page of `plan whatif` and `plan compare`."""
    left, right = comparison.left, comparison.right
    body = ""
    if comparison.changes:
        changed, told = [(edit.name, *edit.shown) for edit in comparison.changes], _("What was changed")
        body += f"<h2>{safe(told)}</h2>" + table((_("Figure"), _("Before"), _("After")), (), changed)
    head = _("Problems expected in the visits that count")
    shown = [(one.name, one.found.plan, tenth(one.found.plan)) for one in (left, right)]
    words = "; ".join(f"{name}: {text}" for name, _value, text in shown)
    body += f"<h2>{safe(head)}</h2>" + scroll(bars(shown, title=head, description=words))
    cells = [(row.name, row.written(row.left), row.written(row.right), difference(row)) for row in rows]
    beside = _("Side by side")
    body += f"<h2>{safe(beside)}</h2>" + table((_("Measure"),), (left.name, right.name, _("Change")), cells)
    return internal_page(_("Two plans side by side"), f"{left.name} · {right.name}", body, comparison.mark, language)


def difference(row: CompareRow) -> str:
    """How much greater the second number is, empty where it is the same."""
    change = row.right - row.left
    if not isfinite(change) or row.written(abs(change)) == row.written(0.0):
        return ""
    return f"{'+' if change > 0 else '−'}{row.written(abs(change))}"
