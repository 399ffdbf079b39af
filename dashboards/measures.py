"""The measures of 双认识, 双信任 and 双认同 and how much each counts by default. Pure: no queries, no clock.

Process measures say what was done, outcome measures what came of it. What the portal does not record yet stands here
too, with weight, and is shown as 暂无数据: a dimension is the weighted mean of the measures there are figures for.
"""

from dataclasses import dataclass

from django.db import models


class Dimension(models.TextChoices):
    """The three pairs of the district's account."""

    KNOW = "know", "双认识"
    TRUST = "trust", "双信任"
    AGREE = "agree", "双认同"


@dataclass(frozen=True)
class Measure:
    """One share of a dimension; `outcome` tells a result from an effort."""

    code: str
    dimension: Dimension
    name: str
    definition: str
    weight: int
    outcome: bool = False


_D = Dimension
MEASURES = (
    Measure("visited", _D.KNOW, "走访覆盖", "期间至少见过一次面的户 ÷ 现住户", 40),
    Measure("joint", _D.KNOW, "同行走访", "有单位或下派干部同行的见面走访 ÷ 见面走访", 20),
    Measure("cards", _D.KNOW, "服务牌发放", "领到服务牌的户 ÷ 现住户", 0),
    Measure("knows", _D.KNOW, "认识网格长", "走访时答“认识” ÷ 回答了这一问", 40, outcome=True),
    Measure("in_time", _D.TRUST, "按期办结率", "期限内答复办结的事项 ÷ 已答复的事项", 35),
    Measure("wishes", _D.TRUST, "微心愿实现", "期间提出且已实现的微心愿 ÷ 期间提出的微心愿", 15),
    Measure("disputes", _D.TRUST, "矛盾纠纷化解", "期间达成协议 ÷ 期间有结果的矛盾纠纷", 0),
    Measure("solved", _D.TRUST, "解决率", "（已解决＋½部分解决）÷ 说了是否解决的事项", 50, outcome=True),
    Measure("bodies", _D.AGREE, "业委会（物管会）组建", "有在任业委会或物管会的小区 ÷ 小区", 25),
    Measure("consultations", _D.AGREE, "协商议事", "形成决定的协商 ÷ 开展的协商", 0),
    Measure("served", _D.AGREE, "“5＋3”岗位在任", "在任人数 ÷ 应有人数", 25, outcome=True),
    Measure("content", _D.AGREE, "满意率", "满意和基本满意 ÷ 作出评价的事项", 50, outcome=True),
)
BY_DIMENSION = {dimension: [m for m in MEASURES if m.dimension == dimension] for dimension in Dimension}
