"""Invented names: of people, of compounds, of units. Common words put together by chance; none is meant."""

from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_MEN = "建国志强海涛永军俊峰振华国庆文斌德胜宏伟晓东家栋长林新民玉山保成"  # two characters each
_WOMEN = "丽娟秀英海燕春梅慧敏红霞雪梅玉兰桂芳淑珍晓静爱华凤琴素云巧玲月娥"
_CHILDREN = "子轩梓涵浩然欣怡雨桐俊杰诗琪宇航思远佳琪"
_ESTATES = (
    "幸福", "和平", "阳光", "春风里", "金桂", "翠竹", "安康", "祥和", "向阳", "锦园",
    "槐荫", "柳岸", "梧桐里", "丰乐",
)  # fmt: skip
_WORKS = (
    "机械厂", "百货公司", "供销社", "五交化", "棉麻公司", "印刷厂", "农机厂", "粮食系统",
    "搪瓷厂", "副食品公司", "木器厂", "化肥厂", "水泵厂", "针织厂",
)  # fmt: skip
_LANES = ("健康巷", "仓库巷", "槐树巷", "学堂巷", "染坊巷", "井台巷", "后坑沿", "东马道")
PROPERTY_COMPANIES = ("甲示范物业", "乙示范物业", "丙示范物业", "丁示范物业")
# Departments every district has; together with those of the ground they are the 48 units of the district's account.
UNITS = (
    "区委办机要室", "区委宣传部", "区委统战部", "区委政法委", "区委编办", "区委党校", "区人大办", "区政协办",
    "区总工会", "团区委", "区妇联", "区残联", "区工商联", "区科协", "区文联", "区红十字会",
    "区档案馆", "区发改委", "区财政局", "区审计局", "区统计局", "区商务局", "区工信局", "区农业农村局",
    "区文广旅局", "区退役军人事务局", "区医保局", "区交通局", "区自然资源所", "区生态环境所", "区税务所", "区法院",
    "区检察院", "区机关事务中心", "区融媒体中心", "区投资促进中心", "区城投公司", "区供销合作社", "区粮储中心", "区体育中心",
)  # fmt: skip


def person(rng: Random, *, sex: int = 0, surname: str = "", child: bool = False) -> str:
    """A name; `sex` as GB/T 2261.1, of a child where `child`."""
    given = _CHILDREN if child else _MEN if sex == 1 else _WOMEN if sex == 2 else rng.choice((_MEN, _WOMEN))
    at = 2 * rng.randrange(len(given) // 2)
    return (surname or rng.choice(SURNAMES)) + given[at : at + 2]


def compound(rng: Random, kind: str) -> str:
    """A name of a compound of this kind, so common that it names no place."""
    if kind == "estate":
        return rng.choice(_ESTATES) + rng.choice(("小区", "花园", "小区", "苑小区"))
    if kind == "work_unit":
        return rng.choice(_WORKS) + rng.choice(("家属院", "家属院", "东家属院", "西家属院"))
    return f"{rng.choice(_LANES)}{rng.randrange(1, 60)}号院"
