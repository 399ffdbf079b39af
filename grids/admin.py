"""Areas, organizations, posts and postings in the administration. Nothing is deleted: rows are ended."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from audit.admin import AuditedAdmin
from common.errors import DomainError
from grids.models import Amendment, Area, Compound, Organization, Post, Posting, Standard, StandardItem
from grids.permissions import Ability
from grids.services.postings import clean_office_phone


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
    autocomplete_fields = ["area", "parent"]
    fixed = ("code",)


class _SeenAdmin(AuditedAdmin):
    """Rows changed on the staff pages, where a change keeps what it was; here they are only looked at."""

    def has_add_permission(self, request) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        """Never."""
        return False


@admin.register(Compound)
class CompoundAdmin(_SeenAdmin):
    """Where people live."""

    list_display = ["name", "area", "kind", "management", "is_old", "demonstration", "valid_to"]
    list_select_related = ["area"]
    list_filter = ["kind", "management", "is_old"]
    search_fields = ["name", "aliases", "address", "area__code__startswith"]
    ordering = ["area", "name"]


@admin.register(Amendment)
class AmendmentAdmin(_SeenAdmin):
    """What was changed on the ground, and what it was before."""

    list_display = ["at", "subject_kind", "subject_id", "field", "before", "after", "by_id"]
    list_filter = ["subject_kind"]
    search_fields = ["=subject_id"]
    search_help_text = "对象编号，写全"
    ordering = ["-id"]


@admin.register(Standard)
class StandardAdmin(_KeptAdmin):
    """What a service centre is measured against, and how many centres it must count."""

    list_display = ["name", "setting", "havings", "centres"]
    search_fields = ["name"]
    ordering = ["code"]
    fixed = ("code", "setting")


@admin.register(StandardItem)
class StandardItemAdmin(_KeptAdmin):
    """Lines of a checklist. Write the settled words over a placeholder; retire a line that no longer counts."""

    list_display = ["standard", "kind", "order", "name", "is_placeholder", "retired_date"]
    list_select_related = ["standard"]
    list_filter = ["standard", "kind", "is_placeholder"]
    search_fields = ["name"]
    ordering = ["standard", "kind", "order"]
    fixed = ("standard", "kind")


class PostForm(forms.ModelForm):
    """A post with its abilities as boxes to tick."""

    grants = forms.MultipleChoiceField(
        label="权限", choices=Ability.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    compound_kinds = forms.MultipleChoiceField(
        label="设在哪类小区",
        choices=Compound.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不勾选表示各类小区都设",
    )

    class Meta:
        model = Post
        fields = [
            "code", "name", "family", "seat", "level", "setting", "compound_kinds", "establishment", "order",
            "is_selected", "is_public", "grants",
        ]  # fmt: skip

    def clean(self):
        """A level is what an area post has, and only that."""
        cleaned = super().clean()
        seat, level = cleaned.get("seat", self.instance.seat), cleaned.get("level", self.instance.level)
        if "level" in self.fields and (seat == Post.Seat.AREA) != bool(level):
            self.add_error("level", ValidationError("设在区域上的岗位要选层级，其他岗位不选。"))
        return cleaned


@admin.register(Post)
class PostAdmin(_KeptAdmin):
    """Kinds of posts and what they allow. A change counts at once for everybody on the post."""

    form = PostForm
    list_display = ["name", "family", "seat", "level", "establishment", "is_selected", "abilities"]
    list_filter = ["family", "seat", "level"]
    ordering = ["family", "level", "order"]
    search_fields = ["code", "name"]
    fixed = ("code", "seat")

    @admin.display(description="权限")
    def abilities(self, post) -> str:
        """The abilities by name."""
        return "、".join(Ability(grant).label for grant in post.grants if grant in Ability)


class PostingForm(forms.ModelForm):
    """A posting whose dates and places make sense; the database holds the same rules."""

    class Meta:
        model = Posting
        fields = [
            "user", "post", "area", "unit", "compound", "building", "entrance", "office_phone", "hours", "valid_from",
            "valid_to", "stand_in", "leave_from", "leave_to",
        ]  # fmt: skip

    def clean_office_phone(self) -> str:
        """An office number; no private mobile."""
        try:
            return clean_office_phone(self.cleaned_data["office_phone"])
        except DomainError as refusal:
            raise ValidationError(refusal.message) from None

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
        ("area", not area and not row.get("unit") and not row.get("compound"), "区域、单位、小区至少填一项。"),
        ("area", bool(area and row.get("compound")), "设在小区、楼栋、单元上的任职不填区域。"),
        ("area", bool(post and post.level and area) and area.level != post.level, "区域的层级和岗位的层级不一致。"),
        ("building", _outside(row.get("building"), "compound_id", row.get("compound")), "楼栋要在所选的小区里。"),
        ("entrance", _outside(row.get("entrance"), "building_id", row.get("building")), "单元要在所选的楼栋里。"),
        ("valid_to", bool(begins and ends) and ends < begins, "卸任日期不能早于任职日期。"),
        ("leave_to", any(leave) and not all(leave), "请假起止日期要一起填。"),
        ("leave_to", all(leave) and leave[1] < leave[0], "请假结束不能早于开始。"),
        ("stand_in", bool(row.get("stand_in")) and row.get("stand_in") == row.get("user"), "替岗人不能是本人。"),
    ]


def _outside(part, column: str, whole) -> bool:
    """True where a part is named without its whole, or with another one."""
    return bool(part) and (whole is None or getattr(part, column) != whole.pk)


@admin.register(Posting)
class PostingAdmin(_KeptAdmin):
    """Who serves where, from when to when, and who stands in. Ended by 卸任日期."""

    form = PostingForm
    list_display = ["user", "post", "place_name", "valid_from", "valid_to", "stand_in", "leave_from", "leave_to"]
    list_select_related = ["user", "post", "area", "unit", "compound", "building", "entrance", "stand_in"]
    list_filter = ["post"]
    search_fields = ["user__full_name", "user__username", "area__code__startswith", "area__full_name", "unit__name"]
    ordering = ["-id"]
    date_hierarchy = "valid_from"
    autocomplete_fields = ["user", "area", "unit", "compound", "stand_in"]
    raw_id_fields = ["building", "entrance"]
    fixed = ("user", "post", "area", "unit", "compound", "building", "entrance")
