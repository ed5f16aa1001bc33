"""Text that is encrypted in the database and never shown again.

The keys are Fernet keys in FIELD_ENCRYPTION_KEYS: the first encrypts, all decrypt. Without a usable key everything else
goes on; a secret can then be neither stored nor read, what is stored stays as it is, and nobody connects with it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.core import checks
from django.db import models
from django.db.models.query_utils import DeferredAttribute


class SecretUnreadable(Exception):
    """The stored secret cannot be decrypted with the keys of FIELD_ENCRYPTION_KEYS."""


class NoKey(SecretUnreadable):
    """FIELD_ENCRYPTION_KEYS holds no key, or something that is none."""


MAKE_ONE = "Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
EFFECT = "Secrets can be neither stored nor read, and the connection to Dynamics 365 Sales cannot be used."


def keys_problem() -> str:
    """What is wrong with FIELD_ENCRYPTION_KEYS, in words and without any key; blank where nothing is."""
    return _checked(tuple(settings.FIELD_ENCRYPTION_KEYS))[1]


def cipher() -> MultiFernet:
    """Encrypts with the first key of FIELD_ENCRYPTION_KEYS, decrypts with any of them. Raises :class:`NoKey`."""
    ciphers, problem = _checked(tuple(settings.FIELD_ENCRYPTION_KEYS))
    if problem:
        raise NoKey(problem)
    return MultiFernet(ciphers)


@lru_cache(maxsize=4)
def _checked(keys: tuple[str, ...]) -> tuple[list[Fernet], str]:
    if not keys:
        return [], f"FIELD_ENCRYPTION_KEYS is not set. {EFFECT} {MAKE_ONE}"
    ciphers = []
    for number, key in enumerate(keys, 1):
        try:
            ciphers.append(Fernet(key))
        except ValueError:
            return [], f"Key {number} of FIELD_ENCRYPTION_KEYS is not a Fernet key. {EFFECT}"
    return ciphers, ""


def check_keys(**_: Any) -> list[checks.CheckMessage]:
    """For Django's checks: a warning, so that the application starts and can say so itself."""
    problem = keys_problem()
    return [checks.Warning(problem, id="integration.W001")] if problem else []


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


def rotate() -> tuple[int, list[str]]:
    """Encrypt every stored secret anew with the newest key of FIELD_ENCRYPTION_KEYS, so that older keys can go. Answers
    how many were encrypted anew, and what could not be read (it stays as it is). Raises :class:`NoKey`. A secret that
    somebody replaces meanwhile is left alone: it has the newest key already."""
    cipher()
    done, unreadable = 0, []
    for model in apps.get_models():
        for field in (field for field in model._meta.fields if isinstance(field, SecretField)):
            rows = model._default_manager
            for pk, secret in list(rows.exclude(**{field.attname: Secret("")}).values_list("pk", field.attname)):
                if secret.readable:
                    unchanged = rows.filter(pk=pk, **{field.attname: secret})
                    done += unchanged.update(**{field.attname: secret.rotated()})
                else:
                    unreadable.append(f"{field.verbose_name} of {model._meta.verbose_name} {pk}")
    return done, unreadable
