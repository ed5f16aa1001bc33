"""The app of the two systems, the rules between them, the engine and the jobs."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string


class IntegrationConfig(AppConfig):
    name = "integration"
    navigation = "integration.navigation"
    verbose_name = "Integration"

    def ready(self) -> None:
        """The groups follow their table after each migration; Django has no other door for that. The daily preflight
        is a task of the jobs, which may not import it: it is loaded here, and registers itself."""
        import_string("integration.checks.daily")
        checks.register(import_string("integration.models.stored.secret.check_keys"))
        post_migrate.connect(
            import_string("integration.models.people.rights.refresh_groups"), dispatch_uid="integration.groups"
        )
        post_migrate.connect(
            import_string("integration.word_index.enable"), sender=self, dispatch_uid="integration.word_index"
        )
        post_migrate.connect(
            import_string("integration.models.stored.catalog_words.install"),
            sender=self,
            dispatch_uid="integration.catalog_words",
        )
