"""Accounts and keys in the administration. Passwords and keys appear once, on the page that made them."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers

from accounts import services
from accounts.models import ApiKey, User, index_of_phone
from common.errors import DomainError

_RIGHTS = ("is_staff", "is_superuser", "groups")


def _shown_once(request, model_admin, title: str, rows: list[tuple[str, str]]) -> TemplateResponse:
    """A page with secrets that exist nowhere else; browsers do not keep it."""
    context = {**model_admin.admin_site.each_context(request), "title": title, "rows": rows, "opts": model_admin.opts}
    answer = TemplateResponse(request, "accounts/shown_once.html", context)
    add_never_cache_headers(answer)
    return answer


class UserForm(forms.ModelForm):
    """An account without its password; the phone is written, never read."""

    new_phone = forms.CharField(
        label="手机号", required=False, help_text="填写即登记或替换，留空不变。页面上从不显示完整号码。"
    )

    class Meta:
        model = User
        fields = ["username", "full_name", "title", "unit_name", "email", "is_active", *_RIGHTS]

    def clean_new_phone(self) -> str:
        """A mobile number nobody else's account has."""
        phone = self.cleaned_data["new_phone"]
        if not phone:
            return ""
        try:
            index = index_of_phone(phone)
        except ValueError as refusal:
            raise ValidationError(str(refusal)) from None
        if User.objects.filter(phone_index=index).exclude(pk=self.instance.pk).exists():
            raise ValidationError("这个手机号已有账号")
        return phone


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Opens accounts with a one-time password and resets forgotten ones."""

    form = UserForm
    list_display = ["username", "full_name", "title", "unit_name", "masked_phone", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff", "must_change_password"]
    search_fields = ["username", "full_name", "unit_name"]
    readonly_fields = ["masked_phone", "must_change_password", "last_login"]
    filter_horizontal = ["groups"]
    actions = ["reset_passwords"]

    @admin.display(description="现有手机号")
    def masked_phone(self, user) -> str:
        """138****1234."""
        return str(user.phone) if user.phone else "—"

    def get_readonly_fields(self, request, obj=None):
        """Rights are given by superusers only."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, *_RIGHTS]

    def has_change_permission(self, request, obj=None) -> bool:
        """A superuser's account is changed by superusers only."""
        return super().has_change_permission(request, obj) and not _above(request, obj)

    def has_delete_permission(self, request, obj=None) -> bool:
        """Accounts are ended by 有效, never deleted: records name them."""
        return False

    def save_model(self, request, obj, form, change) -> None:
        """Through the services, so that it is audited."""
        phone = form.cleaned_data["new_phone"]
        if not change:
            request.one_time_password = services.open_account(obj, phone=phone, by=request.user)
            return
        super().save_model(request, obj, form, change)
        if phone:
            services.change_phone(obj, phone=phone, by=request.user)

    def response_add(self, request, obj, post_url_continue=None):
        """The one-time password, once."""
        return _shown_once(
            request, self, "一次性密码", [(f"{obj.full_name}（{obj.username}）", request.one_time_password)]
        )

    @admin.action(description="重置密码，生成一次性密码", permissions=["change"])
    def reset_passwords(self, request, queryset):
        """New one-time passwords for the chosen accounts."""
        users = [user for user in queryset.order_by("username") if not _above(request, user)]
        rows = [
            (f"{user.full_name}（{user.username}）", services.reset_password(user, by=request.user)) for user in users
        ]
        return _shown_once(request, self, "一次性密码", rows)


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Issues and revokes keys of other systems."""

    fields = ["user", "name"]
    list_display = ["name", "prefix", "user", "created_at", "last_used_at", "revoked_at"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    actions = ["revoke"]

    def has_change_permission(self, request, obj=None) -> bool:
        """A key is issued and revoked, never changed; the list stays open to those who may change keys."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None) -> bool:
        """Revoked keys stay on record."""
        return False

    def get_form(self, request, obj=None, change=False, **kwargs):
        """The form, which refuses keys for accounts above one's own."""
        form = super().get_form(request, obj, change, **kwargs)
        if "user" in form.base_fields and not request.user.is_superuser:
            form.base_fields["user"].queryset = User.objects.filter(is_superuser=False)
        return form

    def save_model(self, request, obj, form, change) -> None:
        """Issue the key; its text lives in this request only."""
        key, request.key_text = services.issue_api_key(obj.user, name=obj.name, by=request.user)
        obj.pk = key.pk

    def response_add(self, request, obj, post_url_continue=None):
        """The key, once."""
        return _shown_once(request, self, "接口密钥", [(obj.name, request.key_text)])

    @admin.action(description="作废", permissions=["change"])
    def revoke(self, request, queryset):
        """End the chosen keys."""
        for key in queryset:
            try:
                services.revoke_api_key(key, by=request.user)
            except DomainError as refusal:
                messages.warning(request, f"{key}：{refusal.message}")


def _above(request, user) -> bool:
    """True where `user` is a superuser and the administrator is not."""
    return user is not None and user.is_superuser and not request.user.is_superuser
