"""Who is whom."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class CouplingConfig(AppConfig):
    name = "coupling"
    navigation = "coupling.navigation"
    verbose_name = "Couplings"

    def ready(self) -> None:
        """The database keeps how many couplings there are; what does so follows each migration. The task that looks
        after it registers itself."""
        import_string("coupling.upkeep.look")
        post_migrate.connect(import_string("coupling.triggers.install"), sender=self, dispatch_uid="coupling.triggers")
