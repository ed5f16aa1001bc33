"""Text that is encrypted in the database and never shown again."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


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
        if not self.token:
            return ""
        try:
            return cipher().decrypt(self.token.encode()).decode()
        except InvalidToken as error:
            raise SecretUnreadable("The stored secret belongs to another encryption key.") from error

    def rotated(self) -> Secret:
        return Secret(cipher().rotate(self.token.encode()).decode()) if self.token else self

    def __bool__(self) -> bool:
        return bool(self.token)

    def __str__(self) -> str:
        return "••••••••" if self.token else ""

    __repr__ = __str__


class SecretField(models.TextField):
    """Stores a :class:`Secret`. Assigning plain text encrypts it."""

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
