"""All addresses. Each app brings its own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("integration.urls")),
    path("", include("coupling.urls")),
    path("", include("setup_wizard.urls")),
    path("admin/", admin.site.urls),
    path("queues/", include("django_rq.urls")),
]

_ERRORS = "integration.views.frame.errors"
handler400 = f"{_ERRORS}.bad_request"
handler403 = f"{_ERRORS}.not_allowed"
handler404 = f"{_ERRORS}.not_found"
handler500 = f"{_ERRORS}.failed"
