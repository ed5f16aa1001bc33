"""The people who sign in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractUser, Group
from django.db import models, transaction
from django.db.models import Q

from integration.models.connection.availability import note_change
from integration.models.people.rights import ADMINISTRATOR
from integration.models.stored.audit import AuditEntry, record
from integration.models.stored.audited import Audited
from integration.systems.formats import ISO_DAY, POINT, Formats, day_choices, number_choices

SIGNS_IN = ("username", "is_active", "is_superuser")
OWN_CHOICES = ("time_zone", "day_format", "number_format", "theme")
"""What everybody chooses for their own pages."""


class Theme(models.TextChoices):
    """How pages look: as the person's system says, unless they choose."""

    SYSTEM = "system", "As the system"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class LastAdministrator(Exception):
    """Nobody would be left who may manage people."""

    def __init__(self) -> None:
        super().__init__("This is the last active administrator. Make somebody else administrator first.")


class User(Audited, AbstractUser):
    """A user with the settings the pages keep for a person."""

    not_audited = ("last_login", "date_joined", "is_staff", "list_columns", "list_views", "folded_groups", *OWN_CHOICES)
    secret_columns = ("password",)

    time_zone = models.CharField("time zone", max_length=64, default="UTC")
    day_format = models.CharField("dates", max_length=12, choices=day_choices(), default=ISO_DAY)
    number_format = models.CharField("numbers", max_length=12, choices=number_choices(), default=POINT)
    theme = models.CharField("theme", max_length=6, choices=Theme, default=Theme.SYSTEM)
    folded_groups = models.JSONField("folded groups of the navigation", default=list, blank=True)
    list_columns = models.JSONField("list columns", default=dict, blank=True)
    list_views = models.JSONField("list views", default=dict, blank=True)
    changed_at = models.DateTimeField("changed", auto_now=True)

    class Meta(AbstractUser.Meta):
        permissions = [
            ("see_pages", "Can see the pages of the application"),
            ("read_availability", "Can read the published item availability"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; Sales is given notice where it asks for item availability in this person's name."""
        before = {name: getattr(self, "_seen", {}).get(name) for name in SIGNS_IN}
        super().save(*args, **kwargs)
        if any(self._seen.get(name) != value for name, value in before.items()):
            note_change(self)

    @property
    def formats(self) -> Formats:
        """How this person reads days and numbers."""
        return Formats(self.day_format, self.number_format)

    def assign(self, names: Iterable[str]) -> None:
        """Put the person into exactly these groups; the administration opens with the group Administrator. Raises
        :class:`LastAdministrator`, then nothing is changed."""
        with transaction.atomic():
            hold_administrators()
            before = self.group_names()
            self.groups.set(Group.objects.filter(name__in=list(names)))
            after = self.group_names()
            self.is_staff = self.is_superuser or ADMINISTRATOR in after
            self.save(update_fields=["is_staff", "changed_at"])
            keep_an_administrator()
            if after != before:
                shown = {"groups": ", ".join(before)}, {"groups": ", ".join(after)}
                record(AuditEntry.Action.CHANGED, self._kind(), self, *shown)
                note_change(self)

    def group_names(self) -> list[str]:
        return list(self.groups.order_by("name").values_list("name", flat=True))


def administrators() -> models.QuerySet[User]:
    """The active people who may manage others."""
    return User.objects.filter(Q(is_superuser=True) | Q(groups__name=ADMINISTRATOR), is_active=True).distinct()


def hold_administrators() -> None:
    """Until the transaction ends nobody else takes rights away: two administrators could take each other's."""
    list(Group.objects.select_for_update().filter(name=ADMINISTRATOR))


def keep_an_administrator() -> None:
    """Raises :class:`LastAdministrator` where no active one is left."""
    if not administrators().exists():
        raise LastAdministrator
