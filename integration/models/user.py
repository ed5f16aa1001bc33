"""The people who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A user with the settings the pages keep for a person."""

    time_zone = models.CharField("time zone", max_length=64, default="UTC")
    list_columns = models.JSONField("list columns", default=dict, blank=True)

    class Meta(AbstractUser.Meta):
        permissions = [
            ("see_pages", "Can see the pages of the application"),
            ("read_availability", "Can read the published item availability"),
        ]
