"""Kinds of input about the bureau's work: the item list 随机抽查事项清单 and the tasks of the year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry import cells, vocabulary, words
from scheduler.registry.cells import text_up_to
from scheduler.registry.columns import Column, Columns, Fault, Kind, Vocabulary
from scheduler.registry.items import MICRO
from scheduler.registry.kinds_shared import DAY, NOTE, YES, in_order
from scheduler.registry.vocabulary import plain


def _check_tasks(columns: Columns, known: Vocabulary) -> Iterable[Fault]:
    yield from in_order(columns, "starts_on", "ends_on")
    yield from _in_year(columns, known.year)
    ratios = zip(columns["ratio_min_micro"], columns["ratio_max_micro"], columns["full_coverage"], strict=True)
    for place, (least, most, full) in enumerate(ratios):
        if isinstance(least, int) and isinstance(most, int) and least > most:
            message = _("expected a least ratio not above the greatest, got one above")
            yield Fault(place=place, field="ratio_min_micro", message=message, remedy=_("swap the two"))
        if full and any(isinstance(ratio, int) and ratio < MICRO for ratio in (least, most)):
            yield Fault(
                place=place,
                field="full_coverage",
                message=_("expected ratios of 100%, or none, in a task of full coverage, got less"),
                remedy=_("clear the ratios, or write 否 under full coverage"),
            )


def _in_year(columns: Columns, year: int) -> Iterable[Fault]:
    for name in ("starts_on", "ends_on"):
        for place, day in enumerate(columns[name]):
            if isinstance(day, date) and day.year != year:
                yield Fault(
                    place=place,
                    field=name,
                    message=_("expected a day of the plan's year {year}, got another year").format(year=year),
                    remedy=_("tasks belong to the year of double-random.toml"),
                )


ITEMS = Kind(
    name="items",
    zh="抽查事项清单",
    en="Items",
    synonyms=("随机抽查事项清单", "抽查事项"),
    key=("item_id",),
    columns=(
        Column(
            field="item_id",
            zh="事项编号",
            en="Item id",
            synonyms=("事项编码", "抽查事项编号", "抽查事项编码"),
            comment=N_("Code of your own: ASCII letters, digits and hyphens, such as G01. Required, each once."),
            example=("G01", "G01"),
            parser=vocabulary.row_id,
            required=True,
            width=12,
        ),
        Column(
            field="category",
            zh="抽查类别",
            en="Category",
            comment=N_("Category on the published list. Required."),
            example=("登记事项检查", "Registration matters"),
            required=True,
            width=20,
        ),
        Column(
            field="name",
            zh="抽查事项",
            en="Item",
            synonyms=("抽查事项名称", "事项名称"),
            comment=N_("Name on the published list. Required."),
            example=("名称规范使用情况的检查", "Proper use of the registered name"),
            required=True,
            width=32,
        ),
        Column(
            field="object_description",
            zh="检查对象",
            en="Objects",
            synonyms=("抽查对象",),
            comment=N_("Whom the item concerns, as published."),
            example=("企业、个体工商户、农民专业合作社", "Enterprises, households, cooperatives"),
            parser=NOTE,
            width=30,
        ),
        Column(
            field="kind",
            zh="事项类别",
            en="Item kind",
            comment=N_("General items count towards the yearly target. Choose from the list. Required."),
            example=("一般检查事项", words.ITEM_KIND_WORDS.words["general"][1]),
            parser=vocabulary.one_of(words.ITEM_KIND_WORDS),
            words=words.ITEM_KIND_WORDS,
            required=True,
            width=18,
        ),
        Column(
            field="method",
            zh="检查方式",
            en="Method",
            comment=N_("Choose from the list; empty means on site."),
            example=("现场检查", words.ITEM_METHOD_WORDS.words["on_site"][1]),
            parser=vocabulary.one_of(words.ITEM_METHOD_WORDS),
            words=words.ITEM_METHOD_WORDS,
            empty="on_site",
            width=16,
        ),
        Column(
            field="department",
            zh="检查主体",
            en="Department",
            comment=N_("Who inspects, as published. Required."),
            example=("市场监管部门", "Market regulation"),
            required=True,
            width=22,
        ),
        Column(
            field="basis",
            zh="检查依据",
            en="Legal basis",
            comment=N_("Law or rule; without one there must be no inspection. Required."),
            example=("《企业名称登记管理规定》第二十三条", "Rules on enterprise names, article 23"),
            parser=NOTE,
            required=True,
            width=36,
        ),
        Column(
            field="ratio_text",
            zh="抽查比例及频次",
            en="Ratio and frequency",
            synonyms=("抽查比例", "抽查比例和频次"),
            comment=N_("As published; what binds the plan stands in the tasks."),
            example=("8%，每年1次", "8 %, once a year"),
            width=20,
        ),
        Column(
            field="speciality",
            zh="检查人员要求",
            en="Officers' speciality",
            synonyms=("人员专业要求", "专业要求"),
            comment=N_("Speciality the team must have; empty for none."),
            example=("", ""),
            parser=vocabulary.one_of(words.SPECIALITY_WORDS),
            words=words.SPECIALITY_WORDS,
            width=18,
        ),
        Column(
            field="effort_minutes",
            zh="每次用时（分钟）",
            en="Minutes per visit",
            synonyms=("检查用时", "用时（分钟）"),
            comment=N_("Minutes one officer spends on the item in one visit; empty means 30."),
            example=("20", "20"),
            parser=plain(cells.whole_number(0, 10_000)),
            empty=30,
            form="number",
            width=16,
        ),
        Column(
            field="officers_required",
            zh="最少检查人数",
            en="Officers at least",
            synonyms=("检查人数",),
            comment=N_("Least number of officers, 2 or more; empty means 2."),
            example=("2", "2"),
            parser=plain(cells.whole_number(2, 20)),
            empty=2,
            form="number",
        ),
    ),
)


TASKS = Kind(
    name="tasks",
    zh="抽查任务",
    en="Tasks",
    synonyms=("年度抽查工作计划", "抽查计划", "抽查工作计划"),
    key=("task_id",),
    check=_check_tasks,
    columns=(
        Column(
            field="task_id",
            zh="任务编号",
            en="Task id",
            synonyms=("抽查任务编号",),
            comment=N_("Code of your own: ASCII letters, digits and hyphens, such as T01. Required, each once."),
            example=("T01", "T01"),
            parser=vocabulary.row_id,
            required=True,
        ),
        Column(
            field="name",
            zh="抽查任务名称",
            en="Task",
            synonyms=("任务名称",),
            comment=N_("Name in the published plan. Required."),
            example=("登记事项抽查", "Registration matters"),
            required=True,
            width=28,
        ),
        Column(
            field="item_ids",
            zh="抽查事项",
            en="Items",
            synonyms=("抽查事项编号",),
            comment=N_(
                "Ids or names of items on the list, separated by ; — a task without an item is not lawful. Required."
            ),
            example=("G01", "G01"),
            parser=vocabulary.items,
            required=True,
            many=True,
            width=20,
        ),
        Column(
            field="object_types",
            zh="抽查对象类型",
            en="Object types",
            synonyms=("对象类型", "检查对象类型"),
            comment=N_("Object types in the range, separated by ; — empty for all."),
            example=("企业", "Enterprise"),
            parser=vocabulary.some_of(words.OBJECT_TYPE_WORDS),
            words=words.OBJECT_TYPE_WORDS,
            many=True,
            empty=(),
            width=20,
        ),
        Column(
            field="districts",
            zh="抽查区域",
            en="Districts",
            synonyms=("区域范围", "所属区市"),
            comment=N_("Districts in the range, by name or code, separated by ; — empty for all."),
            example=("", ""),
            parser=vocabulary.districts,
            many=True,
            empty=(),
            width=16,
        ),
        Column(
            field="industries",
            zh="行业范围",
            en="Industries",
            comment=N_("Industry codes or their beginnings, such as F52, separated by ; — empty for all."),
            example=("", ""),
            parser=plain(vocabulary.parse_industries),
            many=True,
            empty=(),
        ),
        Column(
            field="libraries",
            zh="专项库",
            en="Special libraries",
            synonyms=("专项库范围",),
            comment=N_("Special libraries in the range, separated by ; — empty for all."),
            example=("", ""),
            parser=plain(vocabulary.parse_libraries),
            many=True,
            empty=(),
            width=18,
        ),
        Column(
            field="full_coverage",
            zh="全覆盖",
            en="Full coverage",
            synonyms=("是否全覆盖",),
            comment=N_("Whether every firm of the range is visited once in the year; empty means no."),
            example=("否", "no"),
            parser=YES,
            empty=False,
            form="yes",
        ),
        Column(
            field="ratio_min_micro",
            zh="最低抽查比例",
            en="Least ratio",
            synonyms=("抽查比例下限",),
            comment=N_("Least share of the range visited in the year, such as 3%; empty means none."),
            example=("3%", "3%"),
            parser=plain(cells.parse_ratio),
            empty=None,
        ),
        Column(
            field="ratio_max_micro",
            zh="最高抽查比例",
            en="Greatest ratio",
            synonyms=("抽查比例上限",),
            comment=N_("Greatest share of the range visited in the year, such as 30%; empty means no limit."),
            example=("30%", "30%"),
            parser=plain(cells.parse_ratio),
            empty=MICRO,
        ),
        Column(
            field="starts_on",
            zh="开始日期",
            en="Starts on",
            synonyms=("起始日期", "检查日期自", "起始时间", "开始时间"),
            comment=N_("First day of its visits, in the plan's year. Required."),
            example=("2026-03-02", "2026-03-02"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="ends_on",
            zh="结束日期",
            en="Ends on",
            synonyms=("截止日期", "检查日期至", "截止时间", "结束时间"),
            comment=N_("Last day of its visits, in the plan's year. Required."),
            example=("2026-11-30", "2026-11-30"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="initiator",
            zh="发起部门",
            en="Initiating department",
            comment=N_("Department that starts the task. Required."),
            example=("信用监管科", "Credit supervision"),
            required=True,
            width=20,
        ),
        Column(
            field="partners",
            zh="配合部门",
            en="Partner departments",
            comment=N_("Departments that join, separated by ;"),
            example=("", ""),
            parser=plain(cells.list_of(text_up_to(80))),
            many=True,
            empty=(),
            width=18,
        ),
        Column(
            field="mode",
            zh="抽查检查模式",
            en="Mode",
            synonyms=("检查模式",),
            comment=N_("Such as 市抽市查 or 市抽县（区）查, as published."),
            example=("市抽县（区）查", "City draws, districts inspect"),
            width=18,
        ),
        Column(
            field="credit_requirement",
            zh="信用风险分类要求",
            en="Credit-risk requirement",
            comment=N_("Internal: it is never published."),
            example=("", ""),
            parser=NOTE,
            width=22,
        ),
        Column(
            field="note",
            zh="备注",
            en="Note",
            comment=N_("Published as written."),
            example=("", ""),
            parser=NOTE,
            width=24,
        ),
    ),
)
