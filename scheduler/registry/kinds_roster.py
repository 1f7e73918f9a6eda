"""Kinds of input about people: the roster 执法检查人员名录库 and the recusals 回避."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.i18n import gettext as _
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry import cells, vocabulary, words
from scheduler.registry.columns import Column, Columns, Fault, Kind, Vocabulary
from scheduler.registry.kinds_shared import YES, code_column
from scheduler.registry.vocabulary import plain


def _check_officers(columns: Columns, _vocabulary: Vocabulary) -> Iterable[Fault]:
    for place, (expert, lead) in enumerate(zip(columns["expert"], columns["lead_qualified"], strict=True)):
        if expert and lead:
            yield Fault(
                place=place,
                field="lead_qualified",
                message=_("expected an expert who does not lead, got one who does"),
                remedy=_("an outside expert never leads and never counts as an officer: write 否 in one of the two"),
            )


OFFICERS = Kind(
    name="officers",
    zh="执法检查人员",
    en="Officers",
    synonyms=("执法检查人员名录库", "检查人员", "执法检查人员名录"),
    key=("officer_id",),
    check=_check_officers,
    columns=(
        Column(
            field="officer_id",
            zh="人员编号",
            en="Officer id",
            synonyms=("编号", "工号"),
            comment=N_(
                "Code of your own: ASCII letters, digits and hyphens. Not an identity number. Required, each once."
            ),
            example=("P001", "P001"),
            parser=vocabulary.row_id,
            required=True,
        ),
        Column(
            field="name",
            zh="姓名",
            en="Name",
            comment=N_("Never published. Required."),
            example=("示例甲", "Example A"),
            required=True,
        ),
        Column(
            field="unit",
            zh="单位",
            en="Unit",
            synonyms=("所在单位", "工作单位"),
            comment=N_("Unit the officer belongs to. Required."),
            example=("环翠区市场监督管理局", "Huancui AMR"),
            required=True,
            width=24,
        ),
        Column(
            field="department",
            zh="部门",
            en="Department",
            synonyms=("所在部门", "科室", "内设机构"),
            comment=N_("Department within the unit."),
            example=("信用监管科", "Credit supervision"),
            width=18,
        ),
        Column(
            field="level",
            zh="层级",
            en="Level",
            synonyms=("执法层级",),
            comment=N_("Level of the unit, such as city or district."),
            example=("区级", "District"),
        ),
        Column(
            field="district",
            zh="服务区市",
            en="District served",
            synonyms=("所属区市", "所属区域", "区市", "辖区", "district"),
            comment=N_("District served, by name or code; the bureau's own code serves every district. Required."),
            example=("环翠区", "Huancui"),
            parser=vocabulary.served_district,
            required=True,
            width=16,
        ),
        Column(
            field="certificate_no",
            zh="执法证号",
            en="Certificate number",
            synonyms=("执法证件号", "执法证编号"),
            comment=N_("Number of the enforcement certificate; empty for experts."),
            example=("15100000001", "15100000001"),
            parser=plain(cells.text_up_to(60)),
            width=18,
        ),
        Column(
            field="certificate_valid_until",
            zh="有效期至",
            en="Certificate valid until",
            synonyms=("执法证有效期至", "证件有效期至"),
            comment=N_("Last day the certificate is valid; without it the officer never inspects."),
            example=("2028-12-31", "2028-12-31"),
            parser=plain(cells.parse_last_day),
            empty=None,
            form="date",
        ),
        Column(
            field="post",
            zh="职务",
            en="Post",
            synonyms=("职务（职级）",),
            comment=N_("Post, if it matters."),
            example=("四级主任科员", "Section member"),
        ),
        Column(
            field="specialities",
            zh="专业资质",
            en="Specialities",
            synonyms=("专长", "专业", "业务专长", "资质"),
            comment=N_("Specialities, separated by ; — the words are in the sheet of code lists."),
            example=("食品；计量", "Food; Metrology"),
            parser=vocabulary.some_of(words.SPECIALITY_WORDS),
            words=words.SPECIALITY_WORDS,
            many=True,
            empty=(),
            width=20,
        ),
        Column(
            field="item_ids",
            zh="执法事项清单范围",
            en="Items allowed",
            synonyms=("可检查事项", "执法事项"),
            comment=N_("Ids of the items the officer may check, separated by ; — empty for all."),
            example=("", ""),
            parser=vocabulary.items,
            many=True,
            empty=(),
            width=22,
        ),
        Column(
            field="lead_qualified",
            zh="主检资格",
            en="May lead",
            synonyms=("主检", "是否主检"),
            comment=N_("Whether the officer may lead a team; empty means no."),
            example=("是", "yes"),
            parser=YES,
            empty=False,
            form="yes",
        ),
        Column(
            field="expert",
            zh="专家",
            en="Expert",
            synonyms=("是否专家",),
            comment=N_("Outside expert: may join a team, never counts as an officer; empty means no."),
            example=("否", "no"),
            parser=YES,
            empty=False,
            form="yes",
        ),
        Column(
            field="active",
            zh="在岗",
            en="On duty",
            synonyms=("是否在岗", "在岗状态", "状态"),
            comment=N_("Whether the officer is on duty; empty means yes."),
            example=("是", "yes"),
            parser=YES,
            empty=True,
            form="yes",
        ),
    ),
)


RECUSALS = Kind(
    name="recusals",
    zh="回避",
    en="Recusals",
    synonyms=("回避名单", "回避关系"),
    key=("officer_id", "firm_id", "reason"),
    columns=(
        Column(
            field="officer_id",
            zh="人员编号",
            en="Officer id",
            synonyms=("编号", "工号"),
            comment=N_("The officer, by the id on the roster. Required."),
            example=("P001", "P001"),
            parser=vocabulary.row_id,
            required=True,
        ),
        code_column(N_("The firm the officer must not meet. Required.")),
        Column(
            field="reason",
            zh="回避事由",
            en="Reason",
            synonyms=("回避原因", "事由"),
            comment=N_("Choose from the list. Required."),
            example=("近亲属", words.RECUSAL_WORDS.words["kin"][1]),
            parser=vocabulary.one_of(words.RECUSAL_WORDS),
            words=words.RECUSAL_WORDS,
            required=True,
            width=20,
        ),
        Column(
            field="valid_until",
            zh="有效期至",
            en="Valid until",
            synonyms=("回避有效期至",),
            comment=N_("Last day it holds; empty for ever."),
            example=("", ""),
            parser=plain(cells.parse_end),
            empty=None,
            form="date",
        ),
    ),
)
