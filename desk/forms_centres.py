"""Forms of service centres, their inspections, and service points. Columns and their words come from the models."""

from django import forms
from django.utils import timezone

from desk.forms_ground import GRID_OR_COMMUNITY, DateInput, GroundForm, demand, offer_places, place_field
from files.photos import PhotoRefused
from files.services import ingest_photo
from grids.models import ServiceCentre, ServicePoint, Standard, StandardItem


class CentreForm(GroundForm):
    """A service centre with its picture. `cleaned_data["picture"]` is there only where it changes."""

    model, columns = ServiceCentre, ("name", "address", "hours", "phone", "offers", "size_m2")
    area = place_field("社区或网格")
    standard = forms.ModelChoiceField(
        label="标准", queryset=Standard.objects.order_by("-setting"), required=False, empty_label="按社区类型"
    )
    picture = forms.FileField(
        label="照片", required=False, widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text="居民在网格公开页看得到，也印在服务牌正面。不超过10兆，避免拍到人脸和车牌，拍摄位置会自动去掉。",
    )  # fmt: skip
    no_picture = forms.BooleanField(label="去掉现在的照片", required=False)

    def __init__(self, *args, user, row=None, initial=None, **kwargs):
        standing = {"standard": row.standard_id} if row else {}
        super().__init__(*args, row=row, initial=standing | (initial or {}), **kwargs)
        self.user = user
        offer_places(self.fields["area"], user, GRID_OR_COMMUNITY)
        if row is not None:
            del self.fields["area"]
            demand(self.fields["standard"])
        if row is None or row.picture_id is None:
            del self.fields["no_picture"]
        else:
            self.fields["picture"].label = "换一张照片"
        self.line_up("area", "name", "standard")

    def clean(self) -> dict:
        """The picture is taken in last, when everything else is right: nothing is stored for a form that comes back."""
        cleaned = super().clean()
        upload, dropped = cleaned.pop("picture", None), cleaned.pop("no_picture", False)
        if upload and self.errors:
            self.add_error("picture", "请把其他地方改好，再选一次照片。")
        elif upload:
            try:
                cleaned["picture"] = ingest_photo(upload, by=self.user)
            except PhotoRefused as refusal:
                self.add_error("picture", f"{refusal.message}。")
        elif dropped:
            cleaned["picture"] = None
        return cleaned


class InspectionForm(GroundForm):
    """A checklist: every line 具备 or 不具备, nothing preselected."""

    on = forms.DateField(label="检查日期", widget=DateInput, initial=timezone.localdate)
    note = forms.CharField(label="总的说明", max_length=200, required=False)

    def __init__(self, *args, items: list[StandardItem], **kwargs):
        super().__init__(*args, **kwargs)
        self.items = items
        for item in items:
            self.fields[f"met_{item.pk}"] = forms.ChoiceField(
                label=item.name, choices=[("yes", "具备"), ("no", "不具备")], widget=forms.RadioSelect,
                error_messages={"required": "请勾具备或不具备。"},
            )  # fmt: skip
            self.fields[f"note_{item.pk}"] = forms.CharField(label=f"{item.name}的说明", max_length=100, required=False)

    def lines(self) -> list[tuple[StandardItem, forms.BoundField, forms.BoundField]]:
        """(item, met or not, note) as bound fields."""
        return [(item, self[f"met_{item.pk}"], self[f"note_{item.pk}"]) for item in self.items]

    def marks(self) -> dict[int, tuple[bool, str]]:
        """Item id → (met, note)."""
        typed = self.cleaned_data
        return {item.pk: (typed[f"met_{item.pk}"] == "yes", typed[f"note_{item.pk}"]) for item in self.items}


class PointForm(GroundForm):
    """A service or employment point."""

    model = ServicePoint
    columns = ("kind", "name", "offers", "address", "hours", "contact", "phone", "openings", "state")
    area = place_field("社区或网格")

    def __init__(self, *args, user, row=None, initial=None, **kwargs):
        super().__init__(*args, row=row, initial=initial, **kwargs)
        offer_places(self.fields["area"], user, GRID_OR_COMMUNITY)
        self.fields["phone"].help_text = "居民会打这个电话，填座机或公开的办公电话。"
        if row is not None:
            del self.fields["area"]
        self.line_up("kind", "area")
