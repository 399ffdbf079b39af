"""The sheet of micro-wishes: tried first, written whole or not at all, the same again changes nothing."""

import pytest

from conftest import GRID
from grids.tests.test_sheets import check, faults, write
from wishes.models import Wish
from wishes.sheets import WishSheet

pytestmark = pytest.mark.django_db
GLASSES = {
    "类型": "实物", "街道": "北大街道", "社区": "新村社区", "网格": "第三网格", "住址": "第一食品厂家属院3号楼2单元501", "称呼": "刘阿姨",
    "手机号": "13800001234", "来源": "电话", "心愿": "想要一副老花镜",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_rows_become_wishes_to_be_reviewed_and_the_same_again_changes_nothing(chen):
    rows = [GLASSES, GLASSES | {"心愿": "一根拐杖"}, GLASSES | {"原编号": "2026-017"}]
    first = check(WishSheet, chen, *rows)
    assert not Wish.objects.exists() and first.result["new"] == 3
    assert write(chen, first) == {"new": 3, "changed": 0, "unchanged": 0}
    wish = Wish.objects.order_by("pk").first()
    assert (wish.area_id, wish.channel, wish.status, wish.created_by) == (GRID, "phone", "pending", chen)
    assert wish.phone.plain == "13800001234"
    assert check(WishSheet, chen, *rows).result["unchanged"] == 3


def test_one_wrong_row_and_nothing_is_written(chen):
    rows = [
        GLASSES,
        GLASSES | {"手机号": "1380000123", "心愿": "拐杖"},
        GLASSES | {"替谁提": "孩子", "心愿": "台灯"},
        GLASSES | {"类型": "现金", "心愿": "钱"},
        GLASSES,
        GLASSES | {"街道": "丁庄街道", "社区": "丁庄社区", "网格": "", "心愿": "收音机"},
    ]
    job = check(WishSheet, chen, *rows)
    assert faults(job) == {
        (3, "手机号", "少1位"),
        (4, "监护人同意", "孩子的心愿须由监护人同意后提出"),
        (5, "类型", "没有这个选项"),
        (6, "心愿", "与第2行重复"),
        (7, "社区", "不在你负责的范围"),
    }
    assert not Wish.objects.exists() and job.result["refused"] == 5
