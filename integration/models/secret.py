"""Text that is encrypted in the database and never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models.query_utils import DeferredAttribute


class SecretUnreadable(Exception):
    """The stored secret cannot be decrypted with the keys of FIELD_ENCRYPTION_KEYS."""


def cipher() -> MultiFernet:
    """Encrypts with the first key of FIELD_ENCRYPTION_KEYS, decrypts with any of them."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])


class Secret:
    """A secret as the model holds it. Printing, logging or rendering it shows nothing; ``reveal`` decrypts."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    @classmethod
    def of(cls, text: str) -> Secret:
        return cls(cipher().encrypt(text.encode()).decode() if text else "")

    def reveal(self) -> str:
        """The text. Raises :class:`SecretUnreadable`."""
        if not self.token:
            return ""
        try:
            return cipher().decrypt(self.token.encode()).decode()
        except InvalidToken as error:
            raise SecretUnreadable("The stored secret belongs to another encryption key.") from error

    @property
    def readable(self) -> bool:
        try:
            self.reveal()
        except SecretUnreadable:
            return False
        return True

    def rotated(self) -> Secret:
        """The same secret under the newest key. Raises :class:`SecretUnreadable`."""
        return Secret.of(self.reveal())

    def __bool__(self) -> bool:
        return bool(self.token)

    def __str__(self) -> str:
        return "••••••••" if self.token else ""

    __repr__ = __str__


class SecretAttribute(DeferredAttribute):
    """Turns plain text into a :class:`Secret` the moment it is assigned, so that no instance carries it around."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = self.field.to_python(value)


if TYPE_CHECKING:
    TextBase = models.TextField["str | Secret", Secret]
else:
    TextBase = models.TextField


class SecretField(TextBase):
    """Stores a :class:`Secret`. Assigning plain text encrypts it; it is never serialized, dumped or searched."""

    descriptor_class = SecretAttribute

    def from_db_value(self, value: str | None, *_: Any) -> Secret:
        return Secret(value or "")

    def to_python(self, value: Any) -> Secret:
        if isinstance(value, Secret):
            return value
        return Secret.of(value or "")

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(value).token

    def value_to_string(self, obj: models.Model) -> str:
        return ""


def rotate() -> tuple[int, int]:
    """Encrypt every stored secret anew with the newest key of FIELD_ENCRYPTION_KEYS, so that older keys can go.
    Returns how many were encrypted anew and how many could not be read (they stay as they are)."""
    done = unreadable = 0
    with transaction.atomic():
        for model in apps.get_models():
            for field in (field for field in model._meta.fields if isinstance(field, SecretField)):
                for pk, secret in list(model._default_manager.values_list("pk", field.attname)):
                    if secret.readable:
                        model._default_manager.filter(pk=pk).update(**{field.attname: secret.rotated()})
                        done += bool(secret)
                    else:
                        unreadable += 1
    return done, unreadable
