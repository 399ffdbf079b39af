"""Who may do what: a posting carries a post, a post grants abilities. Views ask for abilities, services ask nothing."""

from django.db import models

from grids.scope import postings_of


class Ability(models.TextChoices):
    """What a post allows its holder to do."""

    REGISTER = "register", "登记事项"
    HANDLE = "handle", "办理事项"
    TRIAGE = "triage", "分派事项"
    APPROVE = "approve", "审批延期、挂账、不予受理"
    REVEAL = "reveal", "查看联系方式"
    IMPORT = "import", "导入事项"
    COLLECT = "collect", "区级汇总研判"
    HAND_OUT = "hand_out", "交办和督办"
    EXPORT = "export", "导出台账"
    HOUSEHOLDS = "households", "查看住户"
    KEEP_HOUSEHOLDS = "keep_households", "登记和修改住户"
    CARE = "care", "查看和设置关爱标签"
    KEEP_GROUND = "keep_ground", "维护楼院、组织和服务点"
    POSTS = "posts", "安排岗位、交接和选任"
    WISHES = "wishes", "审核和安排微心愿"
    VISIT = "visit", "走访"
    PLAN_VISITS = "plan_visits", "安排走访、核对记录、处理社情民意"
    UNMASK = "unmask", "导出完整的联系方式"


# Whoever works on a piece of ground reads its places; units that only take cases do not.
READS_GROUND = (Ability.REGISTER, Ability.HAND_OUT, Ability.KEEP_GROUND)


def abilities_of(user, at=None) -> frozenset[str]:
    """All abilities the user's current postings grant, stand-ins included; empty for a user without a posting."""
    return frozenset(ability for posting in postings_of(user, at) for ability in posting.post.grants)
