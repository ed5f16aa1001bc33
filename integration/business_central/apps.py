"""The embedded Business Central company."""

from django.apps import AppConfig


class BusinessCentralConfig(AppConfig):
    name = "integration.business_central"
    label = "business_central"
    verbose_name = "Business Central"
