"""Fields for personal values: shown masked, kept where they come back unchanged, cleaned where somebody typed anew."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.normalise import clean_phone, clean_text
from common.sensitive import Sensitive
from households.id_numbers import clean_id_number

# What a field gives where the masked form came back as it was shown: leave the stored value alone.
KEPT = object()


class HeldField(forms.CharField):
    """A personal value. `hold` puts the masked form into the page; the plain value never goes there."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.held = ""

    def hold(self, value: Sensitive | None) -> None:
        """Show `value` masked."""
        self.held = self.initial = str(value) if value else ""

    def clean(self, value: Any) -> Any:
        """KEPT for the masked form, else the cleaned text; "" forgets the value."""
        if self.held and isinstance(value, str) and value.strip() == self.held:
            return KEPT
        return super().clean(value)


class NameField(HeldField):
    """A name, on one line."""

    def to_python(self, value: Any) -> str:
        """Without control characters and doubled spaces. A mask is no name."""
        name = " ".join(clean_text(super().to_python(value)).split())
        if "*" in name:
            raise ValidationError("名字里有星号，请写完整的名字。", code="masked")
        return name


class PhoneField(HeldField):
    """A mobile number of eleven digits."""

    widget = forms.TextInput(attrs={"inputmode": "tel"})

    def to_python(self, value: Any) -> str:
        """Eleven digits, or ""."""
        text = super().to_python(value)
        return _cleaned(clean_phone, text) if text else ""


class IdNumberField(HeldField):
    """An identity number whose check digit is right (GB 11643)."""

    def to_python(self, value: Any) -> str:
        """Eighteen characters, or ""."""
        text = super().to_python(value)
        return _cleaned(clean_id_number, text) if text else ""


def kept_out(cleaned: dict[str, Any]) -> dict[str, Any]:
    """`cleaned` without the values that are to stay as they are."""
    return {name: value for name, value in cleaned.items() if value is not KEPT}


def _cleaned(clean: Any, text: str) -> str:
    try:
        return clean(text)
    except ValueError as wrong:
        raise ValidationError(f"{wrong}。", code="invalid") from None
