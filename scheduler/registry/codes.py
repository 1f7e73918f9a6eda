"""Code sets of the register and the lists. Stores and records hold codes; words for people come from the catalogues."""

from __future__ import annotations

from enum import StrEnum


class ObjectType(StrEnum):
    """Kind of inspection object 检查对象类型 (regulation, section 3)."""

    ENTERPRISE = "enterprise"  # 企业
    INDIVIDUAL = "individual"  # 个体工商户
    COOPERATIVE = "cooperative"  # 农民专业合作社
    REPRESENTATIVE = "representative"  # 外国企业常驻代表机构
    OTHER = "other"  # 其他: on the register, in no task's range unless named


class FirmStatus(StrEnum):
    """Registration status 登记状态."""

    OPERATING = "operating"  # 存续（在营、开业、在册）
    SUSPENDED = "suspended"  # 歇业
    REVOKED = "revoked"  # 吊销，未注销
    DEREGISTERED = "deregistered"  # 注销
    MOVED_OUT = "moved_out"  # 迁出


class ItemKind(StrEnum):
    """Kind of inspection item 事项类别 (国市监信〔2019〕38号, 二(一))."""

    GENERAL = "general"  # 一般检查事项
    KEY = "key"  # 重点检查事项


class ItemMethod(StrEnum):
    """Way of inspecting 检查方式."""

    ON_SITE = "on_site"  # 现场检查
    WRITTEN = "written"  # 书面检查
    ONLINE = "online"  # 网络监测


class RoundKind(StrEnum):
    """Kind of draw 抽查类型 (企业公示信息抽查办法 第五条); an external list is not verifiable here."""

    OPEN = "open"  # 不定向
    TARGETED = "targeted"  # 定向
    EXTERNAL = "external"  # 上级抽取


class DrawStatus(StrEnum):
    """State of one attempt to draw a round."""

    COMMITTED = "committed"  # 已承诺
    DRAWN = "drawn"  # 已抽取
    VOIDED = "voided"  # 已作废: stays on record with its reason


class EventKind(StrEnum):
    """Dated events 信用事件 that the credit-risk indicators read; `ended_on` is the day a listing was lifted."""

    ABNORMAL_LISTING = "abnormal_listing"  # 列入经营异常名录
    UNREACHABLE_LISTING = "unreachable_listing"  # 因通过登记的住所无法联系列入经营异常名录
    SERIOUS_DISHONESTY = "serious_dishonesty"  # 列入严重违法失信名单
    FALSE_REGISTRATION = "false_registration"  # 提交虚假材料取得登记
    PENALTY = "penalty"  # 行政处罚 (amount: yuan)
    JUDGMENT_DEFAULTER = "judgment_defaulter"  # 失信被执行人
    LAWSUIT = "lawsuit"  # 诉讼
    COMPLAINT = "complaint"  # 投诉举报 12315/12345
    NEGATIVE_NEWS = "negative_news"  # 负面舆情
    LATE_ANNUAL_REPORT = "late_annual_report"  # 年报逾期
    CHANGE_LEGAL_REPRESENTATIVE = "change_legal_representative"  # 法定代表人变更
    CHANGE_ADDRESS = "change_address"  # 住所变更
    CHANGE_NAME = "change_name"  # 名称变更
    CHANGE_SCOPE = "change_scope"  # 经营范围变更
    LICENCE_EXPIRED = "licence_expired"  # 许可证过期或失效
    EQUITY_PLEDGE = "equity_pledge"  # 股权出质
    EQUITY_FREEZE = "equity_freeze"  # 股权冻结
    ASSOCIATE_SANCTIONED = "associate_sanctioned"  # 关联企业被吊销、列异、处罚或失信
    CREDIT_REPAIR = "credit_repair"  # 信用修复
    INSPECTION_CLEAN = "inspection_clean"  # 抽查未发现问题
    INSPECTION_PROBLEM = "inspection_problem"  # 抽查发现问题
    INSPECTION_REFUSED = "inspection_refused"  # 不配合检查情节严重


class ResultCategory(StrEnum):
    """Result categories 检查结果, several per item may hold (regulation, section 5)."""

    NO_PROBLEM = "no_problem"  # 未发现问题
    NOT_PUBLISHED = "not_published"  # 未按规定公示应当公示的信息
    FALSE_PUBLICATION = "false_publication"  # 公示信息隐瞒真实情况、弄虚作假
    UNREACHABLE = "unreachable"  # 通过登记的住所（经营场所）无法联系
    ORDERED_TO_CORRECT = "ordered_to_correct"  # 发现问题已责令改正
    REFUSED = "refused"  # 不配合检查情节严重
    NO_ACTIVITY = "no_activity"  # 未发现开展本次抽查涉及的经营活动
    PENDING = "pending"  # 发现问题待后续处理


class Measure(StrEnum):
    """Follow-up measures 后续处理措施 after a finding."""

    ORDER = "order"  # 责令改正
    RECHECK = "recheck"  # 复查
    CASE = "case"  # 立案查处
    TRANSFER = "transfer"  # 移送有关部门
    LISTING = "listing"  # 列入经营异常名录
    OTHER = "other_measure"  # 其他


OBJECT_TYPES = tuple(ObjectType)
FIRM_STATUSES = tuple(FirmStatus)
EVENT_KINDS = tuple(EventKind)
RESULT_CATEGORIES = tuple(ResultCategory)
UNKNOWN_DISTRICT = "unknown"  # 未定: the register does not tell the district
