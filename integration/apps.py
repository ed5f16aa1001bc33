"""The app of the two systems, the rules between them, the engine and the jobs."""

from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    name = "integration"
    verbose_name = "Integration"
