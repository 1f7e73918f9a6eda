"""Kinds of input about firms: the register 检查对象名录库 and the dated events 信用事件."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry import cells, vocabulary, words
from scheduler.registry.cells import text_up_to
from scheduler.registry.codes import UNKNOWN_DISTRICT
from scheduler.registry.columns import Column, Columns, Fault, Kind, Vocabulary
from scheduler.registry.kinds_shared import DAY, NOTE, code_column, in_order
from scheduler.registry.vocabulary import plain


def _check_event(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
    return in_order(columns, "occurred_on", "ended_on")


FIRMS = Kind(
    name="firms",
    zh="检查对象",
    en="Firms",
    synonyms=("检查对象名录库", "检查对象名录"),
    key=("firm_id",),
    columns=(
        code_column(N_("18 characters, capital letters; for old licences the 15-digit registration number. Required.")),
        Column(
            field="name",
            zh="名称",
            en="Name",
            synonyms=(
                "检查对象名称",
                "市场主体名称",
                "经营主体名称",
                "企业名称",
                "主体名称",
                "单位名称",
                "字号名称",
                "company_name",
            ),
            comment=N_("Name as on the licence. Required."),
            example=("示例食品（威海）有限公司", "Example Food (Weihai) Ltd"),
            required=True,
            width=32,
        ),
        Column(
            field="object_type",
            zh="检查对象类型",
            en="Object type",
            synonyms=("类型", "主体类型", "市场主体类型", "对象类型"),
            comment=N_("Choose from the list. Required."),
            example=("企业", "Enterprise"),
            parser=vocabulary.one_of(words.OBJECT_TYPE_WORDS),
            words=words.OBJECT_TYPE_WORDS,
            required=True,
            width=18,
        ),
        Column(
            field="district",
            zh="所属区市",
            en="District",
            synonyms=("区市", "区县", "县区", "所属区域", "所属区县", "所在区市", "行政区划", "辖区"),
            comment=N_(
                "Name or code of the district, as in the policy file. Never derived from the credit code: where it is "
                "empty or not a district of the policy, the firm's district counts as unknown."
            ),
            example=("环翠区", "Huancui"),
            parser=vocabulary.firm_district,
            empty=UNKNOWN_DISTRICT,
            empty_notice=N_("the row does not tell the district, the firm's district counts as unknown"),
            width=16,
        ),
        Column(
            field="status",
            zh="登记状态",
            en="Registration status",
            synonyms=("企业状态", "经营状态", "状态", "主体状态"),
            comment=N_("Choose from the list; only firms in operation are inspected. Required."),
            example=("存续", "Operating"),
            parser=vocabulary.one_of(words.FIRM_STATUS_WORDS),
            words=words.FIRM_STATUS_WORDS,
            required=True,
            width=16,
        ),
        Column(
            field="registrar",
            zh="登记机关",
            en="Registrar",
            comment=N_("Authority that registered the firm; it is published in drawn lists."),
            example=("威海市市场监督管理局", "Weihai AMR"),
            width=24,
        ),
        Column(
            field="station",
            zh="属地监管所",
            en="Supervision station",
            synonyms=("监管所", "所属监管所", "管辖单位"),
            comment=N_("Station that supervises the firm."),
            example=("环翠楼监管所", "Huancuilou station"),
            width=18,
        ),
        Column(
            field="industry",
            zh="行业代码",
            en="Industry code",
            synonyms=("行业", "行业（GB/T 4754-2017）", "国民经济行业代码", "所属行业"),
            comment=N_("GB/T 4754-2017, such as F5225; the letter may be left out."),
            example=("F5225", "F5225"),
            parser=plain(vocabulary.parse_industry),
        ),
        Column(
            field="established_on",
            zh="成立日期",
            en="Established on",
            synonyms=("注册日期", "登记日期", "成立时间", "registered_on"),
            comment=N_("Year-month-day."),
            example=("2019-05-20", "2019-05-20"),
            parser=DAY,
            empty=None,
            form="date",
        ),
        Column(
            field="capital_yuan",
            zh="注册资本",
            en="Registered capital",
            synonyms=("注册资金", "资金数额", "出资额"),
            variants={
                name: plain(cells.amount_in(unit))
                for unit, names in {
                    1: ("capital_yuan", "注册资本（元）", "注册资金（元）", "Registered capital (yuan)"),
                    10_000: ("注册资本（万元）", "注册资金（万元）", "注册资本（万元人民币）", "注册资本（万）"),
                }.items()
                for name in names
            },
            comment=N_("Amount with its unit, such as 500万元 or 5000000元. Foreign currency counts as unknown."),
            example=("500万元", "500万元"),
            parser=plain(cells.amount_in(None)),
            empty=None,
            width=16,
        ),
        Column(
            field="address",
            zh="住所",
            en="Address",
            synonyms=("住所（经营场所）", "地址", "经营场所", "注册地址", "企业住所", "登记住所"),
            comment=N_("Registered address. It takes no part in any draw."),
            example=("威海市环翠区示例路1号", "1 Example Road, Huancui, Weihai"),
            parser=plain(text_up_to(1_000)),
            width=34,
        ),
        Column(
            field="libraries",
            zh="专项库",
            en="Special libraries",
            synonyms=("专项名录库", "专项检查对象库"),
            comment=N_("Special libraries the firm is in, separated by ; (at most 63 different ones altogether)."),
            example=("食品销售；疫苗接种单位", "food sales; vaccination"),
            parser=plain(vocabulary.parse_libraries),
            empty=(),
            many=True,
            width=24,
        ),
        Column(
            field="last_inspected_on",
            zh="最近检查日期",
            en="Last inspected on",
            synonyms=("上次检查日期", "最近一次检查日期"),
            comment=N_("Day of the last inspection, if any."),
            example=("2025-06-18", "2025-06-18"),
            parser=DAY,
            empty=None,
            form="date",
        ),
    ),
)


EVENTS = Kind(
    name="events",
    zh="信用事件",
    en="Events",
    key=(),
    check=_check_event,
    columns=(
        code_column(N_("The firm; it must be on the register. Required.")),
        Column(
            field="kind",
            zh="事件类型",
            en="Event kind",
            synonyms=("类型", "信用事件类型", "事件"),
            comment=N_("Choose from the list. Required."),
            example=("行政处罚", words.EVENT_KIND_WORDS.words["penalty"][1]),
            parser=vocabulary.one_of(words.EVENT_KIND_WORDS),
            words=words.EVENT_KIND_WORDS,
            required=True,
            width=34,
        ),
        Column(
            field="occurred_on",
            zh="发生日期",
            en="Occurred on",
            synonyms=("日期", "列入日期", "决定日期", "认定日期", "受理日期"),
            comment=N_("Day the event became known. Required."),
            example=("2025-09-01", "2025-09-01"),
            parser=DAY,
            required=True,
            form="date",
        ),
        Column(
            field="ended_on",
            zh="结束日期",
            en="Ended on",
            synonyms=("移出日期", "解除日期"),
            comment=N_("Day a listing was lifted; empty while it stands."),
            example=("", ""),
            parser=plain(cells.parse_end),
            empty=None,
            form="date",
        ),
        Column(
            field="amount",
            zh="金额（元）",
            en="Amount (yuan)",
            synonyms=("金额", "罚款金额", "罚款金额（元）"),
            variants={name: plain(cells.amount_in(10_000)) for name in ("金额（万元）", "罚款金额（万元）")},
            comment=N_("Amount in yuan, for penalties and the like."),
            example=("5000", "5000"),
            parser=plain(cells.amount_in(1)),
            empty=None,
        ),
        Column(
            field="detail",
            zh="说明",
            en="Detail",
            synonyms=("事由", "原因", "备注"),
            comment=N_("Anything that helps to tell two events apart, such as the document's number."),
            example=("示例文书〔2025〕1号", "Example document 2025-1"),
            parser=NOTE,
            width=34,
        ),
    ),
)
