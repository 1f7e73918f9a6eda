"""
Words of the code sets, in both languages, as they stand in real files.

The first Chinese and the first English word of a code are the ones templates offer; all of them are understood.
Stores and records hold the codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scheduler.labels import label
from scheduler.registry.text import fold


@dataclass(frozen=True, kw_only=True)
class CodeWords:
    """
    Words of one code set.

    Attributes
    ----------
    name
        Name of the set in templates: English words, lower case.
    words
        Code → its Chinese word, its English word, and further words.
    """

    name: str
    words: Mapping[str, tuple[str, ...]]

    @cached_property
    def codes(self) -> dict[str, str]:
        """Folded word → code; the code itself and its label on pages and sheets are words too."""
        return {fold(word): code for code, words in self.words.items() for word in (code, label(code, str), *words)}

    def shown(self, language: str) -> tuple[str, ...]:
        """The word of each code that a template in `language` offers, in the order of the set."""
        return tuple(words[0] if language.startswith("zh") else words[1] for words in self.words.values())


OBJECT_TYPE_WORDS = CodeWords(
    name="object type",
    words={
        "enterprise": ("企业", "Enterprise", "企业法人", "公司"),
        "individual": ("个体工商户", "Individual household", "个体户", "个体"),
        "cooperative": ("农民专业合作社", "Farmers' cooperative", "农专社", "合作社", "农民专业合作社（联合社）"),
        "representative": ("外国企业常驻代表机构", "Representative office", "外企代表机构", "代表机构", "代表处"),
        "other": ("其他", "Other", "其它"),
    },
)

FIRM_STATUS_WORDS = CodeWords(
    name="status",
    words={
        "operating": (
            "存续",
            "Operating",
            "存续（在营、开业、在册）",
            "在营（开业）企业",
            "在营",
            "开业",
            "在册",
            "在业",
            "正常",
            "正常经营",
        ),
        "suspended": ("歇业", "Suspended", "停业"),
        "revoked": ("吊销", "Revoked", "吊销，未注销", "吊销未注销", "已吊销"),
        "deregistered": ("注销", "Deregistered", "已注销", "吊销，已注销", "吊销已注销"),
        "moved_out": ("迁出", "Moved out", "已迁出"),
    },
)

EVENT_KIND_WORDS = CodeWords(
    name="event kind",
    words={
        "abnormal_listing": ("列入经营异常名录", "Abnormal-operation listing", "经营异常", "经营异常名录"),
        "unreachable_listing": (
            "通过登记的住所无法联系列入经营异常名录",
            "Listed as unreachable",
            "通过登记的住所或者经营场所无法联系",
            "住所无法联系列异",
        ),
        "serious_dishonesty": (
            "列入严重违法失信名单",
            "Serious-dishonesty listing",
            "严重违法失信",
            "严重违法失信名单",
        ),
        "false_registration": ("提交虚假材料取得登记", "Registered by false documents", "虚假登记"),
        "penalty": ("行政处罚", "Penalty", "处罚"),
        "judgment_defaulter": ("失信被执行人", "Judgment defaulter"),
        "lawsuit": ("诉讼", "Lawsuit", "涉诉"),
        "complaint": ("投诉举报", "Complaint", "投诉", "举报", "12315投诉举报", "12345投诉举报"),
        "negative_news": ("负面舆情", "Negative news", "舆情"),
        "late_annual_report": ("年报逾期", "Late annual report", "未按期年报", "未年报"),
        "change_legal_representative": ("法定代表人变更", "Change of legal representative"),
        "change_address": ("住所变更", "Change of address", "地址变更", "经营场所变更"),
        "change_name": ("名称变更", "Change of name"),
        "change_scope": ("经营范围变更", "Change of business scope"),
        "licence_expired": ("许可证过期或失效", "Licence expired", "许可证过期", "许可证失效"),
        "equity_pledge": ("股权出质", "Equity pledge"),
        "equity_freeze": ("股权冻结", "Equity freeze"),
        "associate_sanctioned": ("关联企业受惩戒", "Associate sanctioned", "关联企业被吊销、列异、处罚或失信"),
        "credit_repair": ("信用修复", "Credit repair"),
        "inspection_clean": ("抽查未发现问题", "Inspected: no problem"),
        "inspection_problem": ("抽查发现问题", "Inspected: problem found"),
        "inspection_refused": ("不配合检查情节严重", "Inspected: refused"),
    },
)

ITEM_KIND_WORDS = CodeWords(
    name="item kind",
    words={
        "general": ("一般检查事项", "General item", "一般", "一般事项"),
        "key": ("重点检查事项", "Key item", "重点", "重点事项"),
    },
)

ITEM_METHOD_WORDS = CodeWords(
    name="method",
    words={
        "on_site": ("现场检查", "On site", "现场", "实地检查", "实地核查"),
        "written": ("书面检查", "In writing", "书面"),
        "online": ("网络监测", "Online", "网络", "网络检查"),
    },
)

RESULT_WORDS = CodeWords(
    name="result category",
    words={
        "no_problem": ("未发现问题", "No problem found"),
        "not_published": ("未按规定公示应当公示的信息", "Due information not published"),
        "false_publication": ("公示信息隐瞒真实情况、弄虚作假", "Published information false"),
        "unreachable": (
            "通过登记的住所（经营场所）无法联系",
            "Unreachable at registered address",
            "通过登记的住所无法联系",
        ),
        "ordered_to_correct": ("发现问题已责令改正", "Problem found, correction ordered"),
        "refused": ("不配合检查情节严重", "Refused inspection, serious"),
        "no_activity": ("未发现开展本次抽查涉及的经营活动", "No such business activity found"),
        "pending": ("发现问题待后续处理", "Problem found, follow-up pending"),
    },
)

MEASURE_WORDS = CodeWords(
    name="measure",
    words={
        "order": ("责令改正", "Ordered to correct", "责令限期改正", "限期整改"),
        "recheck": ("复查", "To be checked again", "回头看"),
        "case": ("立案查处", "Case opened", "立案", "立案调查"),
        "transfer": ("移送有关部门", "Handed to another authority", "移送"),
        "listing": ("列入经营异常名录", "Put on the abnormal-operation list", "列异"),
        "other_measure": ("其他处理", "Other measure", "其他", "其它"),
    },
)

SPECIALITY_WORDS = CodeWords(
    name="speciality",
    words={
        "food": ("食品", "Food", "食品安全"),
        "drug": ("药品", "Drugs", "药品安全"),
        "medical_device": ("医疗器械", "Medical devices"),
        "cosmetics": ("化妆品", "Cosmetics"),
        "special_equipment": ("特种设备", "Special equipment", "特种设备安全"),
        "metrology": ("计量", "Metrology"),
        "product_quality": ("产品质量", "Product quality", "工业产品质量"),
        "certification": ("认证认可", "Certification", "认证"),
        "inspection_testing": ("检验检测", "Testing"),
        "standards": ("标准化", "Standards", "标准"),
        "price": ("价格", "Prices", "价格监管"),
        "advertising": ("广告", "Advertising"),
        "intellectual_property": ("知识产权", "Intellectual property", "商标", "专利"),
        "online_trade": ("网络交易", "Online trade", "电子商务"),
        "accounting": ("财务会计", "Accounting", "财务", "会计"),
        "law": ("法律", "Law", "法制"),
    },
)

RECUSAL_WORDS = CodeWords(
    name="recusal reason",
    words={
        "interest": ("利害关系", "Interest", "有利害关系", "经济利益"),
        "kin": ("近亲属", "Kin", "亲属", "亲属关系"),
        "former_employer": ("原工作单位", "Former employer", "曾任职", "任职经历"),
        "objection": ("当事人申请回避", "Objection of the firm", "当事人申请", "申请回避"),
        "other": ("其他", "Other", "其它"),
    },
)

CODE_SETS = (
    OBJECT_TYPE_WORDS,
    FIRM_STATUS_WORDS,
    EVENT_KIND_WORDS,
    ITEM_KIND_WORDS,
    ITEM_METHOD_WORDS,
    RESULT_WORDS,
    MEASURE_WORDS,
    SPECIALITY_WORDS,
    RECUSAL_WORDS,
)
