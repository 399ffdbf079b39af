"""Areas, organizations, posts and postings in the administration. Nothing is deleted: rows are ended."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from audit.admin import AuditedAdmin
from grids.models import Area, Organization, Post, Posting
from grids.permissions import Ability


class _KeptAdmin(AuditedAdmin):
    """Rows that other rows name: added and changed, never deleted; `fixed` columns stay as they were entered."""

    fixed: tuple[str, ...] = ()

    def get_readonly_fields(self, request, obj=None):
        """What identifies a row is entered once."""
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))

    def has_delete_permission(self, request, obj=None) -> bool:
        """Never: rows are ended or put out of use."""
        return False


@admin.register(Area)
class AreaAdmin(_KeptAdmin):
    """Read mostly: codes and names come with the ground and change by reorganization, not here."""

    list_display = ["code", "full_name", "level", "kind", "in_service", "demonstration", "valid_from", "valid_to"]
    list_filter = ["level", "in_service", "kind"]
    search_fields = ["code__startswith", "full_name"]
    ordering = ["code"]
    fields = [
        "code",
        "level",
        "name",
        "full_name",
        "kind",
        "phone",
        "in_service",
        "demonstration",
        "valid_from",
        "valid_to",
    ]
    fixed = ("code", "level", "name", "full_name", "demonstration", "valid_from", "valid_to")

    def has_add_permission(self, request) -> bool:
        """Areas come with the ground."""
        return False


@admin.register(Organization)
class OrganizationAdmin(_KeptAdmin):
    """Bodies that hold cases or employ people; put out of use with 在用."""

    list_display = ["name", "code", "kind", "area", "takes_cases", "active"]
    list_select_related = ["area"]
    list_filter = ["kind", "takes_cases", "active"]
    search_fields = ["code", "name"]
    ordering = ["order", "code"]
    autocomplete_fields = ["area"]
    fixed = ("code",)


class PostForm(forms.ModelForm):
    """A post with its abilities as boxes to tick."""

    grants = forms.MultipleChoiceField(
        label="权限", choices=Ability.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Post
        fields = ["code", "name", "level", "order", "grants"]


@admin.register(Post)
class PostAdmin(_KeptAdmin):
    """Kinds of posts and what they allow. A change counts at once for everybody on the post."""

    form = PostForm
    list_display = ["name", "level", "abilities"]
    list_filter = ["level"]
    ordering = ["level", "order"]
    search_fields = ["code", "name"]
    fixed = ("code",)

    @admin.display(description="权限")
    def abilities(self, post) -> str:
        """The abilities by name."""
        return "、".join(Ability(grant).label for grant in post.grants if grant in Ability)


class PostingForm(forms.ModelForm):
    """A posting whose dates and places make sense; the database holds the same rules."""

    class Meta:
        model = Posting
        fields = ["user", "post", "area", "unit", "valid_from", "valid_to", "stand_in", "leave_from", "leave_to"]

    def clean(self):
        """Say in words what does not fit."""
        cleaned = super().clean()
        kept = {name: getattr(self.instance, name) for name in self.Meta.fields if name not in self.fields}
        for name, broken, why in _broken(kept | cleaned):
            if broken and name in self.fields:
                self.add_error(name, ValidationError(why))
        return cleaned


def _broken(row: dict) -> list[tuple[str, bool, str]]:
    """(field, whether it is wrong, why) for every rule of a posting."""
    post, area = row.get("post"), row.get("area")
    leave = (row.get("leave_from"), row.get("leave_to"))
    begins, ends = row.get("valid_from"), row.get("valid_to")
    return [
        ("area", not area and not row.get("unit"), "区域和单位至少填一项。"),
        ("area", bool(post and post.level and area) and area.level != post.level, "区域的层级和岗位的层级不一致。"),
        ("valid_to", bool(begins and ends) and ends < begins, "卸任日期不能早于任职日期。"),
        ("leave_to", any(leave) and not all(leave), "请假起止日期要一起填。"),
        ("leave_to", all(leave) and leave[1] < leave[0], "请假结束不能早于开始。"),
        ("stand_in", bool(row.get("stand_in")) and row.get("stand_in") == row.get("user"), "替岗人不能是本人。"),
    ]


@admin.register(Posting)
class PostingAdmin(_KeptAdmin):
    """Who serves where, from when to when, and who stands in. Ended by 卸任日期."""

    form = PostingForm
    list_display = ["user", "post", "area", "unit", "valid_from", "valid_to", "stand_in", "leave_from", "leave_to"]
    list_select_related = ["user", "post", "area", "unit", "stand_in"]
    list_filter = ["post"]
    search_fields = ["user__full_name", "user__username", "area__code__startswith", "area__full_name", "unit__name"]
    ordering = ["-id"]
    date_hierarchy = "valid_from"
    autocomplete_fields = ["user", "area", "unit", "stand_in"]
    fixed = ("user", "post", "area", "unit")
