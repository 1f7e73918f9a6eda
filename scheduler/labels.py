"""
Words for codes: what a person reads where stores and records hold a code.

The English words are the source of the catalogues; their Chinese is the statutory word (design, section 9; regulation,
sections 3 to 6). A code without a word is shown as it is, so that a new code never stops a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scheduler.i18n import Translate, gettext
from scheduler.i18n import noop as N_  # noqa: N812 - the name that extraction of messages looks for
from scheduler.registry.codes import (
    UNKNOWN_DISTRICT,
    EventKind,
    FirmStatus,
    ItemKind,
    ItemMethod,
    Measure,
    ObjectType,
    ResultCategory,
    RoundKind,
)

OBJECT_TYPE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        ObjectType.ENTERPRISE: N_("Enterprise"),  # 企业
        ObjectType.INDIVIDUAL: N_("Individual household"),  # 个体工商户
        ObjectType.COOPERATIVE: N_("Farmers' cooperative"),  # 农民专业合作社
        ObjectType.REPRESENTATIVE: N_("Representative office of a foreign enterprise"),  # 外国企业常驻代表机构
        ObjectType.OTHER: N_("Other object type"),  # 其他
    }
)
FIRM_STATUS_LABELS: Mapping[str, str] = MappingProxyType(
    {
        FirmStatus.OPERATING: N_("In operation"),  # 存续（在营、开业、在册）
        FirmStatus.SUSPENDED: N_("Business suspended"),  # 歇业
        FirmStatus.REVOKED: N_("Licence revoked, not deregistered"),  # 吊销，未注销
        FirmStatus.DEREGISTERED: N_("Deregistered"),  # 注销
        FirmStatus.MOVED_OUT: N_("Moved out"),  # 迁出
    }
)
ITEM_KIND_LABELS: Mapping[str, str] = MappingProxyType(
    {
        ItemKind.GENERAL: N_("General inspection item"),  # 一般检查事项
        ItemKind.KEY: N_("Key inspection item"),  # 重点检查事项
    }
)
ITEM_METHOD_LABELS: Mapping[str, str] = MappingProxyType(
    {
        ItemMethod.ON_SITE: N_("On-site inspection"),  # 现场检查
        ItemMethod.WRITTEN: N_("Written inspection"),  # 书面检查
        ItemMethod.ONLINE: N_("Online monitoring"),  # 网络监测
    }
)
ROUND_KIND_LABELS: Mapping[str, str] = MappingProxyType(
    {
        RoundKind.OPEN: N_("Open (every firm alike)"),  # 不定向
        RoundKind.TARGETED: N_("Targeted"),  # 定向
        RoundKind.EXTERNAL: N_("Drawn elsewhere"),  # 上级抽取
    }
)
EVENT_KIND_LABELS: Mapping[str, str] = MappingProxyType(
    {
        EventKind.ABNORMAL_LISTING: N_("Put on the list of abnormal operation"),  # 列入经营异常名录
        EventKind.UNREACHABLE_LISTING: N_("Put on the list of abnormal operation: cannot be contacted"),
        EventKind.SERIOUS_DISHONESTY: N_("Put on the list of serious dishonesty"),  # 列入严重违法失信名单
        EventKind.FALSE_REGISTRATION: N_("Registered with false documents"),  # 提交虚假材料取得登记
        EventKind.PENALTY: N_("Administrative penalty"),  # 行政处罚
        EventKind.JUDGMENT_DEFAULTER: N_("Judgment defaulter"),  # 失信被执行人
        EventKind.LAWSUIT: N_("Lawsuit"),  # 诉讼
        EventKind.COMPLAINT: N_("Complaint or report"),  # 投诉举报
        EventKind.NEGATIVE_NEWS: N_("Negative public opinion"),  # 负面舆情
        EventKind.LATE_ANNUAL_REPORT: N_("Annual report late"),  # 年报逾期
        EventKind.CHANGE_LEGAL_REPRESENTATIVE: N_("Change of legal representative"),  # 法定代表人变更
        EventKind.CHANGE_ADDRESS: N_("Change of address"),  # 住所变更
        EventKind.CHANGE_NAME: N_("Change of name"),  # 名称变更
        EventKind.CHANGE_SCOPE: N_("Change of business scope"),  # 经营范围变更
        EventKind.LICENCE_EXPIRED: N_("Licence expired or void"),  # 许可证过期或失效
        EventKind.EQUITY_PLEDGE: N_("Equity pledged"),  # 股权出质
        EventKind.EQUITY_FREEZE: N_("Equity frozen"),  # 股权冻结
        EventKind.ASSOCIATE_SANCTIONED: N_("Associated firm sanctioned"),  # 关联企业被吊销、列异、处罚或失信
        EventKind.CREDIT_REPAIR: N_("Credit repaired"),  # 信用修复
        EventKind.INSPECTION_CLEAN: N_("Random inspection: no problem found"),  # 抽查未发现问题
        EventKind.INSPECTION_PROBLEM: N_("Random inspection: problem found"),  # 抽查发现问题
        EventKind.INSPECTION_REFUSED: N_("Random inspection: refused, serious"),  # 不配合检查情节严重
    }
)
RESULT_CATEGORY_LABELS: Mapping[str, str] = MappingProxyType(
    {
        ResultCategory.NO_PROBLEM: N_("No problem found"),  # 未发现问题
        ResultCategory.NOT_PUBLISHED: N_("Did not publish information it must publish"),  # 未按规定公示应当公示的信息
        ResultCategory.FALSE_PUBLICATION: N_(
            "Published information hides or falsifies facts"
        ),  # 公示信息隐瞒真实情况、弄虚作假
        ResultCategory.UNREACHABLE: N_(
            "Cannot be contacted at its registered address"
        ),  # 通过登记的住所（经营场所）无法联系
        ResultCategory.ORDERED_TO_CORRECT: N_("Problem found, ordered to correct"),  # 发现问题已责令改正
        ResultCategory.REFUSED: N_("Refused to cooperate, serious"),  # 不配合检查情节严重
        ResultCategory.NO_ACTIVITY: N_("Does not carry on the activity inspected"),  # 未发现开展本次抽查涉及的经营活动
        ResultCategory.PENDING: N_("Problem found, to be dealt with"),  # 发现问题待后续处理
    }
)
MEASURE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        Measure.ORDER: N_("Ordered to correct"),  # 责令改正
        Measure.RECHECK: N_("To be checked again"),  # 复查
        Measure.CASE: N_("Case opened"),  # 立案查处
        Measure.TRANSFER: N_("Handed to another authority"),  # 移送有关部门
        Measure.LISTING: N_("Put on the abnormal-operation list"),  # 列入经营异常名录
        Measure.OTHER: N_("Other measure"),  # 其他
    }
)
PLAN_STATUS_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "draft": N_("Draft"),  # 草案
        "solved": N_("Solved"),  # 已测算
        "approved": N_("Approved"),  # 已批准
        "superseded": N_("Superseded"),  # 已被新版本替代
    }
)
DRAW_STATUS_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "planned": N_("Planned"),  # 已计划
        "committed": N_("Committed, waiting for the lot"),  # 已承诺，待抽取
        "drawn": N_("Drawn"),  # 已抽取
        "assigned": N_("Drawn, officers assigned"),  # 已抽取，已匹配执法检查人员
        "voided": N_("Voided"),  # 已作废
    }
)
EXCEPTION_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "borrowed": N_("Team lent by another district"),  # 跨区域调配执法检查人员
        "direct": N_("Officers of several teams assigned together"),  # 直接委派
        "repeated": N_("An officer who met the firm last year goes again, as nobody else is left"),
        "unmet": N_("No officers can be found for a department of the visit"),
        "overload": N_("More on the day than a team should do"),  # 当日检查量超过上限
        "window": N_("No working day left in the tasks' time: any day of the round"),  # 任务期内无工作日
        "away": N_(
            "No day on which all its officers are there: set a day by hand, or draw another officer"
        ),  # 人员均不在岗
        "no_day": N_("No working day left in the round: set a day by hand"),  # 批次内无工作日，人工定日
    }
)
EXCLUSION_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "inactive": N_("Not on duty"),  # 不在岗
        "expert": N_("Expert, never counts as an officer"),  # 专家，不计入执法人员
        "no_certificate": N_("No valid law-enforcement certificate"),  # 无执法证
        "certificate_expires": N_("Certificate ends before the round does"),  # 执法证在批次结束前到期
        "interest": N_("Interest in the firm"),
        "kin": N_("Kin of somebody of the firm"),
        "former_employer": N_("Worked for the firm"),
        "objection": N_("The firm objects"),
        "last_year": N_("Visited the firm last year: goes only if nobody else is left"),
    }
)
REPLACEMENT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "illness": N_("Ill or unfit for duty"),  # 因病不能履职
        "recused": N_("Recused after the draw"),  # 抽取后回避
        "certificate": N_("Lost the law-enforcement certificate"),  # 执法证失效
        "on_leave": N_("On leave on every day of the visits"),  # 检查日均休假
        "left": N_("Transferred or retired"),  # 调离或退休
        "qualification": N_("Lost the qualification"),  # 专业资格失效
        "leave": N_("On leave on the day of the visit"),  # 检查当日休假
    }
)
DUE_STATE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "no_result": N_("Result not recorded"),  # 结果未录入
        "not_public": N_("Result not public yet"),  # 结果未公示
    }
)
FOLLOW_STATE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "no_measure": N_("No measure yet"),  # 尚未处理
        "under_way": N_("Under way"),  # 办理中
        "settled": N_("Settled"),  # 已办结
    }
)
LIBRARY_LABELS: Mapping[str, str] = MappingProxyType(
    {  # 专项库 of the plan's own matters; a bureau's other libraries are shown by their codes
        "special_drugs": N_("Dealers in narcotic and psychotropic drugs"),  # 麻醉药品和精神药品经营企业
        "device_trials": N_("Institutions for trials of class-II medical devices"),  # 二类医疗器械临床试验机构
        "vaccination": N_("Vaccine storage and vaccination units"),  # 疫苗储存和预防接种单位
        "petrol_station": N_("Petrol stations"),  # 加油站
        "food_workshop": N_("Small food workshops"),  # 食品小作坊
        "food_wholesale": N_("Food suppliers and wholesalers"),  # 食品销售供货商、批发商
        "pharmacies": N_("Retail pharmacies"),  # 药品零售企业
        "lodging": N_("Lodging"),  # 住宿业经营者
        "catering": N_("Catering"),  # 餐饮服务提供者
        "special_equipment": N_("Users of special equipment"),  # 特种设备使用单位
    }
)
DISTRICT_LABELS: Mapping[str, str] = MappingProxyType({UNKNOWN_DISTRICT: N_("District not known")})  # 未定
INDUSTRY_LABELS: Mapping[str, str] = MappingProxyType(
    {  # sections of GB/T 4754-2017; letters are no codes of their own, so that `label` does not know them
        "A": N_("Agriculture, forestry, animal husbandry and fishery"),  # 农、林、牧、渔业
        "B": N_("Mining"),  # 采矿业
        "C": N_("Manufacturing"),  # 制造业
        "D": N_("Production and supply of power, heat, gas and water"),  # 电力、热力、燃气及水生产和供应业
        "E": N_("Construction"),  # 建筑业
        "F": N_("Wholesale and retail trade"),  # 批发和零售业
        "G": N_("Transport, storage and post"),  # 交通运输、仓储和邮政业
        "H": N_("Hotels and catering"),  # 住宿和餐饮业
        "I": N_("Information transmission, software and information technology"),  # 信息传输、软件和信息技术服务业
        "J": N_("Finance"),  # 金融业
        "K": N_("Real estate"),  # 房地产业
        "L": N_("Leasing and business services"),  # 租赁和商务服务业
        "M": N_("Scientific research and technical services"),  # 科学研究和技术服务业
        "N": N_("Water conservancy, environment and public facilities"),  # 水利、环境和公共设施管理业
        "O": N_("Services to households, repair and other services"),  # 居民服务、修理和其他服务业
        "P": N_("Education"),  # 教育
        "Q": N_("Health and social work"),  # 卫生和社会工作
        "R": N_("Culture, sports and entertainment"),  # 文化、体育和娱乐业
        "S": N_("Public management, social security and social organisations"),  # 公共管理、社会保障和社会组织
        "T": N_("International organisations"),  # 国际组织
    }
)

_LABELS: Mapping[str, str] = MappingProxyType(
    {
        str(code): words
        for group in (
            OBJECT_TYPE_LABELS,
            FIRM_STATUS_LABELS,
            ITEM_KIND_LABELS,
            ITEM_METHOD_LABELS,
            ROUND_KIND_LABELS,
            EVENT_KIND_LABELS,
            RESULT_CATEGORY_LABELS,
            PLAN_STATUS_LABELS,
            DRAW_STATUS_LABELS,
            EXCEPTION_LABELS,
            EXCLUSION_LABELS,
            REPLACEMENT_LABELS,
            DUE_STATE_LABELS,
            MEASURE_LABELS,
            FOLLOW_STATE_LABELS,
            LIBRARY_LABELS,
            DISTRICT_LABELS,
        )
        for code, words in group.items()
    }
)


def label(code: str, translate: Translate = gettext) -> str:
    """
    Words for a code.

    Parameters
    ----------
    code
        A code of `scheduler.registry.codes`, or a status of a plan or a draw.
    translate
        Translator of the language wanted; the active language's by default.

    Examples
    --------
    >>> label("no_problem", str)
    'No problem found'
    >>> label("something-new", str)
    'something-new'
    """
    words = _LABELS.get(code)
    return translate(words) if words else str(code)


def industry_label(code: str, translate: Translate = gettext) -> str:
    """
    Section of GB/T 4754 that an industry code belongs to, with its letter.

    Examples
    --------
    >>> industry_label("F5211", str)
    'F Wholesale and retail trade'
    >>> industry_label("unknown", str)
    'Industry not known'
    """
    words = INDUSTRY_LABELS.get(code[:1])
    return f"{code[:1]} {translate(words)}" if words else translate(N_("Industry not known"))
