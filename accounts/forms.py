"""Forms of the sign-in and password pages."""

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError

from accounts.backends import account_name
from accounts.lockout import lock_length, tries_left
from accounts.passwords import check_password_rules


class SignInForm(forms.Form):
    """Name or phone and password; `user` holds the account once valid."""

    username = forms.CharField(label="账号或手机号", max_length=150, error_messages={"required": "请填写账号或手机号"})
    password = forms.CharField(label="密码", max_length=256, strip=False, error_messages={"required": "请填写密码"})
    keep = forms.BooleanField(label="这是我自己的手机，30天内不用再登录", required=False)

    def __init__(self, request, data=None):
        super().__init__(data)
        self.request = request
        self.user = None

    def clean(self):
        """Ask the backends; a wrong password says how many tries are left."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        name = account_name(cleaned["username"])
        self.user = authenticate(self.request, username=name, password=cleaned["password"])
        if self.user is None:
            minutes = int(lock_length().total_seconds() // 60)
            left = tries_left(self.request)
            self.add_error("password", f"账号或密码不对，还可以试{left}次。用完会锁定{minutes}分钟。")
        return cleaned


class PasswordForm(forms.Form):
    """A new password typed twice. The present one is asked for unless it was somebody else's making."""

    present = forms.CharField(
        label="现在的密码", max_length=256, strip=False, error_messages={"required": "请填写现在的密码"}
    )
    new = forms.CharField(label="新密码", max_length=256, strip=False, error_messages={"required": "请填写新密码"})
    again = forms.CharField(
        label="再输一遍", max_length=256, strip=False, error_messages={"required": "请再输一遍新密码"}
    )

    def __init__(self, user, data=None):
        super().__init__(data)
        self.user = user
        if user.must_change_password:
            del self.fields["present"]

    def clean_present(self):
        """The present password, checked."""
        present = self.cleaned_data["present"]
        if not self.user.check_password(present):
            raise ValidationError("现在的密码不对")
        return present

    def clean_new(self):
        """A password that keeps the rules and is not the present one."""
        new = self.cleaned_data["new"]
        check_password_rules(new, self.user)
        if self.user.check_password(new):
            raise ValidationError("请换一个和现在不同的密码")
        return new

    def clean_again(self):
        """The same text once more."""
        again = self.cleaned_data["again"]
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise ValidationError("两次输入的不一样，请核对")
        return again
