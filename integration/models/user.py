"""The people who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from integration.models.audited import Audited


class User(Audited, AbstractUser):
    """A user with the settings the pages keep for a person."""

    not_audited = ("last_login", "date_joined", "time_zone", "list_columns")
    secret_columns = ("password",)

    time_zone = models.CharField("time zone", max_length=64, default="UTC")
    list_columns = models.JSONField("list columns", default=dict, blank=True)

    class Meta(AbstractUser.Meta):
        permissions = [
            ("see_pages", "Can see the pages of the application"),
            ("read_availability", "Can read the published item availability"),
        ]
