"""The guided path to a working connection."""

from django.apps import AppConfig


class SetupWizardConfig(AppConfig):
    name = "setup_wizard"
    navigation = "setup_wizard.navigation"
    verbose_name = "Assisted Setup"
