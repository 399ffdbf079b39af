"""What a password must be, in the words the page shows, and one-time passwords an administrator hands over."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

RULES = ("至少10位", "不是纯数字，也不是常见密码", "不含账号、姓名、手机号、单位名")
# No 0 o 1 l i: it is read out over the phone or copied from a slip of paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_WORDS = {
    "password_too_short": "密码太短，至少要10位",
    "password_entirely_numeric": "密码不能是纯数字，请加上字母",
    "password_too_common": "这个密码太常见，请换一个",
    "password_too_similar": "密码不能和账号、姓名、单位名相近",
}


def one_time_password() -> str:
    """A password for one use: three groups of four, 59 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def check_password_rules(password: str, user) -> None:
    """ValidationError with Chinese text where `password` breaks a rule for `user`."""
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise ValidationError([_WORDS.get(error.code, error.message) for error in refusal.error_list]) from None
    if any(part in password.lower() for part in _personal_parts(user)):
        raise ValidationError("密码里不能有账号、姓名、手机号、单位名")


def _personal_parts(user) -> list[str]:
    """What colleagues know about the person, in lower case; of two characters only where they are Chinese."""
    parts = [user.username, user.full_name, user.title, user.unit_name, user.phone.plain if user.phone else ""]
    return [part.lower() for part in parts if len(part) > 2 or (len(part) == 2 and not part.isascii())]
