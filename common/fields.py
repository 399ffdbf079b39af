"""Model fields for personal values: attribute access gives a Sensitive, never a str."""

import base64
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from common import crypto
from common.sensitive import KINDS, Sensitive


class Sealed(bytes):
    """Bytes of `common.crypto.seal` on their way to or from the database."""

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


class _EncryptedAttribute(DeferredAttribute):
    """Holds the sealed bytes and opens them on each access (below a microsecond), so nothing plain stays in memory."""

    field: "EncryptedField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is None or not isinstance(value, Sealed):
            return value
        return Sensitive(crypto.unseal(value, aad=self.field.aad(instance)), self.field.kind)

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.wrap(value)


class EncryptedField(models.BinaryField):
    """A personal value encrypted under the key ring; reads as Sensitive or None, takes a str or a Sensitive.

    The ciphertext is bound to table, column and the row's `aad_field` (unique, set before the first save, never
    changed): bytes copied to another row do not open. It cannot be searched; store `crypto.blind_index` beside it.
    "" is stored as NULL.
    """

    descriptor_class = _EncryptedAttribute
    # What django-stubs reads as the types of the attribute.
    _pyi_private_set_type: str | Sensitive | None
    _pyi_private_get_type: Sensitive

    def __init__(self, *args: Any, kind: str = "phone", aad_field: str = "uuid", **kwargs: Any):
        _require_kind(kind)
        self.kind = kind
        self.aad_field = aad_field
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "kind": self.kind, "aad_field": self.aad_field}

    def aad(self, instance: models.Model) -> str:
        """What the ciphertext is bound to. FieldError while the row has no `aad_field` value yet."""
        row = getattr(instance, self.aad_field)
        if row is None:
            raise FieldError(f"{self.model.__name__}.{self.name} needs {self.aad_field} before it can be sealed")
        return f"{self.model._meta.db_table}.{self.column}:{row}"

    def wrap(self, value: Any) -> Sensitive | Sealed | None:
        """`value` as the attribute keeps it. TypeError for anything but str, Sensitive, sealed bytes and None."""
        if value is None or isinstance(value, Sealed):
            return value
        if isinstance(value, Sensitive):
            return Sensitive(value.plain, self.kind) if value else None
        if value in ("", b""):
            return None
        if isinstance(value, str):
            return Sensitive(value, self.kind)
        raise TypeError(f"{self.name} takes a str or a Sensitive, not {type(value).__name__}")

    def seal(self, instance: models.Model) -> Sealed | None:
        """The sealed bytes of the instance's value, for `save` and for `update(**{name: field.seal(row)})`."""
        value = instance.__dict__.get(self.attname)
        if isinstance(value, Sensitive):
            value = Sealed(crypto.seal(value.plain, aad=self.aad(instance)))
        return value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if self.attname not in model_instance.__dict__:
            return super().pre_save(model_instance, add)
        sealed = self.seal(model_instance)
        model_instance.__dict__[self.attname] = sealed
        return sealed

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise FieldError(f"{self.name} is sealed with its row: assign it and save, or update with field.seal(row)")
        return super().get_db_prep_value(None if value is None else bytes(value), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched: use its blind index")
        return super().get_lookup(lookup_name)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("sealed:"):
            return Sealed(base64.b64decode(value.removeprefix("sealed:")))
        return self.wrap(value)

    def value_to_string(self, obj: models.Model) -> str:
        sealed = self.seal(obj)
        return "" if sealed is None else f"sealed:{base64.b64encode(sealed).decode()}"


class _SensitiveAttribute(DeferredAttribute):
    field: "SensitiveCharField"

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


class SensitiveCharField(models.CharField):
    """A plain, searchable column whose values read as Sensitive and so print masked.

    A model form shows the masked form; sent back unchanged it leaves the stored value alone.
    """

    descriptor_class = _SensitiveAttribute
    _pyi_private_set_type: str | Sensitive
    _pyi_private_get_type: Sensitive

    def __init__(self, *args: Any, kind: str = "name", **kwargs: Any):
        _require_kind(kind)
        self.kind = kind
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "kind": self.kind}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sensitive | None:
        return None if value is None else Sensitive(value, self.kind)

    def to_python(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return Sensitive(_plain(value), self.kind)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return _plain(value)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(_plain(value), model_instance)

    def run_validators(self, value: Any) -> None:
        super().run_validators(_plain(value))

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        stored = getattr(instance, self.attname)
        if not (stored and isinstance(data, str) and data == str(stored)):
            super().save_form_data(instance, data)

    def value_to_string(self, obj: models.Model) -> str:
        return _plain(self.value_from_object(obj)) or ""


def _plain(value: Any) -> Any:
    return value.plain if isinstance(value, Sensitive) else value


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"unknown kind of personal value: {kind}")
