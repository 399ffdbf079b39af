"""The administrator sees whether records were lost, as a number, and nothing about people."""

import pytest

from visits.admin_sync import totals
from visits.tests.test_sync import phone, record, send

__all__ = ["phone"]


def test_the_administrator_sees_the_numbers_and_nobody(client, phone, make_household, admin_user):
    home = make_household()
    for seq in (1, 2, 5):
        send(phone, record(home, seq=seq))
    found = dict(totals())
    assert (found["收到的记录"], found["缺号：手机编了号、没有收到的"], found["有缺号的手机"]) == (3, 2, 1)
    phone.force_login(admin_user)
    page = phone.get("/admin/visits/device/").content.decode()
    assert "缺号" in page and "王网格员" not in page and "王建新" not in page


@pytest.mark.parametrize("action", ["add/", "1/change/", "1/delete/"])
def test_nobody_edits_phones(client, admin_user, action):
    client.force_login(admin_user)
    assert client.get(f"/admin/visits/device/{action}").status_code in (302, 403, 404)
