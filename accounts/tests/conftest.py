"""Accounts to sign in with."""

import pytest

from accounts.models import User

PASSWORD = "xincun-0321-lu"


@pytest.fixture
def worker(db) -> User:
    """A grid worker who chose a password already."""
    user = User(
        username="wangwg03", full_name="王建国", title="王网格员", unit_name="新村社区", must_change_password=False
    )
    user.take_phone("13800001234")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def newcomer(db) -> User:
    """Somebody whose password an administrator made."""
    return User.objects.create_user("zhaojd01", password=PASSWORD, full_name="赵敏", title="赵主任")


@pytest.fixture
def administrator(db) -> User:
    """Who opens accounts."""
    return User.objects.create_superuser("guanli", password=PASSWORD, full_name="管理员", must_change_password=False)
