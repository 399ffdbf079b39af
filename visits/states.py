"""The vocabulary of visits, and what becomes of an opinion. Pure: no queries, no clock."""

from datetime import time

from django.db import models


class Outcome(models.TextChoices):
    """What happened at the door."""

    MET = "met", "已见面"
    ABSENT = "absent", "家中无人"
    PHONED = "phoned", "电话联系"
    NOT_NOW = "not_now", "暂不便"
    MOVED = "moved", "已搬走"
    VACANT = "vacant", "空置"
    WRONG = "wrong", "地址有误"


# Somebody of the household was spoken to: the interval starts anew.
REACHED = (Outcome.MET, Outcome.PHONED)
# The register says something else than the door: the community looks at it.
AT_ODDS = (Outcome.MOVED, Outcome.VACANT, Outcome.WRONG)


class Way(models.TextChoices):
    """How the household was reached."""

    HOME = "home", "入户"
    PHONE = "phone", "电话"
    WECHAT = "wechat", "微信"
    NOTICE = "notice", "公告"
    TALK = "talk", "座谈"


class Part(models.TextChoices):
    """A part of the day, for those who write in the evening and for the next try."""

    MORNING = "morning", "上午"
    AFTERNOON = "afternoon", "下午"
    EVENING = "evening", "晚上"


# The hour a visit written down later is dated with: the middle of its part of the day.
HOUR_OF = {Part.MORNING: time(10), Part.AFTERNOON: time(16), Part.EVENING: time(19, 30)}


def part_of(moment: time) -> Part:
    """The part of the day a local time lies in."""
    if moment < time(12):
        return Part.MORNING
    return Part.AFTERNOON if moment < time(18) else Part.EVENING


def another_part(tried: Part) -> Part:
    """When to try a door next that nobody opened in this part of the day: most people are home in the evening."""
    return Part.EVENING if tried != Part.EVENING else Part.MORNING


class Handling(models.TextChoices):
    """What the visitor makes of something heard."""

    RECORD = "record", "只记录"
    REFER = "refer", "交社区定"
    CASE = "case", "立为事项"
    WISH = "wish", "微心愿"


class OpinionState(models.TextChoices):
    """What became of something left to the community."""

    NONE = "", "不用定"
    WAITING = "waiting", "待社区定"
    CASE = "case", "已立为事项"
    WISH = "wish", "已列为微心愿"
    CONSULTATION = "consultation", "拟协商"
    NOTHING = "nothing", "不办理"


class Told(models.TextChoices):
    """What was said about something under way."""

    PROGRESS = "progress", "已告知进度"
    SOLVED = "solved", "居民认可已解决"


class SubmissionState(models.TextChoices):
    """Where a record sent by a phone stands. It is received in every one of them."""

    RECEIVED = "received", "已收下"
    PROCESSED = "processed", "已记入"
    REVIEW = "review", "待核对"
    SETTLED = "settled", "已核对"


class Settlement(models.TextChoices):
    """How a record that did not fit is settled by a person. What was sent is kept in every case."""

    RECORD = "record", "照记"
    OTHER = "other", "记到另一户"
    LATER = "later", "用后收到的"
    BOTH = "both", "两次都算"
    FIRST = "first", "用先收到的"
    DROP = "drop", "不记"
