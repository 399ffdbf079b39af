"""Sign-in by user name or mobile number."""

from django.contrib.auth.backends import ModelBackend

from accounts.models import User, index_of_phone


def account_name(typed: str) -> str:
    """The one name under which tries are counted: the account's user name, whichever way it was typed.

    An unknown phone number becomes a fingerprint, so that lock-out rows and logs never hold a number.
    """
    typed = typed.strip()[:150]
    user = User.objects.typed(typed)
    if user is not None:
        return user.username
    try:
        return f"phone-{index_of_phone(typed).hex()}"
    except ValueError:
        return typed


class NameOrPhoneBackend(ModelBackend):
    """Checks the password of the account with that name or phone. Unknown names cost as much time as known ones."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        """The user, or None."""
        if not username or password is None:
            return None
        user = User.objects.typed(username)
        if user is None:
            User().set_password(password)
            return None
        fits = user.check_password(password)
        return user if fits and self.user_can_authenticate(user) else None
