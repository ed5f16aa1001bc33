"""Addresses of this app."""

from django.urls import URLPattern, URLResolver, path

from setup_wizard.views import from_setup, guide, guide_step, progress, setup, sign_in, signed_in, use_sandbox

GUIDE = "setup/sales-connection/"
ADMINISTRATOR = f"{GUIDE}administrator/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("setup/", setup, name="setup"),
    path(GUIDE, guide, name="guide"),
    path(f"{GUIDE}from-setup/", from_setup, name="guide_from_setup"),
    path(f"{GUIDE}use-sandbox/", use_sandbox, name="guide_use_sandbox"),
    path(ADMINISTRATOR, guide_step, {"step": "administrator"}, name="guide_administrator"),
    path(f"{ADMINISTRATOR}sign-in/", sign_in, name="guide_sign_in"),
    path(f"{ADMINISTRATOR}signed-in/", signed_in, name="guide_signed_in"),
    path(f"{ADMINISTRATOR}progress/", progress, name="guide_progress"),
    path(f"{GUIDE}<slug:step>/", guide_step, name="guide_step"),
]
