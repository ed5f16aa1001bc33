"""Who is whom."""

from django.apps import AppConfig


class CouplingConfig(AppConfig):
    name = "coupling"
    navigation = "coupling.navigation"
    verbose_name = "Couplings"
