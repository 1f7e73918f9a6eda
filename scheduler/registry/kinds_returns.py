"""Kinds of input that come back during the year: results of visits, and lists drawn elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry import vocabulary, words
from scheduler.registry.cells import list_of, text_up_to
from scheduler.registry.codes import ResultCategory
from scheduler.registry.columns import NAME_LENGTH, Column, Columns, Fault, Kind, Vocabulary
from scheduler.registry.kinds_shared import DAY, NOTE, YES, code_column
from scheduler.registry.vocabulary import plain


def _check_results(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
    for place, found in enumerate(columns["categories"]):
        if not isinstance(found, tuple):
            continue
        if not found:
            message, remedy = _("expected at least one result category, got none"), _("tick or write one")
        elif ResultCategory.NO_PROBLEM in found and len(found) > 1:
            message = _("expected “no problem” alone or problems without it, got both")
            remedy = _("take one of them away")
        else:
            continue
        yield Fault(place=place, field="categories", message=message, remedy=remedy)


RESULTS = Kind(
    name="results",
    zh="检查结果",
    en="Results",
    synonyms=("抽查结果",),
    key=(),
    in_template=False,
    ticks=words.RESULT_WORDS,
    ticked="categories",
    answers=("categories", "inspected_on"),
    check=_check_results,
    columns=(
        code_column(N_("The firm visited. Required.")),
        Column(
            field="item_id",
            zh="事项编号",
            en="Item id",
            synonyms=("抽查事项", "抽查事项编号", "检查事项"),
            comment=N_("Item inspected, by id or name. Required."),
            example=("G01", "G01"),
            parser=vocabulary.one_item,
            required=True,
        ),
        Column(
            field="categories",
            zh="检查结果",
            en="Result",
            synonyms=("抽查结果", "categories"),
            comment=N_("Categories found, separated by ; — or one ticked column per category."),
            example=("未发现问题", "No problem found"),
            parser=plain(vocabulary.parse_results),
            many=True,
            empty=(),
        ),
        Column(
            field="inspected_on",
            zh="检查完成日期",
            en="Inspected on",
            synonyms=("抽查完成日期", "检查日期"),
            comment=N_("Day the check ended. Required."),
            example=("2026-04-01", "2026-04-01"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="note",
            zh="备注",
            en="Note",
            synonyms=("说明",),
            comment=N_("Evidence and remarks; internal."),
            example=("", ""),
            parser=NOTE,
        ),
        Column(
            field="officers",
            zh="检查人员",
            en="Officers",
            synonyms=("执法检查人员", "检查组成员"),
            comment=N_("Officers who checked, by name or number, separated by ; — must be the team drawn."),
            example=("", ""),
            parser=plain(list_of(text_up_to(NAME_LENGTH))),
            many=True,
            empty=(),
        ),
        Column(
            field="measure",
            zh="后续处理措施",
            en="Follow-up measure",
            synonyms=("处理措施", "后续处理"),
            comment=N_("What is done about a finding; empty for nothing yet."),
            example=("", ""),
            parser=vocabulary.one_of(words.MEASURE_WORDS),
            words=words.MEASURE_WORDS,
            empty=None,
        ),
        Column(
            field="settled",
            zh="是否办结",
            en="Settled",
            synonyms=("办结", "处理状态"),
            comment=N_("Yes once the follow-up is settled."),
            example=("", ""),
            parser=YES,
            empty=False,
            form="yes",
        ),
        Column(
            field="follow_up_by",
            zh="办理期限",
            en="Follow-up by",
            synonyms=("整改期限", "改正期限"),
            comment=N_("Day by which the measure must be settled; may stay empty."),
            example=("", ""),
            parser=DAY,
            empty=None,
            form="date",
        ),
        Column(
            field="reason",
            zh="更正原因",
            en="Reason of correction",
            comment=N_("Why a result that is recorded already is changed. Required for that, otherwise empty."),
            example=("", ""),
            parser=NOTE,
        ),
        Column(
            field="round",
            zh="批次",
            en="Round",
            synonyms=("抽查批次",),
            comment=N_("Number of the round; empty where the firm was drawn once."),
            example=("1", "1"),
            parser=plain(vocabulary.parse_round),
            empty=None,
        ),
    ),
)


DRAWN = Kind(
    name="drawn",
    zh="上级抽取名单",
    en="Drawn elsewhere",
    synonyms=("上级抽取",),
    key=(),  # a firm can be drawn for several tasks
    whole=True,
    in_template=False,
    columns=(
        code_column(N_("The firm drawn. Required.")),
        Column(
            field="task_ids",
            zh="抽查任务",
            en="Tasks",
            synonyms=("任务编号", "抽查任务编号"),
            comment=N_("Ids of the tasks the visit serves, separated by ; — required."),
            example=("T01", "T01"),
            parser=vocabulary.row_ids,
            required=True,
            many=True,
            empty=(),
        ),
        Column(
            field="round",
            zh="批次",
            en="Round",
            synonyms=("抽查批次", "抽查计划名称"),
            comment=N_("Name of the draw elsewhere. Required."),
            example=("省局2026年第1批", "Province 2026-1"),
            required=True,
            width=22,
        ),
        Column(
            field="drawn_by",
            zh="抽取机关",
            en="Drawn by",
            synonyms=("抽查机关",),
            comment=N_("Who drew. Required."),
            example=("山东省市场监督管理局", "Shandong AMR"),
            required=True,
            width=26,
        ),
        Column(
            field="drawn_on",
            zh="抽取日期",
            en="Drawn on",
            comment=N_("Day of the draw. Required."),
            example=("2026-04-01", "2026-04-01"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="note",
            zh="备注",
            en="Note",
            synonyms=("说明",),
            comment=N_("Remarks."),
            example=("", ""),
            parser=NOTE,
        ),
    ),
)
