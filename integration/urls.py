"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, path

from integration.views.connection import connection, connection_disable, connection_enable, connection_test
from integration.views.fields import field_add, fields, fields_refresh
from integration.views.health import healthz
from integration.views.mappings import mapping, mapping_count, mapping_defaults, mappings

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("connection/", connection, name="connection"),
    path("connection/test/", connection_test, name="connection_test"),
    path("connection/enable/", connection_enable, name="connection_enable"),
    path("connection/disable/", connection_disable, name="connection_disable"),
    path("mappings/", mappings, name="mappings"),
    path("mappings/use-default/", mapping_defaults, name="mapping_defaults"),
    path("mappings/<str:name>/", mapping, name="mapping"),
    path("mappings/<str:name>/count/", mapping_count, name="mapping_count"),
    path("mappings/<str:name>/fields/", fields, name="fields"),
    path("mappings/<str:name>/fields/add/", field_add, name="field_add"),
    path("mappings/<str:name>/fields/refresh/", fields_refresh, name="fields_refresh"),
]
